"""Proves that a workbook says what the draft says. Numbers are compared as numbers, all else as text."""

import io
import posixpath
import re
import zipfile
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from decimal import Decimal

from lxml import etree

from nlp.provenance import Finding, fold, numerals
from nlp.readback import Reading, compare, out_of_order, parse_xml, row_line
from nlp.records import Grid, RoadmapDraft
from nlp.writers.wording import CHAPTER, SHEETS_TITLE, TABLE

__all__ = ["check_xlsx"]

_S = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_R_ID = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}id"
_NUMBER = re.compile(r"-?\d+(?:\.\d+)?%?")
_WORDLESS = re.compile(r"\W+")
_SUFFIX = re.compile(r"（[一二三四五六七八九十]+）$")  # tells sheets of the same name apart
_TEXT_SHEETS = 2  # 说明 and 正文; every other sheet is a table
_EXTRA = [CHAPTER, TABLE]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Sheet:
    name: str
    rows: tuple[tuple[str, ...], ...]  # no empty rows, no empty cells at the end of a row


def _canonical(text: str) -> str:
    """One spelling for one number, so that 0.50, 0.5 and 50.0% are equal; other texts folded."""
    folded = fold(text)
    if not _NUMBER.fullmatch(folded):
        return folded
    number = Decimal(folded.rstrip("%")).scaleb(-2 if folded.endswith("%") else 0)
    return f"{number.normalize():f}"


def _cell_text(cell: etree._Element, strings: Sequence[str]) -> str:
    formula, value = cell.find(f"{_S}f"), cell.findtext(f"{_S}v") or ""
    if formula is not None:
        return f"[公式] ={formula.text}"  # a live formula is never the draft's text, even with the same characters
    kind = cell.get("t", "n")
    if kind == "inlineStr":
        return _joined(cell)
    if kind == "s":
        return strings[int(value)]
    return f"{Decimal(f'{float(value):.12g}'):f}" if kind == "n" and value else value  # the file holds binary floats


def _sheet_rows(page: etree._Element, strings: Sequence[str]) -> Iterator[tuple[str, ...]]:
    for row in page.iter(f"{_S}row"):
        texts = {_column(cell.get("r", "")): _cell_text(cell, strings) for cell in row.iter(f"{_S}c")}
        cells = tuple(texts.get(column, "") for column in range(max(texts, default=-1) + 1))
        if any(cells):
            yield cells


def _column(reference: str) -> int:
    """B7 -> 1."""
    number = 0
    for letter in reference.rstrip("0123456789"):
        number = number * 26 + ord(letter) - ord("A") + 1
    return number - 1


def _joined(element: etree._Element) -> str:
    return "".join(part.text or "" for part in element.iter(f"{_S}t"))


def _shared_strings(package: zipfile.ZipFile) -> list[str]:
    if "xl/sharedStrings.xml" not in package.namelist():
        return []
    return [_joined(item) for item in parse_xml(package.read("xl/sharedStrings.xml")).iter(f"{_S}si")]


def _sheets(data: bytes) -> Iterator[_Sheet]:
    package = zipfile.ZipFile(io.BytesIO(data))
    links = parse_xml(package.read("xl/_rels/workbook.xml.rels"))
    targets = {link.get("Id", ""): link.get("Target", "") for link in links}
    strings = _shared_strings(package)
    for sheet in parse_xml(package.read("xl/workbook.xml")).iter(f"{_S}sheet"):
        page = parse_xml(package.read(posixpath.join("/xl", targets[sheet.get(_R_ID, "")])[1:]))
        yield _Sheet(name=sheet.get("name", ""), rows=tuple(_sheet_rows(page, strings)))


# ---- comparing ----------------------------------------------------------------------------


def _expected_text(draft: RoadmapDraft) -> Iterator[str]:
    yield from (fold(draft.title), fold(draft.notice))
    for section in draft.sections:
        yield fold(section.title.text)
        for item in section.content:
            yield fold(item.caption if isinstance(item, Grid) else item.text)


def _grids(draft: RoadmapDraft) -> Iterator[Grid]:
    return (item for section in draft.sections for item in section.content if isinstance(item, Grid))


def _expected_tables(draft: RoadmapDraft) -> Iterator[str]:
    """Each different header once, for like tables share a sheet, then every row."""
    yield from {row_line(map(_canonical, grid.header)) for grid in _grids(draft)}
    for grid in _grids(draft):
        yield from (row_line(_canonical(cell.text) for cell in cells) for cells in grid.rows)


def _read_tables(sheets: Sequence[_Sheet]) -> Reading:
    headers, lines, repeats = set[str](), list[str](), list[str]()
    for sheet in sheets:
        title, header, *rows = (*sheet.rows, (), ())[: max(2, len(sheet.rows))]
        extra = len(_EXTRA) if list(header[: len(_EXTRA)]) == _EXTRA else 0
        headers.add(row_line(map(_canonical, header[extra:])))
        repeats += [fold(text) for cells in (title, *(row[:extra] for row in rows)) for text in cells]
        # Empty cells at the end of a row are not stored, yet they belong to it.
        padded = ((*row, *[""] * (len(header) - len(row))) for row in rows)
        lines += [row_line(map(_canonical, row[extra:])) for row in padded]
    return Reading(lines=(*headers, *lines), repeats=tuple(repeats))


def _read_text(sheets: Sequence[_Sheet], names: set[str]) -> Reading:
    """Column A is the text, column B names sheets and chapters; so does all that follows 工作表一览."""
    lines, repeats = list[str](), list[str]()
    for sheet in sheets:
        firsts = [fold(row[0]) for row in sheet.rows]
        end = firsts.index(SHEETS_TITLE) if SHEETS_TITLE in firsts else len(firsts)
        lines += firsts[:end]
        repeats += firsts[end:]
        repeats += [fold(text) for row in sheet.rows for text in row[1:]]
    return Reading(lines=tuple(lines), repeats=tuple(text for text in repeats if text not in names))


def _name_findings(sheets: Sequence[_Sheet], expected: Iterable[str]) -> Iterator[Finding]:
    """A sheet is named after a caption or chapter (less what Excel forbids), so digits in a name must come from one."""
    known = _WORDLESS.sub("", "".join(expected))
    for sheet in sheets:
        if numerals(sheet.name) and _WORDLESS.sub("", _SUFFIX.sub("", sheet.name)) not in known:
            yield Finding(place="xlsx", problem="工作表名称含有草稿里没有的数字", text=sheet.name)


def check_xlsx(data: bytes, draft: RoadmapDraft) -> tuple[Finding, ...]:
    """What a workbook says more, less or otherwise than the draft; () is the proof.

    The order is proved for the text; rows may be grouped by sheet, so of them only that none is lost, added or changed.
    """
    sheets = tuple(_sheets(data))
    texts, tables = sheets[:_TEXT_SHEETS], sheets[_TEXT_SHEETS:]
    expected = [line for line in _expected_text(draft) if line]
    rows = list(_expected_tables(draft))
    grids = _read_tables(tables)
    prose = _read_text(texts, {fold(sheet.name) for sheet in tables})
    findings = [
        *compare("xlsx", expected, Reading(lines=prose.lines, repeats=(*prose.repeats, *grids.repeats))),
        *compare("xlsx", rows, Reading(lines=grids.lines)),
        *_name_findings(sheets, expected),
    ]
    return tuple(findings or out_of_order("xlsx", expected, prose))
