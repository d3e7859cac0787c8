"""A file of several forms to its forms, each with where it stands.

A new form begins where the first label of the file, or the label of the demand's name, comes again.
"""

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from nlp.normalise import clean, key
from nlp.parse.cells import Label, split_cell
from nlp.parse.synonyms import Synonyms, label_key
from nlp.records import Document, Kind, Merge, Table

__all__ = ["NUMBERED_TITLE", "FormPart", "split_forms", "transposed_forms"]

_TITLE = 60  # characters of a line above a form that may be its title
NUMBERED_TITLE = re.compile(r"(?:\d{1,2}|[（(]?[一二三四五六七八九十]{1,2}[)）]?|需求[一二三四五六七八九十\d]{1,2})\s*[、.．:：]?\s*(?=[^\s\d、.．:：])")  # 3. 光刻胶树脂提纯
_MIN_FILLED = 0.6  # of a value column's cells, for the columns to be one submission each


@dataclass(frozen=True, slots=True, kw_only=True)
class FormPart:
    document: Document
    location: str
    shares_head: bool = False  # a further demand of the form before it: who asks stands there


@dataclass(frozen=True, slots=True, kw_only=True)
class _Line:
    """A block or a table row, in reading order, with the labels it shows."""

    block: int | None
    table: int | None
    row: int
    labels: tuple[Label, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Start:
    line: int
    shares_head: bool


def split_forms(document: Document, synonyms: Synonyms) -> list[FormPart]:
    """The forms in order; one part, the whole document, if nothing says that there are more."""
    tables = [form for table in document.tables for form in transposed_forms(table, synonyms)]
    if len(tables) > len(document.tables):
        return [FormPart(document=replace(document, tables=(t,), blocks=()), location=t.location) for t in tables]
    lines = _lines(document, synonyms)
    starts = _starts(lines, synonyms)
    if len(starts) < 2:
        return [FormPart(document=document, location=_place(document))]
    return _parts(document, lines, starts)


def _place(document: Document) -> str:
    if document.tables:
        return document.tables[0].location
    return document.blocks[0].location if document.blocks else "全文"


def _lines(document: Document, synonyms: Synonyms) -> list[_Line]:
    """Blocks and rows in reading order. Where tables hold labels, those of the blocks (填表说明) do not count."""
    lines: list[_Line] = []
    done = 0
    for t, table in enumerate(document.tables):
        lines += [_block(document, b, synonyms) for b in range(done, min(table.after, len(document.blocks)))]
        done = max(done, table.after)
        lines += [_Line(block=None, table=t, row=r, labels=_labels(row, synonyms)) for r, row in enumerate(table.rows)]
    lines += [_block(document, b, synonyms) for b in range(done, len(document.blocks))]
    in_tables = any(line.labels for line in lines if line.table is not None)
    return [replace(line, labels=()) if in_tables and line.table is None else line for line in lines]


def _block(document: Document, index: int, synonyms: Synonyms) -> _Line:
    return _Line(block=index, table=None, row=0, labels=_labels([document.blocks[index].text], synonyms))


def _labels(cells: Sequence[str], synonyms: Synonyms) -> tuple[Label, ...]:
    splits = (split_cell(clean(cell).strip(), synonyms) for cell in cells if cell.strip())
    return tuple(label for label, _ in filter(None, splits))


def _starts(lines: Sequence[_Line], synonyms: Synonyms) -> list[_Start]:
    """Lines at which a form begins."""
    first = next((label for line in lines for label in line.labels), None)
    if first is None:
        return []
    again = [i for i, line in enumerate(lines) if any(_same(label, first) for label in line.labels[:1])]
    whole = [_Start(line=i, shares_head=False) for i in _valid(lines, again, synonyms)]
    named = _named(lines)
    if len(whole) >= max(2, len(named)) or len(named) < 2:
        return whole
    return _by_name(lines, named, first, whole)


def _same(one: Label, other: Label) -> bool:
    return one.canonical == other.canonical and label_key(one.text) == label_key(other.text)


def _valid(lines: Sequence[_Line], starts: Sequence[int], synonyms: Synonyms) -> list[int]:
    """Starts of stretches that name or describe a demand; a stretch that does not belongs to the one before."""
    telling = {"demand_title", *synonyms.kinds[Kind.DEMAND].sections}
    ends = [*starts[1:], len(lines)]
    kept = [s for s, e in zip(starts, ends, strict=True) if any(label.canonical in telling for line in lines[s:e] for label in line.labels)]
    return [starts[0], *(s for s in kept if s != starts[0])] if starts else []


def _named(lines: Sequence[_Line]) -> list[int]:
    """Lines with the label of the demand's name, as it is first written."""
    first = next((label for line in lines for label in line.labels if label.canonical == "demand_title"), None)
    return [i for i, line in enumerate(lines) if first and any(_same(label, first) for label in line.labels)]


def _by_name(lines: Sequence[_Line], named: Sequence[int], first: Label, whole: Sequence[_Start]) -> list[_Start]:
    """One form a name. It begins at the last start of a whole form before the name, else at a repeated head, else at the name."""
    starts = [_Start(line=whole[0].line if whole else 0, shares_head=False)]
    known = {start.line for start in whole}
    for before, name in pairwise(named):
        between = range(before + 1, name + 1)
        begun = next((i for i in reversed(between) if i in known), None)
        head = {label.canonical for line in lines[starts[-1].line : before] for label in line.labels} | {first.canonical}
        repeated = next((i for i in between if i != name and any(label.canonical in head for label in lines[i].labels[:1])), None)
        place = begun if begun is not None else repeated
        starts.append(_Start(line=name if place is None else place, shares_head=place is None))
    return starts


def _parts(document: Document, lines: Sequence[_Line], starts: Sequence[_Start]) -> list[FormPart]:
    begins = [0, *(_with_title(document, lines, start.line) for start in starts[1:])]
    ends = [*begins[1:], len(lines)]
    return [
        _part(document, lines[begin:end], lines[start.line], start.shares_head)
        for begin, end, start in zip(begins, ends, starts, strict=True)
    ]


def _with_title(document: Document, lines: Sequence[_Line], start: int) -> int:
    """The form's first line, counting the title above it: the lines that also stand above the first form."""
    head = {key(document.blocks[line.block].text) for line in lines[:8] if line.block is not None}
    place = start
    for i in range(start - 1, max(start - 9, 0), -1):
        index = lines[i].block
        if index is None or lines[i].labels:
            break
        text = document.blocks[index].text.strip()
        if key(text) in head or (i == start - 1 and NUMBERED_TITLE.match(text) and len(text) <= _TITLE) or (len(text) <= _TITLE and text.endswith(("表", "书", "单")) and not text.endswith("名单")):
            place = i
    return place


def _part(document: Document, lines: Sequence[_Line], first: _Line, shares_head: bool) -> FormPart:
    blocks = tuple(document.blocks[line.block] for line in lines if line.block is not None)
    numbers = list(dict.fromkeys(line.table for line in lines if line.table is not None))
    rows = {t: [line.row for line in lines if line.table == t] for t in numbers}
    tables = tuple(_slice(document.tables[t], rows[t][0], rows[t][-1] + 1) for t in numbers)
    if first.table is None:
        location = document.blocks[first.block or 0].location
    else:
        table = document.tables[first.table]
        location = table.location if first.row == 0 or first.row == rows[first.table][0] == 0 else f"{table.location}第{table.row_offset + first.row}行"
    return FormPart(document=replace(document, blocks=blocks, tables=tables), location=location, shares_head=shares_head)


def _slice(table: Table, first: int, end: int) -> Table:
    inside = [m for m in table.merges if first <= m.top < end]
    merges = tuple(Merge(top=m.top - first, left=m.left, bottom=min(m.bottom, end - 1) - first, right=m.right) for m in inside)
    return replace(table, rows=table.rows[first:end], row_offset=table.row_offset + first, merges=merges)


def transposed_forms(table: Table, synonyms: Synonyms) -> list[Table]:
    """A sheet with its labels in the first column and a submission in each further one, as one table a submission.

    The table itself if it is not of that kind: at least three labels, at least two columns of values, none of them labels.
    """
    rows = [[clean(cell).strip() for cell in row] for row in table.rows]
    labelled = [row for row in rows if row and split_cell(row[0], synonyms)]
    named = next((row for row in labelled if _is_name(row[0], synonyms)), None)
    if named is None or len(labelled) < 3 or len(table.merges) > len(labelled):
        return [table]
    columns = [c for c in range(1, len(named)) if named[c] and not split_cell(named[c], synonyms)]
    if len(columns) < 2 or len({named[c] for c in columns}) < len(columns):
        return [table]
    full = all(sum(bool(r[c]) for r in labelled if c < len(r)) >= _MIN_FILLED * len(labelled) for c in columns)
    plain = not any(split_cell(row[c], synonyms) for row in labelled for c in columns if c < len(row) and row[c])
    return [_column(table, c) for c in columns] if full and plain else [table]


def _is_name(cell: str, synonyms: Synonyms) -> bool:
    found = split_cell(cell, synonyms)
    return found is not None and found[0].canonical == "demand_title"


def _column(table: Table, column: int) -> Table:
    rows = tuple((row[0], row[column]) if column < len(row) else (row[0], "") for row in table.rows if row)
    letter = chr(65 + column) if column < 26 else str(column + 1)
    return replace(table, rows=rows, location=f"{table.location}{letter}列", merges=())
