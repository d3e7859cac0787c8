"""The one-page layered roadmap of a segment: layers downwards, phases to the right, boxes with their solution state, links.

The form is that of technology roadmapping (Phaal, Farrukh & Probert 2004); the four states are those of the ITRS and iNEMI
tables. Whatever happens, it stays one landscape page: type gets smaller, then boxes are left to the table beside it.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Final

from nlp.records import Paragraph
from nlp.writers.drawing import GREY, INK, PALE, SOFT, Drawing, Point, Sheet
from nlp.writers.figures import words

__all__ = ["EDGES", "FILLS", "LAYERS", "NOT_SAID", "PHASES", "REST", "SIGNS", "STATES", "SUPPORTS", "Box", "LayerChart", "Link", "Page", "Plan", "Slot", "SolutionState",
           "arrange", "draw_layers"]

LAYERS: Final = ("需求", "产品", "技术", "项目与平台", "政策与资源")
PHASES: Final = ("近期", "中期", "远期")
PAD = 7
REST: Final = "其余见表"
STATES: Final = "解决方案状态"
NOT_SAID: Final = "不涉及方案，或材料未说明"
SUPPORTS: Final = "支撑或引出"
LEADING = 1.3


class SolutionState(StrEnum):
    """How far a solution is known (ITRS colour code)."""

    DEPLOYED = "已有量产方案"
    KNOWN = "方案已知，待量产"
    INTERIM = "只有过渡方案"
    UNKNOWN = "尚无已知方案"


FILLS: Final[Mapping[SolutionState, str]] = {
    SolutionState.DEPLOYED: "#ffffff", SolutionState.KNOWN: "#fff2bf", SolutionState.INTERIM: "#f7d0a8", SolutionState.UNKNOWN: "#efb0aa"}
EDGES: Final[Mapping[SolutionState, str]] = {
    SolutionState.DEPLOYED: "#5c6470", SolutionState.KNOWN: "#b8922a", SolutionState.INTERIM: "#c8632b", SolutionState.UNKNOWN: "#a83246"}
SIGNS: Final[Mapping[SolutionState, str]] = {  # as characters, where no sign can be drawn
    SolutionState.DEPLOYED: "○", SolutionState.KNOWN: "●", SolutionState.INTERIM: "◆", SolutionState.UNKNOWN: "■"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Box:
    """One entry. `state` None: it is no matter of a technical solution, or nothing speaks of it."""

    box_id: str
    layer: str  # one of LAYERS
    phase: str  # one of PHASES
    text: Paragraph
    state: SolutionState | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Link:
    """What one entry serves or leads to: `source` and `target` are box ids; a link to a box that has no room is left out."""

    source: str
    target: str


@dataclass(frozen=True, slots=True, kw_only=True)
class LayerChart:
    """All that the chart of a segment says, whatever it is drawn with."""

    segment: str
    name: str  # of the segment, in Chinese
    phases: tuple[Paragraph, ...]
    boxes: tuple[Box, ...]
    links: tuple[Link, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Page:
    """A sheet: `left` is the room for the layers' names, `top` for the heads, `foot` for the legend."""

    width: float
    height: float
    left: float
    top: float
    foot: float

    @property
    def column(self) -> float:
        return (self.width - self.left - 10) / len(PHASES)

    @property
    def room(self) -> float:
        return self.height - self.top - self.foot


SHEET: Final = Page(width=1080, height=740, left=96, top=44, foot=40)


@dataclass(frozen=True, slots=True, kw_only=True)
class Fit:
    """One way to set the page: type size, lines a box, columns a cell, and boxes a cell at most."""

    size: float
    lines: int
    columns: int
    most: int


FITS: Final = (
    Fit(size=12, lines=3, columns=1, most=99), Fit(size=11, lines=2, columns=1, most=99), Fit(size=11, lines=3, columns=2, most=99),
    Fit(size=10, lines=2, columns=2, most=99), Fit(size=9.5, lines=2, columns=3, most=99), Fit(size=9.5, lines=2, columns=3, most=9),
    Fit(size=9.5, lines=2, columns=3, most=6))


@dataclass(frozen=True, slots=True, kw_only=True)
class Slot:
    """A box with its place on the page."""

    box: Box
    x: float
    y: float
    width: float
    height: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Plan:
    """Where everything stands on a page."""

    page: Page
    fit: Fit
    tall: tuple[float, ...]  # of each layer
    slots: tuple[Slot, ...]
    crowded: tuple[tuple[str, str], ...]  # (layer, phase) in which boxes found no room

    def top_of(self, layer: int) -> float:
        return self.page.top + sum(self.tall[:layer])


