"""Rows -> groups: neighbours averaged, then average linkage cut at one distance. No chance is involved.

Average linkage of points as they are falls apart when a tenth of them is taken away, as k-means does. Averaged over their
nearest neighbours a few times, points of one dense region lie almost on one another, and the tree above them hardly moves.
"""

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nlp.options import TopicOptions
from nlp.topics.space import Floats, unit_rows

__all__ = ["Bounds", "bounds", "partition", "smooth"]

Labels = NDArray[np.int64]
TREE_LIMIT = 4000  # rows of a tree; its memory and time grow with their square
NEIGHBOURS = 12
ROUNDS = 3
SHARE = 0.7  # of a point that its neighbours' mean replaces in one round
FEW, MANY = 0.85, 1.15  # the number of topics stays between these multiples of the root of the number of units
LLOYD_STEPS = 20


@dataclass(frozen=True, slots=True, kw_only=True)
class Bounds:
    """The least and the greatest number of topics."""

    low: int
    high: int


def bounds(n: int, average: int) -> Bounds:
    """Around √n, but never so many that a topic has fewer than `average` units, and at least two."""
    low, high = (max(2, min(round(factor * float(np.sqrt(n))), n // average)) for factor in (FEW, MANY))
    return Bounds(low=low, high=high)


def partition(points: Floats, within: Bounds, *, options: TopicOptions) -> Labels:
    """[n, p] unit rows in an order of their own -> group of each row, 0 to k - 1, every group of `smallest` rows or more.

    A few rows are grouped by Ward's tree, the number of groups by silhouette. Else the tree is cut where groups are `apart` from one another, or as near to there as `within` allows. Above TREE_LIMIT
    rows the tree is made of a sample at even steps, and k-means carries its groups to all rows.
    """
    if len(points) <= options.few_units:
        return compact(points.astype(np.float64), within, options=options)
    if len(points) <= TREE_LIMIT:
        return cut(smooth(points), within, options=options)
    sample = points[np.linspace(0, len(points) - 1, TREE_LIMIT).round().astype(np.int64)]
    return carry(points, sample, cut(smooth(sample), within, options=options))


def compact(points: Floats, within: Bounds, *, options: TopicOptions) -> Labels:
    """Ward's tree refined by k-means, with the best silhouette within bounds (Rousseeuw 1987): of a few rows, the mean of
    neighbours is soon the mean of strangers."""
    from sklearn.cluster import AgglomerativeClustering, KMeans
    from sklearn.metrics import silhouette_score

    scored: list[tuple[float, Labels]] = []
    for k in range(within.low, min(within.high, len(points) - 1) + 1):
        tree = AgglomerativeClustering(k).fit_predict(points)
        refined = KMeans(k, init=np.stack([points[tree == j].mean(axis=0) for j in range(k)]), n_init=1).fit_predict(points)
        scored.append((float(silhouette_score(points, refined)) if len(set(refined.tolist())) > 1 else -1.0, refined.astype(np.int64)))
    best = max(scored, key=lambda pair: pair[0])[1] if scored else np.zeros(len(points), dtype=np.int64)
    return absorb(points, best, options.smallest)


def smooth(points: Floats) -> Floats:
    """Each row moved towards the mean of its nearest neighbours, weighted by cosine, a few times; rows of unit length.

    Neighbours are mutual or not (the graph is symmetric), and computed anew in every round: mean shift on a graph
    (Cheng 1995, blurring process). Few rows have fewer neighbours, or all would end in one place.
    """
    from sklearn.neighbors import kneighbors_graph
    from sklearn.preprocessing import normalize

    moved = unit_rows(points.astype(np.float64))
    near = min(NEIGHBOURS, len(points) // 8)
    for _ in range(ROUNDS if near else 0):
        graph = kneighbors_graph(moved, near, mode="distance", metric="cosine")
        graph.data = np.clip(1 - graph.data, 0, 1)
        mean = normalize(graph.maximum(graph.T), norm="l1") @ moved
        moved = unit_rows((1 - SHARE) * moved + SHARE * mean)
    return moved


def cut(points: Floats, within: Bounds, *, options: TopicOptions) -> Labels:
    """Branches of the tree of average linkage (cosine distance), the small ones joined to the nearest large one."""
    from scipy.cluster.hierarchy import fcluster, linkage
    from scipy.spatial.distance import pdist

    tree = linkage(np.clip(pdist(points, "cosine"), 0, None), "average")
    sizes = {height: large(fcluster(tree, height, "distance"), options.smallest) for height in heights(tree[:, 2], options.apart)}
    height = nearest(sizes, within, options.apart)
    return absorb(points, fcluster(tree, height, "distance") - 1, options.smallest)


def heights(merges: Floats, apart: float) -> list[float]:
    """`apart`, and the distances at which one branch of the upper tree becomes two."""
    return [apart, *(float(h) - 1e-9 for h in merges[-400:])]


def large(labels: Labels, smallest: int) -> int:
    return int((np.bincount(labels) >= smallest).sum())


def nearest(sizes: dict[float, int], within: Bounds, apart: float) -> float:
    """The height nearest to `apart` among those that give the least excess over the bounds."""
    def excess(height: float) -> int:
        return max(within.low - sizes[height], sizes[height] - within.high, 0)

    return min(sizes, key=lambda height: (excess(height), abs(height - apart)))


def absorb(points: Floats, labels: Labels, smallest: int) -> Labels:
    """Rows of groups with fewer than `smallest` rows go to the nearest large group; numbers without gaps."""
    sizes = np.bincount(labels)
    kept = np.flatnonzero(sizes >= min(smallest, int(sizes.max())))
    nearest_kept = kept[(points @ centres(points, labels)[kept].T).argmax(axis=1)]
    joined = np.where(np.isin(labels, kept), labels, nearest_kept)
    numbers: Labels = np.unique(joined, return_inverse=True)[1].astype(np.int64)
    return numbers


def centres(points: Floats, labels: Labels) -> Floats:
    """[k, p] mean directions, row k of group k."""
    sums = np.zeros((int(labels.max()) + 1, points.shape[1]))
    np.add.at(sums, labels, points)
    return unit_rows(sums)


def carry(points: Floats, sample: Floats, labels: Labels) -> Labels:
    """Groups of a sample as the start of k-means on all rows (Lloyd), which ends with every row at its nearest centre."""
    from sklearn.cluster import KMeans

    means = KMeans(int(labels.max()) + 1, init=centres(sample, labels), n_init=1, max_iter=LLOYD_STEPS)
    carried: Labels = means.fit_predict(points).astype(np.int64)
    return carried
