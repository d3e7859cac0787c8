"""Topics that stay themselves from run to run.

Between two fittings of the frame, frame and centroids stand still, so nothing that was placed moves. When a segment
has grown by a quarter, the frame is fitted anew and each topic's centroid is taken from its own units: a topic is its
members, not its coordinates, so it survives a new frame and even a new encoder.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
from threadpoolctl import threadpool_limits

from nlp.embed import Vectors
from nlp.options import IdentityOptions, TopicOptions
from nlp.records import Assignment, Topic, TopicChange, TopicEvent, UnitHead
from nlp.topics.cluster import Grouping, choose_label, discover, make_topic, stabilities, topic_id_of, unassigned
from nlp.topics.drift import Finding, Labels, centroids_of
from nlp.topics.events import change_of, event_of
from nlp.topics.placing import Scene, nearest_topics, rearrange, set_scene
from nlp.topics.registry import Member, Registry, TopicMemory
from nlp.topics.sampling import fitting_rows
from nlp.topics.space import Floats, Space, Terms
from nlp.topics.words import topic_terms

__all__ = ["Renewal", "new_topic_id", "refresh"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Renewal:
    """The topics of one segment now, what is to be remembered, and what happened to each topic."""

    grouping: Grouping
    registry: Registry
    events: tuple[TopicEvent, ...]


def refresh(
    registry: Registry | None,
    units: Sequence[UnitHead],
    vectors: Vectors,
    terms: Mapping[str, tuple[str, ...]],
    *,
    segment: str,
    run_id: str,
    seed: int,
    options: TopicOptions,
    identity: IdentityOptions,
    encoder: str = "",
    first: str = "首次归类",
    protected: frozenset[str] = frozenset(),
    fit_units: int = 0,
) -> Renewal:
    """Place the units of one segment into the topics that it had; with no registry, or none of its topics alive, discover them.

    `vectors` is [n, d], row i for units[i]; `protected` are topics that an analyst has edited: they are never taken into another. `first` is
    the reason of an event where topics begin. Above `fit_units` units (0: never) topics are found in a sample, and the others are placed into them.
    """
    order = sorted(range(len(units)), key=lambda i: units[i].unit_id)
    named = [i for i in order if terms.get(units[i].unit_id)]
    chosen, vectors, rows = [units[i] for i in named], vectors[named], [terms[units[i].unit_id] for i in named]
    silent = [units[i] for i in order if not terms.get(units[i].unit_id)]
    fitting, scene = fitting_rows(chosen, fit_units), None
    if registry and registry.topics:
        scene = set_scene(registry, chosen, vectors, rows, fitting=fitting, seed=seed, encoder=encoder, options=options, identity=identity)
    if registry is None or scene is None:
        return begin(registry, chosen, vectors, rows, silent, fitting=fitting, segment=segment, run_id=run_id, seed=seed, encoder=encoder, first=first, options=options)
    placed, findings = rearrange(scene, registry, fitting=fitting, seed=seed, protected=protected, options=options, identity=identity)
    return conclude(scene, registry, placed, findings, silent, fitting=fitting, run_id=run_id, encoder=encoder, seed=seed, options=options, identity=identity)


# ---- the first run ------------------------------------------------------------------------


def begin(
    registry: Registry | None, units: Sequence[UnitHead], vectors: Vectors, terms: Terms, silent: Sequence[UnitHead],
    *, fitting: Labels, segment: str, run_id: str, seed: int, encoder: str, first: str, options: TopicOptions,
) -> Renewal:
    """Topics from nothing, found in the rows `fitting`; those of a registry that cannot be continued are retired with the reason.

    `units` all name a term, by id, row i of each array; the `silent` ones name none.
    """
    fitted = [units[i] for i in fitting]
    found = discover([*fitted, *silent], np.concatenate([vectors[fitting], np.zeros((len(silent), vectors.shape[1]), vectors.dtype)]),
                     {units[i].unit_id: terms[i] for i in fitting}, segment=segment, seed=seed, options=options)
    known = registry or Registry(segment=segment, encoder=encoder, runs=(), fitted=0, space=None, centroids=np.zeros((0, 1)), topics=(), members={})
    found = with_unused_ids(found, known, run_id)
    space, centroids, points = None, np.zeros((len(known.topics), 1)), np.zeros((len(units), 1))
    if found.topics:
        space = Space.fit(vectors[fitting], [terms[i] for i in fitting], seed=seed, options=options)
        points = space.project(vectors, terms)
        number = {t.topic_id: len(known.topics) + i for i, t in enumerate(found.topics)}
        home = {a.unit_id: number.get(a.topic_id or "", -1) for a in found.assignments}
        centroids = centroids_of(points[fitting], np.array([home[u.unit_id] for u in fitted]), len(known.topics) + len(found.topics))
    found = with_the_rest(found, units, points, centroids[len(known.topics):], fitting=fitting, segment=segment, options=options)
    home_of = {a.unit_id: a.topic_id for a in found.assignments}
    old = [replace(t, state="retired" if t.state == "active" else t.state, sizes=(*t.sizes, 0)) for t in known.topics]
    new = [remembered(t, run_id) for t in found.topics]
    previous, were = known.runs[-1] if known.runs else None, last_seen(known)
    events = [event_of(t, segment=segment, previous=previous, before=were.get(t.topic_id, []), after=(), kind="retired", sources=(t.topic_id,),
                       reason="句向量模型已更换，而上次的材料留下太少，无法延续") for t in known.topics if t.state == "active"]
    events += [event_of(t, segment=segment, previous=previous, before=(), after=[u for u, k in home_of.items() if k == t.topic_id], kind="born",
                        reason=first) for t in new]
    memory = replace(known, encoder=encoder, runs=(*known.runs, run_id), fitted=len(units), space=space, centroids=centroids,
                     topics=(*old, *new), members=remember(known, home_of), unit_ids=tuple(u.unit_id for u in units), points=points)
    return Renewal(grouping=found, registry=memory, events=tuple(events))


def with_the_rest(found: Grouping, units: Sequence[UnitHead], points: Floats, centroids: Floats, *, fitting: Labels, segment: str, options: TopicOptions) -> Grouping:
    """The units beside the sample in the nearest of its topics, as new material is in later runs, and the topics counted over all.

    Row i of `centroids` is that of found.topics[i].
    """
    rest = np.setdiff1d(np.arange(len(units)), fitting)
    if not len(rest):
        return found
    nearest, best = nearest_topics(points[rest], centroids)
    ids = [found.topics[k].topic_id if cosine >= options.nearest else None for k, cosine in zip(nearest.tolist(), best.tolist(), strict=True)]
    more = [Assignment(unit_id=units[r].unit_id, unit_kind=units[r].unit_kind, segment=segment, topic_id=topic_id,
                       method="归入" if topic_id else "离各主题都远", similarity=round(cosine, 6))
            for r, topic_id, cosine in zip(rest.tolist(), ids, best.tolist(), strict=True)]
    assignments = tuple(sorted([*found.assignments, *more], key=lambda a: a.unit_id))
    by_id, members = {u.unit_id: u for u in units}, dict[str, list[UnitHead]]()
    for a in assignments:
        if a.topic_id:
            members.setdefault(a.topic_id, []).append(by_id[a.unit_id])
    topics = tuple(replace(make_topic(t.topic_id, t.segment, members[t.topic_id], t.terms, t.stability), label=t.label) for t in found.topics)
    return Grouping(topics=topics, assignments=assignments)


def with_unused_ids(found: Grouping, known: Registry, run_id: str) -> Grouping:
    used = {t.topic_id for t in known.topics}
    name = {t.topic_id: new_topic_id(known.segment, t.topic_id, used, run_id) if t.topic_id in used else t.topic_id for t in found.topics}
    return Grouping(topics=tuple(replace(t, topic_id=name[t.topic_id]) for t in found.topics),
                    assignments=tuple(replace(a, topic_id=name.get(a.topic_id or "")) for a in found.assignments))


def new_topic_id(segment: str, medoid_id: str, used: set[str], run_id: str) -> str:
    """Named after its most central unit; where that name was given before, after the unit and the run."""
    plain = topic_id_of(segment, medoid_id)
    return plain if plain not in used else topic_id_of(segment, f"{medoid_id}@{run_id}")


def remembered(topic: Topic, run_id: str) -> TopicMemory:
    n = topic.n_demands + topic.n_clauses + topic.n_patents
    return TopicMemory(topic_id=topic.topic_id, label=topic.label, terms=topic.terms, state="active", merged_into=None, first_run=run_id,
                       last_run=run_id, sizes=(n,))


def remember(registry: Registry, home: Mapping[str, str | None]) -> dict[str, Member]:
    """Where everybody was last seen, with the units of this run."""
    now, members = len(registry.runs), dict(registry.members)
    for unit_id, topic_id in home.items():
        since = members[unit_id].since if unit_id in members else now
        members[unit_id] = Member(unit_id=unit_id, topic_id=topic_id, since=since, seen=now)
    return members


def last_seen(registry: Registry) -> dict[str, list[str]]:
    """Topic id -> its units in the last run."""
    last = len(registry.runs) - 1
    return {t: [u for u in units if registry.members[u].seen == last] for t, units in registry.by_topic().items()}


# ---- a later run --------------------------------------------------------------------------


def conclude(
    scene: Scene, registry: Registry, placed: Labels, findings: Sequence[Finding], silent: Sequence[UnitHead],
    *, fitting: Labels, run_id: str, encoder: str, seed: int, options: TopicOptions, identity: IdentityOptions,
) -> Renewal:
    """Names, terms, sizes and events of the topics as they stand after a refresh."""
    new = [f for f in findings if f.target is None]
    size = len(registry.topics) + len(new)
    centroids = standing_centroids(scene, registry, placed, size)
    similarity = np.where(placed >= 0, np.einsum("ij,ij->i", scene.points, centroids[placed]), nearest_topics(scene.points, centroids)[1])
    words = topic_terms(placed.tolist(), scene.terms, size=size, top=options.top_terms)
    names = named_topics(scene, registry, placed, similarity, size, run_id)
    memories = [memory_of(registry, i, name, words[i], int((placed == i).sum()), findings, run_id) for i, name in enumerate(names)]
    with threadpool_limits(1):
        joined = scene.space.joined(scene.vectors[fitting], [scene.terms[i] for i in fitting])
        stable = stabilities(joined, placed[fitting], seed=seed, options=options)
    topics = [replace(make_topic(m.topic_id, registry.segment, [scene.units[r] for r in np.flatnonzero(placed == i).tolist()], m.terms, stable.get(i)), label=m.label)
              for i, m in enumerate(memories) if (placed == i).any()]
    assignments = [assignment(scene, row, registry.segment, names, int(placed[row]), float(similarity[row]), len(registry.topics)) for row in range(len(placed))]
    assignments += [unassigned(u, registry.segment, "无技术术语") for u in silent]
    home = {a.unit_id: a.topic_id for a in assignments}
    fitted = registry.fitted if scene.space is registry.space else len(scene.units)
    memory = replace(registry, encoder=encoder, runs=(*registry.runs, run_id), fitted=fitted, space=scene.space, centroids=centroids,
                     topics=tuple(memories), members=remember(registry, home), unit_ids=tuple(u.unit_id for u in scene.units), points=scene.points)
    return Renewal(
        grouping=Grouping(topics=tuple(sorted(topics, key=lambda t: t.topic_id)), assignments=tuple(sorted(assignments, key=lambda a: a.unit_id))),
        registry=memory, events=tuple(events_of(registry, memories, home, findings, changed=identity.changed)))


def standing_centroids(scene: Scene, registry: Registry, placed: Labels, size: int) -> Floats:
    """In a kept frame only new topics get a centre; in a new frame all do, from their units as they stand now."""
    now = centroids_of(scene.points, placed, size)
    if scene.space is registry.space:
        now[: len(registry.topics)] = scene.centroids
    return now


def named_topics(scene: Scene, registry: Registry, placed: Labels, similarity: Floats, size: int, run_id: str) -> list[str]:
    names = [t.topic_id for t in registry.topics]
    for number in range(len(names), size):
        medoid = min(np.flatnonzero(placed == number).tolist(), key=lambda r: (-similarity[r], scene.units[r].unit_id))
        names.append(new_topic_id(registry.segment, scene.units[medoid].unit_id, set(names), run_id))
    return names


def memory_of(registry: Registry, number: int, name: str, words: tuple[str, ...], n: int, findings: Sequence[Finding], run_id: str) -> TopicMemory:
    """What to remember of a topic. Its label stays as long as one of its terms is still said in it."""
    if number >= len(registry.topics):
        return TopicMemory(topic_id=name, label=choose_label(words), terms=words, state="active", merged_into=None, first_run=run_id,
                           last_run=run_id, sizes=(n,))
    old = registry.topics[number]
    into = next((f.target for f in findings if f.target is not None and f.sources[-1] == number), None)
    if into is not None:
        return replace(old, state="merged", merged_into=registry.topics[into].topic_id, sizes=(*old.sizes, 0))
    if not n:
        return replace(old, state="merged" if old.state == "merged" else "retired", sizes=(*old.sizes, 0))
    label = old.label if any(word in old.label for word in words) else choose_label(words)
    return replace(old, label=label, terms=words, state="active", last_run=run_id, sizes=(*old.sizes, n))


def assignment(scene: Scene, row: int, segment: str, names: Sequence[str], label: int, similarity: float, known: int) -> Assignment:
    unit, was = scene.units[row], int(scene.before[row])
    method = "离各主题都远" if label < 0 else "新主题" if label >= known else "沿用" if label == was else "归入" if was < 0 else "改归"
    return Assignment(unit_id=unit.unit_id, unit_kind=unit.unit_kind, segment=segment, topic_id=names[label] if label >= 0 else None,
                      method=method, similarity=round(similarity, 6))


def events_of(registry: Registry, memories: Sequence[TopicMemory], home: Mapping[str, str | None], findings: Sequence[Finding], *, changed: float) -> Iterator[TopicEvent]:
    """One event a topic that stood or stands; topics that were gone and still are say nothing."""
    new, were, now = [f for f in findings if f.target is None], last_seen(registry), dict[str, list[str]]()
    for unit_id, topic_id in home.items():
        now.setdefault(topic_id or "", []).append(unit_id)
    for number, topic in enumerate(memories):
        before, after = were.get(topic.topic_id, []), now.get(topic.topic_id, [])
        old = registry.topics[number] if number < len(registry.topics) else None
        if old and old.state != "active" and topic.state != "active":
            continue
        found = new[number - len(registry.topics)] if old is None else next((f for f in findings if f.target == number), None)
        sources = tuple(memories[s].topic_id for s in found.sources) if found else (topic.topic_id,)
        kind, reason = verdict(old, topic, found, len(before), len(after), changed=changed)
        yield event_of(topic, segment=registry.segment, previous=registry.runs[-1], before=before, after=after, kind=kind, sources=sources, reason=reason)


def verdict(old: TopicMemory | None, topic: TopicMemory, found: Finding | None, n_before: int, n_after: int, *, changed: float) -> tuple[TopicChange, str]:
    if old is None and found:
        return ("split" if found.split else "born"), found.reason
    if topic.state == "merged":
        return "retired", f"并入 {topic.merged_into}"
    if topic.state == "retired":
        return "retired", "本次没有材料归入"
    if found:
        return "merged", found.reason
    if old and old.state == "retired":
        return "born", "退出后又有了材料，沿用原编号"
    return change_of(n_before, n_after, changed=changed), ""
