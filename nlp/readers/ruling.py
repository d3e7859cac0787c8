"""Ruled lines of a page to the grids of its tables, merged cells as one. Plain geometry, in points from the top left."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

__all__ = ["Box", "Cell", "Grid", "Segment", "find_grids"]

_NEAR = 3.0  # points within which two lines are one line, or meet
_MOST = 0.6  # of a border that must be drawn
_MAX_LINES = 4_000  # of a page; a drawing has more


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    x0: float
    top: float
    x1: float
    bottom: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """A horizontal line at y = `at`, or a vertical one at x = `at`, from `start` to `end`."""

    upright: bool
    at: float
    start: float
    end: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    """Rows and columns of the grid that one cell takes, both ends included, and where it lies."""

    top: int
    left: int
    bottom: int
    right: int
    box: Box


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    xs: tuple[float, ...]  # column borders, one more than columns
    ys: tuple[float, ...]
    cells: tuple[Cell, ...]  # in reading order

    @property
    def box(self) -> Box:
        return Box(x0=self.xs[0], top=self.ys[0], x1=self.xs[-1], bottom=self.ys[-1])


def find_grids(segments: Sequence[Segment]) -> list[Grid]:
    """Grids of more than one cell, from top to bottom. A single box around a text is no table."""
    if len(segments) > _MAX_LINES:
        return []
    lines = [*_merged([s for s in segments if not s.upright]), *_merged([s for s in segments if s.upright])]
    grids = (_grid(part) for part in _connected(lines))
    return sorted((g for g in grids if g and len(g.cells) > 1), key=lambda g: (g.ys[0], g.xs[0]))


def _merged(segments: Sequence[Segment]) -> list[Segment]:
    """Lines that lie on one another become one; their places are levelled."""
    done: list[Segment] = []
    for level in _levels(segments):
        at = sum(s.at for s in level) / len(level)
        start, end = level[0].start, level[0].end
        for segment in level[1:]:
            if segment.start > end + _NEAR:
                done.append(Segment(upright=segment.upright, at=at, start=start, end=end))
                start, end = segment.start, segment.end
            end = max(end, segment.end)
        done.append(Segment(upright=level[0].upright, at=at, start=start, end=end))
    return [s for s in done if s.end - s.start > 2 * _NEAR]


def _levels(segments: Sequence[Segment]) -> list[list[Segment]]:
    levels: list[list[Segment]] = []
    for segment in sorted(segments, key=lambda s: s.at):
        if levels and segment.at - levels[-1][-1].at <= _NEAR:
            levels[-1].append(segment)
        else:
            levels.append([segment])
    return [sorted(level, key=lambda s: s.start) for level in levels]


def _connected(lines: Sequence[Segment]) -> list[list[Segment]]:
    """Groups of lines that meet one another, each with at least two lines of either direction."""
    parents = list(range(len(lines)))
    flat = [i for i, line in enumerate(lines) if not line.upright]
    for i, line in enumerate(lines):
        for j in flat if line.upright else ():
            if _meet(lines[j], line):
                parents[_root(parents, i)] = _root(parents, j)
    groups: dict[int, list[Segment]] = defaultdict(list)
    for i, line in enumerate(lines):
        groups[_root(parents, i)].append(line)
    return [g for g in groups.values() if sum(s.upright for s in g) >= 2 and sum(not s.upright for s in g) >= 2]


def _meet(flat: Segment, upright: Segment) -> bool:
    across = flat.start - _NEAR <= upright.at <= flat.end + _NEAR
    return across and upright.start - _NEAR <= flat.at <= upright.end + _NEAR


def _root(parents: list[int], i: int) -> int:
    while parents[i] != i:
        parents[i] = parents[parents[i]]
        i = parents[i]
    return i


def _grid(lines: Sequence[Segment]) -> Grid | None:
    flat, upright = [s for s in lines if not s.upright], [s for s in lines if s.upright]
    xs = _places([s.at for s in upright], min(s.start for s in flat), max(s.end for s in flat))
    ys = _places([s.at for s in flat], min(s.start for s in upright), max(s.end for s in upright))
    rows, columns = len(ys) - 1, len(xs) - 1
    if rows * columns > 20_000:
        return None
    parents = list(range(rows * columns))
    for r in range(rows):
        for c in range(columns):
            here = r * columns + c
            if c + 1 < columns and not _drawn(upright, xs[c + 1], ys[r], ys[r + 1]):
                parents[_root(parents, here + 1)] = _root(parents, here)
            if r + 1 < rows and not _drawn(flat, ys[r + 1], xs[c], xs[c + 1]):
                parents[_root(parents, here + columns)] = _root(parents, here)
    groups: dict[int, list[int]] = defaultdict(list)
    for i in range(rows * columns):
        groups[_root(parents, i)].append(i)
    cells = [cell for group in groups.values() for cell in _cells(group, columns, xs, ys)]
    return Grid(xs=tuple(xs), ys=tuple(ys), cells=tuple(sorted(cells, key=lambda cell: (cell.top, cell.left))))


def _places(found: Sequence[float], low: float, high: float) -> list[float]:
    """Borders in order; the ends of the crossing lines are borders too, as in a table that is open at its sides."""
    places: list[float] = []
    for at in sorted([*found, low, high]):
        if not places or at - places[-1] > 2 * _NEAR:
            places.append(at)
    return places


def _drawn(lines: Sequence[Segment], at: float, low: float, high: float) -> bool:
    """Whether most of the border from `low` to `high` is there: a scan breaks lines, and a letter's stroke may prolong one."""
    near = (line for line in lines if abs(line.at - at) <= 2 * _NEAR)
    return sum(max(min(line.end, high) - max(line.start, low), 0) for line in near) >= _MOST * (high - low)


def _cells(group: Sequence[int], columns: int, xs: Sequence[float], ys: Sequence[float]) -> list[Cell]:
    """One cell for a rectangular group; for any other shape, each square on its own."""
    rows, cols = [i // columns for i in group], [i % columns for i in group]
    top, bottom, left, right = min(rows), max(rows), min(cols), max(cols)
    if (bottom - top + 1) * (right - left + 1) != len(group):
        return [cell for i in group for cell in _cells([i], columns, xs, ys)]
    box = Box(x0=xs[left], top=ys[top], x1=xs[right + 1], bottom=ys[bottom + 1])
    return [Cell(top=top, left=left, bottom=bottom, right=right, box=box)]
