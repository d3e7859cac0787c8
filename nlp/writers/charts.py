"""The drawings once more as ECharts options, for a page on which one can point, zoom and choose.

An option is plain JSON: no function, no HTML. What a pointer shows is the text of labels, one a line, drawn as text.
"""

import json
from collections.abc import Mapping, Sequence
from typing import Final, TypeAlias

from nlp.records import Paragraph
from nlp.writers.drawing import FONT, GREY, INK, PALETTE, SOFT
from nlp.writers.figures import Interval, Year, YearRow
from nlp.writers.inert import one_line
from nlp.writers.plots import KINDS, MAP_HEIGHT, Bubble, Dot

__all__ = ["map_chart", "ranks_chart", "strings", "years_chart"]

Json: TypeAlias = "str | int | float | bool | Sequence[Json] | Mapping[str, Json] | None"

SHOWN_AT_FIRST: Final = 5  # lines; the others are switched on in the legend
MAP_WIDTH: Final = 900  # pixels; on a narrower screen dots move a little outwards
SYMBOLS: Final = {"demand": "circle", "clause": "rect", "patent": "triangle"}
TOOLTIP: Final[dict[str, Json]] = {"trigger": "item", "renderMode": "richText", "confine": True,
                                   "textStyle": {"fontSize": 13, "color": INK, "width": 360, "overflow": "break"}}


