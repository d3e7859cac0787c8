"""Tables of a run -> its figures. Each label names the cell it shows, so that a drawing can be checked like a sentence."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from nlp.citing import cell, line, words
from nlp.evidence import DELTA
from nlp.records import Figure, MatrixCell, Paragraph, Priority, Topic, TopicGroup, TopicPlace, TopicYear
from nlp.writers.charts import map_chart, ranks_chart, years_chart
from nlp.writers.drawing import Drawing
from nlp.writers.figures import Cell, Interval, Year, YearRow, draw_heat, draw_ranks, draw_years
from nlp.writers.layers import Box, Link, draw_layers
from nlp.writers.picture import paint
from nlp.writers.plots import Bubble, Dot, Placed, draw_map, draw_quadrants

__all__ = ["Exhibits", "illustrate", "layers_figure"]

MOST_TOPICS = 40  # in one drawing
MOST_DOTS = 30  # of one topic on a map
MOST_YEARS = 12
WHOLE, FIRST = "", "（位次在前的主题）"
MATRIX_KINDS = {"demand": ("技术需求条数", "各地区各环节的技术需求"), "clause": ("政策条款数", "各地区各环节的政策条款"), "family": ("专利族数", "各地区各环节的专利族")}


@dataclass(frozen=True, slots=True, kw_only=True)
class Exhibits:
    """What the figures are drawn from: rows of data/, and the titles of units as fragments that name their cells."""

    chain: str
    segments: Mapping[str, str]  # id -> Chinese name
    topics: Sequence[Topic]
    priorities: Mapping[str, Priority]
    places: Sequence[TopicPlace] = ()
    years: Sequence[TopicYear] = ()
    groups: Sequence[TopicGroup] = ()
    matrix: Sequence[MatrixCell] = ()
    titles: Mapping[str, Paragraph]  # by unit
    high_urgency: float
    high_advantage: float


def illustrate(exhibits: Exhibits) -> dict[str, Figure]:
    """ranks, quadrants, matrix-demand …, and for each segment with topics map-design, years-design, ranks-design; by name.

    What there is nothing to draw from is not in the result.
    """
    inside = ranked(exhibits, [t for t in exhibits.topics if t.segment != "none"])
    figures = [*overview(exhibits, inside), *matrices(exhibits)]
    for segment, name in exhibits.segments.items():
        topics = [t for t in inside if t.segment == segment]
        figures += [f for f in (map_figure(exhibits, segment, name, topics), years_figure(exhibits, segment, name, topics),
                                ranks_figure(exhibits, f"ranks-{segment}", f"{name}：位次区间", topics)) if f]
    return {figure.name: figure for figure in figures}


def ranked(exhibits: Exhibits, topics: Iterable[Topic]) -> list[Topic]:
    return sorted((t for t in topics if t.topic_id in exhibits.priorities), key=lambda t: (exhibits.priorities[t.topic_id].rank, t.topic_id))


def made(name: str, caption: str, alt: str, drawing: Drawing, tables: tuple[str, ...], chart: str | None = None) -> Figure:
    return Figure(name=name, caption=caption, alt=alt, labels=drawing.labels, ticks=drawing.ticks, tables=tables, svg=drawing.svg,
                  png=paint(drawing.svg), width=drawing.width, height=drawing.height, chart=chart)


def label(topic: Topic) -> Paragraph:
    return line(cell("topics", topic.topic_id, "label", topic.label))


def mark(exhibits: Exhibits, topic: Topic) -> Paragraph:
    return line(cell("priorities", topic.topic_id, "rank", exhibits.priorities[topic.topic_id].rank))


def partial(topics: Sequence[Topic]) -> str:
    return FIRST if len(topics) > MOST_TOPICS else WHOLE


# ---- the chain ----------------------------------------------------------------------------


def overview(exhibits: Exhibits, topics: Sequence[Topic]) -> list[Figure]:
    found = [ranks_figure(exhibits, "ranks", f"{exhibits.chain}：位次区间", topics), quadrants_figure(exhibits, topics)]
    return [figure for figure in found if figure]


def ranks_figure(exhibits: Exhibits, name: str, caption: str, topics: Sequence[Topic]) -> Figure | None:
    if not topics:
        return None
    rows = [interval(exhibits, t) for t in topics[:MOST_TOPICS]]
    alt = "各主题的位次与九成区间：点为中位位次，横条为区间，数值见主题排序表。"
    return made(name, caption + partial(topics), alt, draw_ranks(rows, alt=alt), ("topics", "priorities"), ranks_chart(rows))


def interval(exhibits: Exhibits, topic: Topic) -> Interval:
    p = exhibits.priorities[topic.topic_id]
    key = ("priorities", topic.topic_id)
    said = line(cell(*key, "rank_median", p.rank_median), words("（"), cell(*key, "rank_p05", p.rank_p05), words("–"),
                cell(*key, "rank_p95", p.rank_p95), words("）"))
    return Interval(name=label(topic), mark=mark(exhibits, topic), text=said, low=p.rank_p05, median=p.rank_median, high=p.rank_p95)


def quadrants_figure(exhibits: Exhibits, topics: Sequence[Topic]) -> Figure | None:
    if not topics:
        return None
    items = [Placed(name=label(t), mark=mark(exhibits, t), across=exhibits.priorities[t.topic_id].advantage,
                    up=exhibits.priorities[t.topic_id].urgency) for t in topics[:MOST_TOPICS]]
    alt = "各主题按战略紧迫度（纵）与区域优势（横）分在主攻、联合、市场化、观察各象限；区域优势未知的单列。数值见主题排序表。"
    drawing = draw_quadrants(items, high_urgency=exhibits.high_urgency, high_advantage=exhibits.high_advantage, alt=alt)
    return made("quadrants", f"{exhibits.chain}：紧迫度与区域优势{partial(topics)}", alt, drawing, ("topics", "priorities"))


def matrices(exhibits: Exhibits) -> list[Figure]:
    found = []
    for kind, (counted, caption) in MATRIX_KINDS.items():
        rows = [m for m in exhibits.matrix if m.kind == kind]
        if any(m.value for m in rows):
            found.append(matrix_figure(exhibits, kind, caption, counted, rows))
    return found


def matrix_figure(exhibits: Exhibits, kind: str, caption: str, counted: str, rows: Sequence[MatrixCell]) -> Figure:
    """The delta first, without rows and columns that hold nothing."""
    seen = [r for r in dict.fromkeys(m.region for m in rows) if any(m.value for m in rows if m.region == r)]
    regions = [*(r for r in DELTA if r in seen), *(r for r in seen if r not in DELTA)]
    segments = [s for s in (*exhibits.segments, "none") if any(m.value for m in rows if m.segment == s)]
    cells = {(regions.index(m.region), segments.index(m.segment)): Cell(value=m.value, label=line(cell("matrix", m.cell_id, "value", m.value)))
             for m in rows if m.region in regions and m.segment in segments}
    names = [line(words(exhibits.segments.get(s, "链条之外"))) for s in segments]
    alt = f"{caption}，格内为{counted}，颜色越深越多。"
    return made(f"matrix-{kind}", caption, alt, draw_heat([line(words(r)) for r in regions], names, cells, counted=counted, alt=alt), ("matrix",))


# ---- a segment ----------------------------------------------------------------------------


def map_figure(exhibits: Exhibits, segment: str, name: str, topics: Sequence[Topic]) -> Figure | None:
    circles = {p.topic_id: p for p in exhibits.places if p.unit_kind == "topic" and p.segment == segment}
    shown = [t for t in topics if t.topic_id in circles][:MOST_TOPICS]
    if not shown:
        return None
    groups = [g for g in exhibits.groups if g.segment == segment and g.level == 1]
    colour = {topic_id: i for i, g in enumerate(groups) for topic_id in g.topic_ids}
    units: dict[str, list[TopicPlace]] = {}
    for place in exhibits.places:
        if place.segment == segment and place.unit_kind != "topic" and place.place_id in exhibits.titles:
            units.setdefault(place.topic_id, []).append(place)
    bubbles = [bubble(exhibits, t, circles[t.topic_id], units.get(t.topic_id, []), colour.get(t.topic_id, 0)) for t in shown]
    names = [line(cell("topic_groups", g.group_id, "name", g.name)) for g in groups]
    alt = f"{name}各主题的分布：圆圈为主题，圆内各点为代表性材料，相近的主题相邻。主题名称与位次见主题排序表。"
    return made(f"map-{segment}", f"{name}：主题分布{partial(topics)}", alt, draw_map(bubbles, names, alt=alt),
                ("topics", "priorities", "topic_places", "topic_groups"), map_chart(bubbles, names))


def bubble(exhibits: Exhibits, topic: Topic, place: TopicPlace, units: Sequence[TopicPlace], colour: int) -> Bubble:
    """With the units nearest to its middle: `units` are in that order."""
    dots = tuple(Dot(x=p.x, y=p.y, kind=kind, title=exhibits.titles[p.place_id]) for p in units[:MOST_DOTS]
                 for kind in ("demand", "clause", "patent") if kind == p.unit_kind)
    return Bubble(name=label(topic), mark=mark(exhibits, topic), x=place.x, y=place.y, radius=place.radius or 0.0, group=colour, dots=dots)


def years_figure(exhibits: Exhibits, segment: str, name: str, topics: Sequence[Topic]) -> Figure | None:
    shown = topics[:MOST_TOPICS]
    ids = {t.topic_id for t in shown}
    rows = [y for y in exhibits.years if y.topic_id in ids]
    first = min((y.year for y in rows if y.families), default=None)
    if first is None:
        return None
    last = max(y.year for y in rows)
    columns = {y.year: y for y in rows if y.year >= max(first, last - MOST_YEARS + 1)}
    years = [Year(year=n, label=line(cell("topic_years", y.year_id, "year", y.year)), lagged=y.lagged) for n, y in sorted(columns.items())]
    table = [YearRow(name=label(t), cells={y.year: Cell(value=y.families, label=line(cell("topic_years", y.year_id, "families", y.families)))
                                           for y in rows if y.topic_id == t.topic_id and y.year in columns}) for t in shown]
    alt = f"{name}各主题逐年的专利族数；灰色为公开滞后、尚未计全的年份，不能据以判断升降。"
    return made(f"years-{segment}", f"{name}：逐年专利族{partial(topics)}", alt, draw_years(table, years, counted="专利族数", alt=alt),
                ("topics", "topic_years"), years_chart(table, years))


def layers_figure(segment: str, name: str, boxes: Sequence[Box], links: Sequence[Link], *, phases: Sequence[Paragraph], tables: tuple[str, ...]) -> Figure:
    """The one-page layered chart of a segment; every box's text must name its cells, or hold no digit."""
    alt = f"{name}的分层路线图：自上而下为需求、产品、技术、项目与平台、政策与资源，自左至右为近期、中期、远期；框的标记为解决方案状态。"
    return made(f"layers-{segment}", f"{name}：分层路线图", alt, draw_layers(boxes, links, phases=phases, alt=alt), tables)
