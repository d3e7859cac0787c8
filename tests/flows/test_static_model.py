import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from flows import static_model, topic_space, understand
from flows.settings import read
from flows.static_model import halves, is_static, space_of, teaching_texts, vocabulary_of
from nlp.embed import HashEncoder
from nlp.static_encoder import STATIC_FILE, StaticEncoder, pack_static
from nlp.terms import Lexicon
from nlp.terms.lexicon import Entry

LONG = "本文研究光刻胶树脂的合成，并以多种单体考察其透明性与耐刻蚀性能，给出了可用的配方与温度范围，并讨论了杂质的来源。" * 3


def write(path: Path, rows: list[dict[str, object]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(r, ensure_ascii=False) + "\n" for r in rows), "utf-8")


@pytest.fixture
def data(tmp_path: Path) -> Path:
    for name, text in (("patents", "测过的专利\n测过的摘要"), ("csldcp", "测过的论文")):
        write(tmp_path / "gold" / f"clusters_{name}.jsonl", [{"id": "1", "label": "a", "text": text}])
    texts = tmp_path / "data"
    write(texts / "csldcp" / "train.jsonl", [{"content": "测过的论文"}, {"content": LONG}])
    write(texts / "csldcp" / "dev.jsonl", [])
    write(texts / "csl" / "dev.jsonl", [{"abstract": "一篇论文", "title": "它的题名"}])
    write(texts / "patents" / "patents.jsonl", [{"title": "测过的专利", "abstract": "测过的摘要"}, {"title": "新的专利", "abstract": "新的摘要"}])
    write(texts / "patents" / "titles_ipc.jsonl", [{"title": "测过的专利", "ipc": ["G03F"]}, {"title": "一条标题", "ipc": ["H01L"]}])
    write(texts / "demands" / "demands.jsonl", [{"title": "需求", "text": "内容"}])
    write(texts / "scicn" / "ner_dev.jsonl", [{"text": ["混", "沌", "\n"]}])
    return tmp_path


def test_what_is_measured_is_never_learnt_from(data: Path) -> None:
    texts = {t.text for t in teaching_texts(data)}
    assert not texts & {"测过的专利\n测过的摘要", "测过的论文", "测过的专利"}
    assert {"新的专利\n新的摘要", "新的专利", "一条标题", "需求\n内容", "混沌", LONG} <= texts
    assert {t.whole for t in teaching_texts(data) if t.text != t.whole} == {LONG}


def test_halves_are_cut_behind_a_sentence() -> None:
    first, second = halves(LONG)
    assert first + second == LONG and first.endswith("。")
    assert halves("短文。不切。") == ()


def test_vocabulary(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(static_model, "COMMON", 2)
    lexicon = Lexicon(entries=(Entry(term="EDA", freq=None, tag="eng", hint=""),))
    assert vocabulary_of({"晶圆": 2, "孤例": 1, "12": 9}, lexicon, {"的": 90, "方法": 50, "罕见": 1}) == sorted({"eda", "晶圆", "的", "方法"})


def test_a_folder_with_static_weights_is_the_encoder_everywhere(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    folder = tmp_path / "models" / "fast-one"
    folder.mkdir(parents=True)
    vectors = np.random.default_rng(1).normal(size=(2, 8))
    (folder / STATIC_FILE).write_bytes(pack_static(name="fast-one", space="other", words=("光刻", "刻蚀"), added=(), vectors=vectors, weights=np.ones(2), mean=np.zeros(8)))
    settings = replace(read(), encoder=replace(read().encoder, name=str(folder)))
    assert is_static(folder)
    assert isinstance(understand.encoder_of(settings), StaticEncoder)
    assert understand.encoder_stamp(settings) != understand.encoder_stamp(replace(settings, encoder=read().encoder))


def test_the_space_is_what_the_card_says() -> None:
    assert space_of("static-zh") == space_of("e5-small-zh") == "e5-small-zh"
    assert space_of("/somewhere/else") == "/somewhere/else"


def test_static_vectors_have_axes_of_their_own() -> None:
    assert topic_space.axes_folder("hash-256") is None
    assert topic_space.axes_folder("e5-small-zh") == topic_space.FOLDER
    assert topic_space.frame_name("static-zh") != topic_space.frame_name("e5-small-zh")


def test_fitting_brings_words_nearer_to_the_encoder(data: Path) -> None:
    said: list[str] = []
    encoder = HashEncoder()
    taught = teaching_texts(data)
    words = static_model.Words(("光刻胶", "专利", "论文", "摘要", "题名"), static_model.cutter_of(()))
    fitted = static_model.fit(words, np.ones(5), taught, encoder.encode([t.text for t in taught]), encoder.encode(list(words.column)).astype(float), said.append)
    assert fitted.vectors.shape == (5, 256) and np.isfinite(fitted.vectors).all() and len(said) == 2
