"""Drawings with two dimensions: the map of a segment and the quadrants of priority, each with its key below."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Final, Literal

import numpy as np

from nlp.records import Paragraph, Quadrant
from nlp.topics.layout import push_apart
from nlp.writers.drawing import GREY, INK, LINE, PALE, PALETTE, SOFT, Drawing, Point, Sheet
from nlp.writers.figures import WIDTH, words

__all__ = ["Bubble", "Dot", "Placed", "draw_map", "draw_quadrants"]

MAP_HEIGHT: Final = 460
PLOT: Final = 440
BUBBLE: Final = 10.5
KEY_ROW: Final = 31
NAMED_FROM: Final = 44  # radius from which a circle has room for its name
UnitKind = Literal["demand", "clause", "patent"]
KINDS: Final[tuple[tuple[UnitKind, str], ...]] = (("demand", "技术需求"), ("clause", "政策条款"), ("patent", "专利"))


@dataclass(frozen=True, slots=True, kw_only=True)
class Dot:
    """A unit on the map."""

    x: float  # 0..1
    y: float
    kind: UnitKind
    title: Paragraph


@dataclass(frozen=True, slots=True, kw_only=True)
class Bubble:
    """A topic's circle. `mark` is what stands in it (its rank), `group` the index of its colour."""

    name: Paragraph
    mark: Paragraph
    x: float  # 0..1
    y: float
    radius: float  # in the same measure
    group: int
    dots: tuple[Dot, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """A topic between the two axes; `across` None: the advantage is not known."""

    name: Paragraph
    mark: Paragraph
    across: float | None  # regional advantage 0..1
    up: float  # urgency 0..1


# ---- the key ------------------------------------------------------------------------------


def key_height(count: int) -> int:
    return KEY_ROW * ((count + 1) // 2) + 10


def draw_key(sheet: Sheet, entries: Sequence[tuple[Paragraph, Paragraph, str]], top: float) -> None:
    """Marks and full names in two columns, downwards."""
    half = (len(entries) + 1) // 2
    for i, (mark, name, colour) in enumerate(entries):
        x, y = (14 if i < half else WIDTH / 2 + 6), top + KEY_ROW * (i % half + 0.5)
        sheet.circle((x + 11, y), 11, fill=colour)
        sheet.write(mark, (x + 11, y), size=10.5, anchor="middle", colour="#ffffff")
        sheet.middle(name, (x + 28, y), size=11, width=WIDTH / 2 - 52)


# ---- the map ------------------------------------------------------------------------------


def draw_map(bubbles: Sequence[Bubble], groups: Sequence[Paragraph], *, alt: str) -> Drawing:
    """Topics as circles as large as they have units, neighbours in meaning side by side; the dots are units."""
    top = 40 + 20 * ((len(groups) + 1) // 2)
    sheet = Sheet(WIDTH, top + MAP_HEIGHT + 12 + key_height(len(bubbles)), alt=alt)
    draw_legend(sheet, groups)
    sheet.rect((8, top), WIDTH - 16, MAP_HEIGHT, fill=PALE, fill_opacity=0.55, stroke=LINE)
    for bubble in bubbles:
        draw_bubble(sheet, bubble, top)
    draw_key(sheet, [(b.mark, b.name, colour_of(b)) for b in bubbles], top + MAP_HEIGHT + 8)
    return sheet.finish()


def colour_of(bubble: Bubble) -> str:
    return PALETTE[bubble.group % len(PALETTE)]


def on_map(x: float, y: float, top: float) -> Point:
    """Sideways more room than upwards: circles stay round and only move apart."""
    margin = 14
    return (margin + x * (WIDTH - 2 * margin), top + 6 + (1 - y) * (MAP_HEIGHT - 12))


def draw_bubble(sheet: Sheet, bubble: Bubble, top: float) -> None:
    centre, colour = on_map(bubble.x, bubble.y, top), colour_of(bubble)
    radius = bubble.radius * (MAP_HEIGHT - 12)
    sheet.circle(centre, radius, fill=colour, fill_opacity=0.14, stroke=colour, stroke_width=1.2, title=bubble.name)
    for dot in bubble.dots:
        offset = ((dot.x - bubble.x) * (MAP_HEIGHT - 12), (bubble.y - dot.y) * (MAP_HEIGHT - 12))
        draw_dot(sheet, dot, (centre[0] + offset[0], centre[1] + offset[1]), colour)
    named = radius >= NAMED_FROM
    sheet.circle((centre[0], centre[1] - (12 if named else 0)), min(BUBBLE, max(radius, 7)), fill=colour)
    sheet.write(bubble.mark, (centre[0], centre[1] - (12 if named else 0)), size=10.5, anchor="middle", colour="#ffffff")
    if named:
        sheet.write(bubble.name, (centre[0], centre[1] + 8), size=10.5, width=1.7 * radius, lines=2, anchor="middle", halo=True)


def draw_dot(sheet: Sheet, dot: Dot, at: Point, colour: str) -> None:
    """A circle for a demand, a square for a clause, a triangle for a patent."""
    x, y = at
    if dot.kind == "demand":
        sheet.circle(at, 2.7, fill=colour, fill_opacity=0.75, title=dot.title)
    elif dot.kind == "clause":
        sheet.rect((x - 2.3, y - 2.3), 4.6, 4.6, fill=colour, fill_opacity=0.75, title=dot.title)
    else:
        sheet.polygon(((x, y - 3), (x + 2.8, y + 2), (x - 2.8, y + 2)), fill=colour, fill_opacity=0.55, title=dot.title)


def draw_legend(sheet: Sheet, groups: Sequence[Paragraph]) -> None:
    x = 14.0
    for kind, said in KINDS:
        draw_dot(sheet, Dot(x=0, y=0, kind=kind, title=words("")), (x + 4, 16), SOFT)
        sheet.write(words(said), (x + 12, 16), size=10.5, colour=SOFT)
        x += 76
    sheet.write(words("圆圈为主题，大小按材料份数；圈内为位次；相近的主题相邻"), (x + 6, 16), size=10.5, colour=SOFT)
    for i, name in enumerate(groups):
        left, y = (14 if i % 2 == 0 else WIDTH / 2 + 6), 38 + 20 * (i // 2)
        sheet.rect((left, y - 5), 10, 10, fill=PALETTE[i % len(PALETTE)])
        sheet.write(name, (left + 16, y), size=11, width=WIDTH / 2 - 40)


# ---- quadrants ----------------------------------------------------------------------------


def draw_quadrants(items: Sequence[Placed], *, high_urgency: float, high_advantage: float, alt: str) -> Drawing:
    """Urgency upwards, regional advantage to the right; topics without a known advantage stand in a strip of their own."""
    left, top, strip = 150.0, 16.0, 92.0
    wide = WIDTH - 20 - left
    sheet = Sheet(WIDTH, int(top) + PLOT + 44 + key_height(len(items)), alt=alt)
    draw_frame(sheet, left, top, wide, strip, high_urgency, high_advantage)
    true = [((left + i.across * wide) if i.across is not None else left - 20 - strip / 2, top + (1 - i.up) * PLOT) for i in items]
    spread = push_apart(np.array(true).reshape(-1, 2), np.full(len(items), BUBBLE))
    spread = np.clip(spread, (left - 20 - strip + BUBBLE, top + BUBBLE), (WIDTH - 20 - BUBBLE, top + PLOT - BUBBLE))
    for item, place, (x, y) in zip(items, true, spread.tolist(), strict=True):
        colour = quadrant_colour(item, high_urgency, high_advantage)
        if np.hypot(place[0] - x, place[1] - y) > 3:
            sheet.line(place, (x, y), stroke=colour, stroke_width=0.8)
            sheet.circle(place, 2.2, fill=colour)
        sheet.circle((x, y), BUBBLE, fill=colour, stroke="#ffffff", title=item.name)
        sheet.write(item.mark, (x, y), size=10.5, anchor="middle", colour="#ffffff")
    draw_key(sheet, [(i.mark, i.name, quadrant_colour(i, high_urgency, high_advantage)) for i in items], top + PLOT + 36)
    return sheet.finish()


def quadrant_colour(item: Placed, high_urgency: float, high_advantage: float) -> str:
    if item.across is None:
        return GREY
    return PALETTE[(0 if item.across >= high_advantage else 2) + (0 if item.up >= high_urgency else 1)]


def draw_frame(sheet: Sheet, left: float, top: float, wide: float, strip: float, high_urgency: float, high_advantage: float) -> None:
    across, up = left + high_advantage * wide, top + (1 - high_urgency) * PLOT
    sheet.rect((left - 20 - strip, top), strip, PLOT, fill=PALE)
    sheet.rect((left, top), wide, PLOT, fill="none", stroke=GREY)
    sheet.line((across, top), (across, top + PLOT), stroke=GREY, stroke_dasharray="4 3")
    sheet.line((left, up), (left + wide, up), stroke=GREY, stroke_dasharray="4 3")
    west, east, north, south = (left + across) / 2, (across + left + wide) / 2, (top + up) / 2, (up + top + PLOT) / 2
    fields = ((Quadrant.JOINT, west, north), (Quadrant.LEAD, east, north), (Quadrant.WATCH, west, south), (Quadrant.MARKET, east, south))
    for quadrant, x, y in fields:
        sheet.write(words(quadrant.value), (x, y), size=24, anchor="middle", colour=LINE)
    for tick in ("0", "0.5", "1"):
        sheet.tick(tick, (left + float(tick) * wide, top + PLOT + 10))
        sheet.tick(tick, (left - 10, top + (1 - float(tick)) * PLOT), size=10)
    sheet.write(words("区域优势未知"), (left - 20 - strip / 2, top + PLOT + 10), size=10.5, anchor="middle", colour=SOFT)
    sheet.write(words("区域优势 →"), (left + wide, top + PLOT + 26), size=11, anchor="end", colour=INK)
    sheet.write(words("↑ 战略紧迫度"), (8, top + 4), size=11, width=12, lines=7, colour=INK)
