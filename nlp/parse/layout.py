"""The shape of a table: headers of two rows, merged cells, the unit above it, rows below it that are no records."""

import re
from collections.abc import Sequence

from nlp.records import Merge, Table

__all__ = ["filled_down", "is_side_row", "joined_header", "money_caption"]

_LABEL = 40  # characters of a label in a header of two rows
_CAPTION = re.compile(r"单位\s*[:：]?\s*(?:人民币)?\s*(亿元|万元|千元|元)")


def joined_header(table: Table, first: int, depth: int) -> tuple[str, ...] | None:
    """Labels of the header that starts at row `first` and is `depth` rows high; None if it cannot be one.

    Of two rows, a column's label is "组\\n/\\n项", the group filled to the right over its merged cells.
    """
    top = table.rows[first]
    if depth == 1:
        return top
    if first + 1 >= len(table.rows):
        return None
    bottom = table.rows[first + 1]
    wide = [m for m in table.merges if m.top == first and m.right > m.left and m.right - m.left + 1 < len(top)]
    below = [c for c in range(len(bottom)) if bottom[c].strip() and not (c < len(top) and top[c].strip())]
    alone = sum(bool(cell.strip()) for cell in top) < 2  # a title over the table
    if not below or alone or (table.merges and not wide) or max(map(len, bottom), default=0) > _LABEL:
        return None
    groups = _filled_right(top, bottom, wide if table.merges else None)
    return tuple(_joined(group, item) for group, item in zip(groups, bottom, strict=False))


def _filled_right(top: Sequence[str], bottom: Sequence[str], wide: Sequence[Merge] | None) -> list[str]:
    """The upper label over each column: by the merged cells, or, in a file that keeps none, by the gaps."""
    filled = [*top, *[""] * (len(bottom) - len(top))]
    if wide is not None:
        for merge in wide:
            filled[merge.left : merge.right + 1] = [filled[merge.left]] * (merge.right - merge.left + 1)
        return filled
    for i in range(1, len(filled)):
        if not filled[i].strip() and i < len(bottom) and bottom[i].strip() and bottom[i - 1].strip():
            filled[i] = filled[i - 1]
    return filled


def _joined(group: str, item: str) -> str:
    group, item = " ".join(group.split()), " ".join(item.split())
    return f"{group}\n/\n{item}" if group and item and group != item else group or item


def filled_down(table: Table, first: int) -> tuple[tuple[str, ...], ...]:
    """The rows from `first` on, each cell of a vertical merge holding the merge's text: one 单位 over its three demands."""
    rows = [list(row) for row in table.rows[first:]]
    for merge in table.merges:
        if merge.top < first or merge.bottom == merge.top:
            continue
        for i in range(merge.top + 1, min(merge.bottom + 1, len(table.rows))):
            row = rows[i - first]
            if merge.left < len(row) and not row[merge.left].strip():
                row[merge.left] = table.rows[merge.top][merge.left]
    return tuple(map(tuple, rows))


def money_caption(texts: Sequence[str]) -> str | None:
    """万元 in （单位：万元） above a table."""
    return next((found[1] for text in texts if len(text) <= 60 and (found := _CAPTION.search(text))), None)


def is_side_row(cells: Sequence[str], labels: Sequence[str], notes: Sequence[str], totals: Sequence[str]) -> bool:
    """Whether a row under the header is no record: a note, a sum, a heading between groups, a number with nothing else."""
    filled = [(i, cell) for i, cell in enumerate(cells) if cell]
    if not filled:
        return False
    first = "".join(filled[0][1].split())
    if first.rstrip("：:") in totals or any(first.startswith(f"{total}{mark}") for total in totals for mark in ("：", ":", "（", "(")):
        return True
    if len(filled) > 1:
        return False
    return first.startswith(tuple(notes)) or (filled[0][0] == 0 and len(cells) > 2 and len(labels) > 2 and len(first) <= 30)
