from dataclasses import replace
from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.errors import InvalidSetting
from nlp.records import Duplicate, Facets, Project, Rule, RuleVerdict, Span
from nlp.understand.funded import likeness
from nlp.understand.rules import RULE_NAMES, Case, check, check_text, compile_rules, from_toml, to_toml
from tests.nlp.understand.rule_gold import GOLD, LETTERS, ORDER, VOCABULARY, cases, rules_of, sample, targets_of

TEXT = "某薄膜沉积装备加热盘\n温区均匀性差，急需改进。总投入800万元，其中申请财政支持100万元，2年内完成。"
CASE = Case(submission_id="S", title="某薄膜沉积装备加热盘", title_start=0, body=TEXT)
FACETS = Facets(demand_id="S", clarity="clear", reasons=(), parts=(Span(start=0, end=10),), problem=None, foreign_dependence=False, foreign_span=None,
                vendors=(), countries=(), budget_wan=None, fiscal_wan=None, period_years=None, trl_now=None, trl_after=None, cooperation=None, benchmark=None)


def rule(name: str, number: float | None = None, *words: str, quote: str = "原句") -> Rule:
    return Rule(rule=name, quote=quote, number=number, words=words)


def judged(case: Case, *rules: Rule) -> RuleVerdict:
    return check(case, rules, vocabulary=VOCABULARY)[0]


def test_hand_verdicts_on_both_notices() -> None:
    taken = sample()
    rules, n, agreed = rules_of(taken), 0, 0
    for case, letters in cases(taken):
        for notice, expected in letters.items():
            verdicts = {v.rule: v for v in check(case, rules[notice], vocabulary=VOCABULARY)}
            n += len(ORDER)
            agreed += sum(verdicts[name].verdict == LETTERS[letter] for name, letter in zip(ORDER, expected, strict=True))
            assert all(v.evidence is None or 0 <= v.evidence.start < v.evidence.end <= len(case.body) for v in verdicts.values())
    assert len(GOLD["sample"]) + len(GOLD["short"]) >= 60
    assert n == 64 * len(ORDER) * 2
    assert agreed / n >= 0.95


@pytest.mark.parametrize("name", sorted(RULE_NAMES - {"targets_at_least", "benchmark_named"}))
def test_silence_is_never_a_failure(name: str) -> None:
    silent = Case(submission_id="S", title="", title_start=None, body="")
    words = ("2024-05-10",) if name == "received_by" else ("江苏",)
    assert judged(silent, rule(name, 3.0, *words)).verdict == "unknown"


@pytest.mark.parametrize("name", ["targets_at_least", "benchmark_named"])
def test_what_must_be_stated_and_is_not_fails(name: str) -> None:
    assert judged(CASE, rule(name, 5.0)).verdict == "fail"


@pytest.mark.parametrize(("name", "number", "changes", "verdict"), [
    ("money_at_least", 300.0, {"budget_wan": 300.0}, "pass"),
    ("money_at_least", 300.0, {"budget_wan": 299.9}, "fail"),
    ("money_at_least", 300.0, {"budget_wan": 8_000_000.0}, "unknown"),
    ("money_at_most", 500.0, {"budget_wan": 800.0}, "fail"),
    ("period_at_most", 3.0, {"period_years": 3.0}, "pass"),
    ("period_at_most", 2.5, {"period_years": 2.58}, "fail"),
    ("own_to_fiscal_at_least", 4.0, {"budget_wan": 500.0, "fiscal_wan": 100.0, "body": "总投资 500"}, "pass"),
    ("own_to_fiscal_at_least", 4.0, {"budget_wan": 450.0, "fiscal_wan": 100.0, "body": "投入"}, "unknown"),
    ("own_to_fiscal_at_least", 4.0, {"budget_wan": 450.0, "fiscal_wan": 100.0, "body": "450万元，其中申请财政100万元"}, "fail"),
    ("own_to_fiscal_at_least", 4.0, {"fiscal_wan": 100.0, "body": "企业自筹400万元"}, "pass"),
    ("own_to_fiscal_at_least", 4.0, {"body": "企业自筹1600万元，不申请财政资金"}, "pass"),
    ("own_to_fiscal_at_least", 4.0, {"budget_wan": 300.0, "fiscal_wan": 100.0}, "fail"),
    ("fiscal_share_at_most", 30.0, {"budget_wan": 1000.0, "fiscal_wan": 300.0}, "pass"),
    ("own_share_at_least", 70.0, {"budget_wan": 1000.0, "fiscal_wan": 400.0}, "fail"),
    ("title_length_at_most", 30.0, {"title": "短名称"}, "pass"),
    ("title_length_at_most", 8.0, {"title": "SiC MOSFET栅氧界面"}, "unknown"),
    ("title_length_at_most", 5.0, {"title": "很长很长的一个需求名称"}, "fail"),
    ("single_demand", None, {"facets": FACETS}, "pass"),
    ("single_demand", None, {"facets": replace(FACETS, parts=(Span(start=0, end=3), Span(start=3, end=6)))}, "fail"),
])
def test_amounts(name: str, number: float | None, changes: dict[str, object], verdict: str) -> None:
    assert judged(replace(CASE, **changes), rule(name, number)).verdict == verdict


