"""Forms whose labels stand over their values: a row of labels alone, the values in the row below."""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

from nlp.parse.cells import Label, split_cell
from nlp.parse.synonyms import Synonyms
from nlp.records import Merge

__all__ = ["Upright", "full_width", "upright_pairs"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Upright:
    """The labels of one row by column; each reaches to the next label."""

    labels: Mapping[int, Label]

    def pairs(self, values: Sequence[str]) -> Iterator[tuple[Label, str]]:
        """Each label with the text below it."""
        columns = sorted(self.labels)
        for column, following in zip(columns, [*columns[1:], len(values)], strict=True):
            if text := " ".join(filter(None, values[column:following])):
                yield self.labels[column], text


def upright_pairs(rows: Sequence[Sequence[str]], merges: Sequence[Merge], synonyms: Synonyms) -> dict[int, Upright]:
    """Index of each row of labels whose values stand in the next row.

    Such a row has at least two labels and no free cell (an empty cell beside a label is where its value would go),
    and there is no label in the row below it.
    """
    covered = {(m.top, c) for m in merges for c in range(m.left + 1, m.right + 1)}
    found: dict[int, Upright] = {}
    for i, (row, below) in enumerate(pairwise(rows)):
        if i - 1 in found:
            continue
        own = [c for c in range(len(row)) if (i, c) not in covered]
        splits = {c: split_cell(row[c], synonyms) for c in own if row[c]}
        labels = {c: split[0] for c, split in splits.items() if split and not split[1]}
        if len(labels) < 2 or (len(labels) < len(own) and not _closed_up(labels, own, row)):
            continue
        if any(below) and not any(split_cell(cell, synonyms) for cell in below if cell):
            found[i] = Upright(labels=labels)
    return found


def _closed_up(labels: Mapping[int, Label], own: Sequence[int], row: Sequence[str]) -> bool:
    """Three labels or more side by side from the left, with nothing but empty cells after them."""
    return len(labels) >= 3 and own[: len(labels)] == sorted(labels) and not any(row[c] for c in own[len(labels) :])


def full_width(rows: Sequence[Sequence[str]], merges: Sequence[Merge]) -> frozenset[int]:
    """Rows of one cell that is as wide as the table, so that its value can only stand below."""
    width = max((len(row) for row in rows), default=0)
    merged = {m.top for m in merges if m.left == 0 and m.right >= width - 1}
    return frozenset(i for i, row in enumerate(rows) if i in merged or (width == 1 and row) or len(row) == 1)
