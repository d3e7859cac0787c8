"""Sentence vectors -> the directions in which technical subjects differ, learnt from texts with known subjects.

A sentence vector also says how a text is written. Axes fitted on disciplines and patent classes keep what tells subjects
apart; they are a fixed linear map, so they do not move with the collection that is clustered.
"""

import json
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from nlp.embed import Vectors
from nlp.errors import ModelUnavailable
from nlp.topics.space import BLOCK, Floats, unit_rows

__all__ = ["AXES_FILE", "Labelled", "Paired", "SubjectAxes", "fit_axes", "load_axes", "pack_axes"]

AXES_FILE = "axes.safetensors"
LEAST = 3  # texts of a subject from which its spread is measured


@dataclass(frozen=True, slots=True, kw_only=True)
class SubjectAxes:
    encoder: str
    axes: Floats  # [d, p]

    def of(self, vectors: Vectors) -> Vectors:
        """[n, d] unit rows, the mean of their collection or kind taken away -> [n, p] unit rows; a zero row stays zero."""
        turned = np.zeros((len(vectors), self.axes.shape[1]), dtype=np.float32)
        for start in range(0, len(vectors), BLOCK):
            turned[start : start + BLOCK] = unit_rows(vectors[start : start + BLOCK].astype(np.float64) @ self.axes)
        return turned


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled:
    """Texts of one source: row i of `vectors` has the subjects `subjects[i]`, none, one or several."""

    vectors: Vectors  # [n, d] centred, unit rows
    subjects: Sequence[frozenset[str]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Paired:
    """Two views of the same matter, row by row: a title and its abstract. Both [n, d], centred apart, unit rows."""

    first: Vectors
    second: Vectors


@dataclass(frozen=True, slots=True, kw_only=True)
class Scatter:
    within: Floats  # [d, d]
    between: Floats


def fit_axes(labelled: Sequence[Labelled], paired: Sequence[Paired], *, dimensions: int, shrink: float, power: float) -> Floats:
    """[d, dimensions] axes by discriminant analysis over several sources (Fisher 1936; Fukunaga 1990, ch. 10).

    Within-subject scatter (of texts of one subject, and of pairs) is made spherical after shrinking it towards a multiple
    of the identity; of what is left, the directions in which subject means differ most are kept, each scaled by its ratio
    of between to within to the `power`. Every source counts the same, whatever its number of texts. Closed form, no chance.
    """
    from scipy.linalg import eigh

    scatters = [scatter(source) for source in labelled]
    within = [s.within for s in scatters] + [spread(pair) for pair in paired]
    size = within[0].shape[0]
    ratio: Floats
    axes: Floats
    ratio, axes = eigh(sum(s.between for s in scatters) / len(scatters), sum(within) / len(within) + shrink * np.eye(size) / size)
    best = np.argsort(-ratio, kind="stable")[:dimensions]
    scaled: Floats = axes[:, best] * np.maximum(ratio[best], 1e-12) ** power
    return scaled


def scatter(source: Labelled) -> Scatter:
    """Pooled scatter within subjects and of subject means, each of trace 1. A text of two subjects counts in both."""
    size = source.vectors.shape[1]
    within, between = np.zeros((size, size)), np.zeros((size, size))
    for subject in sorted(frozenset[str]().union(*source.subjects)):
        rows = source.vectors[[subject in s for s in source.subjects]].astype(np.float64)
        if len(rows) < LEAST:
            continue
        mean = rows.mean(axis=0)
        inside = (rows - mean).T @ (rows - mean) / (len(rows) - 1)
        within += len(rows) * inside
        between += len(rows) * np.outer(mean, mean) - inside  # the mean of few texts is itself noisy
    return Scatter(within=within / np.trace(within), between=between / np.trace(between))


def spread(pair: Paired) -> Floats:
    half = (pair.first.astype(np.float64) - pair.second) / 2
    product = half.T @ half
    inside: Floats = product / np.trace(product)
    return inside


def pack_axes(axes: SubjectAxes) -> bytes:
    from safetensors.numpy import save

    # safetensors writes the memory as it lies: columns first would be read back as another matrix
    content: bytes = save({"axes": np.ascontiguousarray(axes.axes, dtype=np.float32)}, metadata={"said": json.dumps({"encoder": axes.encoder})})
    return content


def load_axes(folder: Path) -> SubjectAxes:
    """Raises ModelUnavailable when models/topic-space is absent or damaged."""
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(folder / AXES_FILE, framework="numpy") as stored:
            said = json.loads((stored.metadata() or {})["said"])
            return SubjectAxes(encoder=said["encoder"], axes=stored.get_tensor("axes").astype(np.float64))
    except (OSError, SafetensorError, KeyError, ValueError) as error:
        raise ModelUnavailable(folder.name, f"{AXES_FILE} 读不出（{type(error).__name__}）", "请从项目中恢复该文件，或运行 luxiantu models build topic-space --data 目录") from error
