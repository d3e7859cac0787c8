"""Runs of text with their places to lines and paragraphs: what a page's layout says of where a sentence ends."""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from itertools import pairwise

from nlp.readers.ruling import Box

__all__ = ["Line", "Run", "cell_text", "continues", "lines_of", "split_at"]

PAD = 5.4  # points between a cell's border and its text, as Word and WPS set it
_SPACE, _WIDE = 0.6, 2.0  # gaps, in widths of a Chinese character, that are a space or a border between columns
_NUMBERED = re.compile(
    r"\s*(?:第[一二三四五六七八九十百\d]+[章节条]|[（(]?[一二三四五六七八九十]{1,3}[)）、.．]|[（(]?\d{1,2}(?:[)）、]|[.．](?!\d))|[①-⑳•·●◆])"
)
_WORD = re.compile(r"[!-~]+[)）】」』”，。；：、！？]*|.[）】」』”，。；：、！？]*", re.S)
_ENDS = re.compile(r"[。；：！？;:!?.）)]$")
_NARROW = re.compile(r"[ -~]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    """A piece of text on one line. `sure` is the recogniser's confidence, 1 for a text layer."""

    text: str
    box: Box
    sure: float = 1.0


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    text: str
    box: Box

    @property
    def height(self) -> float:
        return self.box.bottom - self.box.top

    @property
    def em(self) -> float:
        """Width of one Chinese character, points."""
        return (self.box.x1 - self.box.x0) / max(_ems(self.text), 1)


def _ems(text: str) -> float:
    narrow = len(_NARROW.findall(text))
    return len(text) - narrow / 2


def lines_of(runs: Iterable[Run], *, columns: bool = False) -> list[Line]:
    """Lines from top to bottom. `columns`: a wide gap becomes four spaces, else one."""
    rows: list[list[Run]] = []
    for run in sorted((r for r in runs if r.text.strip()), key=lambda r: ((r.box.top + r.box.bottom) / 2, r.box.x0)):
        if rows and _beside(rows[-1], run):
            rows[-1].append(run)
        else:
            rows.append([run])
    return [_line(sorted(row, key=lambda r: r.box.x0), columns) for row in rows]


def _beside(row: Sequence[Run], run: Run) -> bool:
    """Whether the run stands on the row's line: their heights overlap by half."""
    anchor = max(row, key=lambda r: r.box.bottom - r.box.top).box
    overlap = min(anchor.bottom, run.box.bottom) - max(anchor.top, run.box.top)
    return overlap >= 0.5 * min(anchor.bottom - anchor.top, run.box.bottom - run.box.top)


def _line(row: Sequence[Run], columns: bool) -> Line:
    text = row[0].text.strip()
    em = max(r.box.bottom - r.box.top for r in row)
    for before, run in pairwise(row):
        gap = (run.box.x0 - before.box.x1) / em
        space = ("    " if columns else " ") if gap > _WIDE else " " if gap > _SPACE else ""
        close = " " if not space and gap > 0.15 and text[-1:].isascii() and run.text[:1].isascii() else space
        text += close + run.text.strip()
    tall = max(row, key=lambda r: r.box.bottom - r.box.top).box
    return Line(text=text, box=Box(x0=row[0].box.x0, top=tall.top, x1=max(r.box.x1 for r in row), bottom=tall.bottom))


def continues(line: Line, following: Line, room: float) -> bool:
    """Whether `following` goes on with the sentence: its first word did not fit into the `room` right of `line`."""
    word = _WORD.match(following.text.lstrip())
    if word is None or _NUMBERED.match(following.text):
        return False
    slack = -0.1 if _ENDS.search(line.text) else 2.0  # a line that ends inside a sentence may leave room for a word that must not be parted
    return room < (_ems(word[0]) + slack) * following.em


def joint(before: str, after: str) -> str:
    """What stood between two parts of a broken line: a space between Latin words, nothing otherwise."""
    latin = before[-1:].isascii() and after[:1].isascii() and not (before[-1:].isdigit() and after[:1].isdigit())
    return " " if latin and before[-1:] not in "-/([" else ""


def cell_text(runs: Iterable[Run], cell: Box) -> str:
    """A cell's text with a line for each paragraph: breaks that only the cell's width made are undone."""
    lines = lines_of(runs)
    inner = max([cell.x1 - cell.x0 - 2 * PAD, *(line.box.x1 - line.box.x0 for line in lines)])
    text = lines[0].text if lines else ""
    for line, following in pairwise(lines):
        wrapped = continues(line, following, inner - (line.box.x1 - line.box.x0))
        text += (joint(text, following.text) if wrapped else "\n") + following.text
    return text


def split_at(run: Run, borders: Sequence[float]) -> list[Run]:
    """The run cut where a column's border passes through it, by the widths of its characters."""
    box, width = run.box, max(run.box.x1 - run.box.x0, 0.1)
    em = width / max(_ems(run.text), 1)
    inside = [x for x in borders if box.x0 + 1.2 * em < x < box.x1 - 1.2 * em]
    parts, start, left = [], 0, box.x0
    for x in [*inside, box.x1]:
        end = len(run.text) if x == box.x1 else _index(run.text, (x - box.x0) / width)
        part = run.text[start:end]
        parts.append(Run(text=part, box=Box(x0=left, top=box.top, x1=x, bottom=box.bottom), sure=run.sure))
        start, left = end, x
    return [part for part in parts if part.text.strip()]


def _index(text: str, share: float) -> int:
    """How many characters take `share` of the text's width."""
    target, taken = share * _ems(text), 0.0
    for i, character in enumerate(text):
        if taken + _ems(character) / 2 > target:
            return i
        taken += _ems(character)
    return len(text)