def dump(option: Mapping[str, Json], *, height: int, width: int | None = None) -> str:
    """{"height": pixels, "width": pixels at most, "option": …}, the same for the same drawing."""
    plain = {"animation": False, "color": list(PALETTE), "textStyle": {"fontFamily": f"{FONT}, Microsoft YaHei, PingFang SC, sans-serif"},
             "tooltip": TOOLTIP}
    return json.dumps({"height": height, "width": width, "option": {**plain, **option}}, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def strings(chart: str) -> list[str]:
    """Every line of every string value in a chart: all that it could show."""
    found: list[str] = []

    def walk(value: Json) -> None:
        if isinstance(value, str):
            found.extend(value.split("\n"))
        elif isinstance(value, Mapping):
            for item in value.values():
                walk(item)
        elif isinstance(value, Sequence):
            for item in value:
                walk(item)

    walk(json.loads(chart))
    return found


def said(*labels: Paragraph) -> str:
    """Labels as the lines of a tooltip; braces would be read as a template or a style."""
    return "\n".join(one_line(label.text).translate({ord("{"): "｛", ord("}"): "｝"}) for label in labels)


# ---- the three charts ---------------------------------------------------------------------


def ranks_chart(rows: Sequence[Interval]) -> str:
    """Bars from low to high end on an invisible base, a dot at the median."""
    tips = [said(r.name, r.text) for r in rows]
    base = [r.low for r in rows]
    spans: list[Json] = [{"value": r.high - r.low, "name": tip} for r, tip in zip(rows, tips, strict=True)]
    dots: list[Json] = [{"value": [r.median, i], "name": tip} for i, (r, tip) in enumerate(zip(rows, tips, strict=True))]
    label: dict[str, Json] = {"width": 250, "overflow": "truncate", "color": INK, "fontSize": 12}
    return dump({
        "grid": {"left": 270, "right": 30, "top": 34, "bottom": 16},
        "xAxis": {"type": "value", "min": 1, "minInterval": 1, "position": "top", "axisLabel": {"color": SOFT}},
        "yAxis": {"type": "category", "inverse": True, "data": [said(r.name) for r in rows], "axisLabel": label, "axisTick": {"show": False}},
        "series": [
            {"type": "bar", "stack": "interval", "silent": True, "itemStyle": {"color": "transparent"}, "data": base},
            {"type": "bar", "stack": "interval", "barWidth": 7, "itemStyle": {"color": PALETTE[0], "opacity": 0.45, "borderRadius": 3}, "data": spans},
            {"type": "scatter", "symbolSize": 10, "itemStyle": {"color": PALETTE[5]}, "data": dots},
        ]}, height=70 + 26 * len(rows))


def years_chart(rows: Sequence[YearRow], years: Sequence[Year]) -> str:
    """A line a topic; the years inside the publication lag lie on a grey band."""
    lagged = [said(y.label) for y in years if y.lagged]
    band: dict[str, Json] = {"silent": True, "label": {"position": "insideTop", "color": SOFT}, "itemStyle": {"color": GREY, "opacity": 0.22},
                             "data": [[{"xAxis": lagged[0], "name": "公开滞后，未计全"}, {"xAxis": lagged[-1]}]] if lagged else []}
    series: list[Json] = []
    for number, row in enumerate(rows):
        points: list[Json] = [
            {"value": cell.value, "name": said(row.name, y.label, cell.label)} if (cell := row.cells.get(y.year)) else None for y in years]
        line: dict[str, Json] = {"type": "line", "name": said(row.name), "symbolSize": 7, "data": points}
        series.append({**line, "markArea": band} if number == 0 else line)
    return dump({
        "grid": {"left": 46, "right": 50, "top": 20, "bottom": 70},
        "legend": {"type": "scroll", "bottom": 0, "selected": {said(r.name): i < SHOWN_AT_FIRST for i, r in enumerate(rows)},
                   "textStyle": {"width": 260, "overflow": "truncate"}},
        "xAxis": {"type": "category", "data": [said(y.label) for y in years], "boundaryGap": False},
        "yAxis": {"type": "value", "minInterval": 1}, "series": series}, height=420)


def map_chart(bubbles: Sequence[Bubble], groups: Sequence[Paragraph]) -> str:
    """Circles and dots as on the drawing; names stand beside circles where there is room."""
    axis: dict[str, Json] = {"type": "value", "min": -0.02, "max": 1.02, "show": False}
    series: list[Json] = [circles(bubbles, number, groups) for number in sorted({b.group for b in bubbles})]
    for kind, name in KINDS:
        dots: list[Json] = [{"value": beside(b, dot), "name": said(dot.title), "itemStyle": {"color": PALETTE[b.group % len(PALETTE)]}}
                            for b in bubbles for dot in b.dots if dot.kind == kind]
        series.append({"type": "scatter", "name": name, "symbol": SYMBOLS[kind], "symbolSize": 6, "z": 3, "itemStyle": {"opacity": 0.7}, "data": dots})
    zoom: dict[str, Json] = {"type": "inside", "zoomOnMouseWheel": "ctrl", "filterMode": "none"}
    return dump({
        "grid": {"left": 8, "right": 8, "top": 40, "bottom": 8}, "xAxis": axis, "yAxis": axis,
        "dataZoom": [{**zoom, "xAxisIndex": 0}, {**zoom, "yAxisIndex": 0}],
        "legend": {"type": "scroll", "top": 0, "textStyle": {"width": 220, "overflow": "truncate"}}, "series": series}, height=MAP_HEIGHT + 48, width=MAP_WIDTH + 16)


def beside(bubble: Bubble, dot: Dot) -> list[Json]:
    """A dot's place: the map is wider than high, and a circle's size is in pixels."""
    return [round(bubble.x + (dot.x - bubble.x) * MAP_HEIGHT / MAP_WIDTH, 4), dot.y]


def circles(bubbles: Sequence[Bubble], number: int, groups: Sequence[Paragraph]) -> dict[str, Json]:
    colour = PALETTE[number % len(PALETTE)]
    data: list[Json] = [
        {"value": [b.x, b.y], "name": said(b.name, b.mark), "symbolSize": round(2 * b.radius * MAP_HEIGHT / 1.04, 1), "label": {"formatter": said(b.mark, b.name)}}
        for b in bubbles if b.group == number]
    label: dict[str, Json] = {"show": True, "color": INK, "fontSize": 12, "width": 130, "overflow": "truncate", "lineHeight": 15,
                              "textBorderColor": "#ffffff", "textBorderWidth": 2}
    return {"type": "scatter", "name": said(groups[number]) if number < len(groups) else "主题", "z": 2, "label": label,
            "labelLayout": {"hideOverlap": True}, "itemStyle": {"color": f"{colour}33", "borderColor": colour}, "data": data}
