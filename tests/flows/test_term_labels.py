"""What the build reads: labels by offsets, joined with texts that are not in the project."""

import json
from pathlib import Path
from zlib import crc32

import pytest

from flows.term_labels import GOLD, read_term_data
from nlp.errors import ModelUnavailable

TEXT = "一种晶圆清洗装置\n本发明公开了一种晶圆清洗装置，包括喷淋头、旋转卡盘与排液管路，用于去除颗粒。"


def write(path: Path, rows: list[dict[str, object]]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")


@pytest.fixture
def data(tmp_path: Path) -> Path:
    title, abstract = TEXT.split("\n")
    patents = [{"id": f"p{i}", "title": title, "abstract": abstract.replace("颗粒", f"颗粒{i}") + "。" * i} for i in range(3)]
    write(tmp_path / "data/patents/patents.jsonl", patents)
    write(tmp_path / "data/patents/titles_ipc.jsonl", [{"id": "x", "title": "一种离子注入机的靶盘装置"}])
    write(tmp_path / "data/demands/demands.jsonl", [{"id": "d", "title": "光刻胶", "text": "研发一种用于先进工艺的光刻胶，要求分辨率高、稳定性好、可以量产。"}])
    write(tmp_path / "data/csl/dev.jsonl", [])
    for name in ("train", "dev"):
        write(tmp_path / f"data/csldcp/{name}.jsonl", [{"id": 4, "content": "本文研究薄膜的应力。"}])
    for stem in GOLD.values():
        write(tmp_path / f"gold/{stem}.jsonl", [{"id": stem, "text": "光刻胶", "terms": [{"text": "光刻胶", "start": 0}]}])
    return tmp_path


def own(root: Path, text: str) -> None:
    row = {"id": "p0", "kind": "patent", "end": 8, "crc32": crc32(text.encode()), "terms": [[2, 8], [2, 4]]}
    write(root / "corpora/gold/terms_own.jsonl", [row])


def test_own_labels_find_their_text_and_leave_the_background(data: Path, tmp_path: Path) -> None:
    own(tmp_path, TEXT[:8])
    found = read_term_data(tmp_path, data)
    assert [(t.text, t.terms) for t in found.own] == [(TEXT[:8], frozenset({"晶圆清洗装置", "晶圆"}))]
    assert len(found.gold) == len(GOLD)
    assert "本文研究薄膜的应力。" in found.background
    assert not any("颗粒0" in text for text in found.background)


def test_labels_of_another_text_are_not_used(data: Path, tmp_path: Path) -> None:
    own(tmp_path, "另一段文字")
    assert read_term_data(tmp_path, data).own == ()


def test_no_data_is_refused_with_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailable, match="训练数据不随项目发布"):
        read_term_data(tmp_path, tmp_path / "none")
