import pytest

from nlp.records import TermMention
from nlp.terms import Lexicon, merge
from nlp.terms.abbreviations import Explanations, is_abbreviation
from nlp.terms.canonical import comparison_key, simplifier
from nlp.terms.synonyms import SynonymGroup

LEXICON = Lexicon(
    synonyms=(
        SynonymGroup(name="碳化硅", variants=("SiC",), inside=True),
        SynonymGroup(name="电子设计自动化", variants=("EDA", "EDA工具")),
    )
)


def mentions(*surfaces: str) -> list[TermMention]:
    return [
        TermMention(unit_id=f"u{i}", term_id=None, surface=s, start=0, end=len(s), score=0.5, extractor="phrase")
        for i, s in enumerate(surfaces)
    ]


def groups(*surfaces: str) -> list[set[str]]:
    return [{t.name, *t.variants} for t in merge(mentions(*surfaces), LEXICON).terms]


@pytest.mark.parametrize(
    "variants",
    [
        {"SiC MOSFET", "sic mosfet", "SiCMOSFET", "ＳｉＣ MOSFET"},
        {"積體電路", "集成电路"},
        {"SiC", "碳化硅"},
        {"SiC衬底", "碳化硅衬底"},
        {"EDA", "电子设计自动化", "EDA工具"},
    ],
)
def test_one_term(variants: set[str]) -> None:
    assert groups(*sorted(variants)) == [variants]


@pytest.mark.parametrize("pair", [("抛光液", "抛光垫"), ("EDA软件", "电子设计自动化软件"), ("SiCN薄膜", "碳化硅N薄膜")])
def test_two_terms(pair: tuple[str, str]) -> None:
    assert len(groups(*pair)) == 2


def test_name_is_the_most_frequent_then_the_longest() -> None:
    assert merge(mentions("SiC", "SiC", "碳化硅"), LEXICON).terms[0].name == "SiC"
    assert merge(mentions("GaN HEMT", "GaNHEMT"), LEXICON).terms[0].name == "GaN HEMT"


def test_ids_hold_when_counts_and_order_change() -> None:
    first = merge(mentions("SiC", "SiC", "碳化硅", "光刻胶"), LEXICON)
    second = merge(mentions("光刻胶", "碳化硅", "碳化硅", "SiC")[::-1], LEXICON)
    assert {t.term_id for t in first.terms} == {t.term_id for t in second.terms}
    assert all(m.term_id in {t.term_id for t in first.terms} for m in first.mentions)
    assert [t.n_units for t in first.terms] == [3, 1]


def test_nothing_in_nothing_out() -> None:
    assert merge([], LEXICON).terms == ()


@pytest.mark.parametrize(
    ("short", "full", "is_one"),
    [
        ("NLOS", "非视距传播", True),
        ("SVM", "support vector machine", True),
        ("SVM", "ultra wide band", False),
        ("锂电池", "锂离子电池", True),
        ("电池", "锂离子电池", False),
        ("S1", "步骤一", False),
        ("MPU6050", "姿态传感器", False),
    ],
)
def test_abbreviation(short: str, full: str, is_one: bool) -> None:
    assert is_abbreviation(short, full) is is_one


def test_abbreviations_are_mined_from_the_texts() -> None:
    text = "研究非视距传播（NLOS）问题，NLOS环境"
    found = [
        TermMention(unit_id="u", term_id=None, surface=s, start=i, end=i + len(s), score=0.5, extractor="phrase")
        for s, i in (("非视距传播", 2), ("NLOS", 8))
    ]
    explained = Explanations([("u", text)], frozenset())
    explained.look("u", found)
    assert explained.mine({"非视距传播", "NLOS"}) == {"NLOS": "非视距传播"}
    assert len(merge(found, LEXICON, [("u", text)]).terms) == 1
    assert len(merge(found, LEXICON).terms) == 2


def test_key_keeps_something_of_every_surface() -> None:
    key = comparison_key(simplifier())
    assert key(" ") == " "
    assert key("5Ｇ 基站") == "5g基站"
