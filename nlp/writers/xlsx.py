"""RoadmapDraft -> workbook: how to read it, the prose, then one sheet a group of like tables. Only file with xlsxwriter."""

import io
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Final

from nlp.records import Grid, Paragraph, RoadmapDraft, Section
from nlp.writers.inert import PROPERTY_LENGTH, inert, number_of, one_line
from nlp.writers.wording import CHAPTER, FULL_TEXT, GUIDE, GUIDE_TITLE, SHEET, SHEETS_TITLE, TABLE

__all__ = ["GUIDE_SHEET", "new_book", "write"]

GUIDE_SHEET: Final = "说明"
_NAME_LENGTH = 31  # Excel's limit
_CELL_LENGTH = 32767  # Excel's limit; the read-back check reports a text that was cut here
_FORBIDDEN = re.compile(r"[\[\]:*?/\\']")
_NUMERALS = "一二三四五六七八九十"
_NARROW, _BROAD, _SHEET_WIDTH, _TEXT_WIDTH = 8, 70, 130, 100  # column widths in characters
_LINE_HEIGHT, _TITLE_HEIGHT, _MOST_HEIGHT = 14.5, 22, 409  # points; the last is Excel's limit
_FONT = {"font_name": "宋体", "font_size": 10, "valign": "top", "text_wrap": True}
_INERT_OPTIONS = {
    "in_memory": True,
    "strings_to_formulas": False,
    "strings_to_urls": False,
    "strings_to_numbers": False,
    "nan_inf_to_errors": False,
}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Placed:
    """A table and the chapters (level 1 and its own) that it stands in."""

    number: int  # place among all tables of the draft
    grid: Grid
    part: str
    chapter: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _Group:
    """Tables with the same header in the same part: one sheet."""

    sheet: str
    tables: tuple[_Placed, ...]


# ---- planning -----------------------------------------------------------------------------


def _placed(sections: Iterable[Section]) -> Iterator[_Placed]:
    part, number = "", 0
    for section in sections:
        chapter = one_line(section.title.text)
        part = chapter if section.level == 1 else part
        for item in section.content:
            if isinstance(item, Grid):
                yield _Placed(number=number, grid=item, part=part, chapter=chapter)
                number += 1


def _numeral(number: int) -> str:
    """2 -> 二, 11 -> 十一, 120 -> 十二十: short, distinct and without digits, which is all a sheet name needs."""
    if number <= len(_NUMERALS):
        return _NUMERALS[number - 1]
    return f"{_numeral(number // 10)}十{_NUMERALS[number % 10 - 1] if number % 10 else ''}".replace("一十", "十")


def _sheet_name(wanted: str, taken: set[str]) -> str:
    """A name that Excel takes, in at most 31 characters, different from `taken` even in small letters."""
    stem = _FORBIDDEN.sub("", one_line(wanted)).strip()[:_NAME_LENGTH].strip() or TABLE
    name, number = stem, 1
    while name.lower() in taken or name.lower() == "history":
        number += 1
        suffix = f"（{_numeral(number)}）"
        name = stem[: _NAME_LENGTH - len(suffix)] + suffix
    return name


def _groups(draft: RoadmapDraft) -> list[_Group]:
    alike: dict[tuple[str, tuple[str, ...]], list[_Placed]] = {}
    for placed in _placed(draft.sections):
        alike.setdefault((placed.part, placed.grid.header), []).append(placed)
    groups: list[_Group] = []
    taken = {GUIDE_SHEET, FULL_TEXT}
    for (part, _), tables in alike.items():
        name = _sheet_name(tables[0].grid.caption or part if len(tables) == 1 else part, taken)
        taken.add(name.lower())
        groups.append(_Group(sheet=name, tables=tuple(tables)))
    return groups


# ---- writing ------------------------------------------------------------------------------


def _put(sheet: Any, row: int, column: int, text: str, look: Any) -> None:
    sheet.write_string(row, column, inert(text)[:_CELL_LENGTH], look)


