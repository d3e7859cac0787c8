"""Training of the judge on scores of texts that the tagger had not seen; nothing of a text reaches its own inputs."""

from collections.abc import Sequence

import numpy as np
from numpy.typing import NDArray

from nlp.terms.judge import Judge, Judged, Memory, keys_of, likely
from nlp.terms.span_network import REGISTERS
from nlp.terms.tagger import ScoredText
from nlp.terms.tagger_training import Labelled, fold_of
from nlp.terms.trees import Trees, from_sklearn

__all__ = ["cross_validated", "remember", "train_judge"]

FOLDS = 5
STEPS = np.arange(0.20, 0.66, 0.01)
PLATEAU = 0.003
SHARED = {0: 2}  # chip patents have the threshold of all patents: they are few, and the tagger takes 1 in 4 for the other


def targets_of(labelled: Labelled, scored: ScoredText) -> list[float]:
    return [float(string in labelled.terms) for string in scored.table.strings]


def remember(texts: Sequence[Labelled], scored: Sequence[ScoredText]) -> Memory:
    """Counts over labelled texts. Their true register is used: it is known there."""
    memory = Memory()
    for text, found in zip(texts, scored, strict=True):
        memory.add(keys_of(found.table, REGISTERS.index(text.register)), targets_of(text, found))
    return memory


def without_own(memory: Memory, text: Labelled, scored: ScoredText) -> Judged:
    """A labelled text's inputs with its own labels taken out of the memory."""
    keys, targets = keys_of(scored.table, REGISTERS.index(text.register)), targets_of(text, scored)
    memory.add(keys, targets, sign=-1)
    judged = likely(scored, memory)
    memory.add(keys, targets)
    return judged


def fit(texts: Sequence[Labelled], scored: Sequence[ScoredText], memory: Memory) -> Trees:
    from sklearn.ensemble import HistGradientBoostingClassifier

    judged = [without_own(memory, text, found) for text, found in zip(texts, scored, strict=True)]
    rows = np.concatenate([j.inputs for j in judged])
    targets = np.concatenate([np.array(targets_of(t, s))[j.rows] for t, s, j in zip(texts, scored, judged, strict=True)])
    booster = HistGradientBoostingClassifier(
        max_iter=160, learning_rate=0.05, max_leaf_nodes=15, l2_regularization=10, min_samples_leaf=40, max_features=0.5, random_state=7
    )
    return from_sklearn(booster.fit(rows, targets))


def cross_validated(
    texts: Sequence[Labelled], scored: Sequence[ScoredText], more: Sequence[tuple[Labelled, ScoredText]] = ()
) -> list[dict[str, float]]:
    """Probabilities for each text from trees and a memory that hold nothing of its fold. `more` only feeds the memory."""
    found: list[dict[str, float]] = [{} for _ in texts]
    folds = np.array([fold_of(f"{text.text_id}z", FOLDS) for text in texts])
    for fold in range(FOLDS):
        inside, outside = np.flatnonzero(folds != fold).tolist(), np.flatnonzero(folds == fold).tolist()
        learned, shown = [texts[i] for i in inside], [scored[i] for i in inside]
        memory = remember([*learned, *(m[0] for m in more)], [*shown, *(m[1] for m in more)])
        judge = Judge(trees=fit(learned, shown, memory), memory=memory, thresholds=())
        for i, own in zip(outside, judge.probabilities([scored[i] for i in outside]), strict=True):
            found[i] = dict(own)
    return found


def train_judge(
    texts: Sequence[Labelled], scored: Sequence[ScoredText], more: Sequence[tuple[Labelled, ScoredText]] = ()
) -> tuple[Judge, list[dict[str, float]]]:
    """The judge, its thresholds chosen on cross-validated probabilities, which are returned too."""
    held_out = cross_validated(texts, scored, more)
    memory = remember([*texts, *(m[0] for m in more)], [*scored, *(m[1] for m in more)])
    trees = fit(texts, scored, memory)
    return Judge(trees=trees, memory=memory.pruned(), thresholds=thresholds_of(texts, scored, held_out)), held_out


def thresholds_of(
    texts: Sequence[Labelled], scored: Sequence[ScoredText], held_out: Sequence[dict[str, float]]
) -> tuple[float, ...]:
    """By register as the tagger sees it: the mean of the thresholds whose F1 is near the best, a plateau and no peak of chance."""
    registers = np.array([SHARED.get(r, r) for r in (int(np.argmax(found.registers)) for found in scored)])
    chosen = []
    for register in range(len(REGISTERS)):
        rows = np.flatnonzero(registers == SHARED.get(register, register)).tolist()
        reached = np.array([set_f1([(texts[i].terms, held_out[i]) for i in rows], step) for step in STEPS])
        chosen.append(round(float(STEPS[reached >= reached.max() - PLATEAU].mean()), 3) if len(rows) else 0.4)
    return tuple(chosen)


def set_f1(texts: Sequence[tuple[frozenset[str], dict[str, float]]], threshold: float) -> float:
    """2 |taken and wanted| / (|taken| + |wanted|) over all texts together."""
    counts: NDArray[np.int64] = np.zeros(2, np.int64)
    for terms, probabilities in texts:
        taken = {string for string, value in probabilities.items() if value >= threshold}
        counts += (2 * len(taken & terms), len(taken) + len(terms))
    return float(counts[0] / max(counts[1], 1))
