"""The trained head: corrects the rules of nlp/chain.py by a text's sentence vector.

A multinomial logistic regression over the vector and the rules' scores, so that words, title patterns and IPC codes
still speak; its probabilities are the calibrated scores. A chain needs no head, and a text without a vector is judged
by rules alone.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nlp.chain import NONE, Chain, Weighed, alternatives, classify, weigh
from nlp.embed import Vectors
from nlp.errors import ModelUnavailable
from nlp.records import ChainVerdict

__all__ = ["BY_VECTOR", "RULE_FEATURES", "ChainHead", "judge", "labels_of", "load_head", "rule_features"]

BY_VECTOR = "句向量判别"  # in the evidence of a verdict that the rules alone would not have given
RULE_FEATURES = 3  # beside one score a segment
Floats = NDArray[np.float32]


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainHead:
    encoder: str  # name of the encoder whose vectors it was trained on
    labels: tuple[str, ...]  # the chain's segments in order, then "none"
    vector: Floats  # (labels, dimension)
    rules: Floats  # (labels, segments + RULE_FEATURES)
    bias: Floats  # (labels,)

    def probabilities(self, vector: Vectors, rules: Floats) -> Mapping[str, float]:
        """Label -> probability; they add up to 1. `vector` (dimension,), `rules` as `rule_features` gives them."""
        logits = self.vector @ vector + self.rules @ rules + self.bias
        powers = [math.exp(x) for x in (logits - logits.max()).tolist()]
        return {label: power / sum(powers) for label, power in zip(self.labels, powers, strict=True)}


def labels_of(chain: Chain) -> tuple[str, ...]:
    return (*(segment.id for segment in chain.segments), NONE)


def rule_features(weighed: Weighed, chain: Chain) -> Floats:
    """(segments + RULE_FEATURES,): every segment's score, distance from the chain, whether outside, how much speaks against it."""
    best = max(weighed.scores.values())
    against = len(weighed.shared.against_front) + len(weighed.shared.against_body)
    scores = [weighed.scores[segment.id] for segment in chain.segments]
    return np.array([*scores, 1.0 - best, best < chain.scoring.threshold, min(against, 3) / 3], dtype=np.float32)


def judge(
    unit_id: str, text: str, *, chain: Chain, ipc: Sequence[str] = (), head: ChainHead | None = None, vector: Vectors | None = None
) -> ChainVerdict:
    """`classify` with the head's help where there are a head and a vector of the text that is not zero."""
    if head is None or vector is None or not vector.any():
        return classify(unit_id, text, chain=chain, ipc=ipc)
    weighed = weigh(text, chain=chain, ipc=ipc)
    chances = head.probabilities(vector, rule_features(weighed, chain))
    segment = _decided(chances, weighed, chain)
    return ChainVerdict(
        unit_id=unit_id,
        segment=segment,
        score=round(chances[segment], 4),
        alternatives=alternatives({s: p for s, p in chances.items() if p >= 0.01}, without=segment),
        evidence=_evidence(segment, weighed, chain),
        doubtful=chain.doubt is not None and chances[segment] < chain.doubt.head,
    )


def _decided(chances: Mapping[str, float], weighed: Weighed, chain: Chain) -> str:
    """The likeliest label; where the rules say another, only if it is likely enough to overrule them."""
    segment, by_rules = max(chances, key=lambda label: chances[label]), _by_rules(weighed, chain)
    unsure = chain.doubt is not None and chances[segment] < chain.doubt.overrule
    return by_rules if unsure else segment


def _by_rules(weighed: Weighed, chain: Chain) -> str:
    first, best = next(iter(weighed.scores.items()))
    return first if best >= chain.scoring.threshold else NONE


def _evidence(segment: str, weighed: Weighed, chain: Chain) -> tuple[str, ...]:
    """The rules' evidence; it says so when the rules alone would have decided otherwise."""
    first = next(iter(weighed.scores))
    words = weighed.evidence(first if segment == NONE else segment)
    return words if segment == _by_rules(weighed, chain) else (BY_VECTOR, *words[:9])


def load_head(data: bytes, *, chain: Chain) -> ChainHead:
    """Read models/segments-<chain>/weights.safetensors.

    Raises ModelUnavailable when the file is damaged or was trained for other segments.
    """
    from safetensors import SafetensorError
    from safetensors.numpy import load

    try:
        parts = load(data)
        labels, encoder = (bytes(parts[name]).decode().split("\n") for name in ("labels", "encoder"))
        head = ChainHead(encoder=encoder[0], labels=tuple(labels), vector=parts["vector"], rules=parts["rules"], bias=parts["bias"])
    except (SafetensorError, KeyError, UnicodeDecodeError) as error:
        raise ModelUnavailable("环节判别", f"权重文件无法读懂（{type(error).__name__}）", "请从版本库恢复该文件，或删去该目录改用规则") from error
    if head.labels != labels_of(chain) or head.rules.shape != (len(labels), len(labels) - 1 + RULE_FEATURES):
        raise ModelUnavailable("环节判别", f"权重是为别的环节训练的（{'、'.join(head.labels)}）", "请重新训练，或删去该目录改用规则")
    return head
