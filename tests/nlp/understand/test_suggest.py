import pytest

from nlp.records import RuleVerdict
from nlp.understand.case import Case
from nlp.understand.suggest import ACTIONS, TABLE, Completeness, Findings, completeness, suggest

WHOLE = Completeness(share=1.0, missing=())
LACKING = Completeness(share=0.8, missing=("研发投入",))


def verdict(rule: str, outcome: str) -> RuleVerdict:
    return RuleVerdict(submission_id="S", rule=rule, quote="q", verdict=outcome, reason=f"{rule} 的理由", evidence=None)


def findings(*verdicts: tuple[str, str], complete: Completeness = WHOLE, **more: object) -> Findings:
    return Findings(verdicts=tuple(verdict(*v) for v in verdicts), completeness=complete, **more)


CASES = [
    (findings(), "接收", "符合"),
    (findings(("money_at_least", "pass"), ("own_to_fiscal_at_least", "unknown"), ("unreadable", "unknown")), "接收", "符合"),
    (findings(clarity="vague"), "接收", "符合"),
    (findings(superseded_by="S2", merge_into="S0", clarity="directionless"), "合并到", "已有新版本"),
    (findings(("subject_without", "fail"), ("region_in", "fail")), "转其他渠道", "没有技术需求"),
    (findings(clarity="directionless"), "转其他渠道", "没有技术需求"),
    (findings(("received_by", "fail"), ("money_at_least", "fail")), "不予受理", "逾期"),
    (findings(("region_in", "fail"), ("field_in", "fail")), "不予受理", "地域不符"),
    (findings(("not_funded_before", "fail"), merge_into="S0"), "不予受理", "已立项"),
    (findings(("field_in", "fail"), ("targets_at_least", "fail")), "转其他渠道", "领域不符"),
    (findings(("targets_at_least", "fail"), merge_into="S0"), "合并到", "与他份重复"),
    (findings(("single_demand", "fail"), ("targets_at_least", "fail")), "拆分", "一表多项"),
    (findings(n_parts=2), "拆分", "一表多项"),
    (findings(("money_at_least", "fail")), "退回补正", "不符合规则"),
    (findings(("money_at_least", "unknown")), "退回补正", "要素不全"),
    (findings(complete=LACKING), "退回补正", "要素不全"),
    (findings(clarity="concept"), "退回补正", "表述不清"),
]


@pytest.mark.parametrize(("found", "action", "row"), CASES)
def test_the_decision_table(found: Findings, action: str, row: str) -> None:
    made = suggest(found)
    assert (made.action, made.row) == (action, row)
    assert made.reason


def test_every_row_of_the_table_and_every_action_is_tested() -> None:
    assert {row for _, _, row in CASES} == {r.name for r in TABLE}
    assert {action for _, action, _ in CASES} == set(ACTIONS)


def test_where_to_merge_is_named() -> None:
    assert suggest(findings(merge_into="S0")).merge_into == "S0"
    assert suggest(findings(superseded_by="S2", merge_into="S0")).merge_into == "S2"
    assert suggest(findings(("received_by", "fail"), merge_into="S0")).merge_into is None


def test_an_accepted_one_shows_what_the_office_should_look_at() -> None:
    made = suggest(findings(("not_funded_before", "unknown"), ("own_to_fiscal_at_least", "unknown")))
    assert (made.action, made.reason) == ("接收", "各项规则未见不符，要素齐全；请核对：not_funded_before 的理由")


def test_what_is_sent_back_shows_failures_and_gaps() -> None:
    assert suggest(findings(("money_at_least", "unknown"), ("benchmark_named", "fail"))).reason == "benchmark_named 的理由；money_at_least 的理由"


def test_long_reasons_are_counted_not_lost() -> None:
    made = suggest(findings(*[(f"{c}_at_least", "fail") for c in "abcdef"]))
    assert made.reason.endswith("另有 2 项")


def test_completeness_names_what_is_missing() -> None:
    found = completeness(Case(submission_id="S", title="题", title_start=0, body="题\n" + "述" * 30, organisation="甲", region="江苏", budget_wan=1.0))
    assert found.missing == ("技术指标", "攻关期限")
    assert found.share == pytest.approx(5 / 7)
