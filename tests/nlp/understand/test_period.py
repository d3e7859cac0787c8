"""Where the period stands in the text, so that a person can see it there."""

from pathlib import Path

import pytest

from nlp.understand.facet_words import load_facet_words
from nlp.understand.layout import lay_out
from nlp.understand.period import find_period, find_period_span

WORDS = load_facet_words(Path(__file__).resolve().parents[3] / "corpora" / "lexicons" / "facets.toml")
SAID = [
    ("项目周期为2024年1月至2026年12月。", 3.0, "2024年1月至2026年12月"),
    ("总预算800万元，期限两年半。", 2.5, "两年半"),
    ("预算三百万元，两年内完成样机研制。", 2.0, "两年"),
    ("近3年销售增长。计划通过3到4年的努力，实现应用。", 4.0, "3到4年"),
    ("产品寿命10年。\n攻关时限（年）\n2", 2.0, "（年）\n2"),
]


@pytest.mark.parametrize(("text", "years", "quote"), SAID)
def test_the_period_and_its_place(text: str, years: float, quote: str) -> None:
    whole = f"某项目\n{text}"
    layout = lay_out("某项目", whole, 4, WORDS)
    found = find_period_span(layout, WORDS)
    assert found is not None
    assert (found.years, whole[found.span.start : found.span.end]) == (years, quote)
    assert find_period(layout, WORDS) == years


def test_a_lifetime_is_no_period() -> None:
    assert find_period_span(lay_out("", "使用寿命不低于10年，近3年市场规模200亿元。", 0, WORDS), WORDS) is None
