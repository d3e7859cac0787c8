"""RoadmapDraft -> one self-contained page: own template, escaped throughout, nothing fetched from anywhere."""

import base64
import hashlib
import json
from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files
from itertools import groupby

from nlp.records import Figure, Fragment, Grid, Paragraph, RoadmapDraft, Section
from nlp.writers.inert import inert, mark_anchor, number_of, numeric_column, one_line, place
from nlp.writers.wording import CONTENTS

__all__ = ["write"]

_GAUGES = frozenset({"urgency", "advantage", "demand", "policy", "patents", "breadth"})  # components, 0..1
_SOURCE_WORD = "来源："


@dataclass(frozen=True, slots=True, kw_only=True)
class _Block:
    """Neighbouring parts of a section that make one element: a list, a table or a paragraph."""

    tag: str  # ul, table, figure, p, note
    paragraphs: tuple[Paragraph, ...] = ()
    grid: Grid | None = None
    figure: Figure | None = None


def _tag(item: Paragraph | Grid | Figure) -> str:
    if isinstance(item, Grid | Figure):
        return "table" if isinstance(item, Grid) else "figure"
    return {"body": "p", "bullet": "ul", "note": "note"}[item.style]


def _blocks(section: Section) -> Iterator[_Block]:
    """The content of a section with neighbouring bullets joined into one list."""
    for tag, items in groupby(section.content, key=_tag):
        if tag == "ul":
            yield _Block(tag=tag, paragraphs=tuple(item for item in items if isinstance(item, Paragraph)))
            continue
        for item in items:
            yield _block(tag, item)


def _block(tag: str, item: Paragraph | Grid | Figure) -> _Block:
    if isinstance(item, Grid):
        return _Block(tag=tag, grid=item)
    return _Block(tag=tag, figure=item) if isinstance(item, Figure) else _Block(tag=tag, paragraphs=(item,))


def _percent(cell: Paragraph) -> str | None:
    """Length of the bar behind a component of the ranking (62%), None for every other cell."""
    text = number_of(cell)
    source = cell.fragments[0].source if text else None
    if text is None or source is None or source.column not in _GAUGES or text.endswith("%"):
        return None
    return f"{100 * float(text):.0f}%" if 0 <= float(text) <= 1 else None


def _columns(grid: Grid) -> list[str]:
    weights = grid.widths or (1,) * len(grid.header)
    return [f"{100 * weight / sum(weights):.2f}%" for weight in weights]


def _tip(fragment: Fragment) -> str:
    return f"{_SOURCE_WORD}{place(fragment.source)}" if fragment.source else ""


def _asset(name: str) -> str:
    return files("nlp.writers").joinpath(name).read_text("utf-8")


def _scripts(draft: RoadmapDraft) -> list[str]:
    """Our own scripts; the chart library only where a drawing has a chart."""
    charts = any(isinstance(item, Figure) and item.chart for section in draft.sections for item in section.content)
    return [_asset(name) for name in ("filter.js", *(("vendor/echarts.common.min.js", "charts.js") if charts else ()))]


def _digest(script: str) -> str:
    """A script that the page's policy allows, by its hash."""
    return "sha256-" + base64.b64encode(hashlib.sha256(script.encode()).digest()).decode()


def _numeric(grid: Grid) -> list[bool]:
    return [numeric_column(grid, column) for column in range(len(grid.header))]


def write(draft: RoadmapDraft) -> bytes:
    """The draft as one UTF-8 HTML file that makes no request; the same draft gives the same bytes."""
    from jinja2 import Environment, StrictUndefined
    from markupsafe import Markup

    scripts = _scripts(draft)
    environment = Environment(autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)
    environment.filters.update(anchor=mark_anchor, inert=inert, line=one_line, tip=_tip, place=place)
    environment.filters.update(drawn=lambda figure: Markup(figure.svg.decode("utf-8")), parsed=json.loads)  # noqa: S704  # nosec B704  # escaped by drawing.py
    environment.globals.update(blocks=_blocks, columns=_columns, percent=_percent, numeric=_numeric)
    page = environment.from_string(_asset("roadmap.html")).render(
        draft=draft,
        contents=CONTENTS,
        style=Markup(_asset("style.css")),  # noqa: S704  # nosec B704  # our own file
        scripts=[Markup(script) for script in scripts],  # noqa: S704  # nosec B704  # our own files
        allowed=" ".join(f"'{_digest(script)}'" for script in scripts),
    )
    return page.encode("utf-8")
