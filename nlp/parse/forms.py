"""A demand form (需求征集表) to fields: label cells beside or above their values, and 标签：值 paragraphs."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from nlp.normalise import clean, key
from nlp.parse.cells import Label, label_of, segments, split_cell
from nlp.parse.fields import Field, Fields
from nlp.parse.layout import money_caption
from nlp.parse.synonyms import Synonyms
from nlp.parse.ticks import chosen, is_options
from nlp.parse.values import money_unit
from nlp.parse.vertical import Upright, full_width, upright_pairs
from nlp.records import Document, Kind, Table

__all__ = ["form_fields", "is_form", "is_text_form", "loose_field", "names_demand"]

_LOOSE = 30  # characters from which text without a known label is taken into the demand
_UNKNOWN = 24  # characters of an unknown label
_HINT = re.compile(r"[（(][^（）()]*[)）]|[年月日\s_＿/—-]")  # what an unfilled box holds: （盖章） 年 月 日
_WIDE = re.compile(r" {2,}")
_ID = re.compile(r"[\w./:\-〔〕（）()]{2,60}")
_NUMBERED_HEADING = re.compile(r"[一二三四五六七八九十]{1,2}[、.．].{1,20}")
_NUMBERED_LINE = re.compile(r"[（(]?(?:\d{1,2}|[一二三四五六七八九十]{1,2})[)）.．、]")
_MOST = 0.6  # of the rows that a form of labels over values consists of
_MOST_ROWS = 2_000  # of a form; asking every row of a vast list would cost more than reading it
_MIN_SHARE = 0.4  # of a form's rows that open with a label


@dataclass(frozen=True, slots=True, kw_only=True)
class _RowRead:
    fields: tuple[Field, ...]
    last: Label | None  # a label that still waits for its value
    group: Label | None  # a label that stands over others


def is_form(table: Table, synonyms: Synonyms) -> bool:
    """Whether most rows open with a known demand label (a list has its labels in one row)."""
    if len(table.rows) > _MOST_ROWS:
        return False
    rows = [[clean(c).strip() for c in row if c.strip()] for row in table.rows]
    filled = [row for row in rows if row]
    opening = [_opening(row, synonyms) for row in filled]
    labels = [label for label in opening if label]
    enough = len(labels) >= 3 and len(labels) >= _MIN_SHARE * len(filled)
    return (enough and _speaks_of_demand(labels, synonyms)) or _is_upright(table, synonyms)


def _is_upright(table: Table, synonyms: Synonyms) -> bool:
    """Whether rows of labels alternate with rows of values. One row of labels over rows of values is a list's header."""
    rows = _cleaned(table)
    upright = upright_pairs(rows, table.merges, synonyms)
    inside = {j for i in upright for j in (i, i + 1)}
    beside = [row for j, row in enumerate(rows) if j not in inside and _opening([c for c in row if c], synonyms)]
    enough = len(inside) + len(beside) >= _MOST * sum(map(any, rows)) and (len(upright) >= 2 or len(beside) >= 2)
    names = [label.canonical for pair in upright.values() for label in pair.labels.values()]
    return bool(upright) and enough and _speaks_of_demand([*names, *(_opening([c for c in row if c], synonyms) or "" for row in beside)], synonyms)


def names_demand(table: Table, synonyms: Synonyms) -> bool:
    """Whether a label of the demand's name is in the table."""
    splits = (split_cell(cell, synonyms) for row in _cleaned(table) for cell in row if cell)
    return any(split[0].canonical == "demand_title" for split in splits if split)


def is_text_form(lines: Sequence[str], synonyms: Synonyms) -> bool:
    """Whether at least three lines are 标签：值 of a demand form and one of them is its name or description."""
    found = [split_cell(line, synonyms) for line in lines]
    labels = [label.canonical for label, _ in filter(None, found)]
    return len(set(labels)) >= 3 and _speaks_of_demand(labels, synonyms)


def _opening(row: Sequence[str], synonyms: Synonyms) -> str | None:
    """The canonical name of the row's first label, which may stand behind a group's name in a merged cell."""
    for cell in row[:2]:
        split = split_cell(cell, synonyms)
        if split:
            return split[0].canonical
    longer = label_of(row[0], synonyms, partly=True) if 2 <= len(row) <= 4 else None
    return longer.canonical if longer else None


def _speaks_of_demand(labels: Sequence[str], synonyms: Synonyms) -> bool:
    sections = set(synonyms.kinds[Kind.DEMAND].sections) - {"text"}
    return any(name == "demand_title" or name in sections for name in labels)


