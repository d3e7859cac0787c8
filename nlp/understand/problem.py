"""The sentence that best states what does not work: words, place and part of the form, weighed by fitted weights."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from nlp.records import Span
from nlp.understand.facet_words import FacetWords
from nlp.understand.layout import Layout

__all__ = ["LISTS", "SENTENCE_FEATURES", "Decision", "count_words", "find_problem", "sentence_rows"]

LISTS = ("contrast", "present", "means", "about", "problem", "strong_problem", "how", "improve", "wish", "study", "functions", "must",
         "standard", "slogans", "properties")  # lists of [clarity] in facets.toml
ROLES = ("lead", "need", "goal", "problem", "basis", "background", "money", "cooperation")
SENTENCE_FEATURES = (*LISTS, *(f"in_{role}" for role in ROLES), "sentence_length", "place", "first", "last", "lexical")
_TRAILING = " \t\n\r。；;，,"


@dataclass(frozen=True, slots=True, kw_only=True)
class Decision:
    """A sum of weighted features; above 0 the decision is yes."""

    bias: float
    weights: Mapping[str, float]

    def score(self, names: Sequence[str], row: Sequence[float]) -> float:
        return self.bias + sum(self.weights.get(name, 0.0) * value for name, value in zip(names, row, strict=True) if value)


def count_words(layout: Layout, words: FacetWords) -> tuple[tuple[int, ...], ...]:
    """One row a sentence: how often each of LISTS occurs in it."""
    patterns = [words.clarity[name] for name in LISTS]
    return tuple(tuple(len(pattern.findall(s.text)) for pattern in patterns) for s in layout.sentences)


def sentence_rows(layout: Layout, counts: Sequence[Sequence[int]], words: FacetWords) -> list[tuple[float, ...]]:
    """One row of SENTENCE_FEATURES a sentence; counts as log(1 + n)."""
    n = len(layout.sentences)
    return [
        (*(math.log1p(k) for k in row), *(float(s.role == role) for role in ROLES), math.log1p(len(s.text)), i / n, float(i == 0), float(i == n - 1),
         sum(group.score for group in words.problem if group.pattern.search(s.text)))
        for i, (s, row) in enumerate(zip(layout.sentences, counts, strict=True))
    ]


def find_problem(layout: Layout, scores: Sequence[float]) -> Span | None:
    """The sentence with the highest score, without its closing mark; None for a text without sentences."""
    if not scores:
        return None
    best = layout.sentences[max(range(len(scores)), key=lambda i: (scores[i], -i))]
    return Span(start=best.start, end=best.start + len(best.text.rstrip(_TRAILING)))
