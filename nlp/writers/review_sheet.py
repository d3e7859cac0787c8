"""review.xlsx: one row a topic and a challenge for an expert to score, a sheet for nominations; written, and read back."""

import io
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from nlp.errors import UnmappedColumns
from nlp.records import Nomination, Rejected, Table
from nlp.review import CRITERIA, Ballot, Rating
from nlp.writers.inert import inert
from nlp.writers.xlsx import new_book

__all__ = ["Returned", "ReviewItem", "read", "write"]

TITLE: Final = "专家评审表"
NOMINATIONS: Final = "专家提名"
EXPERT, RUN = "专家姓名（或代号）", "运行编号"
ITEM, KIND, NAME, SEGMENT, GROUNDS, RECUSED, COMMENT = "编号", "类别", "名称", "环节", "依据", "回避", "意见"
_NOMINATED: Final = ("提名的方向或榜单", "所属环节", "理由与依据")
_LANES: Final = 12  # empty rows for nominations
_HEADER_ROW: Final = 4
_WIDTHS: Final = {ITEM: 20, KIND: 8, NAME: 32, SEGMENT: 10, GROUNDS: 46, RECUSED: 8, COMMENT: 40}
_NOTE: Final = ("每项按 1–5 分评价（5 最高，不了解可留空）；与本单位有利害关系的请在“回避”列选“是”，该行不计分。"
                "黄色表头的列由专家填写，其余已锁定。清单之外的方向请写在“专家提名”表。")
_BLIND: Final = "本表为盲评：不显示系统的位次与分值。"
_LONGEST: Final = 32767


@dataclass(frozen=True, slots=True, kw_only=True)
class ReviewItem:
    """One row of the sheet; `grounds` is what the system knows of it and stays empty on a blind sheet."""

    item_id: str
    kind: str  # 主题 or 榜单
    name: str
    segment: str
    grounds: str = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Returned:
    """An expert's sheet as it came back, and what of it could not be counted."""

    ballot: Ballot
    rejected: tuple[Rejected, ...]


# ---- writing ------------------------------------------------------------------------------


def write(items: Sequence[ReviewItem], run_id: str, as_of: date, *, blind: bool) -> bytes:
    """The workbook; no cell is a formula or a link, the same arguments give the same bytes."""
    buffer = io.BytesIO()
    book = new_book(buffer, TITLE, as_of)
    looks, header = _looks(book), _header(blind)
    sheet = book.add_worksheet(TITLE)
    sheet.write_string(0, 0, TITLE, looks["title"])
    sheet.write_string(1, 0, _NOTE + (_BLIND if blind else ""), looks["note"])
    sheet.write_string(2, 0, RUN, looks["note"])
    sheet.write_string(2, 1, run_id, looks["note"])
    sheet.write_string(3, 0, EXPERT, looks["open_head"])
    sheet.merge_range(3, 1, 3, 2, "", looks["open"])
    for column, name in enumerate(header):
        sheet.write_string(_HEADER_ROW, column, name, looks["open_head" if name in (*CRITERIA, RECUSED, COMMENT) else "head"])
        sheet.set_column(column, column, _WIDTHS.get(name, 9))
    for line, item in enumerate(items, start=_HEADER_ROW + 1):
        _write_item(sheet, line, header, item, looks)
    _set_rules(sheet, header, len(items))
    _write_lanes(book.add_worksheet(NOMINATIONS), looks)
    book.close()
    return buffer.getvalue()


def _header(blind: bool) -> tuple[str, ...]:
    return (ITEM, KIND, NAME, SEGMENT, *(() if blind else (GROUNDS,)), RECUSED, *CRITERIA, COMMENT)


def _write_item(sheet: Any, line: int, header: Sequence[str], item: ReviewItem, looks: Mapping[str, Any]) -> None:
    known = {ITEM: item.item_id, KIND: item.kind, NAME: item.name, SEGMENT: item.segment, GROUNDS: item.grounds}
    for column, name in enumerate(header):
        if name in known:
            sheet.write_string(line, column, inert(known[name])[:_LONGEST], looks["cell"])
        else:
            sheet.write_blank(line, column, None, looks["open"])
    sheet.set_row(line, 60 if GROUNDS in header else 32)


def _set_rules(sheet: Any, header: Sequence[str], n: int) -> None:
    first, last, scores = _HEADER_ROW + 1, _HEADER_ROW + max(n, 1), header.index(CRITERIA[0])
    sheet.data_validation(first, scores, last, scores + len(CRITERIA) - 1, {
        "validate": "list", "source": ["1", "2", "3", "4", "5"], "ignore_blank": True, "error_type": "stop",
        "error_title": "分值有误", "error_message": "请填 1 至 5 的整数，不了解可留空。"})
    sheet.data_validation(first, header.index(RECUSED), last, header.index(RECUSED), {"validate": "list", "source": ["是"], "ignore_blank": True})
    sheet.protect("", {"sort": True, "autofilter": True, "format_columns": True, "format_rows": True})
    sheet.freeze_panes(_HEADER_ROW + 1, header.index(NAME) + 1)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(_HEADER_ROW)


