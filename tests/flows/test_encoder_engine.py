import json
import sys
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from flows import encoder_engine, models, openvino_engine
from flows.encoder_engine import Trial, engine_name, engine_of, engine_stamp, fastest, trial_texts, try_engines
from nlp.embed import TransformerEncoder
from nlp.errors import ModelUnavailable
from tests.nlp.terms.tiny_encoder import tiny_encoder

TORCH = Trial(engine="torch", texts_a_second=20.0, cosine=0.99996)
OPENVINO = Trial(engine="openvino", texts_a_second=30.0, cosine=0.99998)


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


@pytest.mark.parametrize(
    ("trials", "chosen"),
    [([TORCH, OPENVINO], "openvino"), ([TORCH, replace(OPENVINO, texts_a_second=10.0)], "torch"), ([TORCH, replace(OPENVINO, cosine=0.9998)], "torch"), ([], "torch")],
)
def test_the_fastest_of_the_exact_engines(trials: list[Trial], chosen: str) -> None:
    assert fastest(trials) == chosen


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
