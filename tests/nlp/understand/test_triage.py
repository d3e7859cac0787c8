from dataclasses import replace
from datetime import date

from nlp.records import Demand, Duplicate, Project, Rule
from nlp.understand.case import Case
from nlp.understand.triage import Entry, headings, judge_round
from tests.nlp.understand.rule_gold import VOCABULARY, targets_of
from tests.nlp.understand.test_questions import WORDING

RULES = (Rule(rule="money_at_least", quote="不低于300万元", number=300.0, words=()),)


def entry(ident: str, received: date | None = None, budget: float | None = 500.0, superseded_by: str | None = None) -> Entry:
    demand = Demand(demand_id=f"D{ident}", submission_id=f"S{ident}", version=1, superseded_by=superseded_by, source_file="x", source_location="y",
                    organisation="甲", region="江苏", title=f"加热盘{ident}", text="温区均匀性差，急需改进，希望寻找合作单位共同解决。")
    return Entry(row_id=f"S{ident}", demand=demand, case=Case(submission_id=f"S{ident}", title=demand.title, title_start=0, body=f"{demand.title}\n{demand.text}", organisation="甲",
                                          region="江苏", received=received, budget_wan=budget, period_years=1.0, targets=targets_of("D", 3)))


PAIRS = [Duplicate(a="D1", b="D2", label="duplicate", score=0.9, differences=()), Duplicate(a="D2", b="P1", label="related", score=0.6, differences=("7 nm ↔ 5 nm",))]
PROJECT = Project(project_id="P1", title="旧项目", organisation="乙", region="上海", year=2020, status=None, text="", source_file="x", source_location="y")


def actions(*entries: Entry) -> list[tuple[str, str | None]]:
    judged = judge_round(entries, RULES, vocabulary=VOCABULARY, wording=WORDING, duplicates=PAIRS, projects=[PROJECT])
    return [(j.suggestion.action, j.suggestion.merge_into) for j in judged]


def test_the_later_of_two_is_merged_into_the_earlier() -> None:
    assert actions(entry("1", date(2024, 4, 2)), entry("2", date(2024, 4, 1))) == [("合并到", "S2"), ("接收", None)]
    assert actions(entry("1"), entry("2", date(2024, 4, 1))) == [("合并到", "S2"), ("接收", None)]
    assert actions(entry("1"), entry("2")) == [("接收", None), ("合并到", "S1")]


def test_a_superseded_version_is_merged_into_the_new_one_and_nothing_into_it() -> None:
    assert actions(entry("1", superseded_by="S9"), entry("2")) == [("合并到", "S9"), ("接收", None)]


def test_neighbours_show_title_region_and_what_differs() -> None:
    judged = judge_round([entry("1"), entry("2")], RULES, vocabulary=VOCABULARY, wording=WORDING, duplicates=PAIRS, projects=[PROJECT])
    assert judged[1].neighbours == ("重复 0.90 S1《加热盘1》（江苏）", "相关 0.60 历史项目 P1《旧项目》（2020）；不同处：7 nm ↔ 5 nm")


def test_only_what_is_sent_back_gets_questions() -> None:
    first, second = judge_round([entry("1"), entry("3", budget=200.0)], RULES, vocabulary=VOCABULARY, wording=WORDING, duplicates=PAIRS)
    assert first.suggestion.action == "接收" and first.questions == ()
    assert second.suggestion.action == "退回补正" and len(second.questions) == 1
    assert first.clarity == "未判定"


def test_two_rules_of_one_kind_have_two_headings() -> None:
    rules = [*RULES, replace(RULES[0], number=500.0), Rule(rule="unreadable", quote="q", number=None, words=())]
    assert headings(rules, WORDING) == ["研发投入", "研发投入（500）", "unreadable"]
