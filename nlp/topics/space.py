"""The frame in which units are compared: kept as it was fitted, so that later units are projected into the same one.

Everything here is a plain array; a frame is stored and read back without pickle.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from nlp.embed import Vectors, normalised
from nlp.options import TopicOptions
from nlp.records import UnitHead

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix
    from sklearn.decomposition import PCA

__all__ = ["BLOCK", "KindMeans", "Space", "Terms", "centre_kinds", "fit_kind_means", "kind_means", "principal", "unit_rows"]

Floats = NDArray[np.float64]
Terms = Sequence[tuple[str, ...]]
TERM_DIMENSIONS = 100
BLOCK = 8192  # rows projected at a time
KIND_FLOOR = 20  # units of one kind from which a mean of that kind is taken
FIXED_POINT = 2.0**40  # sums in whole numbers do not depend on the order of the rows


def unit_rows(points: Floats) -> Floats:
    """Rows at length 1; a zero row stays zero."""
    rows: Floats = points / np.maximum(np.linalg.norm(points, axis=1, keepdims=True), 1e-12)
    return rows


@dataclass(frozen=True, slots=True, kw_only=True)
class KindMeans:
    """The mean vector of each kind of unit over a corpus, taken once and applied ever after."""

    means: Mapping[str, Floats]

    def centred(self, units: Sequence[UnitHead], vectors: Vectors) -> Vectors:
        """[n, d] minus the mean of each row's kind, rows back to unit length; a kind without a mean keeps its vectors."""
        if len(units) > BLOCK:
            found = np.empty(vectors.shape, dtype=np.float32)
            for i in range(0, len(units), BLOCK):
                found[i : i + BLOCK] = self.centred(units[i : i + BLOCK], vectors[i : i + BLOCK])
            return found
        rows = vectors.astype(np.float64)
        for kind, mean in self.means.items():
            rows[np.array([u.unit_kind == kind for u in units], dtype=bool)] -= mean
        return unit_rows(rows).astype(np.float32)


def fit_kind_means(units: Sequence[UnitHead], vectors: Vectors, *, known: KindMeans | None = None) -> KindMeans:
    """Means of the kinds with enough units; a mean that is known already is kept.

    Demands, clauses and patents are written so differently that without this a topic is a genre, not a technology.
    """
    return kind_means(units, (vectors[i : i + BLOCK] for i in range(0, len(units), BLOCK)), known=known)


def kind_means(units: Sequence[UnitHead], blocks: Iterable[Vectors], *, known: KindMeans | None = None) -> KindMeans:
    """`fit_kind_means` of vectors that come some rows at a time: added up one after another, as numpy's mean does."""
    means, totals, start = dict(known.means) if known else {}, dict[str, Floats](), 0
    counts = Counter(u.unit_kind for u in units)
    missing = sorted(kind for kind, n in counts.items() if n >= KIND_FLOOR and kind not in means)
    for block in blocks if missing else ():
        kinds = np.array([u.unit_kind for u in units[start : start + len(block)]])
        start += len(block)
        for kind in missing:
            rows = block[kinds == kind].astype(np.float64)
            totals[kind] = np.add.reduce(np.vstack([totals[kind], rows]) if kind in totals else rows, axis=0, keepdims=True)
    return KindMeans(means=means | {kind: totals[kind][0] / counts[kind] for kind in missing})


def centre_kinds(units: Sequence[UnitHead], vectors: Vectors) -> Vectors:
    """Subtract the mean of each kind of unit over the corpus, rows back to unit length."""
    return fit_kind_means(units, vectors).centred(units, vectors)


