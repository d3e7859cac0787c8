"""The Word document, read back with python-docx and lxml."""

import io
import zipfile
from datetime import datetime

import docx
import pytest
from lxml import etree

from nlp.records import Grid
from nlp.writers.docx import write
from tests.nlp.writers.sample_draft import AS_OF, DRAFT, HOSTILE, NOTICE, TITLE, draft, hostile, paragraph, section

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
DATA = write(DRAFT, AS_OF)


def opened(data: bytes = DATA) -> docx.document.Document:
    return docx.Document(io.BytesIO(data))


def part(name: str, data: bytes = DATA) -> etree._Element:
    return etree.fromstring(zipfile.ZipFile(io.BytesIO(data)).read(name))


def test_same_draft_same_bytes() -> None:
    assert write(DRAFT, AS_OF) == DATA


def test_dates_are_those_asked_for() -> None:
    entries = zipfile.ZipFile(io.BytesIO(DATA)).infolist()
    assert {entry.date_time[:3] for entry in entries} == {(2026, 3, 1)}
    properties = opened().core_properties
    assert (properties.created.replace(tzinfo=None), properties.title) == (datetime(2026, 3, 1), TITLE)
    assert "python-docx" not in f"{properties.author}{properties.comments}"


def test_headings_are_headings() -> None:
    found = [(p.style.name, p.text) for p in opened().paragraphs if p.style.name.startswith("Heading")]
    assert found == [("Heading 1", "范围与口径"), ("Heading 1", "优先主题"), ("Heading 2", "光刻胶树脂"), ("Heading 2", "混合键合 3D 封装")]


def test_contents_are_a_filled_field() -> None:
    listed = [p.text for p in opened().paragraphs if p.style.name.startswith("toc ")]
    assert listed == ["范围与口径", "优先主题", "光刻胶树脂", "混合键合 3D 封装"]
    body = part("word/document.xml")
    assert [f.get(f"{W}fldCharType") for f in body.iter(f"{W}fldChar")] == ["begin", "separate", "end"]
    assert part("word/settings.xml").find(f"{W}updateFields") is None


def test_long_contents_list_chapters_only() -> None:
    many = draft(section("a", "章", paragraph("字")), *(section(f"s-{n}", "节", paragraph("字"), level=2) for n in range(40)))
    assert [p.text for p in opened(write(many, AS_OF)).paragraphs if p.style.name.startswith("toc ")] == ["章"]


@pytest.mark.parametrize(("style", "font"), [("Normal", "宋体"), ("Heading 1", "黑体"), ("Heading 2", "黑体"), ("Title", "黑体"), ("引文", "楷体")])
def test_chinese_fonts_are_set_on_styles(style: str, font: str) -> None:
    fonts = opened().styles[style].element.rPr.rFonts
    assert (fonts.get(f"{W}eastAsia"), fonts.get(f"{W}ascii")) == (font, "Times New Roman")
    assert not [name for name in fonts.attrib if "Theme" in name]


def test_running_head_and_page_number() -> None:
    page = opened().sections[0]
    assert page.header.paragraphs[0].text == NOTICE
    assert [f.get(f"{W}instr") for f in page.footer._element.iter(f"{W}fldSimple")] == [" PAGE "]
    assert (page.page_width.cm, page.page_height.cm) == (pytest.approx(21, abs=0.01), pytest.approx(29.7, abs=0.01))


def test_bullets_are_a_real_list() -> None:
    document = opened()
    assert [p.text for p in document.paragraphs if p.style.name == "List Bullet"] == ["写作“未知”的地方表示材料中没有。", "权重见附录。"]
    assert document.styles["List Bullet"].element.pPr.numPr is not None


def test_table_repeats_its_head_and_keeps_its_widths() -> None:
    table = opened().tables[0]
    assert [[cell.text for cell in row.cells] for row in table.rows] == [
        ["主题", "需求", "战略必争", "占比"], ["光刻胶树脂", "12", "0.62", "50.1%"], ["混合键合 3D 封装", "0", "1", "未知"]
    ]
    assert table.rows[0]._tr.trPr.find(f"{W}tblHeader") is not None
    widths = [int(column.get(f"{W}w")) for column in table._tbl.iter(f"{W}gridCol")]
    assert widths[0] == pytest.approx(4 * widths[1], abs=4)
    assert sum(widths) <= 11906 - 2 * 1418
    assert table._tbl.tblPr.find(f"{W}tblLayout").get(f"{W}type") == "fixed"


def test_only_wide_tables_turn_the_page() -> None:
    wide = Grid(caption="宽表", header=("列",) * 10, rows=((paragraph("格"),) * 10,))
    document = opened(write(draft(section("a", "甲", paragraph("字")), section("b", "乙", wide), section("c", "丙", paragraph("字"))), AS_OF))
    assert [s.page_width > s.page_height for s in document.sections] == [False, True, False]
    assert len(opened().sections) == 1


@pytest.mark.parametrize("label", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_labels_stay_inert(label: str) -> None:
    data = write(hostile(label), AS_OF)
    body = part("word/document.xml", data)
    text = "".join(node.text or "" for node in body.iter(f"{W}t"))
    assert not any(ord(c) < 32 or c in "\u202e\u2066\u200f\ufeff\ufffe" or "\ud800" <= c < "\ue000" for c in text)
    assert [n for n in body.iter() if etree.QName(n).localname in {"hyperlink", "object", "drawing", "altChunk"}] == []
    assert len(opened(data).tables) == 1
