import json
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from flows import encoder_engine, models, onnx_engine, openvino_engine
from flows.encoder_engine import Trial, engine_name, engine_of, engine_stamp, fastest, trial_texts, try_engines
from nlp import embed
from nlp.embed import TransformerEncoder
from nlp.errors import InvalidSetting, ModelUnavailable
from tests.nlp.terms.tiny_encoder import tiny_encoder

TORCH = Trial(engine="torch", texts_a_second=20.0, cosine=0.99996)
OPENVINO = Trial(engine="openvino", texts_a_second=30.0, cosine=0.99998)
ONNX = Trial(engine="onnx", texts_a_second=40.0, cosine=0.9997)


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A tiny network of random weights, tried and noted as `models build` does it."""
    place = tmp_path_factory.mktemp("tiny")
    tiny_encoder(place)
    (place / "build.json").write_text(json.dumps(try_engines(place, threads=1)), "utf-8")
    return place


@pytest.fixture
def needs_openvino() -> None:
    if not openvino_engine.installed():
        pytest.skip("没有安装 openvino")


@pytest.fixture
def needs_onnx(folder: Path) -> None:
    if not (folder / onnx_engine.FILES[0]).is_file():
        pytest.skip("没有安装 onnx，转换不出 int8 的图")


@pytest.mark.parametrize(
    ("trials", "bfloat16", "chosen"),
    [
        ([TORCH, OPENVINO], True, "openvino"),
        ([TORCH, replace(OPENVINO, texts_a_second=10.0)], True, "torch"),
        ([TORCH, replace(OPENVINO, cosine=0.9998)], True, "torch"),
        ([TORCH, OPENVINO, ONNX], True, "openvino"),
        ([TORCH, OPENVINO, ONNX], False, "onnx"),
        ([TORCH, ONNX], True, "torch"),
        ([TORCH, replace(ONNX, texts_a_second=22.0)], False, "torch"),
        ([TORCH, replace(ONNX, cosine=0.999)], False, "torch"),
        ([], False, "torch"),
    ],
)
def test_the_fastest_of_the_exact_engines(trials: list[Trial], bfloat16: bool, chosen: str) -> None:
    assert fastest(trials, bfloat16=bfloat16) == chosen


def test_trial_texts_differ() -> None:
    assert len(set(trial_texts())) == 24


@pytest.mark.usefixtures("needs_openvino")
def test_openvino_computes_the_same_network_and_a_text_alone(folder: Path) -> None:
    encoder = TransformerEncoder(folder, engine=OpenVino(folder))
    texts = trial_texts()
    together = encoder.encode(texts)
    assert float((together * TransformerEncoder(folder, dtype="float32").encode(texts)).sum(axis=1).min()) > 0.999
    np.testing.assert_array_equal(encoder.encode(texts[::-1])[::-1], together)
    np.testing.assert_array_equal(np.vstack([encoder.encode([text]) for text in texts[:4]]), together[:4])
    with pytest.raises(ModelUnavailable, match="torch"):
        _ = encoder.network


def OpenVino(folder: Path) -> openvino_engine.OpenVinoEngine:  # noqa: N802 - stands for the class, with one thread
    return openvino_engine.OpenVinoEngine(folder, threads=1)


@pytest.mark.usefixtures("needs_openvino")
def test_openvino_computes_in_what_is_asked_for(folder: Path) -> None:
    engine = engine_of(folder, "openvino", "float32", threads=1)
    assert isinstance(engine, openvino_engine.OpenVinoEngine)
    assert "float32" in str(engine.request.get_compiled_model().get_property("INFERENCE_PRECISION_HINT"))


@pytest.mark.parametrize("dtype", ["float32", "bfloat16"])
def test_int8_alone_cannot_be_asked_for_another_precision(tmp_path: Path, dtype: embed.Precision) -> None:
    with pytest.raises(InvalidSetting, match="只有 int8"):
        engine_of(tmp_path, "onnx", dtype, threads=1)


@pytest.mark.usefixtures("needs_openvino")
def test_its_telemetry_cannot_be_imported(folder: Path) -> None:
    OpenVino(folder)
    assert sys.modules["openvino_telemetry"] is None


@pytest.mark.usefixtures("needs_openvino")
def test_an_altered_file_is_refused(folder: Path, tmp_path: Path) -> None:
    for name in ("build.json", *openvino_engine.FILES):
        (tmp_path / name).write_bytes((folder / name).read_bytes())
    assert engine_of(tmp_path, "openvino", threads=1) is not None
    (tmp_path / "openvino.bin").write_bytes(b"\0" + (tmp_path / "openvino.bin").read_bytes()[1:-1])
    with pytest.raises(ModelUnavailable, match="models build"):
        engine_of(tmp_path, "openvino", threads=1)


@pytest.mark.usefixtures("needs_onnx")
def test_int8_is_near_and_a_text_alone_whatever_its_company(folder: Path) -> None:
    alone, side_by_side = (TransformerEncoder(folder, engine=onnx_engine.OnnxEngine(folder), threads=threads, max_tokens=64) for threads in (1, 3))
    texts = [*trial_texts(), "光", "高纯光刻胶用于晶圆清洗，" * 20]
    together = side_by_side.encode(texts)
    exact = TransformerEncoder(folder, dtype="float32", max_tokens=64).encode(texts)
    assert 0 < float(np.abs(together - exact).max()) < 0.005  # near, but not the same numbers
    order = np.random.default_rng(4).permutation(len(texts))
    np.testing.assert_array_equal(side_by_side.encode([texts[i] for i in order]), together[order])
    np.testing.assert_array_equal(alone.encode(texts), together)
    np.testing.assert_array_equal(np.vstack([alone.encode([text]) for text in texts]), together)


@pytest.mark.usefixtures("needs_onnx")
def test_int8_rows_are_what_its_passes_are(folder: Path) -> None:
    engine = onnx_engine.OnnxEngine(folder)
    ids, mask = np.array([[0, 5, 6, 2], [0, 7, 2, 1]]), np.array([[1, 1, 1, 1], [1, 1, 1, 0]])
    passes = [states[0].numpy() for _, states in engine.read([[0, 5, 6, 2], [0, 7, 2]], longest=64)]
    found = engine.states(ids, mask)
    np.testing.assert_array_equal(found[0], passes[0])
    np.testing.assert_array_equal(found[1], np.vstack([passes[1], np.zeros((1, engine.dimension), np.float32)]))


@pytest.mark.usefixtures("needs_onnx")
def test_the_table_of_words_is_not_kept_twice(folder: Path, tmp_path: Path) -> None:
    (tmp_path / onnx_engine.FILES[0]).write_bytes((folder / onnx_engine.FILES[0]).read_bytes())
    with pytest.raises(ModelUnavailable, match="models build"):
        onnx_engine.OnnxEngine(tmp_path)
    (tmp_path / "model.safetensors").write_bytes((folder / "model.safetensors").read_bytes())
    assert onnx_engine.OnnxEngine(tmp_path).dimension == 16


@pytest.mark.usefixtures("needs_onnx")
def test_a_missing_or_altered_graph_is_refused(folder: Path, tmp_path: Path) -> None:
    for name in ("build.json", "model.safetensors", *onnx_engine.FILES):
        (tmp_path / name).write_bytes((folder / name).read_bytes())
    assert engine_of(tmp_path, "onnx", threads=1) is not None
    stamp = engine_stamp(tmp_path, "onnx", "auto")
    assert stamp.startswith(f"onnx {onnx_engine.version()} ") and json.loads((tmp_path / "build.json").read_text("utf-8"))["files"][onnx_engine.FILES[0]] in stamp
    (tmp_path / onnx_engine.FILES[0]).write_bytes(b"\0")
    with pytest.raises(ModelUnavailable, match=r"\[onnx\].*models build"):
        engine_of(tmp_path, "onnx", threads=1)
    (tmp_path / "build.json").write_text("{}", "utf-8")
    with pytest.raises(ModelUnavailable, match="缺失"):
        engine_of(tmp_path, "onnx", threads=1)


def test_auto_takes_int8_only_without_bfloat16(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "build.json").write_text(json.dumps({"engine": "onnx", "files": {}}), "utf-8")
    monkeypatch.setattr(encoder_engine.onnx_engine, "installed", lambda: True)
    for native, found in ((False, ["onnx", "torch", "torch"]), (True, ["torch", "torch", "torch"])):
        monkeypatch.setattr(embed, "native_bfloat16", lambda native=native: native)
        assert [engine_name(tmp_path, "auto", dtype) for dtype in ("auto", "bfloat16", "float32")] == found
    assert engine_name(tmp_path, "onnx", "float32") == "onnx"
    monkeypatch.setattr(embed, "native_bfloat16", lambda: False)
    monkeypatch.setattr(encoder_engine.onnx_engine, "installed", lambda: False)
    assert engine_name(tmp_path, "auto") == "torch"


def test_auto_follows_the_note_only_where_it_can(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    assert engine_name(tmp_path, "auto") == "torch"
    (tmp_path / "build.json").write_text(json.dumps({"engine": "openvino", "files": {}}), "utf-8")
    monkeypatch.setattr(encoder_engine.openvino_engine, "installed", lambda: True)
    assert [engine_name(tmp_path, "auto"), engine_name(tmp_path, "torch"), engine_name(tmp_path, "auto", "float32")] == ["openvino", "torch", "torch"]
    monkeypatch.setattr(encoder_engine.openvino_engine, "installed", lambda: False)
    assert engine_name(tmp_path, "auto") == "torch"
    assert engine_of(tmp_path, "auto", threads=1) is None
    assert engine_stamp(tmp_path, "auto", "auto") == "torch"
    (tmp_path / "build.json").write_text("{", "utf-8")
    assert engine_name(tmp_path, "auto") == "torch"


def test_the_list_names_the_engine(folder: Path, tmp_path: Path) -> None:
    place = tmp_path / "models" / "tiny"
    place.mkdir(parents=True)
    (place / "card.toml").write_text('name = "tiny"\ntitle = "很小"\nlicence = "MIT"\n', "utf-8")
    assert models.listing(tmp_path)[0].engine == ""
    (place / "build.json").write_bytes((folder / "build.json").read_bytes())
    assert models.listing(tmp_path)[0].engine == engine_name(place, "auto")
