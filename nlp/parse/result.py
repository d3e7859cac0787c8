"""What parsing one document gives, and the rows that the list parsers share."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields

from nlp.normalise import clean
from nlp.parse.columns import ColumnMapping, Header, column_uses
from nlp.parse.layout import filled_down, is_side_row, money_caption
from nlp.parse.regions import Regions
from nlp.parse.sniffing import doubtful_codes, with_sniffed
from nlp.parse.synonyms import Synonyms
from nlp.records import (
    Call,
    Clause,
    ColumnUse,
    Demand,
    Kind,
    Patent,
    Policy,
    Project,
    ReadingNote,
    Rejected,
    Submission,
    SubmittedField,
    Table,
)

__all__ = ["Parsed", "Row", "Rows", "merge", "no_title", "read_rows"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Parsed:
    """Records of one document. `kind` is None when several kinds were found or none was clear."""

    kind: Kind | None = None
    submissions: tuple[Submission, ...] = ()
    demands: tuple[Demand, ...] = ()
    policies: tuple[Policy, ...] = ()
    clauses: tuple[Clause, ...] = ()
    patents: tuple[Patent, ...] = ()
    projects: tuple[Project, ...] = ()
    calls: tuple[Call, ...] = ()
    rejected: tuple[Rejected, ...] = ()
    mappings: tuple[ColumnMapping, ...] = ()
    fields: tuple[SubmittedField, ...] = ()
    columns: tuple[ColumnUse, ...] = ()
    notes: tuple[ReadingNote, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Row:
    location: str
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """Data rows of one table under its mapped header, cleaned; `rejected` are rows that do not fit the header."""

    source: str
    labels: tuple[str, ...]  # the header as it stands
    mapping: ColumnMapping
    rows: tuple[Row, ...]
    rejected: tuple[Rejected, ...]
    unit: str | None = None  # of money, from a caption above the table
    notes: tuple[ReadingNote, ...] = ()  # rows that are no records, doubtful digits
    columns: tuple[ColumnUse, ...] = ()


def merge(parts: Sequence[Parsed]) -> Parsed:
    """All records of all parts, in order; the kind if all parts agree."""
    kinds = {part.kind for part in parts if part.kind}
    joined = {f.name: tuple(x for part in parts for x in getattr(part, f.name)) for f in fields(Parsed) if f.name != "kind"}
    return Parsed(kind=kinds.pop() if len(kinds) == 1 else None, **joined)


def read_rows(source: str, table: Table, header: Header, synonyms: Synonyms, regions: Regions, above: Sequence[str] = ()) -> Rows:
    """The records below the header, merged cells filled down. `above` is text before the table, for its money unit.

    A row with text beyond the header's last column is rejected, not cut; notes, sums and group headings are reported.
    """
    labels = header.labels
    cleaned = tuple(clean(label).strip() for label in labels)
    below = enumerate(filled_down(table, header.row + 1), header.row + 1)
    rows = [Row(location=_location(table, i), cells=tuple(clean(c).strip() for c in cells)) for i, cells in below]
    filled = [row for row in rows if any(row.cells) and row.cells != cleaned]
    # filled-down cells must not make a side row look full
    as_written = {_location(table, i): [c.strip() for c in table.rows[i]] for i in range(header.row + 1, len(table.rows))}
    aside = [row for row in filled if is_side_row(as_written[row.location], cleaned, synonyms.words["table_notes"], synonyms.words["table_totals"])]
    records = [row for row in filled if row not in aside]
    fitting = [row for row in records if not any(row.cells[len(labels) :])]
    mapping = with_sniffed(header.mapping, labels, [row.cells for row in fitting], synonyms, regions)
    return Rows(
        source=source,
        labels=labels,
        mapping=mapping,
        rows=tuple(fitting),
        rejected=tuple(_misfit(source, row, len(labels)) for row in records if any(row.cells[len(labels) :])),
        unit=money_caption([*above, *(cell for row in table.rows[: header.row + 1] for cell in row)]),
        notes=tuple(_notes(source, table, aside, labels, fitting, synonyms)),
        columns=column_uses(source, table.location, labels, mapping),
    )


def _notes(source: str, table: Table, aside: Sequence[Row], labels: Sequence[str], rows: Sequence[Row], synonyms: Synonyms) -> Iterable[ReadingNote]:
    for row in aside:
        text = " ".join(filter(None, row.cells))[:200]
        yield ReadingNote(source_file=source, note=f"{row.location}是说明、合计或分组标题，没有当作记录：{text}")
    for doubt in doubtful_codes(labels, [row.cells for row in rows], synonyms):
        yield ReadingNote(source_file=source, note=f"{table.location}{doubt}")


def _location(table: Table, index: int) -> str:
    line = f"第{table.row_offset + index}行"
    return line if table.location == "表1" else f"{table.location}{line}"


def _misfit(source: str, row: Row, columns: int) -> Rejected:
    reason = f"这一行有 {len(row.cells)} 格，表头只有 {columns} 列"
    return Rejected(source=source, location=row.location, reason=reason, remedy="请检查这一行的分隔符或引号后重新放入")


def no_title(source: str, location: str, columns: Iterable[str]) -> Rejected:
    """The row lacks what its kind must have."""
    return Rejected(source=source, location=location, reason=f"缺少{'、'.join(columns)}", remedy="请补充后重新放入")
