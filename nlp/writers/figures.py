"""The drawings of a roadmap, from plain values: each number printed is a paragraph that names its cell.

Positions follow numbers; whatever is read as text is a label with a source, or a bare tick of a scale.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from nlp.records import Fragment, Paragraph
from nlp.writers.drawing import GREY, INK, LINE, PALE, PALETTE, SOFT, Drawing, Point, Sheet

__all__ = ["Cell", "Interval", "Year", "YearRow", "draw_heat", "draw_ranks", "draw_years", "rank_ticks", "words"]

WIDTH: Final = 720
NAME_WIDTH: Final = 262
BLUES: Final = ((0.75, "#2b6ca3"), (0.5, "#5b93c4"), (0.25, "#93bbdc"), (0.0, "#cfe0f0"))
LAG_FILL: Final = "#e6e7ea"
DOT = "#a83246"


def words(text: str) -> Paragraph:
    """Fixed wording."""
    return Paragraph(fragments=(Fragment(text=text),))


# ---- rank intervals -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Interval:
    """A topic's place: 90 % interval low..high, median between them; `mark` is its rank and `text` what is printed at the end."""

    name: Paragraph
    mark: Paragraph
    text: Paragraph
    low: float
    median: float
    high: float


def rank_ticks(highest: float) -> list[int]:
    """1 and a few round numbers up to the highest rank."""
    step = next(s for s in (1, 2, 5, 10, 20, 50, 100, 200, 500) if highest <= 8 * s or s == 500)
    return sorted({1, *range(step, int(highest) + 1, step)})


def draw_ranks(rows: Sequence[Interval], *, alt: str) -> Drawing:
    """A dot and a bar a topic; the longer the bar, the less its place may be relied on."""
    left, right, row, top = 40 + NAME_WIDTH, WIDTH - 120, 27, 44
    sheet = Sheet(WIDTH, top + row * max(len(rows), 1) + 26, alt=alt)
    highest = max((r.high for r in rows), default=1.0)

    def across(rank: float) -> float:
        return left + (right - left) * (rank - 1) / max(highest - 1, 1)

    bottom = top + row * len(rows)
    for tick in rank_ticks(highest):
        sheet.line((across(tick), top - 6), (across(tick), bottom))
        sheet.tick(str(tick), (across(tick), top - 15))
    sheet.write(words("位次"), (14, top - 15), size=11, colour=SOFT)
    sheet.write(words("主题"), (44, top - 15), size=11, colour=SOFT)
    sheet.write(words("中位（九成区间）"), (right + 14, top - 15), size=11, colour=SOFT)
    for number, item in enumerate(rows):
        y = top + row * (number + 0.5)
        if number % 2:
            sheet.rect((8, y - row / 2), WIDTH - 16, row, fill=PALE, fill_opacity=0.6)
        sheet.write(item.mark, (28, y), size=12, anchor="middle", colour=DOT)
        sheet.middle(item.name, (44, y), size=11, width=NAME_WIDTH - 12)
        sheet.line((across(item.low), y), (across(item.high), y), stroke=PALETTE[0], stroke_width=5, stroke_opacity=0.45, stroke_linecap="round")
        sheet.circle((across(item.median), y), 4.6, fill=DOT, title=item.name)
        sheet.write(item.text, (right + 14, y), size=11)
    return sheet.finish()


# ---- topics over years --------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Year:
    """A column of the time table."""

    year: int
    label: Paragraph
    lagged: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Cell:
    value: int
    label: Paragraph


@dataclass(frozen=True, slots=True, kw_only=True)
class YearRow:
    name: Paragraph
    cells: Mapping[int, Cell]  # year -> what was counted; a year without a cell was not counted


def shade(value: float, highest: float) -> str:
    """Fill of a cell by the root of its share of the highest, in four steps that survive grey printing."""
    if value <= 0 or highest <= 0:
        return "#ffffff"
    return next(fill for least, fill in BLUES if (value / highest) ** 0.5 >= least)


def on(fill: str) -> str:
    return "#ffffff" if fill in {BLUES[0][1], BLUES[1][1]} else INK


