"""Workbooks (xlsx, xls, et, xlsb, ods) through calamine: one table a sheet. The only file that imports it.

Run it in a process that may die (flows/sandbox.py): calamine can abort on a hostile file that passes the checks here.
"""

import io
from collections.abc import Mapping, Sequence
from datetime import date, datetime, time, timedelta

from nlp.errors import UnreadableDocument
from nlp.readers.compound import refuse_broken_chains
from nlp.readers.document import make_document
from nlp.readers.guards import open_package
from nlp.readers.sheet_xml import MAX_CELLS, Overlay, overlays, package_notes, refuse_vast_sheets
from nlp.records import Document, Merge, Table

__all__ = ["read"]

_AGAIN = "请在 Excel 或 WPS 中重新打开并另存为 .xlsx"
_SHOWN = 5  # cells that a note names
_Range = tuple[tuple[int, int], tuple[int, int]]  # first and last cell


def read(name: str, data: bytes) -> Document:
    """Tables from cell A1 on, so that row numbers are the sheet's own. Dates are ISO, whole numbers have no ".0".

    Hidden sheets are read and reported. Raises UnreadableDocument.
    """
    from python_calamine import CalamineError, CalamineWorkbook, PasswordError

    found, notes = _preflight(name, data)
    try:
        workbook = CalamineWorkbook.from_filelike(io.BytesIO(data))
        tables = []
        for meta in workbook.sheets_metadata:
            if str(meta.typ) != "SheetTypeEnum.WorkSheet":
                continue
            sheet = workbook.get_sheet_by_name(meta.name)
            if sheet.total_height * sheet.total_width > MAX_CELLS:
                raise UnreadableDocument(name, f"工作表“{meta.name}”超过 {MAX_CELLS:,} 格", "请删除表格右侧和下方的空白区域后另存")
            table = _table(meta.name, sheet.to_python(skip_empty_area=False), sheet.merged_cell_ranges or [], found.get(meta.name))
            tables.append(table)
            if str(meta.visible) != "SheetVisibleEnum.Visible" and table.rows:
                notes.append(f"工作表“{meta.name}”是隐藏的，也已读取")
    except PasswordError as error:
        raise UnreadableDocument(name, "文件有密码", "请去掉密码后重新放入") from error
    except (CalamineError, ValueError, OSError) as error:
        raise UnreadableDocument(name, "工作簿已损坏、不完整或有密码", _AGAIN) from error
    return make_document(name, data, tables=tables, warnings=[*notes, *_cell_notes(found)])


def _preflight(name: str, data: bytes) -> tuple[Mapping[str, Overlay], list[str]]:
    """Checks of a zip-based workbook, its corrections by sheet, and what stands beside the cells."""
    if not data.startswith(b"PK"):
        refuse_broken_chains(name, data)
        return {}, []
    package = open_package(name, data)
    refuse_vast_sheets(name, package)
    if "xl/workbook.bin" in package.namelist() or "content.xml" in package.namelist():
        return {}, []
    return overlays(name, package), package_notes(name, package)


def _cell_notes(found: Mapping[str, Overlay]) -> list[str]:
    notes = []
    for sheet, overlay in found.items():
        if cells := overlay.unvalued:
            notes.append(f"工作表“{sheet}”有 {len(cells)} 个公式没有存下结果（{'、'.join(cells[:_SHOWN])}），读作空格；请在 Excel 中打开保存一次")
        if cells := overlay.long_numbers:
            notes.append(f"工作表“{sheet}”有 {len(cells)} 个数字超过 15 位（{'、'.join(cells[:_SHOWN])}），末位已丢失，请向填报单位核对")
    return notes


def _table(sheet: str, rows: Sequence[Sequence[object]], ranges: Sequence[_Range], overlay: Overlay | None) -> Table:
    texts = overlay.texts if overlay else {}
    cells = tuple(tuple(texts.get((i, j)) or _cell(value) for j, value in enumerate(row)) for i, row in enumerate(rows))
    merges = tuple(Merge(top=a, left=b, bottom=c, right=d) for (a, b), (c, d) in ranges if a <= c and b <= d and a < len(cells))
    return Table(rows=cells, location=f"工作表“{sheet}”", merges=merges)


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
