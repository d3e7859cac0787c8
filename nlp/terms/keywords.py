"""Keywords as authors would choose them: every candidate of a text scored by a small learned ranker (numpy only)."""

from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from nlp.errors import ModelUnavailable
from nlp.terms.candidates import Grammar
from nlp.terms.keyword_features import Described, describe, folded
from nlp.terms.lexicon import Lexicon
from nlp.terms.segmenter import Cuts, segmenter, tokens

__all__ = ["Keyword", "KeywordReader", "KeywordWeights", "load_weights", "rank_keywords"]

Floats = NDArray[np.float32]
Keys = NDArray[np.uint32]
AT_MOST = 20
REMEMBERED = 1 << 17  # strings whose background count is kept at hand
FEW = 2  # background documents below which a string counts as unseen


@dataclass(frozen=True, slots=True, kw_only=True)
class Keyword:
    unit_id: str
    term: str  # as first written in the text
    score: float  # 0..1, higher is surer


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class KeywordWeights:
    """Background counts, the worth of signs, and an ensemble of one-layer networks (members m, features f, hidden h)."""

    n_documents: int
    document_keys: Keys  # crc32 of a folded string, ascending
    document_counts: NDArray[np.uint16]
    sign_keys: Keys  # crc32 of "kind:value", ascending
    sign_worths: Floats
    unseen: Floats  # (signs,) worth of a value that was not seen in training
    mean: Floats  # (f,)
    scale: Floats  # (f,)
    hidden: Floats  # (m, f, h)
    hidden_bias: Floats  # (m, h)
    out: Floats  # (m, h)
    out_bias: Floats  # (m,)


def load_weights(data: bytes) -> KeywordWeights:
    """Read models/keyword-ranker/ranker.safetensors. Raises ModelUnavailable when it is damaged."""
    from safetensors import SafetensorError
    from safetensors.numpy import load

    try:
        parts = load(data)
        return KeywordWeights(n_documents=int(parts.pop("n_documents")[0]), **parts)
    except (SafetensorError, KeyError, TypeError) as error:
        raise ModelUnavailable("keyword-ranker", f"权重文件无法读懂（{type(error).__name__}）", "请从版本库恢复该文件") from error


class KeywordReader:
    """Text -> described candidates; built once, holds no state between texts."""

    def __init__(self, lexicon: Lexicon) -> None:
        rules = lexicon.rules
        self._segmenter = segmenter(lexicon.entries)
        self._cuts = Cuts(initial=rules.initial, final=rules.final, inside=rules.splitting)
        self._grammar = Grammar(lexicon)

    def keys(self, text: str) -> set[str]:
        """The candidates' folded strings."""
        return {described.key for described in self.read(text, lambda key: 0, 1)}

    def read(self, text: str, documents: Callable[[str], int], n_documents: int, own: int = 0) -> list[Described]:
        """`documents`: in how many of the background texts a string stands.

        `own`: 1 when the text is itself among them (training), else 0.
        """
        row = tokens(text, self._segmenter, self._cuts)
        phrases = frozenset(folded(text[c.start : c.end]) for c in self._grammar.candidates(row))

        def seen(key: str) -> int:
            count = documents(key) - own
            return count if count >= FEW else 0

        return describe(text, row, phrases, seen, n_documents)


def rank_keywords(
    units: Iterable[tuple[str, str]], lexicon: Lexicon, weights: KeywordWeights, at_most: int = AT_MOST
) -> dict[str, tuple[Keyword, ...]]:
    """unit id -> its keywords, best first, at most `at_most`; a text is title + "\\n" + body, or a body alone."""
    reader = KeywordReader(lexicon)
    hashed: dict[int, int] = dict(zip(weights.document_keys.tolist(), weights.document_counts.tolist(), strict=True))

    @lru_cache(REMEMBERED)
    def documents(key: str) -> int:
        return hashed.get(crc32(key.encode("utf-8", "surrogatepass")), 0)

    ranked: dict[str, tuple[Keyword, ...]] = {}
    for unit_id, text in units:
        candidates = reader.read(text, documents, weights.n_documents)
        scores = score(features(candidates, weights), weights) if candidates else np.zeros(0, np.float32)
        best = np.argsort(-scores, kind="stable")[:at_most]
        ranked[unit_id] = tuple(Keyword(unit_id=unit_id, term=candidates[n].surface, score=float(scores[n])) for n in best)
    return ranked


def sign_hashes(candidates: Sequence[Described]) -> Keys:
    """(n, signs) crc32 of "kind:value"."""
    flat = [crc32(sign.encode("utf-8", "surrogatepass")) for candidate in candidates for sign in candidate.signs]
    return np.array(flat, np.uint32).reshape(len(candidates), -1)


def features(candidates: Sequence[Described], weights: KeywordWeights) -> Floats:
    """(n, f), standardised: signed logarithms of NUMBERS, then the worths of SIGNS."""
    hashes = sign_hashes(candidates)
    at = np.minimum(np.searchsorted(weights.sign_keys, hashes), len(weights.sign_keys) - 1)
    worths = np.where(weights.sign_keys[at] == hashes, weights.sign_worths[at], weights.unseen)
    return standardised(raw(candidates, worths), weights.mean, weights.scale)


def raw(candidates: Sequence[Described], worths: NDArray[np.floating]) -> Floats:
    numbers = np.array([candidate.numbers for candidate in candidates], np.float32)
    joined = np.hstack([numbers, worths])
    return (np.sign(joined) * np.log1p(np.abs(joined))).astype(np.float32)


def standardised(values: Floats, mean: Floats, scale: Floats) -> Floats:
    clipped: Floats = np.clip((values - mean) / scale, -4, 4).astype(np.float32)
    return clipped


def score(values: Floats, weights: KeywordWeights) -> Floats:
    """(n, f) -> (n,): the logistic of the members' mean."""
    total = np.zeros(len(values), np.float64)
    for hidden, hidden_bias, out, out_bias in zip(weights.hidden, weights.hidden_bias, weights.out, weights.out_bias, strict=True):
        total += np.maximum(values @ hidden + hidden_bias, 0) @ out + out_bias
    logistic: Floats = (1 / (1 + np.exp(-total / len(weights.out)))).astype(np.float32)
    return logistic
