"""triage.xlsx: one row a submission, system columns locked, decision columns with drop-downs; written, and read back."""

import hashlib
import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any, Final

from nlp.errors import MalformedRecord, UnmappedColumns
from nlp.understand.suggest import ACTIONS, Action
from nlp.writers.inert import inert
from nlp.writers.xlsx import new_book

__all__ = ["SHEET", "Decision", "Decisions", "TriageRow", "read", "write"]

SHEET: Final = "初筛"
TITLE: Final = "技术需求初筛表"
DECISION, MERGE, OPINION, DECIDED_BY, CODE = "决定", "合并到（编号）", "意见", "经办人", "校验码（请勿修改）"
_LEFT: Final = ("编号", "版本", "单位", "地区", "需求名称", "建议", "建议理由")
_OPEN: Final = (DECISION, MERGE, OPINION, DECIDED_BY)  # beside the suggestion; what it rests on stands to their right
_RIGHT: Final = ("填报日期", "要素完整", "缺少", "清晰度", "建议环节", "最近的其他需求", "影像（待人工核对）")
_WIDTHS: Final = {"编号": 16, "版本": 6, "单位": 18, "地区": 7, "需求名称": 28, "填报日期": 12, "要素完整": 10, "缺少": 14, "清晰度": 10, "建议环节": 12,
                  "最近的其他需求": 36, "影像（待人工核对）": 26, "建议": 12, "建议理由": 44, DECISION: 12, MERGE: 18, OPINION: 30, DECIDED_BY: 10, CODE: 10}
_MARKS: Final = {"pass": "✓ 符合", "fail": "✗ 不符合", "unknown": "? 未写明"}
_NOTE: Final = "灰色列由系统填写并锁定；请在“决定”列从下拉中选择，选“合并到”时在右侧写明对方编号。本表共 {n} 份材料，没有公式。"
_HEADER_ROW, _LONGEST = 2, 32767
_CODE_LENGTH = 5  # hex digits a cell: a change goes unseen once in a million


@dataclass(frozen=True, slots=True, kw_only=True)
class TriageRow:
    """One submission as staff see it. Personal data are masked before they come here."""

    submission_id: str
    version: int
    organisation: str | None
    region: str
    title: str
    received: date | None
    complete: float  # 0..1
    missing: tuple[str, ...]
    clarity: str
    segment: str
    neighbours: tuple[str, ...]  # nearest other demands and past projects, with the words that differ
    verdicts: tuple[tuple[str, str, str], ...]  # (heading of the rule, pass | fail | unknown, reason)
    action: Action
    reason: str
    merge_into: str | None = None
    scans: tuple[str, ...] = ()  # of a scanned form: field and the file of its picture


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    submission_id: str
    version: int
    suggested: Action
    action: Action | None  # None: not decided yet
    merge_into: str | None
    opinion: str
    decided_by: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Decisions:
    """What staff decided. `changed` names system cells that no longer hold what was written; `missing` counts rows gone."""

    decisions: tuple[Decision, ...]
    changed: tuple[str, ...]
    missing: int


# ---- writing ------------------------------------------------------------------------------


def _headings(rows: Sequence[TriageRow]) -> tuple[str, ...]:
    return tuple(dict.fromkeys(heading for row in rows for heading, _, _ in row.verdicts))


def _header(headings: Sequence[str]) -> tuple[str, ...]:
    return (*_LEFT, *_OPEN, *_RIGHT, *headings, CODE)


def _cells(row: TriageRow, headings: Sequence[str]) -> list[str]:
    """One text a column of the header, empty where a person is to write, and for the code."""
    judged = {heading: f"{_MARKS[verdict]}：{reason}" for heading, verdict, reason in row.verdicts}
    known = {
        "编号": row.submission_id, "版本": str(row.version), "单位": row.organisation or "", "地区": row.region, "需求名称": row.title,
        "建议": f"{row.action} {row.merge_into}" if row.merge_into else row.action, "建议理由": row.reason,
        "填报日期": row.received.isoformat() if row.received else "", "要素完整": f"{row.complete:.0%}", "缺少": "、".join(row.missing),
        "清晰度": row.clarity, "建议环节": row.segment, "最近的其他需求": "\n".join(row.neighbours),
        "影像（待人工核对）": "\n".join(row.scans)}
    return [inert({**judged, **known}.get(name, ""))[:_LONGEST].strip() for name in _header(headings)]


