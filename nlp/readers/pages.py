"""Pages of placed text and ruled lines to one document: tables that go on overleaf, paragraphs, running headers left out.

Both the text layer of a pdf and what is recognised in an image arrive here, in points from the page's top left.
"""

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from nlp.readers.document import make_document
from nlp.readers.ruling import Cell, Grid, Segment, find_grids
from nlp.readers.runs import Line, Run, cell_text, continues, joint, lines_of, split_at
from nlp.records import Block, Document, Merge, Rejected, Table

__all__ = ["Page", "assemble"]

_MARGIN = 0.07  # of the page's height, where headers and footers stand
_PAGE_NUMBER = re.compile(r"[\s\d第页共总/／\-—－–·.PpageOof]{1,24}")
_SHOWN = 120  # characters of a dropped header that the note quotes
_SHORT = 15  # characters of a line that is surely not a filled one
_LARGE = 15  # points of a title; a form is set in 10.5, a policy in 16
_FRAGMENT = 3  # characters of a label that was cut by the page's end


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    number: int  # from 1
    width: float
    height: float
    runs: tuple[Run, ...]
    segments: tuple[Segment, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Placed:
    """A table of one page, before tables that go on overleaf are put together."""

    table: Table
    xs: tuple[float, ...]
    page: int
    top: float
    bottom: float


@dataclass(frozen=True, slots=True, kw_only=True)
class _Text:
    """A line outside the tables, with its page's text margins."""

    line: Line
    page: int
    left: float
    right: float


@dataclass(slots=True)
class _Written:
    """What has been put together so far; private to one call of `assemble`."""

    blocks: list[Block] = field(default_factory=list)
    tables: list[_Placed] = field(default_factory=list)
    last: _Text | None = None  # the line that the next one may go on with


def assemble(
    name: str, data: bytes, pages: Sequence[Page], *, warnings: Iterable[str] = (), rejected: Iterable[Rejected] = ()
) -> Document:
    """Blocks at 第N页, tables at 第N页表M (where they begin)."""
    tables = {page.number: list(_tables(page)) for page in pages}
    lines = {page.number: _outside(page, tables[page.number]) for page in pages}
    running = _running(pages, lines)
    written = _Written()
    kept = {number: [line for line in found if (number, line) not in running] for number, found in lines.items()}
    for page in pages:
        items: list[_Text | _Placed] = [*_placed_lines(page, pages, kept), *tables[page.number]]
        for item in sorted(items, key=lambda i: i.top if isinstance(i, _Placed) else i.line.box.top):
            if isinstance(item, _Placed):
                _add_table(written, item)
            else:
                _add_line(written, item)
    notes = [*warnings, *_quoted(line.text for _, line in sorted(running, key=lambda r: (r[0], r[1].box.top)))]
    return make_document(
        name, data, blocks=written.blocks, tables=[p.table for p in written.tables], warnings=notes, rejected=rejected
    )


# ---- tables -------------------------------------------------------------------------------


def _tables(page: Page) -> Iterator[_Placed]:
    grids = find_grids(page.segments)
    filled = [(grid, runs) for grid, runs in zip(grids, _owned(page.runs, grids), strict=True) if runs]
    for number, (grid, runs) in enumerate(filled, 1):
        table = _table(grid, runs, f"第{page.number}页表{number}")
        yield _Placed(table=table, xs=grid.xs, page=page.number, top=grid.ys[0], bottom=grid.ys[-1])


def _owned(runs: Sequence[Run], grids: Sequence[Grid]) -> list[list[Run]]:
    """For each grid its runs; of nested grids the innermost takes a run."""
    owned: list[list[Run]] = [[] for _ in grids]
    for run in runs:
        around = [i for i, grid in enumerate(grids) if _inside(run, grid)]
        if around:
            owned[min(around, key=lambda i: _area(grids[i]))].append(run)
    return owned


def _inside(run: Run, grid: Grid) -> bool:
    x, y = (run.box.x0 + run.box.x1) / 2, (run.box.top + run.box.bottom) / 2
    return grid.xs[0] <= x <= grid.xs[-1] and grid.ys[0] <= y <= grid.ys[-1]


def _area(grid: Grid) -> float:
    return (grid.xs[-1] - grid.xs[0]) * (grid.ys[-1] - grid.ys[0])


def _table(grid: Grid, runs: Sequence[Run], location: str) -> Table:
    texts: dict[Cell, list[Run]] = defaultdict(list)
    for run in runs:
        y = (run.box.top + run.box.bottom) / 2
        level = [cell for cell in grid.cells if cell.box.top <= y <= cell.box.bottom]
        for part in split_at(run, [cell.box.x0 for cell in level]):
            x = (part.box.x0 + part.box.x1) / 2
            texts[min(level, key=lambda cell: max(cell.box.x0 - x, x - cell.box.x1, 0))].append(part)
    rows = [[""] * (len(grid.xs) - 1) for _ in range(len(grid.ys) - 1)]
    for cell, parts in texts.items():
        rows[cell.top][cell.left] = cell_text(parts, cell.box)
    wide = [cell for cell in grid.cells if cell.bottom > cell.top or cell.right > cell.left]
    merges = tuple(Merge(top=c.top, left=c.left, bottom=c.bottom, right=c.right) for c in wide)
    return Table(rows=tuple(map(tuple, rows)), location=location, merges=merges)


def _add_table(written: _Written, placed: _Placed) -> None:
    """Adds the table, or its rows to the table of the page before if nothing but the page's end lies between."""
    last = written.tables[-1] if written.tables else None
    written.last = None
    if last and placed.page == last.page + 1 and last.table.after == len(written.blocks) and _same_width(last, placed):
        written.tables[-1] = _joined(last, placed)
        return
    table = placed.table
    moved = Table(rows=table.rows, location=table.location, merges=table.merges, after=len(written.blocks))
    written.tables.append(_Placed(table=moved, xs=placed.xs, page=placed.page, top=placed.top, bottom=placed.bottom))


def _same_width(before: _Placed, after: _Placed) -> bool:
    return abs(before.xs[0] - after.xs[0]) < 8 and abs(before.xs[-1] - after.xs[-1]) < 8


def _joined(before: _Placed, after: _Placed) -> _Placed:
    """One table over the columns of both. A header that is repeated overleaf and a row that was cut stand once."""
    xs = _union(before.xs, after.xs)
    upper, lower = _spread(before, xs), _spread(after, xs)
    rows, added = [list(row) for row in upper.rows], [list(row) for row in lower.rows]
    skipped = 0
    if len(added) > 1 and added[0] in rows[:2] and sum(map(bool, added[0])) > 2:
        skipped = 1
    elif _is_cut(rows[-1], added[0]):
        for i, cell in enumerate(added[0]):
            rows[-1][i] += _cut_joint(rows[-1][i], cell) + cell
        skipped = 1
    shift = len(rows) - skipped
    moved = [
        Merge(top=m.top + shift, left=m.left, bottom=m.bottom + shift, right=m.right) for m in lower.merges if m.top >= skipped
    ]
    table = Table(
        rows=tuple(map(tuple, [*rows, *added[skipped:]])),
        location=upper.location,
        merges=(*upper.merges, *moved),
        after=before.table.after,
    )
    return _Placed(table=table, xs=xs, page=after.page, top=before.top, bottom=after.bottom)


def _union(one: Sequence[float], other: Sequence[float]) -> tuple[float, ...]:
    places: list[float] = []
    for x in sorted([*one, *other]):
        if not places or x - places[-1] > 8:
            places.append(x)
    return tuple(places)


def _spread(placed: _Placed, xs: Sequence[float]) -> Table:
    """The table over more columns than its own; a cell that takes several of them is a merge."""
    place = [min(range(len(xs)), key=lambda i: abs(xs[i] - x)) for x in placed.xs]
    rows = [[""] * (len(xs) - 1) for _ in placed.table.rows]
    taken = {(r, c) for m in placed.table.merges for r in range(m.top, m.bottom + 1) for c in range(m.left, m.right + 1)}
    merges = [
        Merge(top=m.top, left=place[m.left], bottom=m.bottom, right=place[m.right + 1] - 1) for m in placed.table.merges
    ]
    for r, row in enumerate(placed.table.rows):
        for c, cell in enumerate(row):
            rows[r][place[c]] = rows[r][place[c]] or cell
            if (r, c) not in taken and place[c + 1] - place[c] > 1:
                merges.append(Merge(top=r, left=place[c], bottom=r, right=place[c + 1] - 1))
    return Table(rows=tuple(map(tuple, rows)), location=placed.table.location, merges=tuple(merges))


def _is_cut(before: Sequence[str], after: Sequence[str]) -> bool:
    """Whether the first row overleaf is the rest of the last one: only its values go on, or its label's last characters."""
    filled = [i for i, cell in enumerate(after) if cell]
    if not filled or any(not before[i] for i in filled):
        return not filled
    first = after[filled[0]]
    if filled[0] > 0:
        return len(filled) == 1
    return first.startswith(("（", "(")) or len(first) <= _FRAGMENT


def _cut_joint(before: str, after: str) -> str:
    if not before or not after:
        return ""
    return "\n" if before.endswith(("。", "；", "：")) else joint(before, after)


# ---- text ---------------------------------------------------------------------------------


def _outside(page: Page, tables: Sequence[_Placed]) -> list[Line]:
    areas = [(t.top, t.bottom, t.xs[0], t.xs[-1]) for t in tables]

    def free(run: Run) -> bool:
        x, y = (run.box.x0 + run.box.x1) / 2, (run.box.top + run.box.bottom) / 2
        return not any(top <= y <= bottom and left <= x <= right for top, bottom, left, right in areas)

    return lines_of(filter(free, page.runs), columns=True)


def _running(pages: Sequence[Page], lines: dict[int, list[Line]]) -> set[tuple[int, Line]]:
    """Page numbers, and lines in the margins that come again on half of the pages (their digits may differ)."""
    margin = {
        (page.number, line)
        for page in pages
        for line in [*lines[page.number][:2], *lines[page.number][-2:]]
        if line.box.bottom < _MARGIN * page.height or line.box.top > (1 - _MARGIN) * page.height
    }
    same = Counter(re.sub(r"\d+", "0", line.text) for _, line in margin)
    enough = max(2, len(pages) / 2)
    return {
        (number, line)
        for number, line in margin
        if _PAGE_NUMBER.fullmatch(line.text) or same[re.sub(r"\d+", "0", line.text)] >= enough
    }


def _quoted(texts: Iterable[str]) -> list[str]:
    """One note for what was left out of the margins; page numbers need none."""
    shown = "；".join(dict.fromkeys(text for text in texts if not _PAGE_NUMBER.fullmatch(text)))
    return [f"页眉、页脚没有采用：{shown[:_SHOWN]}"] if shown else []


def _placed_lines(page: Page, pages: Sequence[Page], lines: dict[int, list[Line]]) -> list[_Text]:
    """The page's lines between the text margins of all pages of its width: a page's own lines may all be short."""
    alike = [line for other in pages if abs(other.width - page.width) < 2 for line in lines[other.number]]
    left, right = min((line.box.x0 for line in alike), default=0.0), max((line.box.x1 for line in alike), default=0.0)
    return [_Text(line=line, page=page.number, left=left, right=right) for line in lines[page.number]]


def _add_line(written: _Written, text: _Text) -> None:
    """Adds a line to the paragraph before it if that goes on, else as a new block."""
    last = written.last
    written.last = text
    if last is not None and (_goes_on(last, text) or _same_title(last, text, len(written.blocks))):
        block = written.blocks[-1]
        joined = block.text + joint(block.text, text.line.text) + text.line.text
        written.blocks[-1] = Block(text=joined, location=block.location, heading=block.heading)
        return
    written.blocks.append(Block(text=text.line.text, location=f"第{text.page}页", heading=_is_title(text)))


def _goes_on(last: _Text, text: _Text) -> bool:
    closes = _open_brackets(last.line.text) > 0 > _open_brackets(text.line.text)
    indented = text.line.box.x0 - text.left > 1.2 * text.line.em and not closes
    apart = text.page == last.page and text.line.box.top - last.line.box.bottom > 2.2 * last.line.height
    differs = abs(text.line.height - last.line.height) > 0.25 * last.line.height
    short = last.line.box.x1 - last.line.box.x0 < _SHORT * last.line.em
    return not (indented or apart or differs or short) and continues(last.line, text.line, last.right - last.line.box.x1)


def _open_brackets(text: str) -> int:
    return text.count("（") - text.count("）")


def _centred(text: _Text) -> bool:
    before, after = text.line.box.x0 - text.left, text.right - text.line.box.x1
    return min(before, after) > 1.5 * text.line.em and abs(before - after) < 2 * text.line.em


def _is_title(text: _Text) -> bool:
    """Large and centred."""
    return _centred(text) and text.line.em >= _LARGE


def _same_title(last: _Text, text: _Text, blocks: int) -> bool:
    """A title over several lines: large, of one size, close together, the last one centred; the first may fill the page.

    Only among a document's first blocks can a line that fills the page be a title's.
    """
    near = text.page == last.page and text.line.box.top - last.line.box.bottom < 1.2 * last.line.height
    filled = blocks <= 2 and last.right - last.line.box.x1 < 2 * last.line.em
    return near and _is_title(text) and (_is_title(last) or filled) and abs(last.line.em - text.line.em) < 1
