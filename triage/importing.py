"""Rows of a published intake folder into the queue; what came before is known again, what came changed opens its row anew."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TypeVar

from sqlalchemy import select
from sqlalchemy.orm import Session

from nlp.normalise import key
from nlp.records import Demand, Duplicate, Submission
from nlp.understand.duplicates import DuplicateFinder, find_duplicates
from nlp.understand.resubmissions import link_versions
from nlp.understand.suggest import Findings, Suggestion, suggest
from triage import history
from triage.database import ImportedRun, Store, SubmissionRow, now
from triage.decisions import change
from triage.judging import Found, Judge, neighbour, read_run
from triage.shapes import Detail, Neighbour, State

__all__ = ["Imported", "import_run", "pending_runs"]

T = TypeVar("T")
ARRIVED, NEW_VERSION = "收到", "新版本"
_SHOWN = 5  # neighbours of a row
_AT_ONCE = 10  # rows a transaction: others can decide in between


@dataclass(slots=True)
class Imported:
    """How many rows were added, were known already, or opened an older one anew."""

    run_id: str
    added: int = 0
    known: int = 0
    reopened: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class Across:
    """What the queue already says on the rows of a new batch."""

    earlier: Mapping[str, str] = field(default_factory=dict)  # new demand -> demand in the queue that it replaces
    pairs: Mapping[str, Sequence[Duplicate]] = field(default_factory=dict)  # new demand -> its pairs with the queue
    demands: Mapping[str, Demand] = field(default_factory=dict)
    rows: Mapping[str, str] = field(default_factory=dict)  # demand -> its number in the queue


def pending_runs(store: Store, out: Path) -> list[Path]:
    """Published intake folders that are not in the queue yet, oldest first."""
    with store.reading() as session:
        known = set(session.scalars(select(ImportedRun.run_id)))
    folders = sorted(p.parent for p in out.glob("*/manifest.json") if p.parent.name not in known and not p.parent.is_symlink())
    return [f for f in folders if (f / "triage.xlsx").is_file() and (f / "data" / "facets.parquet").is_file() and (f / "rule_pack.toml").is_file()]


def import_run(store: Store, folder: Path, *, judge: Judge, finder: DuplicateFinder, actor: str, originals: Mapping[str, str] | None = None) -> Imported:
    """Adds the rows of one folder; running it twice adds nothing twice. `originals`: demand -> unmasked title + "\\n" + text."""
    done, found, numbers = Imported(run_id=folder.name), list(judge.judge(read_run(folder))), dict[str, str]()
    with store.reading() as session:
        across = _across(session, found, finder)
    for some in _batches(found):
        with store.writing() as session:
            for one in some:
                numbers[one.demand.demand_id] = _enter(session, one, across, finder, done, actor=actor, original=(originals or {}).get(one.demand.demand_id))
    _tell(store, across, numbers)
    with store.writing() as session:
        if session.get(ImportedRun, folder.name) is None:
            session.add(ImportedRun(run_id=folder.name, at=now()))
            history.append(session, "接入一批", actor=actor, payload={"run": folder.name, "added": done.added, "known": done.known, "reopened": done.reopened})
    return done


def _batches(found: Sequence[T]) -> Iterator[Sequence[T]]:
    for start in range(0, len(found), _AT_ONCE):
        yield found[start : start + _AT_ONCE]


# ---- against what is in the queue -------------------------------------------------------------


def demand_of(row: SubmissionRow) -> Demand:
    title, _, text = row.masked.partition("\n")
    detail = Detail.model_validate_json(row.detail)
    return Demand(demand_id=row.demand_id, submission_id=detail.form_id, version=row.version, superseded_by=None, source_file=detail.source_file,
                  source_location=detail.source_location, organisation=row.organisation or None, region=row.province, title=title, text=text)


def _across(session: Session, found: Sequence[Found], finder: DuplicateFinder) -> Across:
    new = {f.demand.demand_id for f in found}
    rows = [r for r in session.scalars(select(SubmissionRow).where(SubmissionRow.latest, SubmissionRow.state != State.WITHDRAWN)) if r.demand_id not in new]
    if not rows:
        return Across()
    known = [demand_of(r) for r in rows]
    standing = [f.demand for f in found if f.demand.superseded_by is None]
    submissions = [*(f.submission for f in found), *(_submission(r, d) for r, d in zip(rows, known, strict=True))]
    senders = {key(d.organisation or "") for d in standing}
    linked = link_versions([*(d for d in known if key(d.organisation or "") in senders), *standing], list({s.submission_id: s for s in submissions}.values()), finder)
    replaced = {r.superseded_by: r.demand_id for r in linked.resubmissions if r.demand_id not in new and r.superseded_by in new}
    gone, pairs = set(replaced.values()), dict[str, list[Duplicate]]()
    for pair in find_duplicates([d for d in known if d.demand_id not in gone] + standing, finder=finder, touching=new):
        if (pair.a in new) != (pair.b in new):
            pairs.setdefault(pair.a if pair.a in new else pair.b, []).append(pair)
    return Across(earlier=replaced, pairs=pairs, demands={d.demand_id: d for d in [*known, *standing]},
                  rows={r.demand_id: r.submission_id for r in rows} | {f.demand.demand_id: f.row_id for f in found})


def _submission(row: SubmissionRow, demand: Demand) -> Submission:
    return Submission(submission_id=demand.submission_id, source_file=demand.source_file, source_location=demand.source_location,
                      organisation=demand.organisation, region=demand.region, received=row.received)


def _neighbours(demand: Demand, across: Across) -> list[Neighbour]:
    near = (_as_seen(pair, demand, across) for pair in across.pairs.get(demand.demand_id, ()))
    return [n for n in near if n is not None]


def _as_seen(pair: Duplicate, mine: Demand, across: Across) -> Neighbour | None:
    first = pair.a == mine.demand_id
    return neighbour(mine, pair.b if first else pair.a, pair, across.demands, {}, across.rows, turned=not first)


def _nearest(near: Iterable[Neighbour]) -> tuple[Neighbour, ...]:
    return tuple(sorted(near, key=lambda n: (n.label != "重复", -n.score)))[:_SHOWN]


def _tell(store: Store, across: Across, numbers: Mapping[str, str]) -> None:
    """The rows of the queue that new ones resemble show them too. What they were suggested stays: they came first.

    `numbers`: new demand -> its number in the queue, which is the old one's where it came again.
    """
    new: dict[str, list[Neighbour]] = {}
    for demand_id, pairs in across.pairs.items():
        for pair in pairs:
            other = pair.b if pair.a == demand_id else pair.a
            if seen := _as_seen(pair, across.demands[other], across):
                new.setdefault(other, []).append(seen.model_copy(update={"ident": numbers[demand_id]}))
    for some in _batches(list(new)):
        with store.writing() as session:
            for demand_id in some:
                if known := _standing(session, SubmissionRow.demand_id == demand_id):
                    detail, idents = Detail.model_validate_json(known.detail), {n.ident for n in new[demand_id]}
                    near = _nearest((*(n for n in detail.neighbours if n.ident not in idents), *new[demand_id]))
                    known.detail = detail.model_copy(update={"neighbours": near}).model_dump_json()


# ---- into the tables --------------------------------------------------------------------------


def _enter(session: Session, found: Found, across: Across, finder: DuplicateFinder, done: Imported, *, actor: str, original: str | None) -> str:
    """The number that the demand has in the queue."""
    masked = _storable(f"{found.demand.title}\n{found.demand.text}")
    before = _standing(session, SubmissionRow.demand_id == found.demand.demand_id)
    if before is None:
        earlier = across.earlier.get(found.demand.demand_id)
        before = _standing(session, SubmissionRow.demand_id == earlier) if earlier else None
    elif before.text_sha256 == history.sha256(masked):
        done.known += 1
        if original and before.original is None and original != masked:
            before.original = _storable(original)
        return before.submission_id
    row = _row(found, masked, original, _neighbours(found.demand, across))
    difference = ""
    if before is not None:
        difference = _replace(session, before, row, finder, actor=actor)
        done.reopened += 1
    done.added += 1
    session.add(row)
    session.flush()
    more = {"difference": difference} if difference else {}
    history.append(session, ARRIVED, actor=actor, row=row, payload={
        "after": history.fields_of(row), "row_version": row.row_version, "text": row.text_sha256, "run": done.run_id, **more})
    row.run_id = done.run_id
    return row.submission_id


def _storable(text: str) -> str:
    """NUL is the one character that PostgreSQL cannot hold; replaced, so that offsets hold."""
    return text.replace("\x00", "\ufffd")


def _standing(session: Session, condition: object) -> SubmissionRow | None:
    found = select(SubmissionRow).where(condition, SubmissionRow.latest).order_by(SubmissionRow.version.desc()).limit(1)  # type: ignore[arg-type]
    return session.scalars(found).first()


def _replace(session: Session, before: SubmissionRow, row: SubmissionRow, finder: DuplicateFinder, *, actor: str) -> str:
    """The new row takes the old one's number and the next version; the old one steps back, its decision kept in the history."""
    from nlp.understand.duplicates import TitledText

    old, new = (TitledText(ident=name, title=text.partition("\n")[0], text=text.partition("\n")[2]) for name, text in (("a", before.masked), ("b", row.masked)))
    changes = tuple(f"{d.a} → {d.b}" for d in finder.compare(old, new).differences)[:12]
    row.submission_id, row.version = before.submission_id, before.version + 1
    detail = Detail.model_validate_json(row.detail)
    row.detail = detail.model_copy(update={"changes": changes or ("文字有改动，未见词语或数值不同",)}).model_dump_json()
    before.latest = False
    change(session, before, NEW_VERSION, actor=actor, after={"state": State.REPLACED.value}, version=row.version)
    return "、".join(changes)


