"""Keywords as authors would choose them: every candidate of a text scored by boosted trees (numpy only).

There are two forests: one that also reads what the full tier's term tagger says, and one for when it is not at hand.
"""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Any
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from nlp.errors import ModelUnavailable
from nlp.terms.candidates import Grammar
from nlp.terms.keyword_evidence import ListKind, TermEvidence, columns
from nlp.terms.keyword_features import Described, describe, folded
from nlp.terms.lexicon import Lexicon
from nlp.terms.segmenter import Cuts, segmenter, tokens
from nlp.terms.trees import Trees

__all__ = ["Keyword", "KeywordReader", "KeywordWeights", "load_weights", "rank_keywords", "weights_as_arrays"]

Floats = NDArray[np.float32]
Keys = NDArray[np.uint32]
AT_MOST = 20
REMEMBERED = 1 << 17  # strings whose background count is kept at hand
ARRAYS = ("document_keys", "document_counts", "sign_keys", "sign_worths", "unseen")
FEW = 2  # background documents below which a string counts as unseen


@dataclass(frozen=True, slots=True, kw_only=True)
class Keyword:
    unit_id: str
    term: str  # as first written in the text
    score: float  # 0..1, higher is surer


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class KeywordWeights:
    """Background counts, the worth of signs, the kind of list a text has, and the forests."""

    n_documents: int
    document_keys: Keys  # crc32 of a folded string, ascending
    document_counts: NDArray[np.uint16]
    sign_keys: Keys  # crc32 of "kind:value", ascending
    sign_worths: Floats
    unseen: Floats  # (signs,) worth of a value that was not seen in training
    lists: ListKind
    plain: Trees  # NUMBERS, SIGNS, list kind
    full: Trees | None  # the same, then the columns of TermEvidence


def weights_as_arrays(weights: KeywordWeights) -> dict[str, NDArray[np.generic]]:
    """For safetensors; `load_weights` is the reverse."""
    arrays = {name: getattr(weights, name) for name in ARRAYS}
    arrays |= {f"lists.{name}": getattr(weights.lists, name) for name in ListKind.__dataclass_fields__}
    for forest, trees in (("plain", weights.plain), ("full", weights.full)):
        arrays |= {f"{forest}.{name}": np.asarray(getattr(trees, name)) for name in Trees.__dataclass_fields__ if trees}
    return {**arrays, "n_documents": np.array([weights.n_documents], np.int64)}


def load_weights(data: bytes) -> KeywordWeights:
    """Read models/keyword-ranker/ranker.safetensors. Raises ModelUnavailable when it is damaged."""
    from safetensors import SafetensorError
    from safetensors.numpy import load

    try:
        parts = load(data)
        return KeywordWeights(
            n_documents=int(parts["n_documents"][0]), **{name: parts[name] for name in ARRAYS}, lists=ListKind(**_part(parts, "lists")),
            plain=_forest(_part(parts, "plain")), full=_forest(_part(parts, "full")) if "full.roots" in parts else None,
        )  # fmt: skip
    except (SafetensorError, KeyError, TypeError) as error:
        raise ModelUnavailable("keyword-ranker", f"权重文件无法读懂（{type(error).__name__}）", "请从版本库恢复该文件") from error


def _part(parts: Mapping[str, NDArray[Any]], name: str) -> dict[str, NDArray[Any]]:
    return {key.removeprefix(f"{name}."): value for key, value in parts.items() if key.startswith(f"{name}.")}


def _forest(parts: dict[str, NDArray[Any]]) -> Trees:
    depth, baseline = int(parts.pop("depth")), float(parts.pop("baseline"))
    return Trees(**parts, depth=depth, baseline=baseline)


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
    units: Iterable[tuple[str, str]], lexicon: Lexicon, weights: KeywordWeights, at_most: int = AT_MOST,
    evidence: Mapping[str, TermEvidence] | None = None,
) -> dict[str, tuple[Keyword, ...]]:  # fmt: skip
    """unit id -> its keywords, best first, at most `at_most`; a text is title + "\n" + body, or a body alone.

    `evidence`: text -> the full tier's word on it (`FullExtractor.evidence`); better keywords where it is given.
    """
    reader, known = KeywordReader(lexicon), evidence or {}
    hashed: dict[int, int] = dict(zip(weights.document_keys.tolist(), weights.document_counts.tolist(), strict=True))

    @lru_cache(REMEMBERED)
    def documents(key: str) -> int:
        return hashed.get(crc32(key.encode("utf-8", "surrogatepass")), 0)

    ranked: dict[str, tuple[Keyword, ...]] = {}
    for unit_id, text in units:
        candidates = reader.read(text, documents, weights.n_documents)
        scores = _scores(text, candidates, weights, known.get(text)) if candidates else np.zeros(0)
        best = np.argsort(-scores, kind="stable")[:at_most]
        ranked[unit_id] = tuple(Keyword(unit_id=unit_id, term=candidates[n].surface, score=float(scores[n])) for n in best)
    return ranked


def _scores(text: str, candidates: Sequence[Described], weights: KeywordWeights, evidence: TermEvidence | None) -> NDArray[np.float64]:
    hashes = sign_hashes(candidates)
    at = np.minimum(np.searchsorted(weights.sign_keys, hashes), len(weights.sign_keys) - 1)
    worths = np.where(weights.sign_keys[at] == hashes, weights.sign_worths[at], weights.unseen)
    rows = inputs(candidates, worths, weights.lists.score(text), evidence if weights.full else None)
    forest = weights.full if weights.full and evidence else weights.plain
    return forest.probabilities(rows.astype(np.float64))


def sign_hashes(candidates: Sequence[Described]) -> Keys:
    """(n, signs) crc32 of "kind:value"."""
    flat = [crc32(sign.encode("utf-8", "surrogatepass")) for candidate in candidates for sign in candidate.signs]
    return np.array(flat, np.uint32).reshape(len(candidates), -1)


def inputs(candidates: Sequence[Described], worths: NDArray[np.floating], kind: float, evidence: TermEvidence | None) -> Floats:
    """(n, f): NUMBERS, the worths of SIGNS, the log odds of the list's kind, and the tagger's columns where it was asked."""
    numbers = np.array([candidate.numbers for candidate in candidates], np.float32)
    parts = [numbers, worths, np.full((len(candidates), 1), kind)]
    return np.hstack([*parts, columns(candidates, evidence)] if evidence else parts).astype(np.float32)
