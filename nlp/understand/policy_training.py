"""Fits the weights of models/policy-tasks from labelled paragraphs, and cross-validates them by province."""

import csv
import io
import json
import zlib
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from nlp.embed import Encoder
from nlp.records import PolicyTask
from nlp.understand.policy_features import Matrix, feature_names, vector_features, word_features
from nlp.understand.policy_segments import Segment, split_segments
from nlp.understand.policy_tasks import KINDS, WEIGHTS_FILE, Tier
from nlp.understand.policy_words import PolicyWords

__all__ = ["Labelled", "build_policy_tasks", "cross_validated", "read_labelled", "read_own_labels"]

PRIOR = {"words_only": 0.3, "with_vectors": 1.0}  # sklearn's C; smaller is smoother
THRESHOLDS = {"words_only": 0.44, "with_vectors": 0.42}
FOLDS = 8


@dataclass(frozen=True, slots=True, kw_only=True)
class Labelled:
    """A paragraph with the tasks that a reader marked in it. `group` is the province its report is from."""

    unit_id: str
    group: str
    text: str
    tasks: tuple[PolicyTask, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Table:
    features: Matrix
    labels: NDArray[np.int_]  # 0 no task, then KINDS
    groups: tuple[str, ...]


def read_labelled(data: bytes) -> tuple[Labelled, ...]:
    """JSON lines {"id": "江苏省-3", "text", "tasks": [{"start", "end", "kind"}]}; the province stands before the dash."""
    rows = [json.loads(line) for line in data.decode().splitlines() if line.strip()]
    return tuple(_labelled(str(row["id"]), str(row["id"]).rpartition("-")[0], str(row["text"]), row["tasks"]) for row in rows)


def read_own_labels(data: bytes, reports: Sequence[bytes]) -> tuple[Labelled, ...]:
    """Our labels hold no text: {"id", "province", "line", "crc32", "tasks"}, `line` counting the lines of the report.

    `reports` are CSV files with the columns province and full_text. A line whose checksum differs is left out.
    """
    lines = {province: text.split("\n") for report in reports for province, text in _reports(report)}
    found = []
    for row in (json.loads(line) for line in data.decode().splitlines() if line.strip()):
        report = lines.get(str(row["province"]), [])
        text = report[row["line"]].strip() if row["line"] < len(report) else ""
        if zlib.crc32(text.encode()) == row["crc32"]:
            found.append(_labelled(str(row["id"]), str(row["province"]), text, row["tasks"]))
    return tuple(found)


def _reports(data: bytes) -> Iterator[tuple[str, str]]:
    csv.field_size_limit(10**8)
    for row in csv.DictReader(io.StringIO(data.decode("utf-8-sig"), newline="")):
        yield row["province"], row["full_text"].replace("\r\n", "\n")


def _labelled(unit_id: str, group: str, text: str, tasks: Sequence[dict[str, str]]) -> Labelled:
    marked = [PolicyTask(unit_id=unit_id, start=int(t["start"]), end=int(t["end"]), kind=KINDS[_kind(t["kind"]) - 1]) for t in tasks]
    return Labelled(unit_id=unit_id, group=group, text=text, tasks=tuple(marked))


def _kind(name: str) -> int:
    return [str(kind) for kind in KINDS].index(name) + 1


def build_policy_tasks(examples: Sequence[Labelled], *, words: PolicyWords, encoder: Encoder, folder: Path) -> Path:
    """Fits both tiers on all examples and writes weights.safetensors (float32) into `folder`. Returns its path."""
    from safetensors.numpy import save

    tensors: dict[str, NDArray[np.float32]] = {}
    for name, tier in ((name, _fitted(_table(examples, words, encoder if name == "with_vectors" else None), name)) for name in PRIOR):
        tensors |= {f"{name}.centre": tier.centre, f"{name}.weights": tier.weights, f"{name}.bias": tier.bias}
    said = {f"{name}.threshold": str(threshold) for name, threshold in THRESHOLDS.items()}
    said |= {"encoder": encoder.name, "names": " ".join(feature_names(words))}
    path = folder / WEIGHTS_FILE
    folder.mkdir(parents=True, exist_ok=True)
    path.write_bytes(save(tensors, metadata={"said": json.dumps(said, sort_keys=True)}))  # one entry: several are stored in any order
    return path


def cross_validated(
    measured: Sequence[Labelled], more: Sequence[Labelled], *, words: PolicyWords, encoder: Encoder | None
) -> dict[str, Tier]:
    """Province of `measured` -> the tier fitted without any paragraph of its fold's provinces."""
    name = "words_only" if encoder is None else "with_vectors"
    table = _table([*measured, *more], words, encoder)
    provinces = sorted({example.group for example in measured})
    tiers: dict[str, Tier] = {}
    for fold in (provinces[i::FOLDS] for i in range(min(FOLDS, len(provinces)))):
        outside = np.array([group not in fold for group in table.groups])
        kept = replace(table, features=table.features[outside], labels=table.labels[outside], groups=())
        tiers |= dict.fromkeys(fold, _fitted(kept, name))
    return tiers


def _table(examples: Sequence[Labelled], words: PolicyWords, encoder: Encoder | None) -> _Table:
    cut = [split_segments(example.text, words) for example in examples]
    rows = [word_features(example.text, segments, words) for example, segments in zip(examples, cut, strict=True)]
    if encoder is not None:
        surfaces = [example.text[s.start : s.end] for example, segments in zip(examples, cut, strict=True) for s in segments]
        parts = np.split(encoder.encode(surfaces, prefix="query: "), np.cumsum([len(segments) for segments in cut])[:-1])
        rows = [np.hstack([row, vector_features(part, segments)]) for row, part, segments in zip(rows, parts, cut, strict=True)]
    return _Table(
        features=np.vstack(rows),
        labels=np.array([_label(s, example.tasks) for example, segments in zip(examples, cut, strict=True) for s in segments]),
        groups=tuple(example.group for example, segments in zip(examples, cut, strict=True) for _ in segments),
    )


def _label(segment: Segment, tasks: Sequence[PolicyTask]) -> int:
    """The kind of the task that ends with this segment; a field named before a task is no task of its own."""
    return next((_kind(t.kind) for t in tasks if t.start < segment.end and segment.start < t.end <= segment.end + 1), 0)


def _fitted(table: _Table, name: str) -> Tier:
    from sklearn.linear_model import LogisticRegression

    centre = table.features.mean(0).astype(np.float32)
    fitted = LogisticRegression(C=PRIOR[name], max_iter=1000).fit(table.features - centre, table.labels)
    weights = np.zeros((table.features.shape[1], len(KINDS) + 1), np.float32)
    bias = np.full(len(KINDS) + 1, -30.0, np.float32)  # a kind without examples is never chosen
    weights[:, fitted.classes_], bias[fitted.classes_] = fitted.coef_.T, fitted.intercept_
    return Tier(centre=centre, weights=weights, bias=bias, threshold=THRESHOLDS[name])