def form_fields(document: Document, synonyms: Synonyms) -> Fields:
    """All fields of all tables and paragraphs, contact values left out."""
    fields = [*_table_fields(document.tables, synonyms), *_paragraph_fields(document, synonyms)]
    unit = money_caption([*(block.text for block in document.blocks), *(cell for table in document.tables for row in table.rows for cell in row)])
    kept = _joined([_with_unit(_settle(f, synonyms), unit) for f in fields if f.canonical != "contact"], synonyms)
    location = document.tables[0].location if document.tables else document.blocks[0].location if document.blocks else "全文"
    return Fields(source=document.name, location=location, fields=tuple(kept))


def _with_unit(field: Field, unit: str | None) -> Field:
    money = field.canonical in {"budget", "fiscal"}
    return replace(field, label=f"{field.label}（{unit}）") if money and unit and not money_unit(field.label) else field


def _joined(fields: Sequence[Field], synonyms: Synonyms) -> list[Field]:
    """Parts of one section become one field, a line each."""
    joined: list[Field] = []
    for field in fields:
        last = joined[-1] if joined else None
        if last and (last.canonical, last.label) == (field.canonical, field.label) and _section([last], synonyms):
            joined[-1] = replace(last, value=f"{last.value}\n{field.value}")
        else:
            joined.append(field)
    return joined


def _settle(field: Field, synonyms: Synonyms) -> Field:
    """Chosen options only; an unfilled box is empty; an id is one word."""
    section = field.canonical is None or field.canonical in synonyms.kinds[Kind.DEMAND].sections
    prose = section and not is_options(field.value, synonyms)
    value = field.value.strip() if prose else chosen(field.value, synonyms).strip()
    blank = not section and not _HINT.sub("", value)
    prompt = len(value) <= 40 and key(value).strip("。.，,（()）") in synonyms.words["prompts"]
    malformed = field.canonical == "id" and not _ID.fullmatch(value)
    return Field(canonical=field.canonical, label=field.label, value="" if blank or malformed or prompt else value)


# ---- tables -------------------------------------------------------------------------------


def _cleaned(table: Table) -> list[list[str]]:
    return [[clean(cell).strip() for cell in row] for row in table.rows]


def _table_fields(tables: Sequence[Table], synonyms: Synonyms) -> Iterable[Field]:
    for table in tables:
        rows = _cleaned(table)
        if any(split_cell(cell, synonyms) for row in rows for cell in row):
            yield from _cell_fields(rows, upright_pairs(rows, table.merges, synonyms), full_width(rows, table.merges), synonyms)
        elif any(map(any, rows)):
            # a table of its own inside the form, such as one of target values, stays text
            yield loose_field("", "\n".join(" ".join(filter(None, row)) for row in rows if any(row)), synonyms)


def _cell_fields(rows: Sequence[Sequence[str]], upright: dict[int, Upright], wide: frozenset[int], synonyms: Synonyms) -> Iterable[Field]:
    """Reads cells in order. A label takes the next cell in its row unless that is a label too; a row of labels alone
    takes the row below; a label alone in its row takes the next row, a description all rows up to the next label.
    A group's label hands its unit to the labels inside it, and rows that go on under a merged section label belong to it.
    """
    pending: Label | None = None
    group: Label | None = None
    section: Label | None = None
    for i, row in enumerate(rows):
        cells = [cell for cell in row if cell]
        if not cells or i - 1 in upright:
            continue
        if i in upright:
            yield from (_field(label, None, value) for label, value in upright[i].pairs(rows[i + 1]))
            pending = group = section = None
            continue
        labelled = any(split_cell(cell, synonyms) for cell in cells)
        if section and not labelled and (not row[0] or pending is section):
            yield _field(section, None, " ".join(cells))
            continue
        waiting = pending if len(cells) == 1 and _takes_below(pending if i - 1 in wide else None, cells[0]) else None
        read = _row_fields(cells, waiting, group if not row[0] else None, synonyms)
        yield from (_keep(field, synonyms) for field in read.fields)
        pending = read.last if len(cells) == 1 else None
        group = read.group or (group if not row[0] else None)
        section = pending if pending and i in wide and _is_section(pending, synonyms) else _section(read.fields, synonyms)


def _takes_below(label: Label | None, cell: str) -> bool:
    """Whether a single cell in the next row is a label's value: a long one or a sentence; any, below a label as wide as
    the table."""
    return len(cell) >= _LOOSE or cell.endswith(("。", "；", "！")) or (label is not None and not _NUMBERED_HEADING.fullmatch(cell))


def _is_section(label: Label, synonyms: Synonyms) -> bool:
    return label.canonical in synonyms.kinds[Kind.DEMAND].sections


def _section(fields: Sequence[Field], synonyms: Synonyms) -> Label | None:
    """The label of the row's last field if it is a description."""
    last = fields[-1] if fields else None
    known = last is not None and last.canonical in synonyms.kinds[Kind.DEMAND].sections
    return Label(canonical=last.canonical or "", text=last.label) if last and known else None


