"""Text -> vector without a network: the weighted mean of its words' vectors, some hundred times faster than the transformer.

Words weigh a/(a + p), p their share of texts (SIF; Arora, Liang & Ma 2017, "A simple but tough-to-beat baseline"). Their vectors
begin as the encoder's own vectors of the words (as model2vec distils) and are then fitted so that the mean comes out near the
encoder's vector of a whole text (ridge regression): a text stands where the encoder would put it, within the space of its name.
"""

import json
import re
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from nlp.embed import Prefix, Vectors, normalised
from nlp.errors import ModelUnavailable
from nlp.terms.lexicon import Entry
from nlp.terms.segmenter import Segmenter, segmenter

if TYPE_CHECKING:
    from scipy.sparse import csr_matrix

__all__ = ["STATIC_FILE", "StaticEncoder", "StaticWeights", "Words", "fit_words", "load_static", "pack_static", "sif"]

STATIC_FILE = "static.safetensors"
TOLERANCE, STEPS = 1e-3, 60  # of the conjugate gradients
BLOCK = 2048  # texts at a time: bounds what is in memory beside the result
RUNS = re.compile(r"[\u3400-\u9fff\uf900-\ufaff]+|[A-Za-z\u03b1-\u03c9][A-Za-z0-9\u03b1-\u03c9+]*")
LAST_LATIN = "\u33ff"  # characters above it are Chinese
Floats = NDArray[np.float64]


class Words:
    """Texts -> counts over a vocabulary. A word that it does not hold counts by its characters, as far as it holds them."""

    def __init__(self, vocabulary: Sequence[str], cutter: Segmenter) -> None:
        self.column = {word: i for i, word in enumerate(vocabulary)}
        self.cutter = cutter

    def of(self, text: str) -> list[str]:
        """The words of a text in order, lower case; numbers and punctuation are none."""
        found: list[str] = []
        for run in RUNS.findall(text):
            if run[0] > LAST_LATIN:
                found += self.cutter.cut(run)
            else:
                found.append(run.lower())
        return found

    def columns(self, text: str) -> dict[int, int]:
        words, column = self.of(text), self.column
        found = Counter(map(column.get, words))
        if found.pop(None, 0):
            parts = (c for word in words if word not in column and word[0] > LAST_LATIN for c in word)
            found.update(column[c] for c in parts if c in column)
        return {place: n for place, n in found.items() if place is not None}

    def shares(self, texts: Sequence[str], weights: Floats) -> "csr_matrix":
        """[n, v] sparse: each row the weights of a text's words times their counts, adding up to 1; all zero where it holds none."""
        from scipy.sparse import csr_matrix

        rows = [sorted(self.columns(text).items()) for text in texts]
        places = np.fromiter((c for row in rows for c, _ in row), dtype=np.int64)
        values = np.fromiter((n for row in rows for _, n in row), dtype=np.float64) * weights[places]
        owner = np.repeat(np.arange(len(rows)), [len(row) for row in rows])
        totals = np.bincount(owner, values, minlength=len(rows))
        values = values / np.where(totals > 0, totals, 1)[owner]
        return csr_matrix((values, places, np.cumsum([0, *(len(row) for row in rows)])), shape=(len(rows), len(self.column)))


@dataclass(frozen=True, slots=True, kw_only=True)
class StaticWeights:
    """What a folder of this kind holds; v words, d dimensions."""

    name: str
    space: str  # the encoder whose vectors these stand for
    words: tuple[str, ...]
    added: tuple[str, ...]  # words that the segmenter is told beside its own dictionary
    vectors: NDArray[np.int8]  # [v, d], times `scales`
    scales: NDArray[np.float32]  # [v]
    weights: NDArray[np.float32]  # [v]
    mean: NDArray[np.float32]  # [d] of the encoder's vectors


class StaticEncoder:
    """A folder with static.safetensors as an Encoder; the prefix is ignored.

    A text's vector rests on the text alone, to the last bit. Raises ModelUnavailable when the folder cannot be read.
    """

    def __init__(self, folder: Path, *, progress: Callable[[int], None] | None = None) -> None:
        held = load_static(folder)
        self.name, self.space, self.dimension = held.name, held.space, held.vectors.shape[1]
        self.words = Words(held.words, cutter_of(held.added))
        self.vectors = held.vectors.astype(np.float32) * held.scales[:, None]
        self.weights, self.mean, self.progress = held.weights.astype(np.float64), held.mean, progress

    def encode(self, texts: Sequence[str], *, prefix: Prefix = "passage: ") -> Vectors:
        """n texts -> float32 (n, dimension), norm 1, zero for a text without a known word; no texts -> (0, dimension)."""
        found = np.zeros((len(texts), self.dimension), np.float32)
        for start in range(0, len(texts), BLOCK):
            shares = self.words.shares(texts[start : start + BLOCK], self.weights).astype(np.float32)
            known = np.diff(shares.indptr) > 0
            found[start : start + BLOCK] = normalised(np.where(known[:, None], shares @ self.vectors + self.mean, 0))
            if self.progress:
                self.progress(min(start + BLOCK, len(texts)))
        return found


