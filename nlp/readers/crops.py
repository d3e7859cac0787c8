"""The pieces of a recognised page's image, one a table cell or line, to lay beside the text that was read in them."""

import io
from collections.abc import Iterable, Iterator, Sequence
from typing import TYPE_CHECKING

from nlp.readers.ruling import Box, Grid, find_grids
from nlp.readers.runs import Run, cell_text, lines_of
from nlp.records import Crop

if TYPE_CHECKING:
    from nlp.readers.ocr import Scan

__all__ = ["MOST", "MOST_BYTES", "cut", "within_bounds"]

MOST = 150  # of one file
MOST_BYTES = 3_000_000  # of one file's pieces together
_MARGIN = 4  # points around a line
_GREYS = 16  # enough to read by, and a third of the size


def cut(scan: "Scan") -> Iterator[Crop]:
    """From top to bottom, named p<page>-b<number>; png in grey."""
    for number, (text, box, sure) in enumerate(_pieces(scan.page.runs, find_grids(scan.page.segments)), 1):
        k = scan.per_point
        piece = scan.image.crop((int((box.x0 - _MARGIN) * k), int((box.top - _MARGIN) * k), int((box.x1 + _MARGIN) * k), int((box.bottom + _MARGIN) * k)))
        stream = io.BytesIO()
        piece.convert("L").quantize(_GREYS).save(stream, "PNG", optimize=True)
        yield Crop(place=f"p{scan.page.number}-b{number}", location=f"第{scan.page.number}页", text=text, sure=sure, png=stream.getvalue())


def within_bounds(found: Iterable[Crop]) -> tuple[tuple[Crop, ...], bool]:
    """As many as one file may keep, and whether some were left out."""
    kept: list[Crop] = []
    size = 0
    for crop in found:
        if len(kept) == MOST or size + len(crop.png) > MOST_BYTES:
            return tuple(kept), True
        size += len(crop.png)
        kept.append(crop)
    return tuple(kept), False


def _pieces(runs: Sequence[Run], grids: Sequence[Grid]) -> list[tuple[str, Box, float]]:
    """Text, place and least confidence of every filled cell, and of every line outside the tables."""
    left, pieces = list(runs), []
    for cell in sorted((cell for grid in grids for cell in grid.cells), key=lambda cell: _area(cell.box)):  # the inner of nested tables first
        if inside := [run for run in left if _inside(run, cell.box)]:
            pieces.append((cell_text(inside, cell.box), cell.box, min(run.sure for run in inside)))
            left = [run for run in left if run not in inside]
    lines = lines_of(left, columns=True)
    pieces += [(line.text, line.box, min((run.sure for run in left if _inside(run, line.box)), default=1.0)) for line in lines]
    return sorted(pieces, key=lambda piece: (piece[1].top, piece[1].x0))


def _inside(run: Run, box: Box) -> bool:
    x, y = (run.box.x0 + run.box.x1) / 2, (run.box.top + run.box.bottom) / 2
    return box.x0 <= x <= box.x1 and box.top <= y <= box.bottom


def _area(box: Box) -> float:
    return (box.x1 - box.x0) * (box.bottom - box.top)
