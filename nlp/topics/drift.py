"""What a fresh clustering says against the topics as they stand: new ones, split ones, two that are one.

Topics stand unless there is strong evidence: a clustering of other data differs from the last one anyhow. Topics that an
analyst has edited (`fixed`) are not split, not taken into another, and lose no unit that they had for long.
"""

from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nlp.options import IdentityOptions
from nlp.topics.space import Floats, unit_rows

__all__ = ["Finding", "births", "centroids_of", "merges", "recent", "splits"]

Labels = NDArray[np.int64]
Rows = NDArray[np.bool_]
MOST_OF = 0.5  # a group that holds this share of a topic is that topic
PIECE, PURE, WHOLE = 0.3, 0.75, 0.8  # of a topic in one piece; of a piece in the topic; of a topic in its two pieces
FEW = 3  # long-standing units that are no topic by themselves
SHARED = 0.6  # of either topic in one group


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    rows: Rows  # the units that move
    sources: tuple[int, ...]  # topics they come from, most first
    target: int | None  # the topic they move to; None: a new one
    reason: str
    split: bool = False


def centroids_of(points: Floats, labels: Labels, size: int) -> Floats:
    """[size, p] unit rows; zero for a label that no row has."""
    sums = np.zeros((size, points.shape[1]))
    np.add.at(sums, labels[labels >= 0], points[labels >= 0])
    return unit_rows(sums)


def recent(since: Labels) -> Rows:
    """The units of the latest runs, as many runs as together hold at most half of the units; nothing in a first run."""
    for run in sorted(set(since.tolist())):
        late: Rows = since > run
        if late.mean() <= 0.5:
            return late
    return np.zeros(len(since), dtype=bool)


def births(points: Floats, placed: Labels, groups: Labels, loose: Rows, *, size: int, fixed: frozenset[int], options: IdentityOptions) -> Iterator[Finding]:
    """Groups of a fresh clustering that are no topic yet: their units are clearly nearer to one another than to the topics they
    are in, as those were before (or a subject that floods a small topic would take its place unseen), and around their
    centre lie many more recent or unplaced units (`loose`) than chance would put there (one-sided binomial test over as many
    of all units as the group has).
    """
    from scipy.stats import binom

    core = long_standing(placed, loose, size)
    centroids, totals = centroids_of(points, core, size), np.bincount(core[core >= 0], minlength=size)
    to_topic = np.where(placed >= 0, np.einsum("ij,ij->i", points, centroids[placed]), 0.0)
    rooted = ~loose & np.isin(placed, list(fixed))
    taken = np.zeros(len(points), dtype=bool)
    for group in sorted(set(groups.tolist()) - {-1}):
        rows = (groups == group) & ~taken
        if rows.sum() < options.born_from:
            continue
        cosines = points @ unit_rows(points[rows].mean(axis=0)[None])[0]
        gains, near = cosines - to_topic, np.argsort(-cosines, kind="stable")[: rows.sum()]
        chance = float(binom.sf(loose[near].sum() - 1, len(near), loose.mean()))
        homes = np.bincount(core[rows & (core >= 0)], minlength=size)
        unheard = (placed[rows] < 0).mean() > MOST_OF or chance < options.born_chance
        moving = rows & ~rooted & ((loose & (gains > 0)) | (gains > options.margin))
        if (unheard and (homes <= MOST_OF * totals).all() and gains[rows].mean() >= options.born_gain and moving.sum() >= options.born_from):
            taken |= moving
            yield Finding(rows=moving, sources=ordered(placed[moving]), target=None,
                          reason=f"新到或未归类的材料 {(moving & loose).sum()} 份自成一组，与原主题都不相近")


def long_standing(placed: Labels, loose: Rows, size: int) -> Labels:
    """The topic of the units that were there before the recent ones; of all its units where those are few."""
    old = np.where(loose, -1, placed)
    few = np.bincount(old[old >= 0], minlength=size) < FEW
    core: Labels = np.where((placed >= 0) & few[placed], placed, old)
    return core


def splits(points: Floats, placed: Labels, groups: Labels, *, founded: Mapping[int, int], options: IdentityOptions) -> Iterator[Finding]:
    """Topics that have grown since they were founded (topic -> units then) and of which a fresh clustering makes two clear
    pieces, far from one another; the larger keeps the id. Without growth two pieces are a whim of the clustering.
    """
    for topic in sorted(founded):
        inside = placed == topic
        if inside.sum() < options.growth * founded[topic]:
            continue
        pieces = [(int((inside & (groups == g)).sum()), g) for g in sorted(set(groups[inside].tolist()) - {-1})]
        pieces = sorted((n, g) for n, g in pieces if n >= max(options.born_from, PIECE * inside.sum()) and n >= PURE * (groups == g).sum())[-2:]
        if len(pieces) < 2 or sum(n for n, _ in pieces) < WHOLE * inside.sum():
            continue
        (small, lesser), (_, greater) = pieces
        centres = unit_rows(np.stack([points[inside & (groups == g)].mean(axis=0) for g in (lesser, greater)]))
        if float(centres[0] @ centres[1]) <= options.split_cosine:
            yield Finding(rows=inside & (groups == lesser), sources=(topic,), target=None, split=True,
                          reason=f"重新聚类把原主题分成两块，中心相距较远；其中 {small} 份另立主题")


def merges(points: Floats, placed: Labels, groups: Labels, *, size: int, fixed: frozenset[int], options: IdentityOptions) -> Iterator[Finding]:
    """Pairs of topics with nearly one centre that a fresh clustering holds for one; `fixed` ones are never taken in."""
    centroids, totals = centroids_of(points, placed, size), np.bincount(placed[placed >= 0], minlength=size)
    gone: set[int] = set()
    for group in sorted(set(groups.tolist()) - {-1}):
        homes = np.bincount(placed[(groups == group) & (placed >= 0)], minlength=size)
        whole = sorted((t for t in range(size) if totals[t] and homes[t] >= SHARED * totals[t] and t not in gone), key=lambda t: (-totals[t], t))
        for topic in whole[1:]:
            into = whole[0]
            if topic not in fixed and float(centroids[topic] @ centroids[into]) >= options.merge_cosine:
                gone.add(topic)
                yield Finding(rows=placed == topic, sources=(into, topic), target=into, reason="两个主题的中心几乎重合，重新聚类也归为一组")


def ordered(placed: Labels) -> tuple[int, ...]:
    return tuple(topic for topic, _ in sorted(Counter(placed[placed >= 0].tolist()).items(), key=lambda pair: (-pair[1], pair[0])))
