"""The workbook, read back with openpyxl."""

import io
import zipfile

import openpyxl
import pytest

from nlp.writers.xlsx import write
from tests.nlp.writers.sample_draft import (
    AS_OF,
    DRAFT,
    HOSTILE,
    NOTICE,
    TITLE,
    detail,
    draft,
    hostile,
    paragraph,
    ranking,
    section,
)

DATA = write(DRAFT, AS_OF)


def opened(data: bytes = DATA) -> openpyxl.Workbook:
    return openpyxl.load_workbook(io.BytesIO(data))


def test_same_draft_same_bytes() -> None:
    assert write(DRAFT, AS_OF) == DATA
    assert opened().properties.created.date() == AS_OF


def test_guide_comes_first_and_holds_the_scope() -> None:
    texts = [row[0] for row in opened()["说明"].iter_rows(values_only=True)]
    assert texts[:4] == [TITLE, NOTICE, "范围与口径", "共有需求 12 条，地区：上海、江苏。"]
    assert "阅读说明" in texts and "工作表一览" in texts


def test_like_tables_share_a_sheet() -> None:
    book = opened()
    assert book.sheetnames == ["说明", "正文", "主题排序", "优先主题"]
    assert list(book["优先主题"].iter_rows(min_row=2, values_only=True)) == [
        ("所在章节", "表名", "编号", "摘录"), ("光刻胶树脂", "证据", "t-a", "nm……"), ("混合键合 3D 封装", "证据", "t-b", "nm……")
    ]


def test_numbers_are_numbers_under_a_frozen_filtered_head() -> None:
    sheet = opened()["主题排序"]
    assert [tuple(c.value for c in row) for row in sheet["A3:D4"]] == [("光刻胶树脂", 12, 0.62, 0.501), ("混合键合 3D 封装", 0, 1, "未知")]
    assert sheet["D3"].number_format == "0.0%"
    assert (sheet.freeze_panes, sheet.auto_filter.ref) == ("A3", "A2:D4")
    assert sheet.column_dimensions["A"].width > 3 * sheet.column_dimensions["B"].width
    assert sheet["A3"].alignment.wrap_text


@pytest.mark.parametrize("title", ["主题/排序:[*]?'" * 5, "HISTORY", "", "说明", "正文", "a" * 40])
def test_sheet_names_are_legal_and_distinct(title: str) -> None:
    sections = [section(f"s-{n}", title, ranking("t-a"), detail("t-a")) for n in range(12)]
    grids = [g for n in range(12) for g in (section(f"p-{n}", f"{title}甲", ranking("t-a"), detail("t-a")),)]
    names = opened(write(draft(*sections, *grids), AS_OF)).sheetnames
    assert len({name.lower() for name in names}) == len(names)
    assert max(map(len, names)) <= 31
    assert not any(set(name) & set("[]:*?/\\'") for name in names)


@pytest.mark.parametrize("label", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_labels_stay_inert(label: str) -> None:
    data = write(hostile(label), AS_OF)
    cells = [cell for sheet in opened(data) for row in sheet.iter_rows() for cell in row if cell.value is not None]
    assert {cell.data_type for cell in cells} <= {"s", "n"}
    assert [cell for cell in cells if cell.hyperlink] == []
    package = zipfile.ZipFile(io.BytesIO(data))
    sheets = b"".join(package.read(name) for name in package.namelist() if "worksheets" in name)
    assert b"<f>" not in sheets and b"hyperlink" not in sheets


def test_no_table_no_sheet() -> None:
    assert opened(write(draft(section("a", "章", paragraph("字"))), AS_OF)).sheetnames == ["说明", "正文"]