def _row_fields(row: Sequence[str], waiting: Label | None, group: Label | None, synonyms: Synonyms) -> _RowRead:
    fields: list[Field] = []
    label, unknown = waiting, ""
    for cell in row:
        parts = segments(cell, synonyms)
        split = split_cell(cell, synonyms) if len(parts) == 1 else None
        if len(parts) > 1:
            own = label or _section(fields, synonyms)
            fields += [_part_field(part.label or own, unknown, part.text) for part in parts if part.text.strip()]
            label, unknown = None, ""
        elif split and split[1]:
            group = label or group
            fields.append(_field(split[0], group, split[1]))
            label, unknown = None, ""
        elif split:
            group = label or group
            label, unknown = split[0], ""
        elif label:
            fields.append(_field(label, group, cell))
            label = None
        elif section := _section(fields, synonyms):
            fields.append(_field(section, None, cell))
        elif len(row) > 1 and len(cell) <= _UNKNOWN and not unknown:
            unknown = cell
        elif unknown or len(cell) >= _LOOSE:
            fields.append(_unknown_field(unknown, cell, synonyms))
            unknown = ""
    return _RowRead(fields=tuple(fields), last=label, group=group)


def _part_field(label: Label | None, unknown: str, text: str) -> Field:
    return _field(label, None, text) if label else Field(canonical=None, label=unknown, value=text)


def _unknown_field(label: str, value: str, synonyms: Synonyms) -> Field:
    """In a label's place even a label that only ends as a known one counts."""
    found = label_of(label, synonyms, partly=True) if label else None
    return Field(canonical=found.canonical if found else None, label=label, value=value)


def _field(label: Label, group: Label | None, value: str) -> Field:
    """The unit may stand in the group's label: 预期研发投入（万元） | 总投资 | 2000."""
    unit = money_unit(group.text) if group and not money_unit(label.text) else None
    return Field(canonical=label.canonical, label=f"{label.text}（{unit}）" if unit else label.text, value=value)


def _keep(field: Field, synonyms: Synonyms) -> Field:
    return field if field.canonical else loose_field(field.label, field.value, synonyms)


def loose_field(label: str, value: str, synonyms: Synonyms) -> Field:
    """A long text without a known label goes into the demand; of a short one only the label is remembered."""
    notes = synonyms.words["form_notes"]
    long = len(value) >= _LOOSE and not value.startswith(notes) and not label.startswith(notes)
    return Field(canonical=None if long else "unknown", label=label, value=value)


# ---- paragraphs ---------------------------------------------------------------------------


def _paragraph_fields(document: Document, synonyms: Synonyms) -> Iterable[Field]:
    """标签：值 paragraphs. The paragraphs after a section's label belong to it until the next label; after any other
    label that stands alone, the next one does."""
    current: Label | None = None
    values: list[str] = []
    lines = [clean(block.text).strip() for block in document.blocks]
    for line in (part for whole in _without_instructions(lines, synonyms) for part in _labelled_parts(whole, synonyms)):
        split = split_cell(line, synonyms) or _question(line, synonyms)
        goes_on = current is not None and (_is_section(current, synonyms) or not any(values))
        if split or not goes_on:
            yield from (_keep(field, synonyms) for field in _close(current, values))
            current, values = None, []
        if split:
            current, values = split[0], [split[1]]
        elif line and (current or len(line) >= _LOOSE):
            values.append(line)
    yield from (_keep(field, synonyms) for field in _close(current, values))


def _question(line: str, synonyms: Synonyms) -> tuple[Label, str] | None:
    """6. 期望达到的技术指标？ asks for what its end names; the answer stands below."""
    label = label_of(line, synonyms, partly=True) if line.endswith(("？", "?")) else None
    return (label, "") if label else None


def _without_instructions(lines: Sequence[str], synonyms: Synonyms) -> Iterable[str]:
    """The lines without 填表说明 and the numbered lines under it, which repeat the labels and answer nothing."""
    skipping = False
    for line in lines:
        heading = line.rstrip("：: ") in synonyms.words["instructions"]
        skipping = heading or (skipping and _NUMBERED_LINE.match(line) is not None)
        if not skipping:
            yield line


def _labelled_parts(line: str, synonyms: Synonyms) -> list[str]:
    """编号：甲    日期：乙 on one line becomes two; any other line stays whole."""
    parts = _WIDE.split(line)
    return parts if len(parts) > 1 and all(split_cell(part, synonyms) for part in parts) else [line]


def _close(label: Label | None, values: Sequence[str]) -> Iterable[Field]:
    text = "\n".join(filter(None, values))
    if text:
        yield Field(canonical=label.canonical if label else None, label=label.text if label else "", value=text)