def draw_years(rows: Sequence[YearRow], years: Sequence[Year], *, counted: str, alt: str) -> Drawing:
    """A row a topic, a column a year, the count in each cell; years inside the publication lag are grey, never coloured."""
    left, top, row = 14 + NAME_WIDTH, 58, 27
    column = (WIDTH - 14 - left) / max(len(years), 1)
    bottom = top + row * len(rows)
    sheet = Sheet(WIDTH, bottom + 34, alt=alt)
    sheet.write(words("主题"), (14, top - 14), size=11, colour=SOFT)
    highest = max((c.value for r in rows for y, c in r.cells.items() if y in {x.year for x in years if not x.lagged}), default=0)
    draw_lag(sheet, [left + column * i for i, y in enumerate(years) if y.lagged], column, top, bottom)
    for i, year in enumerate(years):
        sheet.write(year.label, (left + column * (i + 0.5), top - 14), size=10.5, anchor="middle", colour=SOFT)
    for number, item in enumerate(rows):
        y = top + row * (number + 0.5)
        sheet.middle(item.name, (14, y), size=11, width=NAME_WIDTH - 14)
        for i, year in enumerate(years):
            if cell := item.cells.get(year.year):
                draw_count(sheet, cell, (left + column * i, y - row / 2), column, row, None if year.lagged else highest)
        sheet.line((14, y + row / 2), (WIDTH - 14, y + row / 2), stroke_width=0.6)
    sheet.write(words(f"格内为{counted}；颜色越深越多；空格表示没有计数"), (14, bottom + 18), size=10.5, colour=SOFT)
    return sheet.finish()


def draw_lag(sheet: Sheet, starts: Sequence[float], column: float, top: float, bottom: float) -> None:
    if not starts:
        return
    width = column * len(starts)
    sheet.rect((starts[0], top - 42), width, bottom - top + 42, fill=LAG_FILL)
    note = words("公开滞后，未计全") if width > 96 else words("未计全")
    sheet.write(note, (starts[0] + width / 2, top - 32), size=10.5, anchor="middle", colour=SOFT)
    sheet.line((starts[0], top - 42), (starts[0], bottom), stroke=GREY, stroke_dasharray="4 3")


def draw_count(sheet: Sheet, cell: Cell, at: Point, width: float, height: float, highest: float | None) -> None:
    """One cell; without `highest` it is counted but not to be compared."""
    fill = LAG_FILL if highest is None else shade(cell.value, highest)
    sheet.rect((at[0] + 1, at[1] + 1), width - 2, height - 2, fill=fill)
    colour = SOFT if highest is None else GREY if not cell.value else on(fill)
    sheet.write(cell.label, (at[0] + width / 2, at[1] + height / 2), size=10.5, anchor="middle", colour=colour)


# ---- provinces and segments ---------------------------------------------------------------


def draw_heat(rows: Sequence[Paragraph], columns: Sequence[Paragraph], cells: Mapping[tuple[int, int], Cell], *, counted: str, alt: str) -> Drawing:
    """Counts by row and column, a darker cell for a larger count; a pair without a cell stays blank."""
    left, top, row = 110, 52, 30
    column = (WIDTH - 14 - left) / max(len(columns), 1)
    sheet = Sheet(WIDTH, top + row * max(len(rows), 1) + 34, alt=alt)
    highest = max((c.value for c in cells.values()), default=0)
    for j, label in enumerate(columns):
        sheet.middle(label, (left + column * (j + 0.5), top - 20), size=11, width=column - 6, anchor="middle", colour=SOFT)
    for i, label in enumerate(rows):
        y = top + row * i
        sheet.middle(label, (14, y + row / 2), size=12, width=left - 20)
        sheet.line((14, y), (WIDTH - 14, y), stroke=LINE, stroke_width=0.6)
        for j in range(len(columns)):
            if cell := cells.get((i, j)):
                draw_count(sheet, cell, (left + column * j, y), column, row, highest)
    sheet.write(words(f"格内为{counted}；颜色越深越多"), (14, top + row * len(rows) + 18), size=10.5, colour=SOFT)
    return sheet.finish()
