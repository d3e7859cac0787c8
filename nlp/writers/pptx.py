"""The layered charts as slides, one a segment: native shapes, connectors glued to them, sources in the notes. Only file with python-pptx."""

import io
from collections.abc import Mapping, Sequence
from datetime import date, datetime
from typing import Any, Final

from nlp.records import Paragraph
from nlp.writers.docx import repack
from nlp.writers.drawing import ELLIPSIS, GREY, INK, LINE, PALE, SOFT, wrap
from nlp.writers.inert import PROPERTY_LENGTH, one_line
from nlp.writers.layers import (
    EDGES,
    FILLS,
    LAYERS,
    NOT_SAID,
    PHASES,
    REST,
    SIGNS,
    STATES,
    SUPPORTS,
    LayerChart,
    Page,
    Plan,
    Slot,
    SolutionState,
    arrange,
)

__all__ = ["SLIDE", "write"]

SLIDE: Final = Page(width=960, height=540, left=92, top=78, foot=34)  # 16:9 in points
EAST, LATIN = "微软雅黑", "Microsoft YaHei"
TITLE_TOP, HEAD_TOP = 10.0, 50.0
WARNING = "#8c1d18"
TOP, LEFT, BOTTOM, RIGHT = range(4)  # where a connector holds a rectangle


def write(charts: Sequence[LayerChart], notes: Mapping[str, Sequence[Paragraph]], *, title: str, notice: str, as_of: date) -> bytes:
    """`notes` are the lines below a segment's slide; dates inside are `as_of`, and the same arguments give the same bytes."""
    import pptx
    from pptx.util import Pt

    show = pptx.Presentation()
    show.slide_width, show.slide_height = Pt(SLIDE.width), Pt(SLIDE.height)
    for chart in charts:
        draw(show.slides.add_slide(show.slide_layouts[5]), chart, notes[chart.segment], notice)
    about, moment = show.core_properties, datetime(as_of.year, as_of.month, as_of.day)
    about.title, about.comments = (one_line(text)[:PROPERTY_LENGTH] for text in (title, notice))
    about.author, about.last_modified_by, about.keywords, about.subject = "", "", "", ""
    about.created, about.modified, about.revision = moment, moment, 1
    links = show.part.package._rels
    for key in [k for k, link in links.items() if link.reltype.endswith("/thumbnail")]:
        links.pop(key)  # a picture of the template
    buffer = io.BytesIO()
    show.save(buffer)
    return repack(buffer.getvalue(), as_of)


def draw(slide: Any, chart: LayerChart, notes: Sequence[Paragraph], notice: str) -> None:
    plan = arrange(chart.boxes, SLIDE)
    entitle(slide, f"{chart.name}：分层路线图", notice)
    draw_table(slide, chart, plan)
    places = {slot.box.box_id: (slot, draw_box(slide, slot, plan)) for slot in plan.slots}
    for link in chart.links:
        if link.source in places and link.target in places and link.source != link.target:
            connect(slide, *places[link.source], *places[link.target])
    for layer, phase in plan.crowded:
        corner = (SLIDE.left + (PHASES.index(phase) + 1) * SLIDE.column - 64, plan.top_of(LAYERS.index(layer) + 1) - 14)
        write_text(shape(slide, corner, 60, 13, name=REST), [(REST, SOFT)], size=9, align="r")
    draw_legend(slide)
    frame = slide.notes_slide.notes_text_frame
    for number, said in enumerate(notes):
        paragraph = frame.paragraphs[0] if number == 0 else frame.add_paragraph()
        add_run(paragraph, one_line(said.text), size=11, colour=INK)


# ---- parts --------------------------------------------------------------------------------


def entitle(slide: Any, title: str, notice: str) -> None:
    from pptx.util import Pt

    head = slide.shapes.title
    head.left, head.top, head.width, head.height = Pt(8), Pt(TITLE_TOP), Pt(640), Pt(34)
    write_text(head, [(one_line(title), INK)], size=22, bold=True, align="l")
    mark = shape(slide, (SLIDE.width - 250, TITLE_TOP), 240, 34, name=notice)
    write_text(mark, [(one_line(notice), WARNING)], size=13, bold=True, align="r")


