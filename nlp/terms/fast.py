"""The fast tier: a small convolution over words and a score for every span, in numpy; no transformer, no torch."""

import json
from collections import defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from nlp.errors import ModelUnavailable
from nlp.terms.fast_spans import COLUMNS, Rows, WordTable, lay_out
from nlp.terms.lexicon import Lexicon
from nlp.terms.spans import Cutter

__all__ = ["FAST", "FastScorer", "FastText", "load_fast"]

FAST = "term-fast"
WEIGHTS, SETTINGS = "model.safetensors", "fast.json"
Floats = NDArray[np.float32]
MARGIN = 3.0  # a place that is this far below the threshold cannot bring a string over it


@dataclass(frozen=True, slots=True, kw_only=True)
class FastText:
    """Strings of one text that could be terms, with probabilities 0..1."""

    text: str
    strings: Mapping[str, float]


class FastScorer:
    """Weights by name, all float32: see `FastNetwork` in fast_training.py, whose forward pass this is."""

    def __init__(self, weights: Mapping[str, Floats], lexicon: Lexicon, slope: float, bias: float, threshold: float) -> None:
        self._weights = weights
        self._cutter = Cutter(lexicon)
        self._table = WordTable(frozenset(lexicon.terms))
        self.slope, self.bias, self.threshold = slope, bias, threshold

    def score(self, texts: Iterable[str]) -> dict[str, FastText]:
        """Distinct text -> its strings, which depend on nothing but the text, to the last bit.

        A text at a time and on one thread: the sums of a product come out otherwise in other company, and for products this small
        several threads cost more than they save.
        """
        from threadpoolctl import threadpool_limits

        found: dict[str, FastText] = {}
        with threadpool_limits(1):
            for text in sorted(set(texts)):
                rows = lay_out([self._cutter.words(text)], self._table)
                found.update(self._grouped([text], rows, self.span_scores(rows)))
        return found

    def _grouped(self, texts: Sequence[str], rows: Rows, scores: Floats) -> dict[str, FastText]:
        floor = (np.log(self.threshold / (1 - self.threshold)) - self.bias) / self.slope - MARGIN
        likely = np.flatnonzero(scores > floor)
        places: list[dict[str, list[float]]] = [defaultdict(list) for _ in texts]
        for row, (start, end), score in zip(
            rows.text_of[rows.spans[likely, 0]].tolist(), rows.offsets[likely].tolist(), scores[likely].tolist(), strict=True
        ):
            places[row][texts[row][start:end]].append(score)
        return {text: FastText(text=text, strings=self._probabilities(found)) for text, found in zip(texts, places, strict=True)}

    def _probabilities(self, places: Mapping[str, list[float]]) -> dict[str, float]:
        if not places:
            return {}
        joined = np.array([np.logaddexp.reduce(scores) if len(scores) > 1 else scores[0] for scores in places.values()])
        return dict(zip(places, (1 / (1 + np.exp(-self.slope * joined - self.bias))).tolist(), strict=True))

    def span_scores(self, rows: Rows) -> Floats:
        """(n) before calibration. Shapes as in FastNetwork.forward."""
        if not len(rows.spans):
            return np.zeros(0, np.float32)
        get = self._weights.__getitem__
        words = np.concatenate([get(f"{name}.weight")[rows.words[:, i]] for i, name in enumerate(COLUMNS)], 1)
        words = _windowed(words, get("near.weight"), get("near.bias"))
        words = _windowed(words, get("far.weight"), get("far.bias"))
        words[rows.text_of == rows.n_texts] = 0
        sums = np.concatenate([np.zeros((1, words.shape[1]), np.float32), np.cumsum(words, 0)])
        first, last = rows.spans[:, 0], rows.spans[:, 1]
        length = (last - first + 1)[:, None].astype(np.float32)
        inside = sums @ get("inside.weight").T
        hidden = (inside[last + 1] - inside[first]) / length
        whole = _means(words, rows) @ get("whole.weight").T + get("whole.bias")
        hidden += (words @ get("start.weight").T + whole[rows.text_of])[first]
        hidden += (words @ get("end.weight").T)[last]
        hidden += get("length.weight")[last - first]
        np.maximum(hidden, 0, out=hidden)
        return np.asarray(hidden @ get("out.weight")[0] + get("out.bias")[0] + get("string.weight")[rows.strings, 0])


def _windowed(words: Floats, weight: Floats, bias: Floats) -> Floats:
    """Convolution of width 3 along the words, then ReLU: (w, i) with weight (o, i, 3) -> (w, o)."""
    out = words @ weight[:, :, 1].T + bias
    out[1:] += words[:-1] @ weight[:, :, 0].T
    out[:-1] += words[1:] @ weight[:, :, 2].T
    return np.asarray(np.maximum(out, 0), np.float32)


def _means(words: Floats, rows: Rows) -> Floats:
    """(t + 1, d): the mean word of each text; the last row belongs to the gaps."""
    counts = np.bincount(rows.text_of, minlength=rows.n_texts + 1)
    changes = np.flatnonzero(np.diff(rows.text_of, prepend=-1))
    sums = np.zeros((rows.n_texts + 1, words.shape[1]), np.float32)
    np.add.at(sums, rows.text_of[changes], np.add.reduceat(words, changes, axis=0))
    return np.asarray(sums / np.maximum(counts, 1)[:, None], np.float32)


def load_fast(folder: Path, lexicon: Lexicon) -> FastScorer:
    """Raises ModelUnavailable when the weights are missing or damaged."""
    from safetensors import SafetensorError
    from safetensors.numpy import load_file

    try:
        settings = json.loads((folder / SETTINGS).read_text("utf-8"))
        weights = {name: values.astype(np.float32) for name, values in load_file(folder / WEIGHTS).items()}
        return FastScorer(weights, lexicon, float(settings["slope"]), float(settings["bias"]), float(settings["threshold"]))
    except (OSError, ValueError, KeyError, TypeError, SafetensorError) as error:
        reason = f"权重无法载入（{type(error).__name__}）"
        raise ModelUnavailable(FAST, reason, "请从版本库恢复 models/term-fast，或运行 luxiantu models build term-tagger") from error
