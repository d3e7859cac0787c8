"""Units of a refresh into the topics that stood: who stays, who joins, and which topics are new, split or one."""

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from nlp.embed import Vectors
from nlp.options import IdentityOptions, TopicOptions
from nlp.records import UnitHead
from nlp.topics.cluster import detach
from nlp.topics.drift import Finding, Labels, births, centroids_of, merges, recent, splits
from nlp.topics.partition import bounds, partition
from nlp.topics.registry import Registry
from nlp.topics.space import Floats, Space

__all__ = ["Scene", "nearest_topics", "rearrange", "set_scene"]

FAR = -2.0  # below every cosine
BLOCK = 8192  # rows compared at a time


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """The units of a refresh that can be placed, by id, and where they stand. Row i of each array is units[i]."""

    units: Sequence[UnitHead]
    vectors: Vectors
    terms: Sequence[tuple[str, ...]]
    space: Space
    points: Floats
    centroids: Floats  # of the registry's topics
    before: Labels  # row of a unit's topic when it was last seen, -1 for none
    since: Labels


def set_scene(
    registry: Registry, units: Sequence[UnitHead], vectors: Vectors, terms: Sequence[tuple[str, ...]],
    *, fitting: Labels, seed: int, encoder: str, options: TopicOptions, identity: IdentityOptions,
) -> Scene | None:
    """The frame, kept or fitted anew to the rows `fitting`, and all units in it; None where neither is possible."""
    places, known = registry.places, [registry.members.get(u.unit_id) for u in units]
    before = np.array([places[m.topic_id] if m and m.topic_id else -1 for m in known], dtype=np.int64)
    since = np.array([m.since if m else len(registry.runs) for m in known], dtype=np.int64)
    enough = (before >= 0).sum() >= max(options.floor, registry.fitted / 2)
    same = registry.space is not None and registry.encoder == encoder and (not len(vectors) or registry.space.mean.shape[0] == vectors.shape[1])
    grown = len(units) >= identity.growth * registry.fitted
    if registry.space is not None and same and not (grown and enough):
        space, centroids = registry.space, registry.centroids
        points = space.project(vectors, terms)
    elif enough:
        space = Space.fit(vectors[fitting], [terms[i] for i in fitting], seed=seed, options=options)
        points = space.project(vectors, terms)
        centroids = centroids_of(points, before, len(registry.topics))
    else:
        return None
    return Scene(units=units, vectors=vectors, terms=terms, space=space, points=points, centroids=centroids, before=before, since=since)


def rearrange(
    scene: Scene, registry: Registry, *, fitting: Labels, seed: int, protected: frozenset[str], options: TopicOptions, identity: IdentityOptions,
) -> tuple[Labels, list[Finding]]:
    """Topic of each row, new topics numbered after the registry's, and why any unit or topic moved.

    What is new is looked for among the rows `fitting`; of the others, those without a topic then join the nearest new one, and
    those of a topic that was taken into another follow it.
    """
    placed = settle(scene, registry, options=options, margin=identity.margin)
    if len(fitting) == len(placed):
        return seek(scene, registry, placed, seed=seed, protected=protected, options=options, identity=identity)
    part = replace(scene, units=[scene.units[i] for i in fitting], vectors=scene.vectors[fitting], terms=[scene.terms[i] for i in fitting],
                   points=scene.points[fitting], before=scene.before[fitting], since=scene.since[fitting])
    sought, findings = seek(part, registry, placed[fitting], seed=seed, protected=protected, options=options, identity=identity)
    for found in findings:
        if found.target is not None:
            placed[placed == found.sources[-1]] = found.target
    placed[fitting], rest = sought, np.setdiff1d(np.arange(len(placed)), fitting)
    divided = [f.sources[0] for f in findings if f.split]
    return follow(scene, placed, rest, divided, size=len(registry.topics), options=options, identity=identity), findings


def follow(
    scene: Scene, placed: Labels, rest: Labels, divided: Sequence[int], *, size: int, options: TopicOptions, identity: IdentityOptions,
) -> Labels:
    """Rows beside the sample join a new topic: from none where it is near enough, from another where it is nearer by the margin,
    from one that was `divided` where it is nearer."""
    count = int(placed.max(initial=-1)) + 1
    if count <= size:
        return placed
    among = placed.copy()
    among[rest] = -1
    centres = centroids_of(scene.points, among, count)
    nearest, best = nearest_topics(scene.points[rest], centres[size:])
    margin = np.where(np.isin(placed[rest], divided), 0.0, identity.margin)
    own = np.where(placed[rest] >= 0, np.einsum("ij,ij->i", scene.points[rest], centres[placed[rest]]) + margin, options.nearest)
    moved_in: Labels = placed.copy()
    moved_in[rest] = np.where(best >= own, nearest + size, placed[rest])
    return moved_in