def _put_title(sheet: Any, row: int, text: str, looks: dict[str, Any]) -> None:
    _put(sheet, row, 0, text, looks["title"])
    sheet.set_row(row, _TITLE_HEIGHT)


def _put_cell(sheet: Any, row: int, column: int, cell: Paragraph, looks: dict[str, Any]) -> None:
    text = number_of(cell)
    if text is None:
        _put(sheet, row, column, cell.text, looks["cell"])
    elif text.endswith("%"):
        # Through the numeral's own digits: 50.1 / 100 is not the float that 0.501 is for every numeral.
        sheet.write_number(row, column, float(f"{text[:-1]}e-2"), looks["share"])
    else:
        sheet.write_number(row, column, float(text), looks["number"])


def _fit(sheet: Any, row: int, texts: Iterable[str], widths: Iterable[int]) -> None:
    """Height for the longest wrapped cell; not every program works it out by itself."""
    lines = max((_lines(text, width) for text, width in zip(texts, widths, strict=True)), default=1)
    if lines > 1:
        sheet.set_row(row, min(_MOST_HEIGHT, lines * _LINE_HEIGHT))


def _lines(text: str, width: int) -> int:
    """Lines that a text takes in a column of `width` characters, a Chinese one being two wide."""
    return sum(1 + sum(2 if c > "\u2e80" else 1 for c in line) // max(1, width - 1) for line in text.split("\n"))


def _characters(grid: Grid) -> list[int]:
    weights = grid.widths or (1,) * len(grid.header)
    return [min(_BROAD, max(_NARROW, _SHEET_WIDTH * weight // sum(weights))) for weight in weights]


def _write_group(book: Any, group: _Group, looks: dict[str, Any]) -> None:
    """Line 1 names the table or part, line 2 is the header; several tables get two columns that tell them apart."""
    sheet, first = book.add_worksheet(group.sheet), group.tables[0]
    several = len(group.tables) > 1
    extra = (CHAPTER, TABLE) if several else ()
    header, widths = (*extra, *first.grid.header), [20] * len(extra) + _characters(first.grid)
    _put_title(sheet, 0, first.part if several else first.grid.caption or first.part, looks)
    for column, (text, width) in enumerate(zip(header, widths, strict=True)):
        _put(sheet, 1, column, text, looks["head"])
        sheet.set_column(column, column, width)
    line = 2
    for placed in group.tables:
        names = (placed.chapter, placed.grid.caption) if several else ()
        for cells in placed.grid.rows:
            _write_row(sheet, line, names, cells, looks)
            _fit(sheet, line, (*names, *(cell.text for cell in cells)), widths)
            line += 1
    _set_view(sheet, line, len(header))


def _write_row(sheet: Any, line: int, names: Sequence[str], cells: Sequence[Paragraph], looks: dict[str, Any]) -> None:
    for column, text in enumerate(names):
        _put(sheet, line, column, text, looks["cell"])
    for column, cell in enumerate(cells, start=len(names)):
        _put_cell(sheet, line, column, cell, looks)


def _set_view(sheet: Any, lines: int, columns: int) -> None:
    sheet.freeze_panes(2, 0)
    if columns:
        sheet.autofilter(1, 0, max(lines - 1, 1), columns - 1)
    sheet.set_landscape()
    sheet.set_paper(9)  # A4
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(1)


def _write_lines(sheet: Any, sections: Iterable[Section], homes: Iterator[str], line: int, looks: dict[str, Any]) -> int:
    """Headings and paragraphs in reading order; where a table stands, its caption with its sheet beside it."""
    for section in sections:
        if section.level == 1:
            _put_title(sheet, line, section.title.text, looks)
        else:
            _put(sheet, line, 0, section.title.text, looks["strong"])
        line += 1
        for item in section.content:
            if isinstance(item, Grid):
                _put(sheet, line, 0, item.caption, looks["body"])
                _put(sheet, line, 1, next(homes), looks["body"])
            else:
                _put(sheet, line, 0, item.text, looks["note" if isinstance(item, Paragraph) and item.style == "note" else "body"])
                _fit(sheet, line, (item.text,), (_TEXT_WIDTH,))
            line += 1
    return line


def _text_sheet(book: Any, name: str) -> Any:
    sheet = book.add_worksheet(name)
    sheet.set_column(0, 0, _TEXT_WIDTH)
    sheet.set_column(1, 1, 34)
    sheet.set_paper(9)  # A4
    sheet.fit_to_pages(1, 0)
    return sheet


def _write_texts(book: Any, draft: RoadmapDraft, groups: Sequence[_Group], looks: dict[str, Any]) -> None:
    """说明 (title, notice, scope, how to read, list of sheets) and 正文 (every other section)."""
    guide, prose = _text_sheet(book, GUIDE_SHEET), _text_sheet(book, FULL_TEXT)
    sheets = {placed.number: group.sheet for group in groups for placed in group.tables}
    homes = iter([sheets[number] for number in sorted(sheets)])
    _put_title(guide, 0, draft.title, looks)
    _put(guide, 1, 0, draft.notice, looks["warning"])
    line = _write_lines(guide, draft.sections[:1], homes, 2, looks)
    _put(guide, line, 0, GUIDE_TITLE, looks["head"])
    for offset, text in enumerate(GUIDE, start=1):
        _put(guide, line + offset, 0, text, looks["body"])
    line += len(GUIDE) + 1
    _put(guide, line, 0, SHEETS_TITLE, looks["head"])
    for offset, group in enumerate(groups, start=1):
        _put(guide, line + offset, 0, group.sheet, looks["body"])
        _put(guide, line + offset, 1, group.tables[0].part, looks["body"])
    _put(prose, 0, 0, FULL_TEXT, looks["head"])
    _put(prose, 0, 1, SHEET, looks["head"])
    _write_lines(prose, draft.sections[1:], homes, 1, looks)
    prose.freeze_panes(1, 0)


def _looks(book: Any) -> dict[str, Any]:
    framed = {"border": 1, "border_color": "#BFBFBF"}
    changes: dict[str, dict[str, object]] = {
        "body": {},
        "cell": framed,
        "note": {"font_color": "#595959", "font_size": 9},
        "strong": {"bold": True},
        "number": {"align": "right", **framed},
        "share": {"align": "right", "num_format": "0.0%", **framed},
        "title": {"bold": True, "font_name": "黑体", "font_size": 14, "text_wrap": False},
        "warning": {"bold": True, "font_color": "#8C1D18", "text_wrap": False},
        "head": {"bold": True, "font_name": "黑体", "bg_color": "#E7E6E6", **framed, "valign": "vcenter"},
    }
    return {name: book.add_format({**_FONT, **change}) for name, change in changes.items()}


def new_book(buffer: io.BytesIO, title: str, as_of: date) -> Any:
    """An empty workbook in which no string becomes a formula, a link or a number; its dates are `as_of`."""
    import xlsxwriter

    book = xlsxwriter.Workbook(buffer, _INERT_OPTIONS)
    book.set_properties({"title": one_line(title)[:PROPERTY_LENGTH], "created": datetime(as_of.year, as_of.month, as_of.day)})
    return book


def write(draft: RoadmapDraft, as_of: date) -> bytes:
    """The draft as .xlsx; dates inside are `as_of`, no cell is a formula or a link, the same arguments give the same bytes."""
    buffer = io.BytesIO()
    book = new_book(buffer, draft.title, as_of)
    looks, groups = _looks(book), _groups(draft)
    _write_texts(book, draft, groups, looks)
    for group in groups:
        _write_group(book, group, looks)
    book.close()
    return buffer.getvalue()
