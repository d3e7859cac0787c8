"""The parts of a policy text that state a task, goal or measure (任务、目标、举措), with their kind.

A segment between two marks is scored by a multinomial logistic regression over word groups, place and (when the
encoder is at hand) sentence vectors. Without the encoder a second set of weights over the word groups alone decides.
"""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import get_args

import numpy as np
from numpy.typing import NDArray

from nlp.embed import Encoder
from nlp.errors import ModelUnavailable
from nlp.records import PolicyTask, TaskKind
from nlp.understand.policy_features import Matrix, feature_names, is_scope, vector_features, word_features
from nlp.understand.policy_segments import Segment, split_segments
from nlp.understand.policy_words import PolicyWords

__all__ = ["KINDS", "TaskWeights", "Tier", "find_tasks", "find_tasks_in", "load_task_weights"]

KINDS: tuple[TaskKind, ...] = get_args(TaskKind)  # column 0 of every score is "no task", then these
WEIGHTS_FILE = "weights.safetensors"


@dataclass(frozen=True, slots=True, kw_only=True)
class Tier:
    """One logistic regression: probabilities = softmax((features - centre) @ weights + bias)."""

    centre: NDArray[np.float32]  # (n features,)
    weights: NDArray[np.float32]  # (n features, 1 + kinds)
    bias: NDArray[np.float32]  # (1 + kinds,)
    threshold: float  # a segment is a task when 1 - P(no task) reaches it


@dataclass(frozen=True, slots=True, kw_only=True)
class TaskWeights:
    words_only: Tier
    with_vectors: Tier | None
    encoder: str  # name of the encoder that with_vectors was fitted on
    names: tuple[str, ...]  # of the word features, in order


def load_task_weights(folder: Path, words: PolicyWords) -> TaskWeights:
    """Reads weights.safetensors of models/policy-tasks. Raises ModelUnavailable when it is absent, damaged or was
    fitted on other word groups than those of policy_tasks.toml."""
    from safetensors import SafetensorError, safe_open

    try:
        with safe_open(folder / WEIGHTS_FILE, framework="numpy") as stored:
            said: dict[str, str] = json.loads((stored.metadata() or {})["said"])
            tensors = {name: stored.get_tensor(name) for name in stored.keys()}  # noqa: SIM118  # not a dict
        weights = TaskWeights(
            words_only=_tier("words_only", tensors, said),
            with_vectors=_tier("with_vectors", tensors, said),
            encoder=said["encoder"],
            names=tuple(said["names"].split(" ")),
        )
    except (OSError, SafetensorError, KeyError, TypeError, ValueError) as error:
        raise ModelUnavailable(folder.name, f"无法读取 {WEIGHTS_FILE}（{type(error).__name__}）", "请从版本库恢复该文件") from error
    if weights.names != feature_names(words):
        reason = "权重与 corpora/lexicons/policy_tasks.toml 的词组不一致"
        raise ModelUnavailable(folder.name, reason, "请恢复增删过的词组或开头动词，或重新训练该模型")
    return weights


def _tier(name: str, tensors: Mapping[str, NDArray[np.float32]], said: Mapping[str, str]) -> Tier:
    return Tier(
        centre=tensors[f"{name}.centre"],
        weights=tensors[f"{name}.weights"],
        bias=tensors[f"{name}.bias"],
        threshold=float(said[f"{name}.threshold"]),
    )


def find_tasks(
    unit_id: str, text: str, *, words: PolicyWords, weights: TaskWeights, encoder: Encoder | None = None
) -> list[PolicyTask]:
    """Tasks of one policy text in order, offsets into `text`; none overlap. See `find_tasks_in`."""
    return find_tasks_in({unit_id: text}, words=words, weights=weights, encoder=encoder)[unit_id]


def find_tasks_in(
    texts: Mapping[str, str], *, words: PolicyWords, weights: TaskWeights, encoder: Encoder | None = None
) -> dict[str, list[PolicyTask]]:
    """Unit id -> its tasks. All segments are encoded in one go, which is several times faster than text by text.

    An encoder of another name than the weights were fitted on is not used: the word groups decide alone.
    """
    cut = {unit_id: split_segments(text, words) for unit_id, text in texts.items()}
    usable = encoder is not None and weights.with_vectors is not None and encoder.name == weights.encoder
    vectors = _vectors(texts, cut, encoder) if usable and encoder is not None else None
    found: dict[str, list[PolicyTask]] = {}
    for unit_id, text in texts.items():
        features = word_features(text, cut[unit_id], words)
        tier = weights.words_only
        if vectors is not None and weights.with_vectors is not None:
            tier = weights.with_vectors
            features = np.hstack([features, vector_features(vectors[unit_id], cut[unit_id])])
        found[unit_id] = _tasks(unit_id, text, cut[unit_id], _probabilities(features, tier), tier.threshold, words)
    return found


def _vectors(
    texts: Mapping[str, str], cut: Mapping[str, Sequence[Segment]], encoder: Encoder
) -> dict[str, NDArray[np.float32]]:
    surfaces = [texts[unit_id][s.start : s.end] for unit_id, segments in cut.items() for s in segments]
    rows = encoder.encode(surfaces, prefix="query: ")
    ends = np.cumsum([len(segments) for segments in cut.values()])
    return dict(zip(cut, np.split(rows, ends[:-1]), strict=True)) if cut else {}


def _probabilities(features: Matrix, tier: Tier) -> Matrix:
    scores = (features - tier.centre) @ tier.weights.astype(np.float64) + tier.bias
    exponents = np.exp(scores - scores.max(axis=1, keepdims=True))
    shares: Matrix = exponents / exponents.sum(axis=1, keepdims=True)
    return shares


def _tasks(
    unit_id: str, text: str, segments: Sequence[Segment], chances: Matrix, threshold: float, words: PolicyWords
) -> list[PolicyTask]:
    chosen = [i for i in range(len(segments)) if 1 - chances[i, 0] >= threshold]
    kinds = {i: KINDS[int(chances[i, 1:].argmax())] for i in chosen}
    scopes = {i - 1 for i in chosen if _has_scope(text, segments, i, kinds[i], words)}
    return [
        PolicyTask(unit_id=unit_id, start=segments[i - 1 if i - 1 in scopes else i].start, end=segments[i].end, kind=kinds[i])
        for i in chosen
        if i not in scopes
    ]


def _has_scope(text: str, segments: Sequence[Segment], i: int, kind: TaskKind, words: PolicyWords) -> bool:
    """围绕…等领域，突破… is one task: the field of a breakthrough belongs to it."""
    before = segments[i - 1] if i else None
    if before is None or kind != "breakthrough" or before.sentence != segments[i].sentence:
        return False
    return is_scope(text[before.start : before.end], words)
