"""Units of a refresh into the topics that stood: who stays, who joins, and which topics are new, split or one."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nlp.embed import Vectors
from nlp.options import IdentityOptions, TopicOptions
from nlp.records import Unit
from nlp.topics.cluster import detach
from nlp.topics.drift import Finding, Labels, births, centroids_of, merges, recent, splits
from nlp.topics.partition import bounds, partition
from nlp.topics.registry import Registry
from nlp.topics.space import Floats, Space

__all__ = ["Scene", "rearrange", "set_scene"]

FAR = -2.0  # below every cosine


@dataclass(frozen=True, slots=True, kw_only=True)
class Scene:
    """The units of a refresh that can be placed, by id, and where they stand. Row i of each array is units[i]."""

    units: Sequence[Unit]
    vectors: Vectors
    terms: Sequence[tuple[str, ...]]
    space: Space
    points: Floats
    centroids: Floats  # of the registry's topics
    before: Labels  # row of a unit's topic when it was last seen, -1 for none
    since: Labels


def set_scene(
    registry: Registry, units: Sequence[Unit], vectors: Vectors, terms: Sequence[tuple[str, ...]],
    *, seed: int, encoder: str, options: TopicOptions, identity: IdentityOptions,
) -> Scene | None:
    """The frame, kept or fitted anew, and the units in it; None where neither is possible."""
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
        space = Space.fit(vectors, terms, seed=seed, options=options)
        points = space.project(vectors, terms)
        centroids = centroids_of(points, before, len(registry.topics))
    else:
        return None
    return Scene(units=units, vectors=vectors, terms=terms, space=space, points=points, centroids=centroids, before=before, since=since)


def rearrange(
    scene: Scene, registry: Registry, *, seed: int, protected: frozenset[str], options: TopicOptions, identity: IdentityOptions,
) -> tuple[Labels, list[Finding]]:
    """Topic of each row, new topics numbered after the registry's, and why any unit or topic moved.

    New topics are sought in a fresh clustering of the recent units alone, where a young subject stands out, then in one of all.
    """
    placed, size = settle(scene, registry, options=options, margin=identity.margin), len(registry.topics)
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
    cosines = cosines_to_topics(scene.points, scene.centroids, list(registry.places.values()), alive)
    rows, nearest = np.arange(len(cosines)), cosines.argmax(axis=1)
    best = cosines[rows, nearest]
    own = np.where(scene.before >= 0, cosines[rows, scene.before], FAR)
    kept = scene.space is registry.space
    stays = (own > FAR) & ((best - own <= margin) | kept)
    waits = (scene.before < 0) & (scene.since < len(registry.runs)) & kept
    settled: Labels = np.where(stays, scene.before, np.where((best >= options.nearest) & ~waits, nearest, -1))
    return settled


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
