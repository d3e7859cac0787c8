"""What is read out of one demand is what its parts say, under whatever id; title and text go as one and come back."""

from pathlib import Path

import pytest

from nlp.records import Facets
from nlp.understand.demand import as_one, as_two, load_demand_vocabulary, renamed, understand
from nlp.understand.facets import find_facets
from nlp.understand.targets import find_targets

ROOT = Path(__file__).parents[3]
VOCABULARY = load_demand_vocabulary(ROOT / "corpora" / "lexicons", ROOT / "models" / "clarity")
TITLE, TEXT = "低放气临时键合胶", "现有产品依赖进口。要求总放气率≤0.1%，耐温不低于350℃，经费500万元，周期2年。"


def test_targets_and_facets_of_one_demand() -> None:
    found = understand("D1", TITLE, TEXT, vocabulary=VOCABULARY)
    targets = find_targets("D1", f"{TITLE}\n{TEXT}", vocabulary=VOCABULARY.figures)
    facets = find_facets("D1", TITLE, TEXT, targets=targets, vocabulary=VOCABULARY.words)
    assert found.targets == tuple(targets) and len(targets) == 2
    assert {name: getattr(found, name) for name in Facets.__slots__} == {name: getattr(facets, name) for name in Facets.__slots__}


def test_under_another_id() -> None:
    found = renamed(understand("key", TITLE, TEXT, vocabulary=VOCABULARY), "D1")
    assert found == understand("D1", TITLE, TEXT, vocabulary=VOCABULARY)


@pytest.mark.parametrize(("title", "text"), [("光刻胶", "要求。"), ("", ""), ("两行\n标题", "正文"), ("", "12\n正文"), ("7", "\n"), ("半个\ud83d", "\x00")])
def test_title_and_text_come_back(title: str, text: str) -> None:
    assert as_two(as_one(title, text)) == (title, text)


def test_where_the_title_ends_matters() -> None:
    assert as_one("光刻\n胶", "要求") != as_one("光刻", "胶\n要求")
