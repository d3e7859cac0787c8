"""Fits the two decisions of `clarity` from labelled demands, and cross-validates them by text."""

import hashlib
import json
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nlp.records import Clarity, Span, Target
from nlp.understand.clarity import ClarityWeights, judge_clarity
from nlp.understand.clarity_features import FEATURES, features, gather
from nlp.understand.facet_words import FacetWords
from nlp.understand.layout import Layout
from nlp.understand.problem import SENTENCE_FEATURES, Decision, count_words, sentence_rows

__all__ = ["USED", "LabelledDemand", "cross_validated", "fit_clarity", "weights_json"]

# Chosen by hand for what they mean; all features together fit 190 texts worse (cross-validated).
USED = {
    "clear": ("any_target", "targets", "hurdles", "slogans", "problem_in_title", "standard", "functions"),
    "concept": ("title_only", "novelty", "slogan_share", "hurdles", "asked_length", "wish", "problem_sentences", "properties", "tasks",
                "problem_best", "problem_top3"),
    "problem": SENTENCE_FEATURES,
}
STRENGTH = {"clear": 0.5, "concept": 0.1, "problem": 0.1}  # sklearn's C; smaller is smoother
FOLDS = 10


@dataclass(frozen=True, slots=True, kw_only=True)
class LabelledDemand:
    layout: Layout
    targets: tuple[Target, ...]
    clarity: Clarity
    problem: Span | None = None  # the sentence that a reader chose; offsets into layout.text


def fit_clarity(labelled: Sequence[LabelledDemand], words: FacetWords) -> ClarityWeights:
    """Logistic regressions without chance (lbfgs from zero); directionless texts are left to the hard rules."""
    kept = [d for d in labelled if d.clarity != "directionless"]
    counts = [count_words(d.layout, words) for d in kept]
    sentences = [sentence_rows(d.layout, c, words) for d, c in zip(kept, counts, strict=True)]
    chosen = [_covers(d.problem, s.start, s.end) for d in kept for s in d.layout.sentences]
    problem = _fit(np.array([row for rows in sentences for row in rows]), np.array(chosen), SENTENCE_FEATURES, "problem")
    rows = np.array([
        features(d.layout, gather(d.layout, d.targets, c, words), [problem.score(SENTENCE_FEATURES, row) for row in s], words)
        for d, c, s in zip(kept, counts, sentences, strict=True)
    ])
    labels = np.array([d.clarity for d in kept])
    rest = labels != "clear"
    return ClarityWeights(problem=problem, clear=_fit(rows, labels == "clear", FEATURES, "clear"),
                          concept=_fit(rows[rest], labels[rest] == "concept", FEATURES, "concept"))


def _covers(span: Span | None, start: int, end: int) -> bool:
    return span is not None and 2 * (min(span.end, end) - max(span.start, start)) > end - start


def _fit(rows: NDArray[np.float64], positive: NDArray[np.bool_], names: Sequence[str], stage: str) -> Decision:
    """The scaling of the columns is folded into the weights, so that a reader needs only a sum."""
    from sklearn.linear_model import LogisticRegression

    used = USED[stage]
    columns = rows[:, [names.index(name) for name in used]]
    centre, spread = columns.mean(axis=0), columns.std(axis=0)
    spread = np.where(spread == 0, 1.0, spread)
    fitted = LogisticRegression(C=STRENGTH[stage], max_iter=2000).fit((columns - centre) / spread, positive)
    weights = fitted.coef_[0] / spread
    return Decision(bias=float(fitted.intercept_[0] - weights @ centre), weights=dict(zip(used, map(float, weights), strict=True)))


def cross_validated(labelled: Sequence[LabelledDemand], words: FacetWords, *, seed: int = 0) -> list[Clarity]:
    """The verdict on each text by weights that never saw it; identical texts are in one fold."""
    fold = [int(hashlib.sha256(f"{seed}{d.layout.text}".encode()).hexdigest(), 16) % FOLDS for d in labelled]
    found: dict[int, Clarity] = {}
    for held in range(FOLDS):
        weights = fit_clarity([d for d, f in zip(labelled, fold, strict=True) if f != held], words)
        found |= {i: judge_clarity(d.layout, d.targets, words, weights).clarity for i, d in enumerate(labelled) if fold[i] == held}
    return [found[i] for i in range(len(labelled))]


def weights_json(weights: ClarityWeights) -> bytes:
    stages = {name: {"bias": round(d.bias, 5), "weights": {k: round(v, 5) for k, v in d.weights.items()}}
              for name, d in (("problem", weights.problem), ("clear", weights.clear), ("concept", weights.concept))}
    return (json.dumps(stages, ensure_ascii=False, indent=1) + "\n").encode()
