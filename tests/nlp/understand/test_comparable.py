import pytest

from nlp.terms.canonical import simplifier
from nlp.terms.lexicon import load_lexicon
from nlp.terms.segmenter import segmenter
from nlp.understand.comparable import Reader, fold
from nlp.understand.wordlists import load_duplicate_words
from tests.nlp.understand.duplicate_pairs import LEXICONS

LEXICON = load_lexicon(LEXICONS)
READER = Reader(segmenter(LEXICON.entries), load_duplicate_words(LEXICONS / "duplicates.toml", LEXICON), simplifier())


@pytest.mark.parametrize(
    ("written", "figures"),
    [
        ("线宽7nm", {(7e-9, "length")}),
        ("线宽7 纳米", {(7e-9, "length")}),
        ("0.18微米工艺", {(1.8e-7, "length")}),
        ("工作温度-40～225℃", {(-40, "°C"), (225, "°C")}),
        ("泄漏率≤1×10⁻⁹Pa", {(1e-9, "pressure")}),
        ("缺陷率低于10^-6", {(1e-6, "")}),
        ("预算300万元，周期2年", set()),
        ("1、要求强度；2、要求硬度", set()),
        ("T800级碳纤维", set()),
    ],
)
def test_figures(written: str, figures: set[tuple[float, str]]) -> None:
    assert READER.read("x", "", written).figures == figures


@pytest.mark.parametrize(
    ("a", "b", "same"),
    [
        ("提高精度，降低成本。", "提高精度 , 降低成本", True),
        ("薄膜厚度≥1.5 mm", "薄膜厚度>=1.5mm", True),
        ("薄膜厚度≥1.5mm", "薄膜厚度≥15mm", False),
        ("矽晶圓表面缺陷", "硅晶圆表面缺陷", True),
    ],
)
def test_what_counts_as_identical(a: str, b: str, same: bool) -> None:
    assert (READER.read("a", "题", a).whole == READER.read("b", "题", b).whole) == same


def test_what_is_said_on_the_organisation_is_no_need() -> None:
    read = READER.read("x", "泵体密封", "泵体密封泄漏。\n工作基础：拥有光谱仪、磨床。\n预期目标：泄漏率下降。\n公司成立于1998年，注册资本5000万元，员工200人。")
    assert "光谱仪" not in {w.key for w in read.words}
    assert "注册资本" not in read.need and "泄漏率" in read.need
    assert "光谱仪" in read.text


def test_a_text_of_nothing_else_is_all_need() -> None:
    assert READER.read("x", "题", "公司成立于1998年，注册资本5000万元。").need


def test_words_stand_where_they_say() -> None:
    read = READER.read("x", "钨抛光液颗粒控制", "抛光液中颗粒过大，晶圆表面划伤。")
    assert all(read.text[w.start : w.start + len(w.key)] == w.key for w in read.words)


@pytest.mark.parametrize(("raw", "folded"), [("ＡＢ１", "AB1"), ("10⁻⁶", "10^-6"), ("m²", "m²"), ("5~8", "5～8"), ("±0.5℃", "±0.5°C")])
def test_fold(raw: str, folded: str) -> None:
    assert fold(raw) == folded