def cutter_of(added: Iterable[str]) -> Segmenter:
    return segmenter(Entry(term=word, freq=None, tag="nz", hint="") for word in added)


# ---- fitting ------------------------------------------------------------------------------


def sif(texts_with: Mapping[str, int], total: int, words: Sequence[str], *, a: float) -> Floats:
    """[v] weights a/(a + p); p is the share of `total` texts that hold the word, one text more than were seen."""
    share = np.array([(texts_with.get(word, 0) + 1) / (total + 1) for word in words])
    weights: Floats = a / (a + share)
    return weights


def fit_words(shares: "csr_matrix", targets: Floats, start: Floats, *, firm: float, ridge: float, weights: Floats | None = None) -> Floats:
    """[v, d] word vectors whose weighted means `shares` [n, v] come near the centred `targets` [n, d].

    `start` [v, d] are the encoder's vectors of the words. First one linear map of all of them (ridge `firm`), then a correction of each
    word, kept small (`ridge`): the posterior mean under a Gaussian prior around the map. Both are in units of the mean of the
    diagonal they are added to; `weights` [n] say how much a text counts (1). No chance.
    """
    means, counts = shares @ start, np.ones(shares.shape[0]) if weights is None else weights
    square = means.T @ (counts[:, None] * means)
    right = means.T @ (counts[:, None] * targets)
    mapped = start @ np.linalg.solve(square + firm * np.trace(square) / len(square) * np.eye(len(square)), right)
    scale = float(shares.multiply(shares).sum() / shares.shape[0])
    fitted: Floats = mapped + shares.T @ solved(shares, targets - shares @ mapped, ridge * scale / counts)
    return fitted


def solved(shares: "csr_matrix", targets: Floats, ridge: Floats) -> Floats:
    """a [n, d] of (S Sᵀ + diag(ridge)) a = targets by conjugate gradients (Hestenes & Stiefel 1952), all columns at once: texts are
    fewer than words, and S Sᵀ is never made."""
    found, rest = np.zeros_like(targets), targets.copy()
    step, size = rest.copy(), np.einsum("ij,ij->j", targets, targets)
    goal, now = TOLERANCE**2 * size, size.copy()
    for _ in range(STEPS):
        image = shares @ (shares.T @ step) + ridge[:, None] * step
        length = now / np.maximum(np.einsum("ij,ij->j", step, image), 1e-300)
        found += length * step
        rest -= length * image
        after = np.einsum("ij,ij->j", rest, rest)
        if (after <= goal).all():
            break
        step, now = rest + after / np.maximum(now, 1e-300) * step, after
    return found


# ---- the file -----------------------------------------------------------------------------


def quantised(vectors: Floats) -> tuple[NDArray[np.int8], NDArray[np.float32]]:
    """Rows as whole numbers -127..127 and what one of them is worth."""
    scales = np.maximum(np.abs(vectors).max(axis=1), 1e-12) / 127
    return np.rint(vectors / scales[:, None]).astype(np.int8), scales.astype(np.float32)


def pack_static(*, name: str, space: str, words: Sequence[str], added: Sequence[str], vectors: Floats, weights: Floats, mean: Floats) -> bytes:
    """The bytes of static.safetensors; `vectors` [v, d], `weights` [v], `mean` [d]."""
    from safetensors.numpy import save

    rows, scales = quantised(vectors)
    text: dict[str, NDArray[np.generic]] = {key: np.frombuffer("\n".join(lines).encode(), dtype=np.uint8) for key, lines in (("words", words), ("added", added))}
    numbers: dict[str, NDArray[np.generic]] = {"vectors": rows, "scales": scales, "weights": weights.astype(np.float32), "mean": mean.astype(np.float32)}
    content: bytes = save({**text, **numbers}, metadata={"said": json.dumps({"name": name, "space": space})})
    return content


def load_static(folder: Path) -> StaticWeights:
    """Raises ModelUnavailable when the file is absent or damaged."""
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(folder / STATIC_FILE, framework="numpy") as stored:
            said = json.loads((stored.metadata() or {})["said"])
            held = {key: stored.get_tensor(key) for key in ("vectors", "scales", "weights", "mean")}
            words, added = (tuple(filter(None, stored.get_tensor(key).tobytes().decode().split("\n"))) for key in ("words", "added"))
            if held["vectors"].shape != (len(words), len(held["mean"])) or not len(held["scales"]) == len(held["weights"]) == len(words):
                raise ValueError("sizes differ")
            return StaticWeights(name=said["name"], space=said["space"], words=words, added=added, **held)
    except (OSError, SafetensorError, KeyError, ValueError, TypeError) as error:
        reason = f"{STATIC_FILE} 读不出（{type(error).__name__}）"
        raise ModelUnavailable(folder.name, reason, "请从版本库恢复该文件，或运行 luxiantu models build static-zh --data 目录") from error
