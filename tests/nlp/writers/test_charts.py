"""Charts of the page: plain JSON that shows labels and nothing else."""

import json

from nlp.provenance import numerals
from nlp.writers.charts import strings
from tests.nlp.writers.sample_figures import every_figure, exhibits, long_name

CHARTS = {f.name: f for f in every_figure(5) if f.chart}


def test_which_drawings_have_a_chart() -> None:
    assert sorted(CHARTS) == ["map-materials", "ranks", "ranks-materials", "years-materials"]


def test_a_chart_is_data_drawn_as_text() -> None:
    for figure in CHARTS.values():
        spec = json.loads(figure.chart or "")
        assert spec["height"] > 0 and spec["option"]["tooltip"]["renderMode"] == "richText"
        assert "formatter" not in spec["option"]["tooltip"]  # its templates escape what is no HTML


def test_tooltips_are_labels_a_line_each() -> None:
    option = json.loads(CHARTS["ranks"].chart or "")["option"]
    assert option["series"][2]["data"][1] == {"name": "ArF光刻胶、光致产酸剂\n2（1–5）", "value": [2, 1]}
    assert [s["data"][0] for s in option["series"][:2]] == [1, {"name": f"{long_name(0)}\n1（1–4）", "value": 3}]


def test_lines_leave_the_lag_marked_and_few_are_shown_at_first() -> None:
    option = json.loads(next(f for f in every_figure(8) if f.name == "years-materials").chart or "")["option"]
    assert option["series"][0]["markArea"]["data"][0][0]["xAxis"] == "2024"
    assert sum(option["legend"]["selected"].values()) == 5 and len(option["series"]) == 8


def test_dots_stand_in_their_circle_although_the_map_is_wider_than_high() -> None:
    option = json.loads(CHARTS["map-materials"].chart or "")["option"]
    circle, dot = option["series"][0]["data"][0], option["series"][2]["data"][0]
    assert 0 < circle["value"][0] - dot["value"][0] < abs(exhibits(5).places[0].x - exhibits(5).places[5].x)


def test_braces_cannot_be_a_template() -> None:
    chart = next(f.chart for f in every_figure(1, lambda i: "{b|甲} {a} 7nm") if f.name == "ranks") or ""
    assert not [s for s in strings(chart) if "{" in s or "}" in s]
    assert "｛b|甲｝ ｛a｝ 7nm" in strings(chart) and numerals("7nm")
