"""Header variants to canonical columns, with a record of how each was matched.

Order: the label as written, then its normalised form, then that without what stands in brackets, then a longer label
that ends as a known one does, then its last words, then the values themselves (sniffing.py). A required column that is not found is an
error that names the columns seen: "0 mapped" never looks like "0 found".
"""

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal

from nlp.errors import UnmappedColumns
from nlp.parse.layout import joined_header
from nlp.parse.synonyms import KindColumns, Synonyms, core, label_key, load_synonyms
from nlp.records import ColumnUse, Kind, Table
from nlp.terms.canonical import simplifier

__all__ = ["ColumnMapping", "Header", "MappedColumn", "Synonyms", "column_uses", "detect_kind", "find_header", "load_synonyms", "map_columns", "match_label"]

HEADER_ROWS = 12  # titles, notes and units may stand above the header
How = Literal["exact", "normalised", "partial", "head", "sniffed"]
_SURE = {"exact": 1.0, "normalised": 0.95, "partial": 0.7, "head": 0.5}
_PARTIAL_LABEL = 20  # characters of a longer label that ends as a known one
_HEADER_CELL = 60  # characters of a label with its hint
_PARTLY_COLUMNS = 3  # that a header without known labels must map
_SENTENCE = re.compile(r"[。，；！？]")
_CONTACT_LABEL = 16  # characters of a label that may hold a contact word


@dataclass(frozen=True, slots=True, kw_only=True)
class MappedColumn:
    canonical: str
    index: int
    label: str
    how: How
    sure: float = 1.0


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
    row: int  # index in table.rows of its last row
    mapping: ColumnMapping
    labels: tuple[str, ...]  # one a column; of a header of two rows, 组/项
    first: int  # index in table.rows of its first row


@dataclass(frozen=True, slots=True, kw_only=True)
class _Match:
    canonical: str
    how: How
    rank: int  # 0 as written, 1 normalised, 2 without brackets, 3 and 4 by its end
    order: int


def match_label(label: str, columns: KindColumns, synonyms: Synonyms, *, partly: bool = False) -> MappedColumn | None:
    """The canonical name of one label on its own (index 0), or None. `partly`: also by the end of a longer label."""
    found = _match(label, columns, synonyms, partly=partly)
    return None if found is None else _mapped(0, label, found)


def _mapped(index: int, label: str, found: _Match) -> MappedColumn:
    return MappedColumn(canonical=found.canonical, index=index, label=label.strip(), how=found.how, sure=_SURE[found.how])


def _match(label: str, columns: KindColumns, synonyms: Synonyms, *, partly: bool = True) -> _Match | None:
    """Of a label 组/项 (header of two rows): both together, else the lower unless that is a mere 名称, else the upper."""
    group, slash, item = label.partition("\n/\n")
    if not slash:
        return _single(label, columns, synonyms, partly=partly)
    together, lower, upper = (_single(text, columns, synonyms, partly=partly) for text in (group + item, item, group))
    plain = lower is not None and lower.canonical in {"title", "text"} and upper is not None
    return together or (upper if plain else lower or upper)


def _single(label: str, columns: KindColumns, synonyms: Synonyms, *, partly: bool) -> _Match | None:
    if not label.strip() or len(label) > 120:
        return None
    full, bare = label_key(label), core(label, synonyms.words["keep_brackets"])
    order = columns.order.get(full, columns.order.get(bare, 0))
    if label.strip() in columns.exact:
        return _Match(canonical=columns.exact[label.strip()], how="exact", rank=0, order=order)
    for rank, form in ((1, full), (2, bare)):
        if form in columns.normalised:
            return _Match(canonical=columns.normalised[form], how="normalised", rank=rank, order=order)
    if not partly or len(bare) > _PARTIAL_LABEL:
        return None
    simple = simplified(label)
    return _partial(bare, columns, synonyms) if simple == label else _single(simple, columns, synonyms, partly=True)


@cache
def _simplifier() -> Callable[[str], str]:
    return simplifier()


def simplified(label: str) -> str:
    """公開號 as 公开号: exports of Taiwan and Hong Kong name the same columns."""
    return label if label.isascii() else _simplifier()(label)


def _partial(bare: str, columns: KindColumns, synonyms: Synonyms) -> _Match | None:
    """您单位的主要技术问题 ends as 主要技术问题 does; a label with a contact word in it is one of contact."""
    if "contact" in columns.partial and len(bare) <= _CONTACT_LABEL and any(word in bare for word in synonyms.words["contact_marks"]):
        return _Match(canonical="contact", how="partial", rank=3, order=0)
    ends = (bare[i:] for i in range(1, len(bare) - 3))
    known = next((columns.normalised[e] for e in ends if columns.normalised.get(e) in columns.partial), None)
    blocked = _SENTENCE.search(bare) or bare.startswith(tuple(synonyms.words["partial_blocked"]))
    if known and not blocked:
        return _Match(canonical=known, how="partial", rank=3, order=0)
    head = next((name for end, name in columns.heads.items() if bare.endswith(end)), None)
    return _Match(canonical=head, how="head", rank=4, order=0) if head and not blocked else None