def draw_table(slide: Any, chart: LayerChart, plan: Plan) -> None:
    for j, label in enumerate(chart.phases):
        head = shape(slide, (SLIDE.left + j * SLIDE.column, HEAD_TOP), SLIDE.column - 3, SLIDE.top - HEAD_TOP - 3, fill=PALE, name=PHASES[j])
        write_text(head, [(one_line(label.text), INK)], size=13, bold=True)
    for i, layer in enumerate(LAYERS):
        y, tall = plan.top_of(i), plan.tall[i]
        lane = shape(slide, (8, y + 1.5), SLIDE.left - 14, tall - 3, fill=PALE, name=layer)
        write_text(lane, [(layer, INK)], size=12, bold=True)
        rule(slide, (8, y + tall), (SLIDE.width - 10, y + tall))
    for j in range(1, len(PHASES)):
        x = SLIDE.left + j * SLIDE.column - 1.5
        rule(slide, (x, SLIDE.top), (x, plan.top_of(len(LAYERS))), dashed=True)


def draw_box(slide: Any, slot: Slot, plan: Plan) -> Any:
    """Its sign is part of its text, so that the two move together; what is cut stands in full in the description."""
    state, text = slot.box.state, one_line(slot.box.text.text)
    fill, edge = (FILLS[state], EDGES[state]) if state else (PALE, GREY)
    drawn = shape(slide, (slot.x, slot.y), slot.width, slot.height, fill=fill, edge=edge, name=slot.box.box_id, rounded=True)
    sign = f"{SIGNS[state]} " if state else ""
    short = fitted(sign + text, plan.fit.size, slot.width - 10, plan.fit.lines)[len(sign):]
    write_text(drawn, [(sign, edge), (short, INK)], size=plan.fit.size, align="l")
    if short != text:
        drawn._element.nvSpPr.cNvPr.set("descr", text)
    return drawn


def fitted(text: str, size: float, width: float, lines: int) -> str:
    """As much as has room, with … for the rest."""
    if not wrap(text, size=size, width=width, lines=lines).cut:
        return text
    kept = len(text) - 1
    while kept > 1 and wrap(text[:kept].rstrip() + ELLIPSIS, size=size, width=width, lines=lines).cut:
        kept -= 1
    return text[:kept].rstrip() + ELLIPSIS


def connect(slide: Any, source: Slot, start: Any, target: Slot, end: Any) -> None:
    """An arrow glued to both, sideways between phases, up or down within one; it lies under the boxes."""
    from pptx.enum.shapes import MSO_CONNECTOR
    from pptx.util import Pt

    if source.box.phase != target.box.phase:
        sides = (RIGHT, LEFT) if target.x > source.x else (LEFT, RIGHT)
    else:
        sides = (BOTTOM, TOP) if target.y > source.y else (TOP, BOTTOM)
    arrow = slide.shapes.add_connector(MSO_CONNECTOR.STRAIGHT, 0, 0, 0, 0)
    arrow.begin_connect(start, sides[0])
    arrow.end_connect(end, sides[1])
    unstyled(arrow)
    arrow.name = f"{source.box.box_id} → {target.box.box_id}"
    arrow.line.color.rgb, arrow.line.width = colour_of(GREY), Pt(0.9)
    point_at_end(arrow)
    behind(slide, arrow)


def behind(slide: Any, drawn: Any) -> None:
    """Below the boxes, above the table."""
    tree = slide.shapes._spTree
    first = next(e for e in tree if e.tag.endswith("}sp") and e.nvSpPr.cNvPr.name.startswith(("topic-", "demand-", "figure-", "project-", "policy-")))
    tree.remove(drawn._element)
    first.addprevious(drawn._element)


def draw_legend(slide: Any) -> None:
    x, y = 8.0, SLIDE.height - SLIDE.foot + 8
    write_text(shape(slide, (x, y), 80, 18, name=STATES), [(STATES, SOFT)], size=10, align="l")
    x = SLIDE.left
    for state in SolutionState:
        width = 34 + 10.5 * len(state.value)
        item = shape(slide, (x, y), width, 18, fill=FILLS[state], edge=EDGES[state], name=state.value, rounded=True)
        write_text(item, [(f"{SIGNS[state]} ", EDGES[state]), (state.value, INK)], size=10)
        x += width + 10
    other = shape(slide, (x, y), 24 + 10.5 * len(NOT_SAID), 18, fill=PALE, edge=GREY, name=NOT_SAID, rounded=True)
    write_text(other, [(NOT_SAID, INK)], size=10)
    x += 24 + 10.5 * len(NOT_SAID) + 12
    point_at_end(rule(slide, (x, y + 9), (x + 26, y + 9), colour=GREY))
    write_text(shape(slide, (x + 30, y), 70, 18, name=SUPPORTS), [(SUPPORTS, INK)], size=10, align="l")