def _system(labels: Sequence[str]) -> list[int]:
    """Places of the columns that the system filled in; what staff add to the right of the code is theirs."""
    return [i for i, label in enumerate(labels[: labels.index(CODE)]) if label and label not in _OPEN]


def _code(cells: Sequence[str]) -> str:
    """A few digits a cell, so that reading back can name the cell that was changed."""
    return "".join(hashlib.sha256(f"{i}\0{cell}".encode()).hexdigest()[:_CODE_LENGTH] for i, cell in enumerate(cells))


def write(rows: Sequence[TriageRow], as_of: date) -> bytes:
    """The workbook; dates inside are `as_of`, no cell is a formula or a link, the same arguments give the same bytes."""
    buffer = io.BytesIO()
    book = new_book(buffer, TITLE, as_of)
    sheet, looks, headings = book.add_worksheet(SHEET), _looks(book), _headings(rows)
    header = _header(headings)
    sheet.write_string(0, 0, TITLE, looks["title"])
    sheet.write_string(1, 0, _NOTE.format(n=len(rows)), looks["note"])
    for column, name in enumerate(header):
        sheet.write_string(_HEADER_ROW, column, inert(name), looks["open_head" if name in _OPEN else "head"])
        sheet.set_column(column, column, _WIDTHS.get(name, 18))
    for line, row in enumerate(rows, start=_HEADER_ROW + 1):
        _write_row(sheet, line, header, _cells(row, headings), looks)
    _set_rules(sheet, header, len(rows))
    book.close()
    return buffer.getvalue()


def _write_row(sheet: Any, line: int, header: Sequence[str], cells: Sequence[str], looks: Mapping[str, Any]) -> None:
    for column, (name, cell) in enumerate(zip(header, cells, strict=True)):
        look = "open" if name in _OPEN else "fail" if cell.startswith("✗") else "doubt" if cell.startswith("?") else "cell"
        if name in _OPEN:
            sheet.write_blank(line, column, None, looks[look])
        elif name == CODE:
            sheet.write_string(line, column, _code([cells[i] for i in _system(header)]), looks["code"])
        else:
            sheet.write_string(line, column, cell, looks[look])
    sheet.set_row(line, 72)


def _set_rules(sheet: Any, header: Sequence[str], n: int) -> None:
    first, last, column = _HEADER_ROW + 1, _HEADER_ROW + max(n, 1), header.index(DECISION)
    sheet.data_validation(first, column, last, column, {
        "validate": "list", "source": list(ACTIONS), "ignore_blank": True, "error_type": "stop",
        "error_title": "不能识别的决定", "error_message": "请从下拉列表中选择。", "input_message": "请选择处理决定"})
    sheet.protect("", {"sort": True, "autofilter": True, "format_columns": True, "format_rows": True})
    sheet.autofilter(_HEADER_ROW, 0, last, len(header) - 1)
    sheet.freeze_panes(_HEADER_ROW + 1, _LEFT.index("需求名称") + 1)
    sheet.set_landscape()
    sheet.set_paper(8)  # A3
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(_HEADER_ROW)


def _looks(book: Any) -> dict[str, Any]:
    base: dict[str, object] = {"font_name": "宋体", "font_size": 10, "valign": "top", "text_wrap": True}
    framed = {**base, "border": 1, "border_color": "#BFBFBF"}
    return {name: book.add_format(look) for name, look in {
        "title": {"bold": True, "font_name": "黑体", "font_size": 14},
        "note": {"font_name": "宋体", "font_size": 10, "font_color": "#595959"},
        "head": {**framed, "bold": True, "font_name": "黑体", "bg_color": "#D9D9D9"},
        "open_head": {**framed, "bold": True, "font_name": "黑体", "bg_color": "#FFF2CC"},
        "cell": {**framed, "bg_color": "#F2F2F2"},
        "code": {"font_name": "宋体", "font_size": 6, "font_color": "#BFBFBF"},
        "fail": {**framed, "bg_color": "#F8D7DA"},
        "doubt": {**framed, "bg_color": "#FFF3CD"},
        "open": {**framed, "locked": False},
    }.items()}