def _columns(header: Sequence[str], columns: KindColumns, synonyms: Synonyms, *, partly: bool = True) -> list[MappedColumn]:
    """Each label's match, best first within one canonical name; a repeated label counts once."""
    found = [(i, label, _match(label, columns, synonyms, partly=partly)) for i, label in enumerate(header)]
    ranked = sorted(((m.rank, m.order, i, label, m) for i, label, m in found if m), key=lambda item: item[:3])
    return [_mapped(i, label, m) for _, _, i, label, m in ranked]


def _missing(mapped: Sequence[MappedColumn], columns: KindColumns) -> list[str]:
    names = {column.canonical for column in mapped}
    aliases = {"title": {"demand_title", "project_title"}, "text": {"full_text"}}
    groups = [group for group in columns.required if not any(n in names or aliases.get(n, set()) & names for n in group)]
    return [_example(group, columns) for group in groups]


def _example(group: Sequence[str], columns: KindColumns) -> str:
    """How a person would call the missing column: one Chinese label of each name in the group."""
    labels = (next((lb for lb, n in columns.exact.items() if n == name and lb > "一"), name) for name in group)
    return " 或 ".join(dict.fromkeys(labels))


def map_columns(header: Sequence[str], synonyms: Synonyms, kind: Kind, *, name: str = "表格") -> ColumnMapping:
    """Maps a header row for one kind. Raises UnmappedColumns, naming the columns seen, if a required one is missing."""
    columns = synonyms.kinds[kind]
    mapped = _columns(header, columns, synonyms)
    seen = [label.strip() for label in header if label.strip()]
    if missing := _missing(mapped, columns):
        raise UnmappedColumns(name, missing, seen)
    used = {column.index for column in mapped}
    unused = tuple(label.strip() for i, label in enumerate(header) if i not in used and label.strip())
    return ColumnMapping(kind=kind, columns=tuple(mapped), unused=unused)


@dataclass(frozen=True, slots=True, kw_only=True, order=True)
class _Score:
    distinctive: int = 0  # names that speak for the kind
    names: int = 0
    columns: int = 0


def _score(header: Sequence[str], synonyms: Synonyms, kind: Kind, *, partly: bool = False) -> _Score:
    """How much of a header the kind knows; nothing if a required column is missing."""
    columns = synonyms.kinds[kind]
    mapped = _columns(header, columns, synonyms, partly=partly)
    if _missing(mapped, columns):
        return _Score()
    names = {column.canonical for column in mapped}
    said = any(mark in column.label for column in mapped if column.canonical in {"title", "text"} for mark in columns.marks)
    return _Score(distinctive=len(names & columns.distinctive) + said, names=len(names), columns=len(mapped))


def detect_kind(header: Sequence[str], synonyms: Synonyms, *, partly: bool = False) -> Kind | None:
    """The kind whose distinctive columns this header has most of; None if none has any or two are level."""
    scores = [(_score(header, synonyms, kind, partly=partly), kind) for kind in Kind]
    ranked = sorted((((s.distinctive, s.names), kind) for s, kind in scores), key=lambda item: item[0], reverse=True)
    (first, kind), (second, _) = ranked[:2]
    return kind if first[0] > 0 and first > second else None


def find_header(table: Table, synonyms: Synonyms, kind: Kind | None) -> Header | None:
    """The header among the first rows: the row, or two rows, with most mapped labels. None if nothing maps or no kind is clear.

    Labels that only end as a known one count where no row has enough known ones.
    """
    return _find(table, synonyms, kind, partly=False) or _find(table, synonyms, kind, partly=True)


def _find(table: Table, synonyms: Synonyms, kind: Kind | None, *, partly: bool) -> Header | None:
    kinds = [kind] if kind else list(Kind)
    places = [(i, depth) for i in range(min(HEADER_ROWS, len(table.rows))) for depth in (1, 2)]
    headers = {place: labels for place in places if (labels := joined_header(table, *place)) and not (partly and _is_data(labels))}
    scored = [(max(_score(labels, synonyms, k, partly=partly) for k in kinds), -depth, -i) for (i, depth), labels in headers.items()]
    best, depth, place = max(scored, default=(_Score(), -1, 0))
    labels = headers.get((-place, -depth), ())
    chosen = kind or detect_kind(labels, synonyms, partly=partly)
    if best.names == 0 or chosen is None or (partly and best.columns < _PARTLY_COLUMNS):
        return None
    mapping = map_columns(labels, synonyms, chosen)
    return Header(kind=chosen, row=-place - depth - 1, mapping=mapping, labels=labels, first=-place)


def _is_data(labels: Sequence[str]) -> bool:
    """Whether a row is too long-winded to be a header."""
    return any(len(label) > _HEADER_CELL for label in labels)


def column_uses(source: str, table: str, labels: Sequence[str], mapping: ColumnMapping) -> tuple[ColumnUse, ...]:
    """One line a labelled column: what it became, how, and how sure that is."""
    used = {column.index: column for column in mapping.columns}
    return tuple(_use(source, table, label, used.get(i)) for i, label in enumerate(labels) if label.strip())


def _use(source: str, table: str, label: str, column: MappedColumn | None) -> ColumnUse:
    shown = " ".join(label.replace("\n/\n", "/").split())
    if column is None:
        return ColumnUse(source_file=source, table=table, column=shown, canonical=None, how="unused", sure=1.0)
    return ColumnUse(source_file=source, table=table, column=shown, canonical=column.canonical, how=column.how, sure=column.sure)
