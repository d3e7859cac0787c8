"""Gradient-boosted trees as plain arrays: read from safetensors, run in numpy."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

if TYPE_CHECKING:
    from sklearn.ensemble import HistGradientBoostingClassifier

__all__ = ["Trees", "from_sklearn"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Trees:
    """t trees over one row of nodes; a leaf is its own child.

    feature, left, right: int32 (nodes); threshold, value: float64 (nodes); roots: int32 (t)
    """

    feature: NDArray[np.int32]
    threshold: NDArray[np.float64]
    left: NDArray[np.int32]
    right: NDArray[np.int32]
    value: NDArray[np.float64]
    roots: NDArray[np.int32]
    depth: int
    baseline: float

    def raw(self, rows: NDArray[np.float64]) -> NDArray[np.float64]:
        """(n, features) -> (n): log odds."""
        return np.asarray(self.baseline + self.value[self._leaves(rows)].sum(1))

    def probabilities(self, rows: NDArray[np.float64]) -> NDArray[np.float64]:
        return np.asarray(1 / (1 + np.exp(-self.raw(rows))))

    def contributions(self, rows: NDArray[np.float64]) -> NDArray[np.float64]:
        """(n, features): how much each feature moved the log odds on the way to the leaves.

        The difference between the mean value below a node and below its child goes to the node's feature
        (Saabas 2014, "Interpreting random forests"), so a row's sum plus the roots' means is `raw`.
        """
        means = self._means()
        found = np.zeros(rows.shape)
        at = np.broadcast_to(self.roots, (len(rows), len(self.roots))).copy()
        rows_at = np.arange(len(rows))[:, None]
        for _ in range(self.depth):
            after = self._step(rows, at)
            np.add.at(found, (np.broadcast_to(rows_at, at.shape), self.feature[at]), means[after] - means[at])
            at = after
        return found

    def _leaves(self, rows: NDArray[np.float64]) -> NDArray[np.int32]:
        at = np.broadcast_to(self.roots, (len(rows), len(self.roots))).copy()
        for _ in range(self.depth):
            at = self._step(rows, at)
        return at

    def _step(self, rows: NDArray[np.float64], at: NDArray[np.int32]) -> NDArray[np.int32]:
        values = rows[np.arange(len(rows))[:, None], self.feature[at]]
        return np.where(values <= self.threshold[at], self.left[at], self.right[at])

    def _means(self) -> NDArray[np.float64]:
        """Plain mean of the two children, from the leaves up; children always stand after their parent."""
        means = self.value.copy()
        for node in range(len(means) - 1, -1, -1):
            if self.left[node] != node:
                means[node] = (means[self.left[node]] + means[self.right[node]]) / 2
        return means


def from_sklearn(fitted: "HistGradientBoostingClassifier") -> Trees:
    """The trees of a fitted two-class classifier on features without missing values."""
    parts: list[NDArray[np.void]] = [stage[0].nodes for stage in fitted._predictors]
    starts = np.cumsum([0, *(len(part) for part in parts)])[:-1]
    nodes = np.concatenate(parts)
    shift = np.repeat(starts, [len(part) for part in parts])
    own, leaf = np.arange(len(nodes)), nodes["is_leaf"].astype(bool)
    return Trees(
        feature=np.where(leaf, 0, nodes["feature_idx"]).astype(np.int32),
        threshold=np.where(leaf, 0.0, nodes["num_threshold"]).astype(np.float64),
        left=np.where(leaf, own, nodes["left"] + shift).astype(np.int32),
        right=np.where(leaf, own, nodes["right"] + shift).astype(np.int32),
        value=np.where(leaf, nodes["value"], 0.0).astype(np.float64),
        roots=starts.astype(np.int32),
        depth=int(nodes["depth"].max()),
        baseline=float(np.ravel(fitted._baseline_prediction)[0]),
    )
