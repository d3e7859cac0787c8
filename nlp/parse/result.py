"""What parsing one document gives, and the rows that the list parsers share."""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields

from nlp.normalise import clean
from nlp.parse.columns import ColumnMapping, Header
from nlp.records import Call, Clause, Demand, Kind, Patent, Policy, Project, Rejected, Submission, Table

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


def merge(parts: Sequence[Parsed]) -> Parsed:
    """All records of all parts, in order; the kind if all parts agree."""
    kinds = {part.kind for part in parts if part.kind}
    joined = {f.name: tuple(x for part in parts for x in getattr(part, f.name)) for f in fields(Parsed) if f.name != "kind"}
    return Parsed(kind=kinds.pop() if len(kinds) == 1 else None, **joined)


def read_rows(source: str, table: Table, header: Header) -> Rows:
    """The non-empty rows below the header. A row with text beyond the header's last column is rejected, not cut."""
    labels = table.rows[header.row]
    numbered = list(enumerate(table.rows))[header.row + 1 :]
    rows = [Row(location=_location(table, i), cells=tuple(clean(c).strip() for c in cells)) for i, cells in numbered]
    filled = [row for row in rows if any(row.cells) and row.cells != tuple(clean(c).strip() for c in labels)]
    fitting = [row for row in filled if not any(row.cells[len(labels) :])]
    rejected = [_misfit(source, row, len(labels)) for row in filled if any(row.cells[len(labels) :])]
    return Rows(
        source=source, labels=labels, mapping=header.mapping, rows=tuple(fitting), rejected=tuple(rejected)
    )


def _location(table: Table, index: int) -> str:
    line = f"第{table.row_offset + index}行"
    return line if table.location == "表1" else f"{table.location}{line}"


def _misfit(source: str, row: Row, columns: int) -> Rejected:
    reason = f"这一行有 {len(row.cells)} 格，表头只有 {columns} 列"
    return Rejected(source=source, location=row.location, reason=reason, remedy="请检查这一行的分隔符或引号后重新放入")


def no_title(source: str, location: str, columns: Iterable[str]) -> Rejected:
    """The row lacks what its kind must have."""
    return Rejected(source=source, location=location, reason=f"缺少{'、'.join(columns)}", remedy="请补充后重新放入")
