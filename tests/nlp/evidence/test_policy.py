from datetime import date

import pytest

from nlp.evidence import Sources
from nlp.evidence.policy import core_terms, document_weight, holds, naming_clauses, strength
from tests.nlp.evidence.samples import RULES, TOPIC, clause, facts_of, policy

AS_OF = date(2026, 1, 1)


@pytest.mark.parametrize(
    ("level", "title", "status", "value"),
    [("国家", "集成电路条例", "正式", 5), ("省", "行动方案", "正式", 3), ("省", "行动方案", "草案", 1.5), ("市", "关于申报的通知", "正式", 1),
     ("园区", "若干规定", "试行", 1.8), (None, "若干措施", "正式", 1)],
)
def test_strength_by_hand(level: str | None, title: str, status: str, value: float) -> None:
    assert strength(policy("A", level=level, title=title, status=status), RULES.policy) == pytest.approx(value)


@pytest.mark.parametrize(
    ("on", "clauses", "value"),
    [(AS_OF, 2, 0.6), (AS_OF, 9, 0.6), (AS_OF, 1, 0.3), (date(2022, 1, 1), 2, 0.3), (None, 2, 0.3)],
)
def test_weight_by_hand(on: date | None, clauses: int, value: float) -> None:
    """A provincial plan is 3 of 5; halved after four years; one clause counts half; ten clauses no more than two."""
    assert document_weight(policy("A", on=on), clauses, RULES.policy, AS_OF) == pytest.approx(value, abs=1e-3)


@pytest.mark.parametrize(("text", "term", "found"), [("risc-vip核", "ip", False), ("处理器ip核", "ip", True), ("ipc,ip", "ip", True), ("研制光刻胶", "光刻胶", True), ("", "胶", False)])
def test_latin_terms_are_whole_words(text: str, term: str, found: bool) -> None:
    assert holds(text, term) is found


def test_only_a_topics_own_terms_name_it() -> None:
    named = {"d1": ("光刻胶", "晶圆"), "d2": ("晶圆",), "d3": ("晶圆",)}
    topic = TOPIC.__class__(**{f: getattr(TOPIC, f) for f in TOPIC.__slots__} | {"terms": ("光刻胶", "晶圆")})
    assert core_terms([topic], {"d1": "t", "d2": "u", "d3": "u"}, named, least=0.5) == {"t": ("光刻胶",)}


def test_a_clause_need_not_be_grouped_with_the_topic_to_name_it() -> None:
    policies = [policy("A"), policy("old", superseded="A"), policy("later", on=date(2027, 1, 1))]
    clauses = [clause(1, "A", "攻克光 刻胶"), clause(2, "A", "发展农业"), clause(3, "old"), clause(4, "later")]
    found = naming_clauses({"t": ("光刻胶",)}, clauses, policies, named={}, as_of=AS_OF)
    assert [n.clause.clause_id for n in found["t"]] == ["c1"]  # superseded drafts and later documents do not count


def test_a_term_that_was_recognised_in_another_spelling_names_too() -> None:
    found = naming_clauses({"t": ("光刻胶",)}, [clause(1, "A", "发展光阻剂")], [policy("A")], named={"c1": ("光刻胶",)}, as_of=AS_OF)
    assert len(found["t"]) == 1


def test_one_long_plan_does_not_outweigh_three_documents() -> None:
    plan = facts_of(Sources(policies=[policy("A")], clauses=[clause(i, "A") for i in range(20)], as_of=AS_OF))
    three = facts_of(Sources(policies=[policy(n) for n in "ABC"], clauses=[clause(i, n) for i, n in enumerate("ABCABC")], as_of=AS_OF))
    assert plan["policy_weight"].value == pytest.approx(0.6)
    assert three["policy_weight"].value == pytest.approx(1.8)


def test_instruments() -> None:
    found = facts_of(Sources(policies=[policy("A")], clauses=[clause(1, "A", "对光刻胶首批次应用给予保险补偿"), clause(2, "A", "光刻胶企业享受税收减免"), clause(3, "A", "设立光刻胶专项资金")], as_of=AS_OF))
    assert {k: found[f"instruments_{k}"].source_ids for k in ("supply", "environment", "demand")} == {"supply": ("c3",), "environment": ("c2",), "demand": ("c1",)}