# ---- shapes -------------------------------------------------------------------------------


def shape(slide: Any, at: tuple[float, float], width: float, height: float, *, name: str, fill: str | None = None, edge: str | None = None, rounded: bool = False) -> Any:
    """A rectangle; without a fill, a text alone."""
    from pptx.enum.shapes import MSO_SHAPE
    from pptx.util import Pt

    drawn = slide.shapes.add_shape(MSO_SHAPE.ROUNDED_RECTANGLE if rounded else MSO_SHAPE.RECTANGLE, Pt(at[0]), Pt(at[1]), Pt(width), Pt(height))
    drawn.name = name
    unstyled(drawn)
    if rounded:
        drawn.adjustments[0] = 0.08
    if fill:
        drawn.fill.solid()
        drawn.fill.fore_color.rgb = colour_of(fill)
    else:
        drawn.fill.background()
    if edge:
        drawn.line.color.rgb, drawn.line.width = colour_of(edge), Pt(0.9)
    else:
        drawn.line.fill.background()
    return drawn


def rule(slide: Any, start: tuple[float, float], end: tuple[float, float], *, dashed: bool = False, colour: str = LINE) -> Any:
    from pptx.enum.dml import MSO_LINE
    from pptx.enum.shapes import MSO_CONNECTOR
    from pptx.util import Pt

    drawn = slide.shapes.add_connector(MSO_CONNECTOR.STRAIGHT, *(Pt(v) for v in (*start, *end)))
    unstyled(drawn)
    drawn.line.color.rgb, drawn.line.width = colour_of(colour), Pt(0.9)
    if dashed:
        drawn.line.dash_style = MSO_LINE.DASH
    return drawn


def unstyled(drawn: Any) -> None:
    """Without the theme's shadow, which some programs draw although it is switched off."""
    for style in [e for e in drawn._element if e.tag.endswith("}style")]:
        drawn._element.remove(style)


def point_at_end(arrow: Any) -> None:
    from pptx.oxml import parse_xml
    from pptx.oxml.ns import nsdecls

    arrow.line._get_or_add_ln().append(parse_xml(f'<a:tailEnd {nsdecls("a")} type="triangle" w="med" len="med"/>'))


def write_text(drawn: Any, runs: Sequence[tuple[str, str]], *, size: float, bold: bool = False, align: str = "ctr") -> None:
    """One paragraph of (text, colour) runs, centred from top to bottom."""
    from pptx.enum.text import MSO_ANCHOR, MSO_AUTO_SIZE
    from pptx.util import Pt

    frame = drawn.text_frame
    frame.word_wrap, frame.auto_size, frame.vertical_anchor = True, MSO_AUTO_SIZE.NONE, MSO_ANCHOR.MIDDLE
    frame.margin_left = frame.margin_right = Pt(4)
    frame.margin_top = frame.margin_bottom = Pt(1)
    frame.paragraphs[0]._p.get_or_add_pPr().set("algn", align)
    for text, colour in runs:
        if text:
            add_run(frame.paragraphs[0], text, size=size, colour=colour, bold=bold)


def add_run(paragraph: Any, text: str, *, size: float, colour: str, bold: bool = False) -> None:
    from pptx.oxml import parse_xml
    from pptx.oxml.ns import nsdecls
    from pptx.util import Pt

    run = paragraph.add_run()
    run.text = text
    run.font.size, run.font.bold, run.font.name = Pt(size), bold, LATIN
    run.font.color.rgb = colour_of(colour)
    latin = next(e for e in run.font._rPr if e.tag.endswith("}latin"))
    latin.addnext(parse_xml(f'<a:ea {nsdecls("a")} typeface="{EAST}"/>'))
    run.font._rPr.set("lang", "zh-CN")


def colour_of(code: str) -> Any:
    from pptx.dml import color

    made: Any = color.RGBColor
    return made.from_string(code.removeprefix("#").upper())
