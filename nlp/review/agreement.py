"""How far several judges agree: Krippendorff's alpha, Kendall's W, interquartile range.

The package `krippendorff` is GPL, so alpha is our own; it is tested against the worked example of its author.
"""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

__all__ = ["alpha", "concordance", "quartiles"]

Scores = NDArray[np.float64]


def alpha(ratings: Scores) -> float | None:
    """Krippendorff's alpha for ordinal ratings [judges, items], NaN where a judge gave none; 1 is full agreement, 0 chance.

    None where no item has two ratings or all ratings are alike, since nothing can then disagree.
    K. Krippendorff, Computing Krippendorff's Alpha-Reliability (2011), section E.
    """
    values, coincidences = coincidence(ratings)
    totals = coincidences.sum(axis=0)
    n = totals.sum()
    if n < 2 or len(values) < 2:
        return None
    distances = ordinal_distances(totals)
    expected = float((np.outer(totals, totals) * distances).sum() / (n - 1))
    return 1.0 - float((coincidences * distances).sum()) / expected if expected else None


def coincidence(ratings: Scores) -> tuple[Scores, Scores]:
    """The distinct ratings, ascending, and how often each pair of them was given to one item, a pair of judges weighing 1/(m-1)."""
    given = [column[~np.isnan(column)] for column in ratings.T]
    pairable = [column for column in given if len(column) > 1]
    values = np.unique(np.concatenate(pairable)) if pairable else np.zeros(0)
    matrix = np.zeros((len(values), len(values)))
    for column in pairable:
        counts = (column[:, None] == values).sum(axis=0).astype(float)
        matrix += (np.outer(counts, counts) - np.diag(counts)) / (len(column) - 1)
    return values, matrix


def ordinal_distances(totals: Scores) -> Scores:
    """Squared number of ratings that lie between two ranks, each of the two counted by half."""
    below = np.cumsum(totals) - totals / 2
    distances: Scores = (below[:, None] - below[None, :]) ** 2
    return distances


def concordance(ratings: Scores) -> float | None:
    """Kendall's W of ratings [judges, items] with the correction for ties, over the items that every judge rated; 0..1.

    None with fewer than two judges or two items, or where no judge prefers anything.
    M. G. Kendall & B. Babington Smith, The problem of m rankings (1939); ties as in S. Siegel, Nonparametric Statistics (1988).
    """
    from scipy.stats import rankdata

    complete = ratings[:, ~np.isnan(ratings).any(axis=0)]
    judges, items = complete.shape
    if judges < 2 or items < 2:
        return None
    ranks = np.apply_along_axis(rankdata, 1, complete)
    sums = ranks.sum(axis=0)
    ties = sum(float((counts**3 - counts).sum()) for counts in (np.unique(row, return_counts=True)[1] for row in ranks))
    most = judges**2 * (items**3 - items) - judges * ties
    return float(12 * ((sums - sums.mean()) ** 2).sum() / most) if most else None


def quartiles(scores: Sequence[float]) -> tuple[float, float]:
    """Lower and upper quartile by linear interpolation; their difference is the IQR. Raises ValueError for no score."""
    if not scores:
        raise ValueError("no score")
    low, high = np.quantile(np.asarray(scores, dtype=float), (0.25, 0.75))
    return float(low), float(high)
