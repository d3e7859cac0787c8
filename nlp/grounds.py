"""What a cell of a run's tables rests on: a cell -> the ids of demands, clauses, patents, policies and projects; an id -> its place."""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass

from nlp.citing import cell
from nlp.material import Shelf
from nlp.records import Fragment, SourceRef

__all__ = ["Grounds", "Unit", "grounds_of"]

ID_COLUMNS = {"demands": "demand_id", "clauses": "clause_id", "patents": "patent_id", "policies": "policy_id", "projects": "project_id"}
OF_A_TOPIC = ("topics", "priorities", "flips", "scenarios", "rank_changes", "topic_events")  # keyed by topic, or topic/…


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """One source: its row, and what the annex says of it as fragments that name their cells."""

    table: str
    row: str
    number: Fragment  # the full id
    title: tuple[Fragment, ...]
    file: Fragment
    place: tuple[Fragment, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Grounds:
    units: Mapping[str, Unit]  # by id, of every kind
    listed: Mapping[tuple[str, str], tuple[str, ...]]  # (table, row) -> source ids as that row states them
    members: Mapping[str, tuple[str, ...]]  # of a topic

    def of(self, source: SourceRef) -> tuple[str, ...]:
        """() for a count of the whole material, and for what no source speaks of."""
        if source.table in ID_COLUMNS:
            return (source.row,)
        if source.table in OF_A_TOPIC:
            return self.members.get(source.row.split("/")[0], ())
        return self.listed.get((source.table, source.row), ())


def grounds_of(shelf: Shelf) -> Grounds:
    units = dict(unit for found in (demands, clauses, policies, patents, projects) for unit in found(shelf))
    members = {t: tuple(a.unit_id for kind in ("demand", "clause", "patent") for a in found if a.unit_kind == kind) for t, found in shelf.members.items()}
    return Grounds(units=units, listed={key: tuple(i for i in ids if i in units) for key, ids in listed(shelf)}, members=members)


def listed(shelf: Shelf) -> Iterator[tuple[tuple[str, str], Sequence[str]]]:
    yield from ((("evidence", row), f.source_ids) for row, f in shelf.facts.items())
    yield from ((("gates", g.gate_id), g.source_ids) for found in shelf.gates.values() for g in found)
    yield from ((("modes", t), m.source_ids) for t, m in shelf.modes.items())
    yield from ((("partners", p.partner_id), p.source_ids) for found in shelf.partners.values() for p in found)
    yield from ((("requirements", r.requirement_id), (r.source_id,)) for found in shelf.requirements.values() for r in found)
    yield from ((("facets", i), (i,)) for i in shelf.facets)


# ---- where the sources stand --------------------------------------------------------------


def reader(table: str, row: str, record: object) -> Callable[..., Fragment]:
    return lambda column, missing="—": cell(table, row, column, getattr(record, column), missing=missing)


def plain(table: str, row: str, record: object) -> tuple[str, Unit]:
    """Of a kind whose rows hold title, file and place themselves."""
    get = reader(table, row, record)
    return row, Unit(table=table, row=row, number=get(ID_COLUMNS[table]), title=(get("title", "无题"),), file=get("source_file"), place=(get("source_location"),))


def demands(shelf: Shelf) -> Iterator[tuple[str, Unit]]:
    return (plain("demands", i, d) for i, d in shelf.demands.items())


def patents(shelf: Shelf) -> Iterator[tuple[str, Unit]]:
    return (plain("patents", i, p) for i, p in shelf.patents.items())


def projects(shelf: Shelf) -> Iterator[tuple[str, Unit]]:
    return (plain("projects", p.project_id, p) for found in shelf.projects.values() for p in found)


def policies(shelf: Shelf) -> Iterator[tuple[str, Unit]]:
    for i, p in shelf.policies.items():
        get = reader("policies", i, p)
        yield i, Unit(table="policies", row=i, number=get("policy_id"), title=(get("title", "无题"),), file=get("source_file"), place=(Fragment(text="全文"),))


def clauses(shelf: Shelf) -> Iterator[tuple[str, Unit]]:
    for i, c in shelf.clauses.items():
        get, policy = reader("clauses", i, c), shelf.policies[c.policy_id]
        of_policy = reader("policies", c.policy_id, policy)
        place = (get("path"), Fragment(text="，"), get("source_location")) if c.path else (get("source_location"),)
        yield i, Unit(table="clauses", row=i, number=get("clause_id"), title=(of_policy("title", "无题"),), file=of_policy("source_file"), place=place)
