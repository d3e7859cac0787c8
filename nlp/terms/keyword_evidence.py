"""What is known of a text beyond its candidates: the term tagger's word on each string, and how such lists are made.

Where authors gave no keywords, databases seem to fill them in: ten to twenty short words cut from the abstract. Which
of the two a text will have shows in how it is written, and decides what kind of string is listed.
"""

import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from nlp.terms.keyword_features import Described, folded

__all__ = ["ListKind", "TermEvidence", "columns", "grams"]

Floats = NDArray[np.float32]
LONGEST = 3  # characters of a gram
UNKNOWN = -9.0  # the log odds of a string that the tagger does not consider


@dataclass(frozen=True, slots=True, kw_only=True)
class TermEvidence:
    """The full tier's word on one text, by surface: the network's log odds, the judge's probability (likely strings only)."""

    scores: Mapping[str, float]
    probabilities: Mapping[str, float]
    registers: tuple[float, ...]


def columns(candidates: Sequence[Described], evidence: TermEvidence) -> Floats:
    """(n, 2 + registers): log odds, probability, the text's registers."""
    scores, likely = by_key(evidence.scores), by_key(evidence.probabilities)
    rows = [(scores.get(c.key, UNKNOWN), likely.get(c.key, 0.0), *evidence.registers) for c in candidates]
    return np.array(rows, np.float32).reshape(len(candidates), -1)


def by_key(values: Mapping[str, float]) -> dict[str, float]:
    """Folded string -> the highest value of its spellings."""
    found: dict[str, float] = {}
    for surface, value in values.items():
        name = folded(surface)
        found[name] = max(value, found.get(name, value))
    return found


def grams(text: str) -> Counter[int]:
    """crc32 of the runs of one to LONGEST characters -> how often they stand in the folded text."""
    clean = unicodedata.normalize("NFKC", text).lower().encode("utf-8", "replace").decode()
    return Counter(crc32(clean[i : i + n].encode()) for n in range(1, LONGEST + 1) for i in range(len(clean) - n + 1))


@dataclass(frozen=True, slots=True, kw_only=True, eq=False)
class ListKind:
    """Logistic regression on TF-IDF of character grams: log odds that a database, not the author, made the list."""

    keys: NDArray[np.uint32]  # ascending
    rarity: Floats
    weight: Floats
    bias: Floats  # (1,)

    def score(self, text: str) -> float:
        return float(self.vector(text) @ self.weight + self.bias[0])

    def vector(self, text: str) -> Floats:
        """(keys): (1 + ln times) * rarity, of length 1."""
        counted = grams(text)
        names = np.array(list(counted), np.uint32)
        vector = np.zeros(len(self.keys), np.float32)
        if not len(names) or not len(self.keys):
            return vector
        at = np.minimum(np.searchsorted(self.keys, names), len(self.keys) - 1)
        known = self.keys[at] == names
        times = np.array(list(counted.values()), np.float32)[known]
        vector[at[known]] = (1 + np.log(times)) * self.rarity[at[known]]
        vector /= np.linalg.norm(vector) or 1
        return vector