def _row(found: Found, masked: str, original: str | None, near: Iterable[Neighbour]) -> SubmissionRow:
    detail = found.detail.model_copy(update={"neighbours": _nearest((*found.detail.neighbours, *near))})
    suggestion = _suggestion(found, detail.neighbours)
    demand, case = found.demand, found.judged.entry.case
    return SubmissionRow(
        submission_id=found.row_id, version=demand.version, row_version=1, latest=True, demand_id=demand.demand_id, state=State.WAITING.value, province=demand.region,
        organisation=_storable(case.organisation or ""), title=_storable(demand.title), received=case.received, segment=found.segment, verdict=found.verdict, suggested=suggestion.action,
        suggested_reason=suggestion.reason, suggested_merge=suggestion.merge_into, complete=detail.complete, opinion="", masked=masked,
        original=_storable(original) if original and original != masked else None, text_sha256=history.sha256(masked), detail=detail.model_dump_json(), run_id="", arrived_at=now())


def _suggestion(found: Found, near: Sequence[Neighbour]) -> Suggestion:
    """That of the batch, unless a row of the queue says the same: it came earlier."""
    said = found.judged.suggestion
    twin = next((n.ident for n in near if n.label == "重复" and n.kind != "历史项目"), None)
    if said.merge_into or twin is None or all(n.ident != twin for n in near if n not in found.detail.neighbours):
        return said
    facets = found.judged.entry.case.facets
    return suggest(Findings(verdicts=found.judged.verdicts, completeness=found.judged.completeness, clarity=facets.clarity if facets else None,
                            n_parts=len(facets.parts) if facets else 1, merge_into=twin, superseded_by=found.demand.superseded_by))
