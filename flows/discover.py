"""Units, terms and vectors -> topics and the assignment of every unit, a segment at a time."""

from collections import Counter
from collections.abc import Mapping, Sequence

import numpy as np
from prefect import task
from prefect.cache_policies import NO_CACHE

from flows.progress import display
from flows.run import Run
from flows.store import Artefact, load, save
from flows.understand import chain_of, read_vectors
from nlp.records import Assignment, ChainVerdict, Count, Term, TermMention, Topic, Unit
from nlp.topics import Grouping, centre_kinds, discover

__all__ = ["discover_topics", "terms_by_unit"]


def terms_by_unit(mentions: Sequence[TermMention], terms: Sequence[Term]) -> dict[str, tuple[str, ...]]:
    """The names of the terms of each unit, each once: a unit that repeats a word does not say more."""
    name = {t.term_id: t.name for t in terms}
    found: dict[str, list[str]] = {}
    for m in mentions:
        if m.term_id in name:
            found.setdefault(m.unit_id, []).append(name[m.term_id])
    return {unit_id: tuple(sorted(set(names))) for unit_id, names in found.items()}


@task(name="发现主题", cache_policy=NO_CACHE, persist_result=False)
def discover_topics(artefacts: dict[str, Artefact], run: Run) -> dict[str, Artefact]:
    """Topics of each segment of the chain and of what lies outside it; every unit gets one row in `assignments`."""
    units = load(Unit, artefacts["units"])
    segment = {v.unit_id: v.segment for v in load(ChainVerdict, artefacts["verdicts"])}
    terms = terms_by_unit(load(TermMention, artefacts["mentions"]), load(Term, artefacts["terms"]))
    vectors = read_vectors(artefacts["vectors"])
    encoded = [u for u in units if u.unit_id in vectors]
    vectors = dict(zip((u.unit_id for u in encoded), centre_kinds(encoded, np.stack([vectors[u.unit_id] for u in encoded])), strict=True))
    present = sorted(set(segment.values()))
    groupings = []
    with display.stage("发现主题", "topics", total=len(present)):
        for done, name in enumerate(present, 1):
            groupings.append(group_segment([u for u in units if segment[u.unit_id] == name], name, terms, vectors, run))
            display.advance(done)
    topics = sorted((t for g in groupings for t in g.topics), key=lambda t: t.topic_id)
    assignments = sorted((a for g in groupings for a in g.assignments), key=lambda a: (a.unit_kind, a.unit_id))
    counts = [*load(Count, artefacts["counts"]), *topic_counts(topics, assignments, [*(s.id for s in chain_of(run.chain).segments), "none"])]
    return {"topics": save(Topic, topics, run.data("topics")), "assignments": save(Assignment, assignments, run.data("assignments")),
            "counts": save(Count, counts, run.data("counts"))}


def group_segment(units: Sequence[Unit], segment: str, terms: Mapping[str, tuple[str, ...]], vectors: Mapping[str, np.ndarray], run: Run) -> Grouping:
    size = len(next(iter(vectors.values()))) if vectors else 1
    rows = np.stack([vectors.get(u.unit_id, np.zeros(size, dtype=np.float32)) for u in units]).astype(np.float32)
    return discover(units, rows, terms, segment=segment, seed=run.seed, options=run.settings.topics)


def topic_counts(topics: Sequence[Topic], assignments: Sequence[Assignment], segments: Sequence[str]) -> list[Count]:
    """segment.design.topics, segment.design.unassigned, demand.grouped, unassigned.样本太少, …; a measured zero is a row."""
    names = Counter({f"segment.{s}.{what}": 0 for s in segments for what in ("topics", "unassigned")})
    names.update(f"segment.{t.segment}.topics" for t in topics)
    for a in assignments:
        if a.topic_id is None:
            names.update((f"segment.{a.segment}.unassigned", f"unassigned.{a.method}"))
        else:
            names.update((f"{a.unit_kind}.grouped",))
    return [Count(name=name, value=value) for name, value in sorted(names.items())]