@pytest.mark.parametrize(("name", "words", "changes", "verdict"), [
    ("region_in", ("江苏", "上海"), {"region": "江苏"}, "pass"),
    ("region_in", ("江苏",), {"region": "福建"}, "fail"),
    ("region_in", ("江苏",), {"region": "未知"}, "unknown"),
    ("region_in", ("济宁",), {"region": "山东", "organisation": "济宁示例公司"}, "pass"),
    ("region_in", ("济宁",), {"region": "山东", "organisation": "示例公司"}, "unknown"),
    ("region_in", ("济宁",), {"region": "江苏"}, "fail"),
    ("field_in", ("集成电路材料", "半导体装备"), {"segment": "materials"}, "pass"),
    ("field_in", ("集成电路材料", "半导体装备"), {"segment": "design"}, "fail"),
    ("field_in", ("集成电路",), {"segment": "design"}, "pass"),
    ("field_in", ("集成电路",), {"segment": "none"}, "fail"),
    ("field_in", ("生物医药",), {"segment": "none"}, "unknown"),
    ("received_by", ("2024-05-10",), {"received": date(2024, 5, 10)}, "pass"),
    ("received_by", ("2024-05-10",), {"received": date(2024, 5, 11)}, "fail"),
    ("title_without", ("首创",), {"title": "国际首创的膜"}, "fail"),
    ("title_without_names", ("企业名称",), {"title": "示例微电子光刻胶", "organisation": "示例微电子有限公司"}, "fail"),
    ("title_without_names", ("产品型号",), {"title": "XT-1900Gi光刻机物镜"}, "unknown"),
    ("title_without_names", ("产品型号",), {"title": "1200V沟槽SiC MOSFET"}, "pass"),
    ("subject_without", ("资金",), {"facets": replace(FACETS, clarity="directionless"), "body": "急需资金"}, "fail"),
    ("subject_without", ("资金",), {"facets": FACETS, "body": "急需资金"}, "pass"),
])
def test_conditions(name: str, words: tuple[str, ...], changes: dict[str, object], verdict: str) -> None:
    assert judged(replace(CASE, **changes), rule(name, None, *words)).verdict == verdict


@pytest.mark.parametrize(("body", "verdict"), [
    ("达到国际先进水平。", "fail"),
    ("对标国际先进水平。", "fail"),
    ("技术指标对标分析\n达到国际领先水平。", "fail"),
    ("技术指标对标分析\n与美国同类产品相比，精度持平。", "pass"),
    ("对标日本某厂商同级别树脂，杂质5 ppb。", "pass"),
    ("国外同节点机型灵敏度为20 nm。", "pass"),
    ("以国际主流签核工具为黄金参照。", "pass"),
    ("全部从日本进口，交期40周。", "fail"),
    ("性能达到进口产品水平。", "fail"),
])
def test_a_slogan_is_no_benchmark(body: str, verdict: str) -> None:
    assert judged(replace(CASE, body=body), rule("benchmark_named")).verdict == verdict


def test_capacity_counts_unless_technical_targets_are_asked() -> None:
    targets = tuple(replace(t, name="年产光致产酸剂") if i == 0 else t for i, t in enumerate(targets_of("S", 5)))
    case = replace(CASE, targets=targets)
    assert judged(case, rule("targets_at_least", 5.0, quote="考核指标不少于5项")).verdict == "pass"
    assert judged(case, rule("targets_at_least", 5.0, quote="技术考核指标不少于5项")).verdict == "fail"


PROJECT = Project(project_id="P1", title="寄生参数提取引擎研发", organisation="甲公司", region="上海", year=2021, status=None, text="", source_file="x", source_location="y")


