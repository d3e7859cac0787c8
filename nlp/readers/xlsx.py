"""xlsx through calamine: one table a sheet. The only file that imports it."""

import io
import re
import zipfile
from collections.abc import Sequence
from datetime import date, datetime, time, timedelta

from nlp.errors import UnreadableDocument
from nlp.readers.document import make_document
from nlp.readers.guards import open_package, read_member
from nlp.records import Document, Table

__all__ = ["read"]

MAX_CELLS = 5_000_000
_REFERENCE = re.compile(rb'\br="([A-Z]{1,3})([0-9]{1,7})"')


def read(name: str, data: bytes) -> Document:
    """Tables from cell A1 on, so that row numbers are the sheet's own. Dates are ISO, whole numbers have no ".0"."""
    from python_calamine import CalamineError, CalamineWorkbook

    package = open_package(name, data, needs="xl/workbook.xml")
    _refuse_vast_sheets(name, package)
    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(data))
        tables = [_table(sheet, workbook.get_sheet_by_name(sheet).to_python(skip_empty_area=False)) for sheet in workbook.sheet_names]
    except (CalamineError, ValueError, OSError) as error:
        raise UnreadableDocument(name, "工作簿已损坏或不完整", "请在 Excel 或 WPS 中重新打开并另存为 .xlsx") from error
    return make_document(name, data, tables=tables)


def _refuse_vast_sheets(name: str, package: zipfile.ZipFile) -> None:
    """One cell at XFD1048576 makes calamine reserve the whole grid and abort the process."""
    for member in package.namelist():
        if not (member.startswith("xl/worksheets/") and member.endswith(".xml")):
            continue
        rows, columns = 0, 0
        for letters, digits in _REFERENCE.findall(read_member(name, package, member)):
            rows, columns = max(rows, int(digits)), max(columns, _column(letters))
        if rows * columns > MAX_CELLS:
            raise UnreadableDocument(name, f"工作表大小 {rows} 行 × {columns} 列，超过上限", "请删除表格右侧和下方的空白区域后另存")


def _column(letters: bytes) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


def _table(sheet: str, rows: Sequence[Sequence[object]]) -> Table:
    return Table(rows=tuple(tuple(_cell(value) for value in row) for row in rows), location=f"工作表“{sheet}”")


def _cell(value: object) -> str:
    match value:
        case bool():
            return "是" if value else "否"
        case float():
            return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
        case datetime():
            return value.date().isoformat() if value.time() == time() else value.isoformat(sep=" ", timespec="minutes")
        case date() | time():
            return value.isoformat()
        case timedelta():
            return str(value)
        case _:
            return str(value)
