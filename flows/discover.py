"""Units, terms and vectors -> topics and the assignment of every unit, a segment at a time."""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence

import numpy as np
from prefect import task
from prefect.cache_policies import NO_CACHE

from flows.naming import name_renewals
from flows.progress import display
from flows.registry import ChainMemory, previous_run, read_memory, write_memory
from flows.run import Run
from flows.store import Artefact, each, load, save, write_bytes
from flows.topic_edits import edits_toml, read_edits
from flows.topic_space import frame_name, subject_vectors
from flows.understand import chain_of, read_vectors
from nlp.changes import event_counts
from nlp.embed import Vectors
from nlp.records import (
    Assignment,
    ChainVerdict,
    Count,
    Term,
    TermMention,
    Topic,
    TopicEdit,
    TopicEditFate,
    TopicEvent,
    Unit,
)
from nlp.topics import KindMeans, fit_kind_means
from nlp.topics.edits import EditedRenewal, edited_ids, fates_of, finish, restructure
from nlp.topics.identity import refresh

__all__ = ["discover_topics", "terms_by_unit"]


def terms_by_unit(mentions: Iterable[TermMention], terms: Sequence[Term]) -> dict[str, tuple[str, ...]]:
    """The names of the terms of each unit, each once: a unit that repeats a word does not say more."""
    name = {t.term_id: t.name for t in terms}
    found: dict[str, list[str]] = {}
    for m in mentions:
        if m.term_id in name:
            found.setdefault(m.unit_id, []).append(name[m.term_id])
    return {unit_id: tuple(sorted(set(names))) for unit_id, names in found.items()}


@task(name="发现主题", cache_policy=NO_CACHE, persist_result=False)
def discover_topics(artefacts: dict[str, Artefact], run: Run) -> dict[str, Artefact]:
    """Topics of each segment of the chain and of what lies outside it, continued from the chain's last run and edited as people decided.

    Every unit gets one row in `assignments`, every topic that was or is one in `topic_events`.
    """
    units = load(Unit, artefacts["units"])
    segment = {v.unit_id: v.segment for v in each(ChainVerdict, artefacts["verdicts"])}
    terms = terms_by_unit(each(TermMention, artefacts["mentions"]), load(Term, artefacts["terms"]))
    memory, edits = read_memory(previous_run(run.out, run.chain)), read_edits(run.out, run.chain)
    vectors, kinds = centred(units, artefacts["vectors"], memory, run)
    present = sorted({*segment.values(), *memory.segments})
    renewals = []
    with display.stage("发现主题", "topics", total=len(present)):
        members: dict[str, list[Unit]] = {name: [] for name in present}
        for unit in units:
            members[segment[unit.unit_id]].append(unit)
        for done, name in enumerate(present, 1):
            renewals.append(renew(members[name], name, terms, vectors, memory, edits, run))
            display.advance(done)
    renewals = name_renewals(renewals, units, memory, edits, run)
    written = write_memory(ChainMemory(encoder=frame_name(run.settings.encoder.name), kinds=kinds, segments={r.registry.segment: r.registry for r in renewals}), run.work)
    return written | save_topics(renewals, artefacts["counts"], edits, run)


def centred(units: Sequence[Unit], source: Artefact, memory: ChainMemory, run: Run) -> tuple[dict[str, Vectors], KindMeans]:
    """Vectors by unit, less the mean of their kind, as it was taken when the chain was first seen with this encoder."""
    vectors = read_vectors(source)
    encoded = [u for u in units if u.unit_id in vectors]
    rows = np.stack([vectors[u.unit_id] for u in encoded]) if encoded else np.zeros((0, 1), dtype=np.float32)
    vectors.clear()  # the rows are a copy
    kinds = fit_kind_means(encoded, rows, known=memory.kinds if memory.encoder == frame_name(run.settings.encoder.name) else None)
    seen = subject_vectors(kinds.centred(encoded, rows), encoder=run.settings.encoder.name)
    return dict(zip((u.unit_id for u in encoded), seen, strict=True)), kinds


def renew(units: Sequence[Unit], segment: str, terms: Mapping[str, tuple[str, ...]], vectors: Mapping[str, Vectors], memory: ChainMemory,
          edits: Sequence[TopicEdit], run: Run) -> EditedRenewal:
    size = len(next(iter(vectors.values()))) if vectors else 1
    rows = np.array([vectors.get(u.unit_id, np.zeros(size, dtype=np.float32)) for u in units], dtype=np.float32).reshape(len(units), size)
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
