"""The package's entry: facts of all kinds together, by hand-computed tables."""

from datetime import date

from nlp.evidence import Sources, region_matrix
from nlp.records import Assignment
from tests.nlp.evidence.samples import clause, demand, facts_of, patent, policy

DEMANDS = [demand(1, "甲", "上海", budget=100.0), demand(2, "甲", "上海", budget=50.0), demand(3, None, "江苏"), demand(4, "乙", "河南")]
PATENTS = [patent(1, family="x", country="日本", year=2019), patent(2, family="x", country="日本", year=2020),
           patent(3, country="中国", province="上海", year=2021), patent(4, country="中国", province="北京", year=2021), patent(5)]
SOURCES = Sources(demands=DEMANDS, clauses=[clause(1, "A"), clause(2, "A"), clause(3, "B")], policies=[policy("A"), policy("B")], patents=PATENTS, as_of=date(2026, 6, 1))


def test_counts_by_hand() -> None:
    values = {name: fact.value for name, fact in facts_of(SOURCES).items()}
    assert values["demands"] == 4
    assert values["organisations"] == 3  # 甲 twice is one, the unnamed one counts as its own
    assert values["delta_provinces"] == 2  # 上海 and 江苏; 河南 lies outside the delta
    assert values["budget_wan"] == 150
    assert (values["clauses"], values["naming_clauses"], values["policies"]) == (3, 3, 2)
    assert (values["patents"], values["families"]) == (5, 4)  # family x once
    assert (values["first_year"], values["last_year"]) == (2019, 2021)


def test_every_fact_names_records_and_its_interval_holds_its_value() -> None:
    known = {d.demand_id for d in DEMANDS} | {p.patent_id for p in PATENTS} | {c.clause_id for c in SOURCES.clauses} | {"A", "B"}
    for name, fact in facts_of(SOURCES).items():
        assert fact.source_ids, name
        assert set(fact.source_ids) <= known, name
        assert fact.low is None or fact.low - 1e-9 <= fact.value <= (fact.high or 0) + 1e-9, name


def test_what_cannot_be_measured_is_absent_not_zero() -> None:
    found = facts_of(SOURCES)
    assert not {"projects", "patents_浙江", "organisations_安徽", "period_years", "cut_off", "growth"} & set(found)


def test_nothing_gives_nothing() -> None:
    assert facts_of(Sources()) == {}


def test_the_matrix_adds_up_to_its_records() -> None:
    ids = [d.demand_id for d in DEMANDS] + [p.patent_id for p in PATENTS] + [c.clause_id for c in SOURCES.clauses]
    assignments = [Assignment(unit_id=i, unit_kind="", segment="materials", topic_id=None, method="", similarity=None) for i in ids]
    cells = region_matrix(assignments, sources=SOURCES)
    assert {kind: sum(c.value for c in cells if c.kind == kind) for kind in ("demand", "clause", "family")} == {"demand": 4, "clause": 3, "family": 4}
    assert {(c.region, c.value) for c in cells if c.kind == "family"} == {("国外", 1), ("上海", 1), ("北京", 1), ("未知", 1)}
