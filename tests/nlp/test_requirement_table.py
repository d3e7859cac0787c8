"""The requirement table as a reader of the draft sees it."""

from dataclasses import replace

from nlp.options import DraftOptions
from nlp.records import Requirement
from nlp.requirement_table import HEADER, grid

OPTIONS = DraftOptions(topics_per_segment=1, sources_per_card=1, requirements_per_card=2, near_years=3, middle_years=5)
BASE = Requirement(requirement_id="r", topic_id="t", parameter="吸附力", unit="kPa", state="demanded", operator=">=", low=40, high=40, stated="吸附力≥40 kPa",
                   figure="≥40 kPa", year=2028, source_kind="demand", source_id="d1", start=0, end=9, conflict=False)


def shown(*requirements: Requirement) -> list[list[str]]:
    table = grid(requirements, "指标要求", year=2026, options=OPTIONS)
    return [[cell.text for cell in row] for row in table.rows] if table else []


def test_each_figure_stands_under_its_time_with_its_source() -> None:
    rows = shown(
        BASE, replace(BASE, requirement_id="a", state="today", figure="20 kPa", year=None), replace(BASE, requirement_id="b", year=2031, source_id="d2"),
        replace(BASE, requirement_id="c", year=2035, figure="≥60 kPa", source_id="d3"), replace(BASE, requirement_id="e", year=None, source_id="d4"),
        replace(BASE, requirement_id="f", state="known", figure="35 kPa", year=None, source_id="CN1"))
    assert rows == [["吸附力", "20 kPa〔d1〕", "≥40 kPa〔d1〕", "≥40 kPa〔d2〕", "≥60 kPa〔d3〕", "≥40 kPa〔d4〕", "35 kPa〔CN1〕"]]


def test_figures_that_differ_are_said_to_differ() -> None:
    rows = shown(replace(BASE, conflict=True), replace(BASE, requirement_id="b", conflict=True, figure="≥60 kPa", source_id="d2"))
    assert rows == [["吸附力（各方不一致）", "—", "≥40 kPa〔d1〕；≥60 kPa〔d2〕", "—", "—", "—", "—"]]


def test_the_same_figure_of_one_source_stands_once() -> None:
    assert shown(BASE, replace(BASE, requirement_id="b"))[0][2] == "≥40 kPa〔d1〕"


def test_parameters_with_more_sources_come_first_and_the_rest_is_left_to_the_workbook() -> None:
    others = [replace(BASE, requirement_id=f"x{i}", parameter=f"参数{i}", source_id="d9") for i in range(3)]
    assert [r[0] for r in shown(*others, BASE, replace(BASE, requirement_id="b", source_id="d2"))] == ["吸附力", "参数0"]


def test_nothing_demanded_is_no_table() -> None:
    assert grid((), "指标要求", year=2026, options=OPTIONS) is None
    assert len(HEADER) == 7
