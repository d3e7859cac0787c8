"""A demand form (需求征集表) to fields: label cells beside or above their values, and 标签：值 paragraphs."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

from nlp.normalise import clean
from nlp.parse.columns import match_label
from nlp.parse.fields import Field, Fields, chosen
from nlp.parse.synonyms import Synonyms
from nlp.parse.values import money_unit
from nlp.records import Document, Kind, Table

__all__ = ["form_fields", "is_form", "is_text_form", "loose_field"]

_PREFIX = re.compile(r"([^：:\n]{2,60}?)\s*[：:]\s*(.*)", re.S)
_LOOSE = 30  # characters from which text without a known label is taken into the demand
_UNKNOWN = 24  # characters of an unknown label
_HINT = re.compile(r"[（(][^（）()]*[)）]|[年月日\s_＿/—-]")  # what an unfilled box holds: （盖章） 年 月 日
_WIDE = re.compile(r" {2,}")
_ID = re.compile(r"[\w./:\-〔〕（）()]{2,60}")
_MIN_SHARE = 0.4  # of a form's rows that open with a label


@dataclass(frozen=True, slots=True, kw_only=True)
class _Label:
    canonical: str
    text: str


@dataclass(frozen=True, slots=True, kw_only=True)
class _RowRead:
    fields: tuple[Field, ...]
    last: _Label | None  # a label that still waits for its value
    group: _Label | None  # a label that stands over others


def is_form(table: Table, synonyms: Synonyms) -> bool:
    """Whether most rows open with a known demand label (a list has its labels in one row)."""
    rows = [[clean(c).strip() for c in row if c.strip()] for row in table.rows]
    filled = [row for row in rows if row]
    labels = [label for row in filled if (label := _opening(row, synonyms))]
    enough = len(labels) >= 3 and len(labels) >= _MIN_SHARE * len(filled)
    return enough and _speaks_of_demand(labels, synonyms)


def is_text_form(lines: Sequence[str], synonyms: Synonyms) -> bool:
    """Whether at least three lines are 标签：值 of a demand form and one of them is its name or description."""
    found = [_split(line, synonyms) for line in lines]
    labels = [label.canonical for label, _ in filter(None, found)]
    return len(set(labels)) >= 3 and _speaks_of_demand(labels, synonyms)


def _opening(row: Sequence[str], synonyms: Synonyms) -> str | None:
    """The canonical name of the row's first label, which may stand behind a group's name in a merged cell."""
    for cell in row[:2]:
        split = _split(cell, synonyms)
        if split:
            return split[0].canonical
    return None


def _speaks_of_demand(labels: Sequence[str], synonyms: Synonyms) -> bool:
    sections = set(synonyms.kinds[Kind.DEMAND].sections) - {"text"}
    return any(name == "demand_title" or name in sections for name in labels)


def form_fields(document: Document, synonyms: Synonyms) -> Fields:
    """All fields of all tables and paragraphs, contact values left out."""
    fields = [*_table_fields(document.tables, synonyms), *_paragraph_fields(document, synonyms)]
    kept = _joined([_settle(f, synonyms) for f in fields if f.canonical != "contact"], synonyms)
    location = document.tables[0].location if document.tables else document.blocks[0].location if document.blocks else "全文"
    return Fields(source=document.name, location=location, fields=tuple(kept))


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
    value = chosen(field.value, synonyms).strip()
    section = field.canonical is None or field.canonical in synonyms.kinds[Kind.DEMAND].sections
    blank = not section and not _HINT.sub("", value)
    malformed = field.canonical == "id" and not _ID.fullmatch(value)
    return Field(canonical=field.canonical, label=field.label, value="" if blank or malformed else value)


def _label(cell: str, synonyms: Synonyms) -> _Label | None:
    """The cell as a label and nothing else."""
    found = match_label(" ".join(cell.split()), synonyms.kinds[Kind.DEMAND], synonyms)
    return _Label(canonical=found.canonical, text=found.label) if found else None


def _split(cell: str, synonyms: Synonyms) -> tuple[_Label, str] | None:
    """A label with what follows it in the same cell: whole cell, 标签：值, or a label on the first line."""
    if label := _label(cell, synonyms):
        return label, ""
    if (found := _PREFIX.fullmatch(cell)) and (label := _label(found[1], synonyms)):
        return label, found[2].strip()
    first, _, rest = cell.partition("\n")
    label = _label(first, synonyms) if rest else None
    return (label, rest.strip()) if label else None


def _table_fields(tables: Sequence[Table], synonyms: Synonyms) -> Iterable[Field]:
    for table in tables:
        rows = [[clean(cell).strip() for cell in row] for row in table.rows if any(map(str.strip, row))]
        if any(_split(cell, synonyms) for row in rows for cell in row):
            yield from _cell_fields(rows, synonyms)
        elif rows:
            # a table of its own inside the form, such as one of target values, stays text
            yield loose_field("", "\n".join(" ".join(filter(None, row)) for row in rows), synonyms)


def _cell_fields(rows: Sequence[Sequence[str]], synonyms: Synonyms) -> Iterable[Field]:
    """Reads cells in order. A label takes the next cell in its row unless that is a label too; a label alone in its
    row takes the next row if that is a single long cell. A group's label hands its unit to the labels inside it, and
    rows that go on under a merged section label belong to that section."""
    pending: _Label | None = None
    group: _Label | None = None
    section: _Label | None = None
    for row in rows:
        cells = [cell for cell in row if cell]
        if section and not row[0] and not any(_split(cell, synonyms) for cell in cells):
            yield _field(section, None, " ".join(cells))
            continue
        waiting = pending if len(cells) == 1 and len(cells[0]) >= _LOOSE else None
        read = _row_fields(cells, waiting, group if not row[0] else None, synonyms)
        yield from (_keep(field, synonyms) for field in read.fields)
        pending = read.last if len(cells) == 1 else None
        group = read.group or (group if not row[0] else None)
        section = _section(read.fields, synonyms)


def _section(fields: Sequence[Field], synonyms: Synonyms) -> _Label | None:
    """The label of the row's last field if it is a description."""
    last = fields[-1] if fields else None
    known = last is not None and last.canonical in synonyms.kinds[Kind.DEMAND].sections
    return _Label(canonical=last.canonical or "", text=last.label) if last and known else None


