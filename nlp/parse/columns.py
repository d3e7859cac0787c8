"""Header variants to canonical columns, with a record of how each was matched.

Order: the label as written, then its normalised form, then its normalised form without what stands in brackets.
A required column that is not found is an error that names the columns seen: "0 mapped" never looks like "0 found".
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Literal

from nlp.errors import UnmappedColumns
from nlp.parse.synonyms import KindColumns, Synonyms, core, label_key, load_synonyms
from nlp.records import Kind, Table

__all__ = ["ColumnMapping", "Header", "MappedColumn", "Synonyms", "detect_kind", "find_header", "load_synonyms", "map_columns", "match_label"]

HEADER_ROWS = 12  # titles, notes and units may stand above the header
How = Literal["exact", "normalised"]


@dataclass(frozen=True, slots=True, kw_only=True)
class MappedColumn:
    canonical: str
    index: int
    label: str
    how: How


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnMapping:
    """Which column holds what. Columns of one canonical name stand in order of preference."""

    kind: Kind
    columns: tuple[MappedColumn, ...]
    unused: tuple[str, ...]

    def all(self, canonical: str) -> tuple[MappedColumn, ...]:
        return tuple(column for column in self.columns if column.canonical == canonical)

    def value(self, row: Sequence[str], *names: str) -> str:
        """The first non-empty cell among the columns of these canonical names."""
        cells = (row[c.index].strip() for name in names for c in self.all(name) if c.index < len(row))
        return next(filter(None, cells), "")


@dataclass(frozen=True, slots=True, kw_only=True)
class Header:
    kind: Kind
    row: int  # index in table.rows
    mapping: ColumnMapping


@dataclass(frozen=True, slots=True, kw_only=True)
class _Match:
    canonical: str
    how: How
    rank: int  # 0 as written, 1 normalised, 2 without brackets
    order: int


def match_label(label: str, columns: KindColumns, synonyms: Synonyms) -> MappedColumn | None:
    """The canonical name of one label on its own (index 0), or None."""
    found = _match(label, columns, synonyms.words["keep_brackets"])
    return None if found is None else MappedColumn(canonical=found.canonical, index=0, label=label.strip(), how=found.how)


def _match(label: str, columns: KindColumns, keep: Sequence[str]) -> _Match | None:
    if not label.strip() or len(label) > 120:
        return None
    full, bare = label_key(label), core(label, keep)
    order = columns.order.get(full, columns.order.get(bare, 0))
    if label.strip() in columns.exact:
        return _Match(canonical=columns.exact[label.strip()], how="exact", rank=0, order=order)
    for rank, form in ((1, full), (2, bare)):
        if form in columns.normalised:
            return _Match(canonical=columns.normalised[form], how="normalised", rank=rank, order=order)
    return None


def _columns(header: Sequence[str], columns: KindColumns, keep: Sequence[str]) -> list[MappedColumn]:
    """Each label's match, best first within one canonical name; a repeated label counts once."""
    found = [(i, label, _match(label, columns, keep)) for i, label in enumerate(header)]
    ranked = sorted(((m.rank, m.order, i, label, m) for i, label, m in found if m), key=lambda item: item[:3])
    return [MappedColumn(canonical=m.canonical, index=i, label=label.strip(), how=m.how) for _, _, i, label, m in ranked]


def _missing(mapped: Sequence[MappedColumn], columns: KindColumns, synonyms_of: KindColumns) -> list[str]:
    names = {column.canonical for column in mapped}
    aliases = {"title": {"demand_title", "project_title"}, "text": {"full_text"}}
    groups = [group for group in columns.required if not any(n in names or aliases.get(n, set()) & names for n in group)]
    return [_example(group, synonyms_of) for group in groups]


def _example(group: Sequence[str], columns: KindColumns) -> str:
    """How a person would call the missing column: one Chinese label of each name in the group."""
    labels = (next((lb for lb, n in columns.exact.items() if n == name and lb > "一"), name) for name in group)
    return " 或 ".join(dict.fromkeys(labels))


def map_columns(header: Sequence[str], synonyms: Synonyms, kind: Kind, *, name: str = "表格") -> ColumnMapping:
    """Maps a header row for one kind. Raises UnmappedColumns, naming the columns seen, if a required one is missing."""
    columns = synonyms.kinds[kind]
    mapped = _columns(header, columns, synonyms.words["keep_brackets"])
    seen = [label.strip() for label in header if label.strip()]
    if missing := _missing(mapped, columns, columns):
        raise UnmappedColumns(name, missing, seen)
    used = {column.index for column in mapped}
    unused = tuple(label.strip() for i, label in enumerate(header) if i not in used and label.strip())
    return ColumnMapping(kind=kind, columns=tuple(mapped), unused=unused)


def _score(header: Sequence[str], synonyms: Synonyms, kind: Kind) -> tuple[int, int]:
    """(distinctive names, all names) mapped; (0, 0) if a required column is missing."""
    columns = synonyms.kinds[kind]
    mapped = _columns(header, columns, synonyms.words["keep_brackets"])
    if _missing(mapped, columns, columns):
        return 0, 0
    names = {column.canonical for column in mapped}
    return len(names & columns.distinctive), len(names)


def detect_kind(header: Sequence[str], synonyms: Synonyms) -> Kind | None:
    """The kind whose distinctive columns this header has most of; None if none has any or two are level."""
    ranked = sorted(((_score(header, synonyms, kind), kind) for kind in Kind), key=lambda item: item[0], reverse=True)
    (first, kind), (second, _) = ranked[:2]
    return kind if first[0] > 0 and first > second else None


def find_header(table: Table, synonyms: Synonyms, kind: Kind | None) -> Header | None:
    """The header among the first rows: the row with most mapped labels. None if no row maps (or no kind is clear)."""
    kinds = [kind] if kind else list(Kind)
    rows = range(min(HEADER_ROWS, len(table.rows)))
    scored = [(max(_score(table.rows[i], synonyms, k) for k in kinds), -i) for i in rows]
    best, place = max(scored, default=((0, 0), 0))
    header = table.rows[-place] if table.rows else ()
    chosen = kind or detect_kind(header, synonyms)
    if best[1] == 0 or chosen is None:
        return None
    return Header(kind=chosen, row=-place, mapping=map_columns(header, synonyms, chosen))
