"""Text on a sheet: broken where it may be, cut where it must be, always whole in the title."""

from xml.etree.ElementTree import fromstring

import pytest

from nlp.records import Fragment, Paragraph
from nlp.writers.drawing import Sheet, text_width, wrap
from tests.nlp.writers.sample_draft import HOSTILE

SVG = "{http://www.w3.org/2000/svg}"


def label(text: str) -> Paragraph:
    return Paragraph(fragments=(Fragment(text=text),))


@pytest.mark.parametrize(
    ("text", "width", "lines", "expected", "cut"),
    [
        ("光刻胶", 60, 1, ("光刻胶",), False),
        ("先进封装用光刻胶", 50, 2, ("先进封装用", "光刻胶"), False),
        ("先进封装用光刻胶", 50, 1, ("先进封装…",), True),
        ("对准精度100nm以内", 52, 2, ("对准精度", "100nm以内"), False),  # a number stays whole
        ("精度100nm", 45, 1, ("精度…",), True),
        ("光刻胶，树脂", 30, 3, ("光刻", "胶，树", "脂"), False),  # no line begins with a comma
        ("存储（DRAM）", 50, 2, ("存储", "（DRAM）"), False),
        ("Xxxxxxxxxxxxxxxxxxxx", 30, 2, ("Xxxxx", "xxx…"), True),
        ("", 30, 2, ("",), False),
        ("第一行\n第二行", 200, 2, ("第一行 第二行",), False),
    ],
)
def test_wrapping(text: str, width: float, lines: int, expected: tuple[str, ...], cut: bool) -> None:
    wrapped = wrap(text, size=10, width=width, lines=lines)
    assert (wrapped.lines, wrapped.cut) == (expected, cut)
    assert all(text_width(line, 10) <= width for line in wrapped.lines[:-1] if len(line) > 2)


def test_a_cut_label_is_whole_in_its_title() -> None:
    sheet = Sheet(100, 50, alt="图")
    sheet.write(label("先进封装用光刻胶及其配套试剂"), (5, 5), size=10, width=60)
    root = fromstring(sheet.finish().svg)
    group = root.find(f"{SVG}g")
    assert group is not None and group.findtext(f"{SVG}title") == "先进封装用光刻胶及其配套试剂"
    assert "".join(group.itertext()).endswith("…")


@pytest.mark.parametrize("text", HOSTILE.values(), ids=HOSTILE.keys())
def test_a_label_is_nothing_but_text(text: str) -> None:
    sheet = Sheet(200, 50, alt=text)
    sheet.write(label(text), (5, 5), width=100, lines=2)
    sheet.rect((0, 0), 5, 5, title=label(text))
    root = fromstring(sheet.finish().svg)
    assert {e.tag.removeprefix(SVG) for e in root.iter()} <= {"svg", "rect", "g", "text", "tspan", "title"}
    assert sheet.finish().svg == sheet.finish().svg


def test_labels_and_ticks_are_listed_once_and_empty_ones_not_at_all() -> None:
    sheet = Sheet(100, 50, alt="图")
    for text in ("甲", "甲", ""):
        sheet.write(label(text), (5, 5))
    sheet.tick("10", (5, 5))
    drawing = sheet.finish()
    assert (drawing.labels, drawing.ticks) == ((label("甲"),), ("10",))
