"""Every drawing with no, one, five and forty topics: nothing outside the sheet, nothing that is not a label."""

from xml.etree.ElementTree import fromstring

import pytest

from nlp.readback_figures import check_figure
from nlp.writers.drawing import text_width
from nlp.writers.figures import rank_ticks
from nlp.writers.layers import PHASES, Box, Link, draw_layers
from tests.nlp.writers.sample_draft import HOSTILE
from tests.nlp.writers.sample_figures import cited, every_figure, layered, long_name

SVG = "{http://www.w3.org/2000/svg}"
OUTSIDE = 4.0  # how far a text may seem to reach over the edge: widths are estimates


def test_as_many_figures_as_there_is_something_to_draw_from() -> None:
    assert [f.name for f in every_figure(0)] == ["matrix-demand", "layers-materials"]
    assert [f.name for f in every_figure(1)] == ["ranks", "quadrants", "matrix-demand", "map-materials", "years-materials", "ranks-materials", "layers-materials"]


@pytest.mark.parametrize("n", [1, 5, 40])
def test_nothing_is_said_but_labels_and_nothing_leaves_the_sheet(n: int) -> None:
    for figure in every_figure(n):
        assert list(check_figure(figure)) == []
        for text in fromstring(figure.svg).iter(f"{SVG}text"):
            for line in text:
                x, y, wide = float(line.get("x", 0)), float(line.get("y", 0)), text_width(line.text or "", float(text.get("font-size", 10)))
                left = x - {"start": 0, "middle": wide / 2, "end": wide}[text.get("text-anchor", "start")]
                assert left >= -OUTSIDE and left + wide <= figure.width + OUTSIDE and 0 < y <= figure.height, (figure.name, line.text)


@pytest.mark.parametrize("label", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_labels_stay_text(label: str) -> None:
    for figure in every_figure(2, lambda i: label):
        assert list(check_figure(figure)) == []


def test_the_same_rows_give_the_same_bytes() -> None:
    assert [(f.svg, f.png, f.chart) for f in every_figure(5)] == [(f.svg, f.png, f.chart) for f in every_figure(5)]


@pytest.mark.parametrize(("highest", "ticks"), [(1, [1]), (5, [1, 2, 3, 4, 5]), (40, [1, 5, 10, 15, 20, 25, 30, 35, 40]), (200, [1, 50, 100, 150, 200])])
def test_rank_ticks(highest: float, ticks: list[int]) -> None:
    assert rank_ticks(highest) == ticks


def test_counts_inside_the_lag_have_no_colour() -> None:
    years = next(f for f in every_figure(5) if f.name == "years-materials")
    grey = [e for e in fromstring(years.svg).iter(f"{SVG}rect") if e.get("fill") == "#e6e7ea"]
    assert len(grey) == 1 + 5 and "公开滞后，未计全".encode() in years.svg


def test_the_layered_chart_stays_one_page_and_says_what_it_leaves_out() -> None:
    few, many = layered(5), layered(400)
    assert (few.width, few.height) == (many.width, many.height) == (1080, 740)
    assert "其余见表".encode() in many.svg and "其余见表".encode() not in few.svg


def test_links_are_drawn_between_boxes_that_have_room() -> None:
    boxes = [Box(box_id=str(i), layer=layer, phase=phase, text=cited(long_name(i))) for i, (layer, phase) in enumerate((("需求", "近期"), ("技术", "近期"), ("技术", "远期")))]
    links = [Link(source=a, target=b) for a, b in (("0", "1"), ("1", "2"), ("2", "0"), ("0", "0"), ("0", "9"))]
    drawn = draw_layers(boxes, links, phases=[cited(p) for p in PHASES], alt="图")
    assert drawn.svg.count(b"<path") == 3