def _write_lanes(sheet: Any, looks: Mapping[str, Any]) -> None:
    for column, (name, width) in enumerate(zip(_NOMINATED, (40, 14, 80), strict=True)):
        sheet.write_string(0, column, name, looks["open_head"])
        sheet.set_column(column, column, width)
        for line in range(1, _LANES + 1):
            sheet.write_blank(line, column, None, looks["open"])


def _looks(book: Any) -> dict[str, Any]:
    base: dict[str, object] = {"font_name": "宋体", "font_size": 10, "valign": "top", "text_wrap": True}
    framed = {**base, "border": 1, "border_color": "#BFBFBF"}
    head = {**framed, "bold": True, "font_name": "黑体"}
    return {name: book.add_format(look) for name, look in {
        "title": {"bold": True, "font_name": "黑体", "font_size": 14},
        "note": {"font_name": "宋体", "font_size": 10, "font_color": "#595959"},
        "head": {**head, "bg_color": "#D9D9D9"}, "open_head": {**head, "bg_color": "#FFF2CC"},
        "cell": {**framed, "bg_color": "#F2F2F2"}, "open": {**framed, "locked": False},
    }.items()}


# ---- reading back -------------------------------------------------------------------------


def read(data: bytes, source: str) -> Returned:
    """The ballot in a sheet that came back; rows that cannot be counted are in `rejected` with their reason.

    Raises UnmappedColumns for a sheet that is not ours and UnreadableDocument for a file that is no workbook. A sheet
    without an expert's name is counted under its file name.
    """
    from nlp.readers import read as read_document

    tables = read_document(source, data).tables
    for table in tables:
        for index, header in enumerate(table.rows):
            labels = [cell.strip() for cell in header]
            if {ITEM, RECUSED, *CRITERIA} <= set(labels):
                return _returned(source, table, index, labels, tables)
    raise UnmappedColumns(source, [ITEM, RECUSED, *CRITERIA], [cell for t in tables for cell in (t.rows[0] if t.rows else ()) if cell.strip()][:20])


def _returned(source: str, table: Table, index: int, labels: Sequence[str], tables: Sequence[Table]) -> Returned:
    ratings: dict[str, Rating] = {}
    rejected: list[Rejected] = []
    for number, row in enumerate(table.rows[index + 1 :], start=index + 1 + table.row_offset):
        cells = dict(zip(labels, (cell.strip() for cell in row), strict=False))
        item = cells.get(ITEM, "")
        scores, wrong = _scores(cells)
        if item and (wrong or item in ratings):
            reason = f"分值“{wrong}”不是 1 至 5 的整数" if wrong else f"编号 {item} 出现两次"
            rejected.append(Rejected(source=source, location=f"第{number}行", reason=reason, remedy="请改正后重新导入"))
        elif item:
            ratings[item] = Rating(item_id=item, scores=scores, recused=cells.get(RECUSED, "") not in ("", "否"), comment=cells.get(COMMENT, ""))
    front = {row[i].strip(): row[i + 1].strip() for row in table.rows[:index] for i in range(len(row) - 1) if row[i].strip()}
    expert = front.get(EXPERT) or source
    ballot = Ballot(expert=expert, source=source, run_id=front.get(RUN, ""), ratings=tuple(ratings.values()),
                    nominations=tuple(_nominations(expert, tables)))
    return Returned(ballot=ballot, rejected=tuple(rejected))


def _scores(cells: Mapping[str, str]) -> tuple[tuple[int | None, ...], str]:
    """The six scores, and the first cell that is none."""
    texts = [cells.get(c, "").removesuffix(".0") for c in CRITERIA]
    wrong = next((t for t in texts if t and t not in ("1", "2", "3", "4", "5")), "")
    return tuple(int(t) if t and not wrong else None for t in texts), wrong


def _nominations(expert: str, tables: Sequence[Table]) -> Iterator[Nomination]:
    for table in tables:
        for index, header in enumerate(table.rows):
            labels = [cell.strip() for cell in header]
            if not set(_NOMINATED) <= set(labels):
                continue
            for row in table.rows[index + 1 :]:
                title, segment, reason = (row[labels.index(name)].strip() for name in _NOMINATED)
                if title:
                    yield Nomination(expert=expert, title=title, segment=segment, reason=reason)