def seek(
    scene: Scene, registry: Registry, placed: Labels, *, seed: int, protected: frozenset[str], options: TopicOptions, identity: IdentityOptions,
) -> tuple[Labels, list[Finding]]:
    """The labels with every finding applied, and the findings.

    New topics are sought in a fresh clustering of the recent units alone, where a young subject stands out, then in one of all.
    """
    size = len(registry.topics)
    if len(scene.units) < options.floor:
        return placed, []
    fixed = frozenset(i for i, t in enumerate(registry.topics) if t.topic_id in protected)
    points = fresh_points(scene, np.ones(len(placed), dtype=bool), seed=seed, options=options)
    groups = fresh_groups(points, options=options)
    findings = list(merges(points, placed, groups, size=size, fixed=fixed, options=identity))
    placed, loose = moved(placed, findings, size), recent(scene.since) | (placed < 0)
    young = np.full(len(placed), -1, dtype=np.int64)
    young[loose] = fresh_groups(fresh_points(scene, loose, seed=seed, options=options), options=options)
    for among in (young, groups):
        born = list(births(points, placed, among, loose, size=size, fixed=fixed, options=identity))
        placed, size, findings = moved(placed, born, size), size + len(born), [*findings, *born]
    founded = {i: max(1, t.sizes[0]) for i, t in enumerate(registry.topics) if t.sizes and t.state == "active" and i not in fixed}
    divided = list(splits(points, placed, groups, founded=founded, options=identity))
    return moved(placed, divided, size), [*findings, *divided]


def fresh_points(scene: Scene, rows: NDArray[np.bool_], *, seed: int, options: TopicOptions) -> Floats:
    """The chosen rows in a frame of their own; too few for one have no points worth grouping and are zero."""
    terms = [t for t, chosen in zip(scene.terms, rows.tolist(), strict=True) if chosen]
    if len(terms) < options.floor:
        return np.zeros((len(terms), 1))
    return Space.fit(scene.vectors[rows], terms, seed=seed, options=options).project(scene.vectors[rows], terms)


def fresh_groups(points: Floats, *, options: TopicOptions) -> Labels:
    """Group of each row in a clustering from nothing, -1 for none: what `discover` would find, without its words."""
    if len(points) < options.floor:
        return np.full(len(points), -1, dtype=np.int64)
    return detach(points.astype(np.float32), partition(points, bounds(len(points), options.average), options=options), options=options)[0]


def settle(scene: Scene, registry: Registry, *, options: TopicOptions, margin: float) -> Labels:
    """Each unit in the topic where it was; a new one in the nearest, -1 where all are far.

    In a new frame a unit leaves for another topic that is nearer by more than `margin`; in a kept frame nothing has moved, so a
    unit that was far from all stays without a topic, too. A retired topic counts again when enough of its own units are back.
    """
    back = np.bincount(scene.before[scene.before >= 0], minlength=len(registry.topics))
    alive = np.array([t.state == "active" or (t.state == "retired" and back[i] >= options.smallest) for i, t in enumerate(registry.topics)])
    if not len(scene.units) or not alive.any():
        return np.full(len(scene.units), -1, dtype=np.int64)
    nearest, best, own = weighed(scene, list(registry.places.values()), alive)
    kept = scene.space is registry.space
    stays = (own > FAR) & ((best - own <= margin) | kept)
    waits = (scene.before < 0) & (scene.since < len(registry.runs)) & kept
    settled: Labels = np.where(stays, scene.before, np.where((best >= options.nearest) & ~waits, nearest, -1))
    return settled


def weighed(scene: Scene, homes: Sequence[int], alive: NDArray[np.bool_]) -> tuple[Labels, Floats, Floats]:
    """Of each row, a block at a time: the nearest topic alive, the cosine to it, and to the topic where it was (FAR: none, or gone)."""
    nearest, best, own = np.zeros(len(scene.before), dtype=np.int64), np.full(len(scene.before), FAR), np.full(len(scene.before), FAR)
    for start in range(0, len(own), BLOCK):
        block = slice(start, start + BLOCK)
        cosines = cosines_to_topics(scene.points[block], scene.centroids, homes, alive)
        rows, before = np.arange(len(cosines)), scene.before[block]
        nearest[block] = cosines.argmax(axis=1)
        best[block], own[block] = cosines[rows, nearest[block]], np.where(before >= 0, cosines[rows, before], FAR)
    return nearest, best, own


def nearest_topics(points: Floats, centroids: Floats) -> tuple[Labels, Floats]:
    """Row of the nearest centroid for each of the points [n, p], and the cosine to it; -1 where there is none. A block at a time."""
    nearest, best = np.zeros(len(points), dtype=np.int64), np.full(len(points), -1.0)
    for start in range(0, len(points) if len(centroids) else 0, BLOCK):
        cosines = points[start : start + BLOCK] @ centroids.T
        nearest[start : start + BLOCK] = cosines.argmax(axis=1)
        best[start : start + BLOCK] = np.maximum(cosines.max(axis=1), -1.0)
    return nearest, best


def cosines_to_topics(points: Floats, centroids: Floats, homes: Sequence[int], alive: NDArray[np.bool_]) -> Floats:
    """[n, k]: to the nearest centre of a topic or of what was merged into it; FAR for topics that are not alive."""
    cosines, folded = points @ centroids.T, np.full((len(points), len(homes)), FAR)
    for row, home in enumerate(homes):
        if alive[home]:
            folded[:, home] = np.maximum(folded[:, home], cosines[:, row])
    return folded


def moved(placed: Labels, findings: Sequence[Finding], size: int) -> Labels:
    """The labels with each finding's rows moved to its target, or to a new topic numbered from `size`."""
    labels = placed.copy()
    for i, found in enumerate(findings):
        labels[found.rows] = size + i if found.target is None else found.target
    return labels
