"""The requirement table as a reader of the draft sees it."""

from dataclasses import replace

from nlp.options import DraftOptions
from nlp.records import Grid, Paragraph, Requirement
from nlp.requirement_table import HEADER, rows_of, table

OPTIONS = DraftOptions(topics_per_segment=1, sources_per_card=1, requirements_per_card=2, near_years=3, middle_years=5)
BASE = Requirement(requirement_id="r", topic_id="t", parameter="吸附力", unit="kPa", state="demanded", operator=">=", low=40, high=40, stated="吸附力≥40 kPa",
                   figure="≥40 kPa", year=2028, source_kind="demand", source_id="d1", start=0, end=9, conflict=False)


def shown(*requirements: Requirement) -> list[list[str]]:
    return [[cell.text for cell in row] for row in rows_of(requirements, year=2026, options=OPTIONS)]


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
    grid, *_ = table((*others, BASE, replace(BASE, requirement_id="b", source_id="d2")), "指标要求", year=2026, options=OPTIONS)
    assert isinstance(grid, Grid)
    assert [row[0].text for row in grid.rows] == ["吸附力", "参数0"]


def test_a_column_that_no_row_fills_is_a_sentence() -> None:
    grid, said = table((BASE, replace(BASE, requirement_id="b", parameter="温度", year=None)), "指标要求", year=2026, options=OPTIONS)
    assert isinstance(grid, Grid)
    assert isinstance(said, Paragraph)
    assert grid.header == ("参数", "近期要求", "未写期限")
    assert [[c.text for c in row] for row in grid.rows] == [["吸附力", "≥40 kPa〔d1〕", "—"], ["温度", "—", "≥40 kPa〔d1〕"]]
    assert len(grid.widths) == 3
    assert said.text == "上表各参数，材料中没有现状、中期要求、远期要求、专利所见的数值。"


def test_a_full_table_needs_no_sentence() -> None:
    spans = [replace(BASE, requirement_id=f"y{y}", year=y) for y in (2028, 2031, 2035, None)]
    states = [replace(BASE, requirement_id=s, state=s, year=None) for s in ("today", "known")]
    assert len(list(table((*spans, *states), "指标要求", year=2026, options=OPTIONS))) == 1


def test_nothing_demanded_is_no_table() -> None:
    assert list(table((), "指标要求", year=2026, options=OPTIONS)) == []
    assert len(HEADER) == 7
