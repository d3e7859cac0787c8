"""The checker of a draft: what it accepts, and that it fails when it must."""

from dataclasses import replace
from datetime import date, datetime

import pytest

from nlp.provenance import Cell, Finding, check, excerpt, fold, format_share, format_value, numerals
from nlp.records import Fragment, Grid, Paragraph, SourceRef
from tests.nlp.writers.sample_draft import DRAFT, NOTICE, TABLES, draft, paragraph, quote, section, value


def problems(*content: Paragraph | Grid) -> list[str]:
    return [finding.problem for finding in check(draft(section("a", "章节", *content)), TABLES)]


def test_a_draft_made_of_cells_passes() -> None:
    assert check(DRAFT, TABLES) == ()


@pytest.mark.parametrize(
    ("cell", "text"),
    [
        (None, "未知"), (float("nan"), "未知"), (0, "0"), (3, "3"), (3.0, "3"), (0.5, "0.5"), (0.126, "0.13"), (-0.001, "0"),
        (100.0, "100"), (True, "是"), (False, "否"), (("上海", "江苏"), "上海、江苏"), ((), ""), ("原文 ", "原文 "),
        (date(2026, 3, 1), "2026-03-01"), (datetime(2026, 3, 1, 8, 30), "2026-03-01"),
    ],
)
def test_format_value(cell: Cell, text: str) -> None:
    assert format_value(cell) == text


@pytest.mark.parametrize(("number", "text"), [(0.5, "50.0%"), (0, "0.0%"), (1.0, "100.0%"), (None, "未知"), (float("nan"), "未知")])
def test_format_share(number: float | None, text: str) -> None:
    assert format_share(number) == text


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("三项需求", "三项"), ("共 3 条", "3"), ("１２家", "１"), ("十二个", "十二个"), ("两种", "两种"), ("面积 m²", "²"), ("①", "①"),
        ("一、总体要求", None), ("统一部署", None), ("系统草稿，待专家论证", None), ("战略必争与区域优势两轴", None),
    ],
)
def test_numerals(text: str, found: str | None) -> None:
    assert numerals(text) == found


@pytest.mark.parametrize(
    ("text", "limit", "expected"),
    [
        ("短句", 10, "短句"), ("光刻胶  树脂", 6, "光刻胶 树脂"), ("不低于100项", 4, "不低于"), ("不低于12.5%", 5, "不低于"), ("不低于95%以上", 5, "不低于"),
        ("基于SiC外延", 4, "基于"), ("X" * 9, 4, "XXXX"), ("光刻胶树脂", 3, "光刻胶"), ("优于-5度", 3, "优于"),
    ],
)
def test_an_excerpt_never_ends_inside_a_number(text: str, limit: int, expected: str) -> None:
    assert excerpt(text, limit) == expected


def test_fold_drops_what_cannot_be_seen() -> None:
    assert fold(" 甲\u202e \n乙\x00\ud800 ") == "甲 乙"


@pytest.mark.parametrize("text", ["三项需求", "3", "共３家", "提升五成以上，共十个"])
def test_a_digit_without_source_is_found(text: str) -> None:
    assert len(problems(paragraph(text))) == 1


def test_a_count_split_over_two_fragments_is_found() -> None:
    assert problems(paragraph("三", "项")) == ["没有出处却含有数字“三项”"]


def test_fixed_wording_is_checked_everywhere() -> None:
    grid = Grid(caption="表3", header=("前5名",), rows=((paragraph("2026"),),))
    findings = check(replace(draft(section("a", "第1章", grid)), title="路线图2026", notice=NOTICE), TABLES)
    assert [f.text for f in findings] == ["路线图2026", "第1章", "表3", "前5名", "2026"]


@pytest.mark.parametrize(
    ("row", "column", "text"), [("t-a", "n_demands", "13"), ("t-a", "label", "光刻胶"), ("t-b", "share", "0"), ("t-a", "share", "50%")]
)
def test_a_value_other_than_its_cell_is_found(row: str, column: str, text: str) -> None:
    fragment = Fragment(text=text, source=SourceRef(table="topics", row=row, column=column))
    assert "不一致" in problems(paragraph(fragment))[0]


@pytest.mark.parametrize("source", [("none", "t-a", "label"), ("topics", "t-z", "label"), ("topics", "t-a", "none")])
def test_a_source_that_is_not_there_is_found(source: tuple[str, str, str]) -> None:
    table, row, column = source
    fragment = Fragment(text="光刻胶树脂", source=SourceRef(table=table, row=row, column=column))
    assert "不存在" in problems(paragraph(fragment))[0]


@pytest.mark.parametrize("text", ["良率不低于 95%", "LWR\n ≤ 2.0 nm，", "2.0 nm", "95%"])
def test_a_part_of_a_cell_is_a_quotation(text: str) -> None:
    assert problems(paragraph(quote("t-a", text))) == []


@pytest.mark.parametrize("text", ["良率不低于 9", "5%", "良率不低于 95", "2", "0 nm", "良率不低于 99%", "", " "])
def test_a_changed_or_cut_quotation_is_found(text: str) -> None:
    assert len(problems(paragraph("引：", quote("t-a", text)))) == 1


def test_a_quotation_may_be_found_whole_in_a_second_place() -> None:
    assert problems(paragraph(quote("t-b", "100 nm"))) == []
    assert problems(paragraph(quote("t-b", "00 nm"))) != []


def test_empty_sections_tables_and_titles_are_found() -> None:
    empty = Grid(caption="空表", header=("列",), rows=())
    sections = (section("a", "甲"), section("b", "乙", empty), section("c", "", paragraph("有文字")), section("d", "丁", paragraph(" ")))
    assert [f.problem for f in check(draft(*sections), TABLES)] == ["章节没有内容", "表中没有一行", "标题为空", "章节没有内容"]


def test_a_heading_that_opens_sub_sections_is_not_empty() -> None:
    assert check(draft(section("a", "甲"), section("b", "乙", paragraph("有文字"), level=2)), TABLES) == ()


def test_ragged_rows_and_repeated_anchors_are_found() -> None:
    ragged = Grid(caption="表", header=("甲", "乙"), rows=((paragraph("一格"),),), widths=(1,))
    twice = draft(section("a", "甲", ragged), section("a", "乙", paragraph("有文字")))
    assert [f.problem for f in check(twice, TABLES)] == ["列宽的个数与列数不符", "格数与列数不符", "锚点重复"]


def test_a_finding_reads_as_a_sentence() -> None:
    wrong = check(draft(section("a", "甲", paragraph(replace(value("t-a", "n_demands"), text="13")))), TABLES)
    assert wrong == (Finding(place="章节〈a〉第1段", problem="与出处 topics/t-a/n_demands 的值“12”不一致", text="13"),)
    assert str(wrong[0]) == "章节〈a〉第1段：与出处 topics/t-a/n_demands 的值“12”不一致（13）"
