"""The same proof for workbooks."""

import io

import openpyxl
import pytest

from nlp.readback_xlsx import check_xlsx
from nlp.writers import write_xlsx
from tests.nlp.test_readback import changed, without_a_cell
from tests.nlp.writers.sample_draft import AS_OF, DRAFT, HOSTILE, hostile

DATA = write_xlsx(DRAFT, AS_OF)


def edited(sheet: str, cell: str, value: object) -> bytes:
    """The workbook with one cell changed, as by a person."""
    book, buffer = openpyxl.load_workbook(io.BytesIO(DATA)), io.BytesIO()
    book[sheet][cell] = value
    book.save(buffer)
    return buffer.getvalue()


@pytest.mark.parametrize("label", ["", *HOSTILE.values()], ids=["sample", *HOSTILE.keys()])
def test_our_writer_neither_invents_nor_loses(label: str) -> None:
    written = hostile(label) if label else DRAFT
    assert check_xlsx(write_xlsx(written, AS_OF), written) == ()


def test_a_workbook_saved_unchanged_by_another_program_passes() -> None:
    assert check_xlsx(edited("主题排序", "B3", 12), DRAFT) == ()


@pytest.mark.parametrize(
    ("sheet", "cell", "value", "count"),
    [
        ("主题排序", "B3", 13, 2), ("主题排序", "D3", 0.502, 2), ("主题排序", "D3", None, 2), ("主题排序", "B2", "专利", 2), ("主题排序", "A5", "新增一行", 1),
        ("主题排序", "A1", "另一张表", 1), ("优先主题", "B3", "别的证据", 1), ("说明", "A4", "共有需求 13 条", 2), ("正文", "A3", None, 1), ("正文", "B9", "旁注", 1),
        ("主题排序", "B3", "=6+6", 2),
    ],
)
def test_a_changed_workbook_is_found(sheet: str, cell: str, value: object, count: int) -> None:
    assert len(check_xlsx(edited(sheet, cell, value), DRAFT)) == count


def test_a_lost_cell_is_found() -> None:
    assert len(check_xlsx(write_xlsx(without_a_cell(DRAFT), AS_OF), DRAFT)) == 2


def test_a_text_too_long_for_a_cell_is_reported_not_hidden() -> None:
    written = hostile("长" * 40_000)
    assert {f.problem for f in check_xlsx(write_xlsx(written, AS_OF), written)} >= {"文件中缺少草稿的内容"}


def test_a_number_in_a_sheet_name_must_be_the_drafts() -> None:
    renamed = changed(DATA, "xl/workbook.xml", 'name="优先主题"', 'name="前10主题"')
    assert "工作表名称含有草稿里没有的数字" in {f.problem for f in check_xlsx(renamed, DRAFT)}
