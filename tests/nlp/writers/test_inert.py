"""What every text goes through, and what counts as a number."""

import pytest

from nlp.provenance import numerals
from nlp.records import Fragment, Paragraph, SourceRef
from nlp.writers.inert import inert, number_of, one_line, place
from nlp.writers.wording import WORDING


@pytest.mark.parametrize(
    ("text", "clean"),
    [
        ("10⁻⁶ Pa ≤ ㎡", "10⁻⁶ Pa ≤ ㎡"), ("甲\r\n乙\r丙\u2028丁", "甲\n乙\n丙\n丁"), ("甲\t乙", "甲\t乙"), ("\x00\x1b[31m", "[31m"), ("\u202e12\u202c", "12"),
        ("\ufeff甲\u200b乙", "甲乙"), ("\ud800\ufffe\uffff", ""),
    ],
)
def test_inert(text: str, clean: str) -> None:
    assert inert(text) == clean


def test_one_line() -> None:
    assert one_line(" 甲\n\n 乙\t丙 ") == "甲 乙 丙"


def test_place() -> None:
    assert place(SourceRef(table="topics", row="t\n-a", column="label")) == "topics/t -a/label"


@pytest.mark.parametrize(
    ("text", "column", "number"),
    [
        ("12", "n_demands", "12"), ("0.5", "urgency", "0.5"), ("-3", "change", "-3"), ("50.0%", "share", "50.0%"), ("未知", "share", None), ("000123", "code", None),
        ("12", "topic_id", None), ("12345678901", "code", None), ("1e5", "code", None), ("12 条", "text", None), ("=1", "text", None), ("１２", "text", None),
    ],
)
def test_number_of(text: str, column: str, number: str | None) -> None:
    source = SourceRef(table="topics", row="t-a", column=column)
    assert number_of(Paragraph(fragments=(Fragment(text=text, source=source),))) == number


def test_only_a_whole_sourced_cell_is_a_number() -> None:
    sourced = Fragment(text="12", source=SourceRef(table="topics", row="t-a", column="n_demands"))
    assert number_of(Paragraph(fragments=(Fragment(text="12"),))) is None
    assert number_of(Paragraph(fragments=(sourced, Fragment(text=" 条")))) is None
    assert number_of(Paragraph(fragments=())) is None


def test_our_own_words_hold_no_number() -> None:
    assert [text for text in WORDING if numerals(text)] == []