Cells = Mapping[tuple[str, str], Sequence[Box]]


def arrange(boxes: Sequence[Box], page: Page) -> Plan:
    """The largest type with which all boxes have room, else the smallest and as many boxes as there is room for. Boxes keep their order."""
    cells: Cells = {(layer, phase): [b for b in boxes if (b.layer, b.phase) == (layer, phase)] for layer in LAYERS for phase in PHASES}
    fit = next((f for f in FITS if sum(heights(cells, f)) <= page.room), FITS[-1])
    needed = heights(cells, fit)
    spare = max(0.0, page.room - sum(needed)) / len(LAYERS)
    tall = tuple(h + spare for h in needed)
    return Plan(page=page, fit=fit, tall=tall, slots=tuple(placed(cells, fit, tall, page)), crowded=tuple(key for key, some in cells.items() if len(some) > fit.most))


def draw_layers(boxes: Sequence[Box], links: Sequence[Link], *, phases: Sequence[Paragraph], alt: str) -> Drawing:
    """`phases` are the heads of the three columns, with their years where these are known. Boxes keep the order given."""
    plan = arrange(boxes, SHEET)
    sheet = Sheet(int(SHEET.width), int(SHEET.height), alt=alt)
    draw_table(sheet, phases, plan)
    draw_links(sheet, {s.box.box_id: s for s in plan.slots}, links)
    for slot in plan.slots:
        draw_box(sheet, slot, plan.fit)
    for layer, phase in plan.crowded:
        corner = (SHEET.left + (PHASES.index(phase) + 1) * SHEET.column - PAD, plan.top_of(LAYERS.index(layer) + 1) - 8)
        sheet.write(words(REST), corner, size=9.5, anchor="end", colour=SOFT)
    draw_states(sheet)
    return sheet.finish()


def box_width(page: Page, fit: Fit) -> float:
    return (page.column - PAD) / fit.columns - PAD


def box_height(fit: Fit) -> float:
    return fit.lines * fit.size * LEADING + 7


def heights(cells: Cells, fit: Fit) -> list[float]:
    """Of each layer: as tall as its fullest cell needs."""
    return [max(row_count(cells[layer, phase], fit) for phase in PHASES) * (box_height(fit) + PAD) + PAD + (9 if crowded(cells, layer, fit) else 0)
            for layer in LAYERS]


