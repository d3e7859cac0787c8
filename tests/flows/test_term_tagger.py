"""The whole build on a tiny random encoder and small own texts: files that load, and a card with scores."""

import json
import shutil
import tomllib
from pathlib import Path

import pytest

from flows.term_labels import GOLD
from flows.term_tagger import build
from nlp.errors import ModelUnavailable
from nlp.terms import load_lexicon
from nlp.terms.tagger_training import Recipe
from nlp.terms.tiers import load_extractor
from tests.nlp.terms.tiny_encoder import tiny_encoder

ROOT = Path(__file__).parents[2]
TERMS = ("光刻胶", "晶圆清洗设备", "半导体硅片", "晶圆")
PATTERNS = ("一种{}的工艺", "本发明涉及{}，用于{}", "{}和{}的工艺。", "高纯{}用于{}")


def write(path: Path, rows: list[dict[str, object]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")


@pytest.fixture
def data(tmp_path: Path) -> Path:
    folder = tmp_path / "shared"
    for number, stem in enumerate(GOLD.values()):
        rows: list[dict[str, object]] = []
        for i in range(16):
            text = PATTERNS[i % 4].format(TERMS[(i + number) % 4], TERMS[(i // 4) % 4])
            rows.append({"id": f"{stem}{i}", "text": text, "terms": [{"text": t, "start": text.find(t)} for t in TERMS if t in text]})
        write(folder / f"gold/{stem}.jsonl", rows)
    abstract = "本发明涉及一种半导体硅片的清洗工艺，与其设备，用于高纯晶圆和光刻胶。"
    write(folder / "data/patents/patents.jsonl", [{"id": f"p{i}", "title": f"清洗工艺{i}", "abstract": abstract + "的" * i} for i in range(4)])
    for name in ("patents/titles_ipc", "demands/demands", "csl/dev", "csldcp/train", "csldcp/dev"):
        write(folder / f"data/{name}.jsonl", [])
    return folder


def test_build_writes_what_loads(data: Path, tmp_path: Path) -> None:
    shutil.copytree(ROOT / "corpora/lexicons", tmp_path / "corpora/lexicons")
    encoder = tmp_path / "models/tiny"
    tiny_encoder(encoder)
    lines: list[str] = []
    folder = build(tmp_path, data, lines.append, encoder=encoder, recipe=Recipe(epochs=1), n_layers=1)
    card = tomllib.loads((folder / "card.toml").read_text("utf-8"))
    assert set(card["scores"]) == {"ic_f1", "demand_f1", "patent_f1", "policy_f1", "scicn_f1", "seconds"}
    assert set(card["files"]) == {"background.safetensors", "judge.safetensors", "model.safetensors", "tagger.json"}
    lexicon = load_lexicon(tmp_path / "corpora/lexicons")
    for tier in ("fast", "full"):
        extractor = load_extractor(tier, tmp_path / "models", encoder, lexicon)  # type: ignore[arg-type]  # the two that there are
        assert all("光刻胶的工艺"[m.start : m.end] == m.surface for m in extractor.extract([("a", "光刻胶的工艺")]))
    assert any("交叉验证" in line for line in lines)


def test_without_data_the_committed_weights_are_named(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailable, match="随项目提供的权重"):
        build(tmp_path, tmp_path / "none", encoder=tmp_path)
