"""The last word on a candidate string: the tagger's score, its rivals in the text, statistics, what was labelled elsewhere."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np
from numpy.typing import NDArray

from nlp.terms.background import fingerprint
from nlp.terms.spans import FEATURES, SpanTable
from nlp.terms.tagger import ScoredText
from nlp.terms.trees import Trees

__all__ = ["INPUTS", "Judge", "Judged", "Memory", "keys_of", "likely"]

FLOOR = -5.0  # a string with a lower score is no term: 1 in 150
SCICN = 4  # row of REGISTERS; its authors label differently, so its counts are kept apart
PRIOR, PRIOR_WEIGHT = 0.03, 2.0

INPUTS = (
    "标注模型得分", "更长候选的最高分", "更短候选的最高分", "交叉候选的最高分", "候选出现次数", "词数", "字数", "首词词性", "尾词词性",
    *FEATURES,
    "文体：半导体专利", "文体：需求", "文体：专利", "文体：政策", "文体：论文",
    "同串标注比例", "同串标注篇数", "同首词标注比例", "同首词候选数", "同尾词标注比例", "同尾词候选数", "同尾字标注比例", "同尾字候选数",
)  # fmt: skip


@dataclass(slots=True)
class Memory:
    """How often a string, a first word, a last word and a last character were in labelled terms: hashes and counts."""

    counts: dict[int, tuple[int, int]] = field(default_factory=dict)  # key -> (in a term, candidate)

    def add(self, keys: Iterable[tuple[int, ...]], targets: Iterable[float], sign: int = 1) -> None:
        for group, target in zip(keys, targets, strict=True):
            for key in group:
                hits, seen = self.counts.get(key, (0, 0))
                self.counts[key] = (hits + sign * int(target), seen + sign)

    def look(self, key: int) -> tuple[int, int]:
        """What was seen once and was no term counts as never seen, so that the table may leave it out."""
        found = self.counts.get(key, (0, 0))
        return (0, 0) if found == (0, 1) else found

    def pruned(self) -> "Memory":
        return Memory({key: found for key, found in sorted(self.counts.items()) if found != (0, 1)})


def keys_of(table: SpanTable, register: int, strings: Sequence[int] | None = None) -> list[tuple[int, ...]]:
    """Four keys of each string (of `strings`, default all): itself, first word, last word, last character."""
    first: dict[int, tuple[int, int]] = {}
    for string, begin, last in table.spans[:, 3:6].tolist():
        first.setdefault(string, (begin, last))
    kind = "s" if register == SCICN else "n"
    return [_keys(kind, table, string, *first[string]) for string in (range(len(table.strings)) if strings is None else strings)]


def _keys(kind: str, table: SpanTable, string: int, first: int, last: int) -> tuple[int, ...]:
    words = (table.strings[string], table.words[first].word, table.words[last].word, table.words[last].word[-1])
    return tuple(fingerprint(f"{kind}{place}{word}") for place, word in enumerate(words))


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    """The likely strings of one text: their rows in `strings`, inputs (n, len(INPUTS)) and keys."""

    rows: NDArray[np.int64]
    inputs: NDArray[np.float64]
    keys: list[tuple[int, ...]]


def likely(scored: ScoredText, memory: Memory) -> Judged:
    """Inputs of the strings whose score is above FLOOR."""
    table, register = scored.table, int(np.argmax(scored.registers)) if len(scored.table.strings) else 0
    rows = np.flatnonzero(scored.scores > FLOOR)
    keys = keys_of(table, register, rows.tolist())
    if not len(rows):
        return Judged(rows=rows, inputs=np.zeros((0, len(INPUTS))), keys=keys)
    kept = table.spans[scored.scores[table.spans[:, 3]] > FLOOR]
    rivals = _rivals(kept, scored.scores)
    _, first, times = np.unique(table.spans[:, 3], return_index=True, return_counts=True)
    own = first[rows]
    inputs = np.column_stack([
        scored.scores[rows], rivals[rows], times[rows], table.spans[own][:, 6:8], table.tags[own][:, :2], table.numbers[own],
        np.tile(scored.registers, (len(rows), 1)), np.array([_remembered(memory, group) for group in keys]),
    ])  # fmt: skip
    return Judged(rows=rows, inputs=inputs.astype(np.float64), keys=keys)


def _rivals(spans: NDArray[np.int64], scores: NDArray[np.float64]) -> NDArray[np.float64]:
    """(strings, 3): the best score among spans that hold a place of the string, lie within it, or cross its edge."""
    start, end, string = spans[:, 1], spans[:, 2], spans[:, 3]
    meets = (start[:, None] < end) & (end[:, None] > start) & (string[:, None] != string)
    holds = (start <= start[:, None]) & (end >= end[:, None])
    within = (start >= start[:, None]) & (end <= end[:, None])
    found = np.full((len(scores), 3), FLOOR)
    for column, chosen in enumerate((meets & holds, meets & within & ~holds, meets & ~holds & ~within)):
        best = np.where(chosen, scores[string], FLOOR).max(1, initial=FLOOR)
        np.maximum.at(found[:, column], string, best)
    return found


def _remembered(memory: Memory, keys: tuple[int, ...]) -> list[float]:
    row: list[float] = []
    for key in keys:
        hits, seen = memory.look(key)
        row += [(hits + PRIOR * PRIOR_WEIGHT) / (seen + PRIOR_WEIGHT), float(np.log1p(max(seen, 0)))]
    return row


@dataclass(frozen=True, slots=True, kw_only=True)
class Judge:
    """Trees over INPUTS, the memory they look into, and the probability from which a string is a term, by register."""

    trees: Trees
    memory: Memory
    thresholds: tuple[float, ...]

    def threshold(self, scored: ScoredText) -> float:
        return self.thresholds[int(np.argmax(scored.registers))]

    def probabilities(self, texts: Sequence[ScoredText]) -> Iterator[Mapping[str, float]]:
        """string -> probability for each text; strings below FLOOR are left out."""
        judged = [likely(text, self.memory) for text in texts]
        inputs = np.concatenate([j.inputs for j in judged]) if judged else np.zeros((0, len(INPUTS)))
        found = self.trees.probabilities(inputs).tolist()
        begin = 0
        for text, own in zip(texts, judged, strict=True):
            values = found[begin : begin + len(own.rows)]
            yield {text.table.strings[row]: value for row, value in zip(own.rows.tolist(), values, strict=True)}
            begin += len(own.rows)