def row_count(boxes: Sequence[Box], fit: Fit) -> int:
    return max(1, -(-min(len(boxes), fit.most) // fit.columns))


def crowded(cells: Cells, layer: str, fit: Fit) -> bool:
    return any(len(cells[layer, phase]) > fit.most for phase in PHASES)


def placed(cells: Cells, fit: Fit, tall: Sequence[float], page: Page) -> Iterator[Slot]:
    for i, layer in enumerate(LAYERS):
        top = page.top + sum(tall[:i])
        for j, phase in enumerate(PHASES):
            rows = row_count(cells[layer, phase], fit)
            gap = (tall[i] - rows * box_height(fit)) / (rows + 1)
            for k, box in enumerate(cells[layer, phase][: fit.most]):
                x = page.left + j * page.column + PAD + (k % fit.columns) * (box_width(page, fit) + PAD)
                yield Slot(box=box, x=x, y=top + gap + (k // fit.columns) * (box_height(fit) + gap), width=box_width(page, fit), height=box_height(fit))


# ---- drawing ------------------------------------------------------------------------------


def draw_table(sheet: Sheet, phases: Sequence[Paragraph], plan: Plan) -> None:
    left, top, column = plan.page.left, plan.page.top, plan.page.column
    for j, label in enumerate(phases):
        sheet.rect((left + j * column, 8), column - 3, top - 12, fill=PALE)
        sheet.middle(label, (left + (j + 0.5) * column, 8 + (top - 12) / 2), size=13, width=column - 12, lines=1, anchor="middle")
    for i, layer in enumerate(LAYERS):
        y, tall = plan.top_of(i), plan.tall[i]
        sheet.rect((8, y + 1.5), left - 14, tall - 3, fill=PALE)
        sheet.middle(words(layer), (8 + (left - 14) / 2, y + tall / 2), size=13, width=left - 24, anchor="middle")
        sheet.line((8, y + tall), (plan.page.width - 10, y + tall))
    for j in range(1, len(PHASES)):
        x = left + j * column - 1.5
        sheet.line((x, top), (x, plan.top_of(len(LAYERS))), stroke_dasharray="4 3")


def draw_box(sheet: Sheet, slot: Slot, fit: Fit) -> None:
    state = slot.box.state
    fill, edge = (FILLS[state], EDGES[state]) if state else (PALE, GREY)
    sheet.rect((slot.x, slot.y), slot.width, slot.height, fill=fill, stroke=edge, rx=3, title=slot.box.text)
    inset = 6.0
    if state:
        draw_sign(sheet, state, (slot.x + 11, slot.y + slot.height / 2))
        inset = 21.0
    sheet.middle(slot.box.text, (slot.x + inset, slot.y + slot.height / 2), size=fit.size, width=slot.width - inset - 5, lines=fit.lines)


def draw_sign(sheet: Sheet, state: SolutionState, at: Point) -> None:
    """A sign beside the colour, for print in grey and for readers who do not tell the colours apart."""
    x, y, edge = *at, EDGES[state]
    if state is SolutionState.DEPLOYED:
        sheet.circle(at, 4.5, fill="#ffffff", stroke=edge, stroke_width=1.4)
    elif state is SolutionState.KNOWN:
        sheet.circle(at, 4.5, fill=edge)
    elif state is SolutionState.INTERIM:
        sheet.polygon(((x, y - 5.4), (x + 5.4, y), (x, y + 5.4), (x - 5.4, y)), fill=edge)
    else:
        sheet.rect((x - 4.5, y - 4.5), 9, 9, fill=edge)


def draw_links(sheet: Sheet, slots: Mapping[str, Slot], links: Sequence[Link]) -> None:
    """From edge to edge: sideways between phases, up or down within one."""
    for link in links:
        if (source := slots.get(link.source)) and (target := slots.get(link.target)) and source is not target:
            draw_link(sheet, source, target)


def draw_link(sheet: Sheet, source: Slot, target: Slot) -> None:
    sideways = source.box.phase != target.box.phase
    if sideways:
        forward = target.x > source.x
        start = (source.x + (source.width if forward else 0), source.y + source.height / 2)
        end = (target.x - 5 if forward else target.x + target.width + 5, target.y + target.height / 2)
        bend = (end[0] - start[0]) / 2
        curve = ((start[0] + bend, start[1]), (end[0] - bend, end[1]))
        tip = ((end[0] + (5 if forward else -5), end[1]), (end[0], end[1] - 3), (end[0], end[1] + 3))
    else:
        down = target.y > source.y
        start = (source.x + source.width / 2, source.y + (source.height if down else 0))
        end = (target.x + target.width / 2, target.y - 5 if down else target.y + target.height + 5)
        bend = (end[1] - start[1]) / 2
        curve = ((start[0], start[1] + bend), (end[0], end[1] - bend))
        tip = ((end[0], end[1] + (5 if down else -5)), (end[0] - 3, end[1]), (end[0] + 3, end[1]))
    path = f"M{start[0]:.1f} {start[1]:.1f}C{curve[0][0]:.1f} {curve[0][1]:.1f} {curve[1][0]:.1f} {curve[1][1]:.1f} {end[0]:.1f} {end[1]:.1f}"
    sheet.add("path", d=path, fill="none", stroke=GREY, stroke_width=1.1)
    sheet.polygon(tip, fill=GREY)


def draw_states(sheet: Sheet) -> None:
    x, y = SHEET.left, SHEET.height - SHEET.foot / 2
    sheet.write(words(STATES), (8, y), size=11, colour=SOFT)
    for state in SolutionState:
        sheet.rect((x, y - 9), 26, 18, fill=FILLS[state], stroke=EDGES[state], rx=3)
        draw_sign(sheet, state, (x + 13, y))
        sheet.write(words(state.value), (x + 33, y), size=11, colour=INK)
        x += 33 + 14 + 11 * len(state.value) + 16
    sheet.rect((x, y - 9), 26, 18, fill=PALE, stroke=GREY, rx=3)
    sheet.write(words(NOT_SAID), (x + 33, y), size=11, colour=INK)
    sheet.line((x + 200, y), (x + 226, y), stroke=GREY, stroke_width=1.1)
    sheet.write(words(SUPPORTS), (x + 233, y), size=11, colour=INK)
