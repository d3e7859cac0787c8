"""Units, terms and vectors -> topics and the assignment of every unit, a segment at a time."""

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain, groupby
from operator import attrgetter
from pathlib import Path

import numpy as np
from prefect import task
from prefect.cache_policies import NO_CACHE

from flows.naming import name_renewals
from flows.progress import display
from flows.registry import ChainMemory, last_memory, write_memory
from flows.run import Run
from flows.store import Artefact, each, load, save, write_bytes
from flows.topic_edits import edits_toml, read_edits
from flows.topic_space import Seen, frame_name, see
from flows.understand import chain_of
from nlp.changes import event_counts
from nlp.embed import Vectors
from nlp.records import (
    Assignment,
    Count,
    Term,
    TermMention,
    TermUse,
    Topic,
    TopicEdit,
    TopicEditFate,
    TopicEvent,
    Unit,
    UnitHead,
)
from nlp.topics.edits import EditedRenewal, edited_ids, fates_of, finish, restructure
from nlp.topics.identity import refresh

__all__ = ["discover_topics", "terms_by_unit"]


def terms_by_unit(mentions: Iterable[TermMention | TermUse], terms: Sequence[Term]) -> dict[str, tuple[str, ...]]:
    """The names of the terms of each unit, each once: a unit that repeats a word does not say more."""
    name = {t.term_id: t.name for t in terms}
    found: dict[str, tuple[str, ...]] = {}
    for unit_id, own in groupby(mentions, attrgetter("unit_id")):
        if names := {name[m.term_id] for m in own if m.term_id in name}:
            found[unit_id] = tuple(sorted(names.union(found.get(unit_id, ()))))
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """What of a verdict is asked here."""

    unit_id: str
    segment: str


@task(name="发现主题", cache_policy=NO_CACHE, persist_result=False)
def discover_topics(artefacts: dict[str, Artefact], run: Run) -> dict[str, Artefact]:
    """Topics of each segment of the chain and of what lies outside it, continued from the chain's last run and edited as people decided.

    Every unit gets one row in `assignments`, every topic that was or is one in `topic_events`.
    """
    terms = terms_by_unit(each(TermUse, artefacts["mentions"]), load(Term, artefacts["terms"]))
    memory, edits, encoder = last_memory(run.out, run.chain), read_edits(run.out, run.chain), run.settings.encoder.name
    if memory.loss:
        display.say(memory.loss, "registry.loss")
    members = by_segment(artefacts, memory.segments)
    seen = see(chain.from_iterable(members.values()), artefacts["vectors"], encoder=encoder, known=memory.kinds if memory.encoder == frame_name(encoder) else None)
    row = {u.unit_id: i for i, u in enumerate(seen.units)}
    renewals = []
    with display.stage("发现主题", "topics", total=len(members)):
        for done, (name, units) in enumerate(members.items(), 1):
            renewals.append(renew(units, name, terms, rows_of(units, seen, row), memory, edits, run))
            display.advance(done)
    renewals = name_renewals(renewals, each(Unit, artefacts["units"]), memory, edits, run)
    written = write_memory(replace(memory, encoder=frame_name(encoder), kinds=seen.kinds, segments={r.registry.segment: r.registry for r in renewals}), run.work,
                           without=frozenset(json.loads(Path(artefacts["withdrawn"].path).read_text("utf-8"))["ids"]))
    return written | save_topics(renewals, artefacts["counts"], edits, run)


def by_segment(artefacts: Mapping[str, Artefact], before: Iterable[str]) -> dict[str, list[UnitHead]]:
    """The units of each segment that has any, or had some `before`, by its name."""
    segment = {v.unit_id: v.segment for v in each(Place, artefacts["verdicts"])}
    members: dict[str, list[UnitHead]] = {name: [] for name in sorted({*segment.values(), *before})}
    for unit in each(UnitHead, artefacts["units"]):
        members[segment[unit.unit_id]].append(unit)
    return members


def rows_of(units: Sequence[UnitHead], seen: Seen, row: Mapping[str, int]) -> Vectors:
    """[n, d] of the units, zero for one without a vector; `row`: of `seen`, by unit."""
    places = np.array([row.get(u.unit_id, -1) for u in units], dtype=np.int64)
    rows = np.zeros((len(units), seen.rows.shape[1]), dtype=np.float32)
    rows[places >= 0] = seen.rows[places[places >= 0]]
    return rows


def renew(units: Sequence[UnitHead], segment: str, terms: Mapping[str, tuple[str, ...]], rows: Vectors, memory: ChainMemory,
          edits: Sequence[TopicEdit], run: Run) -> EditedRenewal:
    known = memory.segments.get(segment)
    shaped = restructure(known, edits, run_id=run.run_id) if known else None
    renewal = refresh(shaped, units, rows, terms, segment=segment, run_id=run.run_id, seed=run.seed, options=run.settings.topics,
                      identity=run.settings.identity, encoder=frame_name(run.settings.encoder.name), first=f"首次归类（{memory.loss}）" if memory.loss else "首次归类",
                      protected=edited_ids(shaped, edits) if shaped else frozenset(), fit_units=run.settings.scale.fit_units)
    return finish(renewal, edits, known, shaped)


def save_topics(renewals: Sequence[EditedRenewal], counts: Artefact, edits: Sequence[TopicEdit], run: Run) -> dict[str, Artefact]:
    topics = sorted((t for r in renewals for t in r.topics), key=lambda t: t.topic_id)
    assignments = sorted((a for r in renewals for a in r.assignments), key=lambda a: (a.unit_kind, a.unit_id))
    events = sorted((e for r in renewals for e in r.events), key=lambda e: (e.segment, e.topic_id))
    fates = fates_of(edits, [f for r in renewals for f in r.fates])
    tally = [*load(Count, counts), *topic_counts(topics, assignments, [*(s.id for s in chain_of(run.chain).segments), "none"]), *event_counts(events)]
    return {"topics": save(Topic, topics, run.data("topics")), "assignments": save(Assignment, assignments, run.data("assignments")),
            "topic_events": save(TopicEvent, events, run.data("topic_events")), "topic_edits": save(TopicEditFate, fates, run.data("topic_edits")),
            "topic_edits.toml": write_bytes(edits_toml(edits, fates).encode(), run.work / "topic_edits.toml"),
            "counts": save(Count, tally, run.data("counts"))}


def topic_counts(topics: Sequence[Topic], assignments: Sequence[Assignment], segments: Sequence[str]) -> list[Count]:
    """segment.design.topics, segment.design.unassigned, demand.grouped, unassigned.样本太少, …; a measured zero is a row."""
    names = Counter({f"segment.{s}.{what}": 0 for s in segments for what in ("topics", "unassigned")})
    names.update(f"segment.{t.segment}.topics" for t in topics if not t.hidden)
    for a in assignments:
        if a.topic_id is None:
            names.update((f"segment.{a.segment}.unassigned", f"unassigned.{a.method}"))
        else:
            names.update((f"{a.unit_kind}.grouped",))
    return [Count(name=name, value=value) for name, value in sorted(names.items())]