@pytest.mark.parametrize(("changes", "since", "verdict"), [
    ({"title": "寄生参数提取"}, 2019.0, "fail"),
    ({"title": "寄生参数提取"}, 2022.0, "pass"),
    ({"title": "寄生参数提取"}, None, "fail"),
    ({"title": "大规模电路寄生电阻提取", "organisation": "甲公司"}, 2019.0, "unknown"),
    ({"title": "静电卡盘"}, 2019.0, "pass"),
    ({"title": "静电卡盘", "duplicates": (Duplicate(a="D", b="P1", label="duplicate", score=0.9, differences=()),)}, 2019.0, "fail"),
    ({"title": "静电卡盘", "organisation": "甲公司", "duplicates": (Duplicate(a="D", b="P1", label="related", score=0.6, differences=()),)}, 2019.0, "unknown"),
    ({"title": "静电卡盘", "body": "本内容2022年已获省科技计划立项。"}, 2019.0, "fail"),
    ({"title": "静电卡盘", "projects": (), "body": "尚未立项。"}, 2019.0, "pass"),
    ({"title": "静电卡盘", "projects": ()}, 2019.0, "unknown"),
])
def test_not_funded_before(changes: dict[str, object], since: float | None, verdict: str) -> None:
    case = replace(CASE, **{"projects": (PROJECT,), **changes})
    assert judged(case, rule("not_funded_before", since)).verdict == verdict


def test_another_voltage_is_less_alike() -> None:
    fillers = VOCABULARY.judging.filler_words
    assert likeness("1200V沟槽SiC MOSFET", "1200V沟槽SiC MOSFET研发", fillers) == 1.0
    assert likeness("1200V沟槽SiC MOSFET", "3300V沟槽SiC MOSFET", fillers) < 1.0
    assert likeness("", "甲", fillers) == 0.0


def test_a_bare_text_is_judged_by_what_it_says() -> None:
    text = "需求名称：国际首创的加热盘\n需求单位：无锡示例装备有限公司\n对标日本某厂商同类产品，温区均匀性0.5 ℃。"
    rules = compile_rules("名称不得出现“国际首创”字样。须在江苏省注册。应明确对标产品。逾期不予受理。", vocabulary=VOCABULARY)
    verdicts = {v.rule: v for v in check_text("T1", text, rules, vocabulary=VOCABULARY)}
    assert {name: v.verdict for name, v in verdicts.items()} == {"title_without": "fail", "region_in": "pass", "benchmark_named": "pass"}
    evidence = verdicts["title_without"].evidence
    assert evidence and text[evidence.start : evidence.end] == "国际首创"
    assert all(v.submission_id == "T1" for v in verdicts.values())


def test_a_bare_text_may_state_its_place_and_date_in_words() -> None:
    rules = (rule("region_in", None, "江苏"), rule("received_by", None, "2024-05-10"))
    verdicts = check_text("T", "加热盘\n我公司位于江苏无锡，主营装备。\n填报日期：2024年5月11日", rules, vocabulary=VOCABULARY)
    assert [v.verdict for v in verdicts] == ["pass", "fail"]


def test_the_money_field_of_a_form_speaks_in_words() -> None:
    ratio = rule("own_to_fiscal_at_least", 4.0)
    assert judged(replace(CASE, body="", form_money="自筹1050万元，申请财政补助250万元，合计1300万元", budget_wan=1050.0), ratio).verdict == "pass"
    assert judged(replace(CASE, body="", form_money="企业自筹1600万元，不申请财政资金。"), ratio).verdict == "pass"
    assert judged(replace(CASE, body="", form_money="600万元，其中申请财政支持200万元", budget_wan=600.0), ratio).verdict == "fail"


def test_a_rule_of_a_newer_pack_is_unknown() -> None:
    assert judged(CASE, rule("colour_in")).verdict == "unknown"


# ---- rule packs ---------------------------------------------------------------------------

RULES = st.builds(Rule, rule=st.sampled_from(["targets_at_least", "money_at_least"]), quote=st.text(max_size=40),
                  number=st.floats(0, 1e6, allow_nan=False), words=st.lists(st.text(max_size=8), max_size=3).map(tuple))


@given(st.lists(RULES, max_size=5))
def test_a_pack_comes_back_as_it_was(rules: list[Rule]) -> None:
    assert from_toml(to_toml(rules)) == tuple(rules)


def test_the_packs_of_both_notices_come_back_as_they_were() -> None:
    for rules in rules_of(sample()).values():
        assert from_toml(to_toml(rules)) == rules


@pytest.mark.parametrize(("pack", "message"), [
    ("[[rule", "不是合法的 TOML"),
    ('[[rule]]\nrule = "money_at_least"\nquote = "q"', "缺少 number"),
    ('[[rule]]\nrule = "region_in"\nquote = "q"', "缺少 words"),
    ('[[rule]]\nrule = "received_by"\nquote = "q"\nwords = ["五月"]', "日期 五月 无法识别"),
    ('[[rule]]\nrule = "money_at_least"\nquote = "q"\nnumber = "三百"', "第 1.number 处"),
    ('[[rule]]\nquote = "q"', "第 1.rule 处"),
])
def test_a_pack_that_cannot_be_used_says_where(pack: str, message: str) -> None:
    with pytest.raises(InvalidSetting, match=message):
        from_toml(pack)
