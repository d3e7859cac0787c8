"""Fits the head of nlp/chain_head.py from labelled texts, and cross-validates it by text."""

import zlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace

import numpy as np
from numpy.typing import NDArray

from nlp.chain import Chain, weigh
from nlp.chain_head import ChainHead, Floats, judge, labels_of, rule_features
from nlp.embed import Vectors
from nlp.records import ChainVerdict

__all__ = ["Example", "cross_validated", "fit_head", "head_bytes"]

PRIOR = 4.0  # sklearn's C; smaller is smoother
RULE_SCALE = 2.0  # against vectors of spread one: how much cheaper it is to believe the rules
FOLDS = 5


@dataclass(frozen=True, slots=True, kw_only=True)
class Example:
    """`weight` below 1: the label is a guess (by IPC, or that a text of another field lies outside)."""

    unit_id: str
    text: str
    segment: str
    weight: float = 1.0
    ipc: tuple[str, ...] = ()


def fit_head(examples: Sequence[Example], vectors: Vectors, *, chain: Chain, encoder: str) -> ChainHead:
    """`vectors` (n, d), a row for each example. Logistic regression without chance (lbfgs from zero)."""
    return _fit(examples, vectors, _rules(examples, chain), chain, encoder)


def _rules(examples: Sequence[Example], chain: Chain) -> Floats:
    """(2, n, features): by the whole chain, and without its title patterns.

    The patterns were written with some of these texts in view and fit them better than they will fit others; half of
    every example's weight is learnt without them, so that the head does not trust the rules more than they deserve.
    """
    bare = replace(chain, patterns=())
    return np.stack([[rule_features(weigh(e.text, chain=c, ipc=e.ipc), chain) for e in examples] for c in (chain, bare)])


def _fit(examples: Sequence[Example], vectors: Vectors, rules: Floats, chain: Chain, encoder: str) -> ChainHead:
    """The scaling of the vectors is folded into the weights, so that a reader needs only a product."""
    from sklearn.linear_model import LogisticRegression

    mean, spread = vectors.mean(axis=0), vectors.std(axis=0).mean() * np.sqrt(vectors.shape[1])
    rows = np.vstack([np.hstack([(vectors - mean) / spread, side * RULE_SCALE]) for side in rules])
    fitted = LogisticRegression(C=PRIOR, max_iter=3000).fit(rows, [e.segment for e in examples] * 2, [e.weight / 2 for e in examples] * 2)
    order = {str(label): row for row, label in enumerate(fitted.classes_)}
    labels, d = labels_of(chain), vectors.shape[1]
    table = np.array([fitted.coef_[order[label]] if label in order else np.zeros(rows.shape[1]) for label in labels])
    bias = np.array([fitted.intercept_[order[label]] if label in order else -30.0 for label in labels])  # never seen: never said
    vector = table[:, :d] / spread
    return ChainHead(encoder=encoder, labels=labels, vector=vector.astype(np.float32), rules=(table[:, d:] * RULE_SCALE).astype(np.float32),
                     bias=(bias - vector @ mean).astype(np.float32))


def cross_validated(
    measured: Iterable[str], examples: Sequence[Example], vectors: Vectors, *, chain: Chain, encoder: str
) -> dict[str, ChainVerdict]:
    """Id -> the verdict of a head that never saw the text, for the ids in `measured`; equal texts are in one fold."""
    wanted, rules = frozenset(measured), _rules(examples, chain)
    folds = np.array([zlib.crc32(e.text.encode()) % FOLDS for e in examples])
    found: dict[str, ChainVerdict] = {}
    for fold in range(FOLDS):
        seen: NDArray[np.int_] = np.flatnonzero(folds != fold)
        head = _fit([examples[i] for i in seen.tolist()], vectors[seen], rules[:, seen], chain, encoder)
        for i in np.flatnonzero(folds == fold).tolist():
            e = examples[i]
            if e.unit_id in wanted:
                found[e.unit_id] = judge(e.unit_id, e.text, chain=chain, ipc=e.ipc, head=head, vector=vectors[i])
    return found


def head_bytes(head: ChainHead) -> bytes:
    """For weights.safetensors; `load_head` is the reverse."""
    from safetensors.numpy import save

    words = {name: np.frombuffer(text.encode(), dtype=np.uint8) for name, text in (("labels", "\n".join(head.labels)), ("encoder", head.encoder))}
    return save({"vector": head.vector, "rules": head.rules, "bias": head.bias, **words})