# ---- reading back -------------------------------------------------------------------------


def read(data: bytes, name: str = "triage.xlsx") -> Decisions:
    """Decisions by submission and version, in the order of the sheet.

    Raises UnmappedColumns for a sheet that is not ours, MalformedRecord naming the row for a decision that is not one of
    ACTIONS, 合并到 without a number, a row that stands twice, and UnreadableDocument for a file that is no workbook.
    """
    from nlp.readers import read as read_document

    for table in read_document(name, data).tables:
        for index, header in enumerate(table.rows[:10]):
            labels = [label.strip() for label in header]
            if {"编号", "版本", DECISION, CODE} <= set(labels):
                return _decisions(name, labels, table.rows[index + 1 :], index + 1 + table.row_offset, _stated(table.rows[:index]))
    seen = [label.strip() for table in read_document(name, data).tables for label in (table.rows[0] if table.rows else ()) if label.strip()]
    raise UnmappedColumns(name, ["编号", "版本", DECISION, CODE], seen[:20])


def _stated(rows: Sequence[Sequence[str]]) -> int | None:
    """How many submissions the sheet was written with."""
    text = " ".join(cell for row in rows for cell in row)
    before, _, after = text.partition("本表共 ")
    return int(after.split(" ")[0]) if before and after.split(" ")[0].isdecimal() else None


def _decisions(name: str, labels: Sequence[str], rows: Sequence[Sequence[str]], first: int, stated: int | None) -> Decisions:
    found: dict[tuple[str, int], Decision] = {}
    changed: list[str] = []
    lines = 0
    for line, row in enumerate(rows, start=first):
        cells = dict(zip(labels, (cell.strip() for cell in row), strict=False))
        if not any(cells.values()):
            continue
        lines += 1
        altered = _altered(labels, row)
        changed += [f"第{line}行“{label}”" for label in altered]
        if {"编号", "版本", CODE} & set(altered):
            continue  # whose decision this is can no longer be said
        decision = _decision(f"{name} 第{line}行（{cells['编号']}）", cells)
        if (decision.submission_id, decision.version) in found:
            raise MalformedRecord(f"{name} 第{line}行", f"编号 {decision.submission_id} 版本 {decision.version} 出现两次", "请删去重复的一行")
        found[decision.submission_id, decision.version] = decision
    return Decisions(decisions=tuple(found.values()), changed=tuple(changed), missing=max(0, (stated or lines) - lines))


def _altered(labels: Sequence[str], row: Sequence[str]) -> list[str]:
    """Labels of the system cells of a row that differ from what its code says was written."""
    code = row[labels.index(CODE)].strip()
    system = _system(labels)
    was = [code[i : i + _CODE_LENGTH] for i in range(0, len(code), _CODE_LENGTH)]
    now = _code([row[i].replace("\r\n", "\n").strip() for i in system])
    parts = [now[i : i + _CODE_LENGTH] for i in range(0, len(now), _CODE_LENGTH)]
    if len(was) != len(parts):
        return [CODE]
    return [labels[i] for i, before, after in zip(system, was, parts, strict=True) if before != after]


def _decision(place: str, cells: Mapping[str, str]) -> Decision:
    action, merge_into = cells[DECISION], cells.get(MERGE, "")
    if action and action not in ACTIONS:
        raise MalformedRecord(place, f"决定“{action}”不能识别", f"请从下拉列表中选择：{'、'.join(ACTIONS)}")
    if action == "合并到" and not merge_into:
        raise MalformedRecord(place, "选了“合并到”而没有写对方编号", f"请在“{MERGE}”列写明")
    known: dict[str, Action] = {a: a for a in ACTIONS}
    suggested = known.get(cells.get("建议", "").split(" ")[0], "接收")
    return Decision(submission_id=cells["编号"], version=int(cells["版本"]), suggested=suggested, action=known.get(action),
                    merge_into=merge_into or None, opinion=cells.get(OPINION, ""), decided_by=cells.get(DECIDED_BY, ""))