def _row_fields(row: Sequence[str], waiting: _Label | None, group: _Label | None, synonyms: Synonyms) -> _RowRead:
    fields: list[Field] = []
    label, unknown = waiting, ""
    for cell in row:
        split = _split(cell, synonyms)
        if split and split[1]:
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
            fields.append(Field(canonical=None, label=unknown, value=cell))
            unknown = ""
    return _RowRead(fields=tuple(fields), last=label, group=group)


def _field(label: _Label, group: _Label | None, value: str) -> Field:
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


def _paragraph_fields(document: Document, synonyms: Synonyms) -> Iterable[Field]:
    """标签：值 paragraphs; the paragraphs after a section's label belong to it until the next label."""
    sections = synonyms.kinds[Kind.DEMAND].sections
    current: _Label | None = None
    values: list[str] = []
    for line in (part for block in document.blocks for part in _labelled_parts(clean(block.text).strip(), synonyms)):
        split = _split(line, synonyms)
        if split or not (current and current.canonical in sections):
            yield from (_keep(field, synonyms) for field in _close(current, values))
            current, values = None, []
        if split:
            current, values = split[0], [split[1]]
        elif line and (current or len(line) >= _LOOSE):
            values.append(line)
    yield from (_keep(field, synonyms) for field in _close(current, values))


def _labelled_parts(line: str, synonyms: Synonyms) -> list[str]:
    """编号：甲    日期：乙 on one line becomes two; any other line stays whole."""
    parts = _WIDE.split(line)
    return parts if len(parts) > 1 and all(_split(part, synonyms) for part in parts) else [line]


def _close(label: _Label | None, values: Sequence[str]) -> Iterable[Field]:
    text = "\n".join(filter(None, values))
    if text:
        yield Field(canonical=label.canonical if label else None, label=label.text if label else "", value=text)