@dataclass(frozen=True, slots=True, kw_only=True)
class Space:
    """Centre of a collection, the directions of its terms beside the vectors, and the axes that both are reduced to."""

    mean: Floats  # [d]
    vocabulary: tuple[str, ...]  # terms that several units name, sorted; empty where terms take no part
    idf: Floats  # [v]
    term_axes: Floats  # [s, v]
    term_mean: Floats  # [s]
    weight: float
    origin: Floats  # [d + s]
    axes: Floats  # [p, d + s]

    def joined(self, vectors: Vectors, terms: Terms) -> Vectors:
        """[n, d] -> [n, d + s]: centred vectors and, beside each, the direction of the row's terms times `weight`.

        Sentence vectors put a clause and a patent on one subject further apart than the terms they share would.
        """
        points = off_centre(vectors, self.mean)
        if not self.vocabulary:
            return points
        directions = unit_rows(np.asarray(weigh(terms, self.vocabulary, self.idf) @ self.term_axes.T))
        beside: Vectors = np.hstack([points, self.weight * (directions - self.term_mean)]).astype(np.float32)
        return beside

    def project(self, vectors: Vectors, terms: Terms) -> Floats:
        """[n, d] -> [n, p] rows of unit length: only directions are compared."""
        found = np.empty((len(vectors), len(self.axes)))
        for i in range(0, len(vectors), BLOCK):
            found[i : i + BLOCK] = unit_rows((self.joined(vectors[i : i + BLOCK], terms[i : i + BLOCK]).astype(np.float64) - self.origin) @ self.axes.T)
        return found

    @classmethod
    def fit(cls, vectors: Vectors, terms: Terms, *, seed: int, options: TopicOptions) -> "Space":
        """The frame of rows [n, d], n at least 2, that are in an order of their own (by id), not in the reader's."""
        plain = cls(mean=centre_of(vectors), vocabulary=(), idf=np.zeros(0), term_axes=np.zeros((0, 0)), term_mean=np.zeros(0),
                    weight=0.0, origin=np.zeros(0), axes=np.zeros((0, 0)))
        beside = with_terms(plain, terms, seed=seed, weight=options.term_weight)
        rows = beside.joined(vectors, terms).astype(np.float64)
        found = principal(rows, options.dimensions)
        return replace(beside, origin=found.mean_, axes=found.components_)

    def arrays(self) -> dict[str, NDArray[np.generic]]:
        """For np.savez; `Space.of` reads it back."""
        return {"mean": self.mean, "vocabulary": np.array(self.vocabulary, dtype=str), "idf": self.idf, "term_axes": self.term_axes,
                "term_mean": self.term_mean, "weight": np.array(self.weight), "origin": self.origin, "axes": self.axes}

    @classmethod
    def of(cls, arrays: Mapping[str, NDArray[np.generic]]) -> "Space":
        """Raises KeyError where an array is missing."""
        numbers = {name: np.asarray(arrays[name], dtype=np.float64) for name in ("mean", "idf", "term_axes", "term_mean", "origin", "axes")}
        return cls(vocabulary=tuple(str(t) for t in arrays["vocabulary"]), weight=float(np.asarray(arrays["weight"], dtype=np.float64)), **numbers)


def principal(rows: Floats, dimensions: int) -> "PCA":
    """The first principal components of [n, d], at most n - 1 and d of them.

    Of more rows than columns by way of the covariance: the eigenvectors of [d, d] instead of the SVD of [n, d], a fifth of the time
    at 2,000 rows, a tenth at 20,000. The smallest components are less exact so; those that are asked for are not among them.
    """
    from sklearn.decomposition import PCA

    n, d = rows.shape
    return PCA(min(dimensions, n - 1, d), svd_solver="covariance_eigh" if n > d else "full").fit(rows)


def with_terms(space: Space, terms: Terms, *, seed: int, weight: float) -> Space:
    """The directions of the terms that several rows share: TF-IDF, reduced by SVD (latent semantic analysis)."""
    from sklearn.decomposition import TruncatedSVD

    units = Counter(term for row in terms for term in set(row))
    vocabulary = tuple(sorted(term for term, n in units.items() if n > 1))
    if not weight or len(vocabulary) < 3:
        return space
    idf = np.log((1 + len(terms)) / (1 + np.array([units[t] for t in vocabulary]))) + 1
    counts = weigh(terms, vocabulary, idf)
    axes = TruncatedSVD(min(TERM_DIMENSIONS, len(terms) - 1, len(vocabulary) - 1), random_state=seed).fit(counts).components_
    directions = unit_rows(np.asarray(counts @ axes.T))
    return replace(space, vocabulary=vocabulary, idf=idf, term_axes=axes, term_mean=directions.mean(axis=0), weight=weight)


def weigh(terms: Terms, vocabulary: Sequence[str], idf: Floats) -> "csr_matrix":
    """[n, v] sparse TF-IDF with 1 + ln(tf), rows of unit length; a term outside the vocabulary counts for nothing."""
    from scipy.sparse import csr_matrix

    column = {term: i for i, term in enumerate(vocabulary)}
    counts = [Counter(column[t] for t in row if t in column) for row in terms]
    rows = np.repeat(np.arange(len(terms)), [len(c) for c in counts])
    columns = np.array([i for c in counts for i in sorted(c)], dtype=np.int64)
    values = np.array([(1 + np.log(c[i])) * idf[i] for c in counts for i in sorted(c)], dtype=np.float64)
    lengths = np.sqrt(np.bincount(rows, values**2, minlength=len(terms)))
    return csr_matrix((values / lengths[rows], (rows, columns)), shape=(len(terms), len(vocabulary)))


def centre_of(vectors: Vectors) -> Floats:
    """The mean of the rows that are not zero; zero where fewer than two have anything in common."""
    filled = np.abs(vectors).max(axis=1, initial=0) > 0
    if filled.sum() < 2:
        return np.zeros(vectors.shape[1])
    whole = np.rint(vectors[filled].astype(np.float64) * FIXED_POINT).astype(np.int64)
    mean: Floats = whole.sum(axis=0) / (FIXED_POINT * filled.sum())
    return mean


def off_centre(vectors: Vectors, mean: Floats) -> Vectors:
    """`nlp.embed.centre` with a mean taken elsewhere: rows of unit length; zero rows, and rows equal to the mean, are zero."""
    filled = np.abs(vectors).max(axis=1, initial=0) > 0
    moved = np.where(filled[:, None], vectors - mean, 0)
    moved[np.abs(moved).max(axis=1, initial=0) < 1e-7] = 0  # rounding noise, not a direction
    return normalised(moved)
