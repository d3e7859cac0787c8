"""Figures of several sources side by side, in texts as firms and patents write them."""

from pathlib import Path

import pytest

from nlp.records import Demand, Patent, Requirement
from nlp.requirements import alike, collect
from nlp.understand.parameter_names import load_parameter_names
from nlp.understand.targets import TargetVocabulary, find_targets, load_target_vocabulary

LEXICONS = Path(__file__).resolve().parents[2] / "corpora" / "lexicons"


@pytest.fixture(scope="module")
def vocabulary() -> TargetVocabulary:
    return load_target_vocabulary(LEXICONS)


def demand(number: int, text: str, years: float | None = None) -> Demand:
    return Demand(demand_id=f"d{number}", submission_id=f"s{number}", version=1, superseded_by=None, source_file="a.docx", source_location="表1",
                  organisation=None, region="上海", title="静电卡盘国产化", text=text, period_years=years)


def patent(text: str) -> Patent:
    return Patent(patent_id="CN1", family_id=None, title="一种静电卡盘", abstract=text, first_applicant=None, country=None, province="未知", year=2021,
                  ipc=(), source_file="p.csv", source_location="第2行")


def found(vocabulary: TargetVocabulary, *demands: Demand, patents: tuple[Patent, ...] = ()) -> tuple[Requirement, ...]:
    targets = {d.demand_id: find_targets(d.demand_id, f"{d.title}\n{d.text}", vocabulary=vocabulary) for d in demands}
    return collect("t", demands, targets, patents, vocabulary=vocabulary, names=load_parameter_names(LEXICONS), year=2026)


def rows(requirements: tuple[Requirement, ...]) -> list[tuple[str, str, float | None, int | None, bool]]:
    return [(r.parameter, r.state, r.low, r.year, r.conflict) for r in requirements]


def test_demanded_today_and_known_stand_side_by_side(vocabulary: TargetVocabulary) -> None:
    text = "目前国产产品的吸附力约20 kPa。考核指标：吸附力≥40 kPa；面内温度均匀性≤±0.5 ℃。"
    result = found(vocabulary, demand(1, text, 3), patents=(patent("该卡盘的吸附力达到35 kPa，厚度为2 mm。"),))
    assert [r for r in rows(result) if r[0] == "吸附力"] == [
        ("吸附力", "demanded", 40, 2029, False), ("吸附力", "known", 35, None, False), ("吸附力", "today", 20, None, False)]


def test_sources_that_differ_are_both_shown_and_marked(vocabulary: TargetVocabulary) -> None:
    result = found(vocabulary, demand(1, "考核指标：击穿电压≥1200 V。", 2), demand(2, "考核指标：器件击穿电压≥3300 V。"))
    assert rows(result) == [("击穿电压", "demanded", 1200, 2028, True), ("击穿电压", "demanded", 3300, None, True)]


def test_one_demand_with_two_values_is_no_conflict(vocabulary: TargetVocabulary) -> None:
    result = found(vocabulary, demand(1, "考核指标：击穿电压≥1200 V（平面型）；击穿电压≥3300 V（沟槽型）。"))
    assert {r.conflict for r in result} == {False}


def test_another_unit_is_another_parameter(vocabulary: TargetVocabulary) -> None:
    result = found(vocabulary, demand(1, "考核指标：寿命≥2000 h。"), demand(2, "考核指标：寿命≥6 年。"))
    assert len({(r.parameter, r.unit) for r in result}) == 2 and not any(r.conflict for r in result)


def test_offsets_lead_to_the_words(vocabulary: TargetVocabulary) -> None:
    d = demand(1, "目前吸附力20 kPa，要求吸附力≥40 kPa。")
    for r in found(vocabulary, d):
        assert f"{d.title}\n{d.text}"[r.start : r.end].strip() == r.stated


def test_without_demands_a_patents_figures_say_nothing(vocabulary: TargetVocabulary) -> None:
    assert found(vocabulary, patents=(patent("吸附力达到35 kPa。"),)) == ()


@pytest.mark.parametrize(("a", "b", "expected"), [
    ("分辨率", "图形分辨率", True), ("温度", "温度均匀性", False), ("率", "良率", False), ("良率", "良率", True)])
def test_names_that_share_their_head(a: str, b: str, expected: bool) -> None:
    assert alike(a, b) is expected
