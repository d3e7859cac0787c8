import io
import zipfile
from datetime import date

import openpyxl
import pytest

from nlp.errors import MalformedRecord, UnmappedColumns
from nlp.understand.suggest import ACTIONS
from nlp.writers.triage_sheet import CODE, DECIDED_BY, DECISION, MERGE, OPINION, SHEET, TriageRow, read, write
from tests.nlp.office import xlsx

AS_OF = date(2024, 5, 1)


def row(submission_id: str, **changes: object) -> TriageRow:
    values: dict[str, object] = {
        "submission_id": submission_id, "version": 1, "organisation": "示例公司", "region": "江苏", "title": "=HYPERLINK(\"x\")加热盘", "received": date(2024, 4, 1),
        "complete": 6 / 7, "missing": ("研发投入",), "clarity": "清晰", "segment": "装备", "neighbours": ("相关 0.60 甲", "重复 0.90 乙"),
        "verdicts": (("指标项数", "fail", "只有 3 项"), ("明确对标", "pass", "写明了"), ("研发投入", "unknown", "没有写明")), "action": "退回补正", "reason": "指标不足"}
    return TriageRow(**{**values, **changes})


ROWS = [row("S1"), row("S2", action="合并到", merge_into="S1"), row("S2", version=2)]


def edited(changes: dict[tuple[int, str], str], rows: list[TriageRow] = ROWS) -> bytes:
    """The sheet after a person changed cells: (line of the data, column name) -> text."""
    book = openpyxl.load_workbook(io.BytesIO(write(rows, AS_OF)))
    sheet = book[SHEET]
    columns = {cell.value: cell.column for cell in sheet[3]}
    for (line, name), text in changes.items():
        sheet.cell(row=3 + line, column=columns[name], value=text)
    target = io.BytesIO()
    book.save(target)
    return target.getvalue()


def test_decisions_come_back_by_submission_and_version() -> None:
    data = edited({(1, DECISION): "接收", (2, DECISION): "合并到", (2, MERGE): "S1", (2, OPINION): "内容相同", (2, DECIDED_BY): "甲"})
    found = read(data)
    assert [(d.submission_id, d.version, d.action, d.merge_into) for d in found.decisions] == [("S1", 1, "接收", None), ("S2", 1, "合并到", "S1"), ("S2", 2, None, None)]
    assert found.decisions[1].opinion == "内容相同" and found.decisions[1].decided_by == "甲" and found.decisions[1].suggested == "合并到"
    assert found.changed == () and found.missing == 0


def test_an_untouched_sheet_decides_nothing_and_has_changed_nowhere() -> None:
    found = read(write(ROWS, AS_OF))
    assert all(d.action is None for d in found.decisions) and found.changed == ()


def test_a_changed_system_cell_is_named() -> None:
    found = read(edited({(1, "建议理由"): "没有问题", (1, DECISION): "接收"}))
    assert found.changed == ("第4行“建议理由”",)
    assert found.decisions[0].action == "接收"


@pytest.mark.parametrize("column", ["编号", "版本", CODE])
def test_a_row_whose_identity_was_changed_decides_nothing(column: str) -> None:
    found = read(edited({(1, column): "9", (1, DECISION): "接收"}))
    assert [d.submission_id for d in found.decisions] == ["S2", "S2"]
    assert found.changed == (f"第4行“{column}”",)


def test_a_column_that_staff_add_at_the_right_changes_nothing() -> None:
    book = openpyxl.load_workbook(io.BytesIO(write(ROWS, AS_OF)))
    sheet = book[SHEET]
    for line, text in ((3, "备注"), (4, "电话已联系")):
        sheet.cell(row=line, column=sheet.max_column + (line == 3), value=text)
    target = io.BytesIO()
    book.save(target)
    assert read(target.getvalue()).changed == ()


def test_an_unknown_action_is_refused_with_its_row() -> None:
    with pytest.raises(MalformedRecord, match=r"第5行（S2）.*“同意”不能识别"):
        read(edited({(2, DECISION): "同意"}))


def test_merging_without_saying_into_what_is_refused() -> None:
    with pytest.raises(MalformedRecord, match=r"第4行（S1）.*没有写对方编号"):
        read(edited({(1, DECISION): "合并到"}))


def test_a_row_that_stands_twice_is_refused() -> None:
    with pytest.raises(MalformedRecord, match="S1 版本 1 出现两次"):
        read(write([row("S1"), row("S1")], AS_OF))


def test_a_deleted_row_is_counted() -> None:
    book = openpyxl.load_workbook(io.BytesIO(write(ROWS, AS_OF)))
    book[SHEET].delete_rows(4)
    target = io.BytesIO()
    book.save(target)
    assert read(target.getvalue()).missing == 1


def test_another_sheet_is_refused_with_what_was_seen() -> None:
    with pytest.raises(UnmappedColumns, match="甲列"):
        read(xlsx({"表": [["甲列", "乙列"], ["1", "2"]]}))


def test_system_columns_are_locked_and_decisions_have_a_list() -> None:
    sheet = openpyxl.load_workbook(io.BytesIO(write(ROWS, AS_OF)))[SHEET]
    columns = {cell.value: cell.column for cell in sheet[3]}
    assert sheet.protection.sheet
    assert [name for name, column in columns.items() if not sheet.cell(row=4, column=column).protection.locked] == [DECISION, MERGE, OPINION, DECIDED_BY]
    (validation,) = sheet.data_validations.dataValidation
    assert validation.formula1 == '"' + ",".join(ACTIONS) + '"' and validation.type == "list"


def test_no_cell_is_a_formula_and_same_rows_give_same_bytes() -> None:
    data = write(ROWS, AS_OF)
    package = zipfile.ZipFile(io.BytesIO(data))
    assert all(b"<f>" not in package.read(name) for name in package.namelist() if name.startswith("xl/worksheets/"))
    assert data == write(ROWS, AS_OF)


def test_an_empty_round_is_a_sheet_with_a_header() -> None:
    assert read(write([], AS_OF)).decisions == ()
