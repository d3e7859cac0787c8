"""Which pairs are worth comparing: those that share rare words, neighbouring words or figures.

An inverted index as a sparse matrix. Features that more than CAP texts hold are left out, so the work grows with the
number of texts and not with its square; each text keeps its NEAREST others.
"""

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from zlib import crc32

import numpy as np
from numpy.typing import NDArray
from scipy import sparse

from nlp.embed import Vectors
from nlp.understand.comparable import Comparable

__all__ = ["Bag", "bag", "candidates"]

CAP = 200  # texts that may share a feature
NEAREST = 12  # candidates a text keeps from each index
FLOOR = 0.15  # cosine below which two texts share too little to be compared
VECTOR_FLOOR = 0.5  # the same for centred sentence vectors
_ROWS = 256  # rows of the similarity matrix in memory at a time


@dataclass(frozen=True, slots=True, kw_only=True)
class Bag:
    """Hashes of one text's features and their weights, before rarity is known."""

    features: NDArray[np.uint32]
    weights: NDArray[np.float32]


def bag(text: Comparable) -> Bag:
    """Words (title words double), pairs of neighbouring words, title bigrams, and figures with their names."""
    found: Counter[str] = Counter()
    for key, weight in text.weights.items():
        found[f"w{key}"] = int(weight * 10)
    for one, other in zip(text.words, text.words[1:], strict=False):
        found[f"p{one.key}|{other.key}"] = 8
    for start in range(len(text.title) - 1):
        found[f"t{text.title[start : start + 2]}"] = 4
    for number in text.numbers:
        if not number.idle:
            found[f"n{number.value:g}{number.unit}|{number.name}"] = 8
    hashes = {crc32(feature.encode()): weight for feature, weight in sorted(found.items())}
    return Bag(features=np.fromiter(hashes, np.uint32, len(hashes)), weights=np.fromiter(hashes.values(), np.float32, len(hashes)))


def candidates(bags: Sequence[Bag], vectors: Vectors | None = None) -> list[tuple[int, int]]:
    """Pairs (i, j), i < j, in order. `vectors`: centred, one row of norm 1 a bag, as a second index for re-worded texts."""
    pairs = set(_near(_matrix(bags)))
    if vectors is not None:
        pairs.update(_near_vectors(vectors))
    return sorted(pairs)


def _matrix(bags: Sequence[Bag]) -> sparse.csr_array:
    """Rows of norm 1: weight x rarity, of the features that at least two and at most CAP texts share."""
    features = np.concatenate([b.features for b in bags]) if bags else np.empty(0, np.uint32)
    distinct, columns, counts = np.unique(features, return_inverse=True, return_counts=True)
    rows = np.repeat(np.arange(len(bags)), [len(b.features) for b in bags])
    rarity = np.log((len(bags) + 1) / counts.clip(1))
    values = np.concatenate([b.weights for b in bags]) * rarity[columns] if bags else np.empty(0)
    norms = np.sqrt(np.bincount(rows, values**2, minlength=len(bags))).clip(1e-9)  # of all features: a rare one that nobody shares counts
    kept = (counts[columns] > 1) & (counts[columns] <= CAP)
    scaled = (values / norms[rows])[kept].astype(np.float32)
    return sparse.csr_array((scaled, (rows[kept], columns[kept])), shape=(len(bags), max(len(distinct), 1)))


def _near(matrix: sparse.csr_array) -> Iterator[tuple[int, int]]:
    other = matrix.T.tocsr()
    for start in range(0, matrix.shape[0], _ROWS):
        block = (matrix[start : start + _ROWS] @ other).tocsr()
        for row in range(block.shape[0]):
            span = slice(block.indptr[row], block.indptr[row + 1])
            yield from _nearest(start + row, block.indices[span], block.data[span], FLOOR)


def _near_vectors(vectors: Vectors) -> Iterator[tuple[int, int]]:
    columns = np.arange(len(vectors))
    for start in range(0, len(vectors), _ROWS):
        block = vectors[start : start + _ROWS] @ vectors.T
        for row in range(len(block)):
            yield from _nearest(start + row, columns, block[row], VECTOR_FLOOR)


def _nearest(row: int, columns: NDArray[np.integer], values: NDArray[np.floating], floor: float) -> Iterator[tuple[int, int]]:
    """The NEAREST columns above the floor; equal ones in order, to six digits, so that rounding decides nothing."""
    near = (values >= floor) & (columns != row)
    columns, rounded = columns[near], np.round(values[near].astype(np.float64), 6)
    for column in columns[np.lexsort((columns, -rounded))][:NEAREST]:
        yield (row, int(column)) if row < column else (int(column), row)
