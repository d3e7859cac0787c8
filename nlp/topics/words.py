"""The terms that set a topic apart from its neighbours."""

from collections import Counter
from collections.abc import Sequence

import numpy as np

from nlp.topics.space import Terms

__all__ = ["topic_terms"]


def topic_terms(labels: Sequence[int], terms: Terms, *, size: int, top: int) -> list[tuple[str, ...]]:
    """The best terms of each of `size` topics by class-based TF-IDF: √(tf/Σtf) · ln(1 + mean class size/f)
    (Grootendorst 2022, with its reduction of frequent words). Terms that only one unit names stand back.
    """
    counts = [Counter[str]() for _ in range(size)]
    for label, row in zip(labels, terms, strict=True):
        if label >= 0:
            counts[label].update(set(row))
    everywhere = Counter[str]()
    for count in counts:
        everywhere.update(count)
    mean = sum(everywhere.values()) / max(1, sum(1 for c in counts if c))

    def weight(count: Counter[str], term: str) -> float:
        return float(np.sqrt(count[term] / count.total()) * np.log1p(mean / everywhere[term]))

    found = []
    for count in counts:
        ranked = sorted(count, key=lambda t: (-weight(count, t), t))
        found.append(tuple([t for t in ranked if count[t] > 1][:top] or ranked[:top]))
    return found
