"""Facts by hand-computed tables."""

from nlp.evidence import measure, share
from nlp.records import Assignment, Clause, Demand, Fact, Patent, Topic

TOPIC = Topic(topic_id="t", segment="materials", label="光刻胶", terms=("光刻胶",), n_demands=4, n_clauses=3, n_patents=5, regions=(), stability=None)


def demand(number: int, organisation: str | None, region: str, budget: float | None = None) -> Demand:
    return Demand(demand_id=f"d{number}", submission_id=f"s{number}", version=1, superseded_by=None, source_file="f", source_location="l",
                  organisation=organisation, region=region, title="", text="", budget_wan=budget)


def patent(number: int, *, family: str | None = None, country: str | None = None, province: str = "未知", year: int | None = None) -> Patent:
    return Patent(patent_id=f"p{number}", family_id=family, title="", abstract="", first_applicant=None, country=country, province=province,
                  year=year, ipc=(), source_file="f", source_location="l")


def clause(number: int, policy: str) -> Clause:
    return Clause(clause_id=f"c{number}", policy_id=policy, path="", heading=None, text="", source_location="l")


DEMANDS = [demand(1, "甲", "上海", 100.0), demand(2, "甲", "上海", 50.0), demand(3, None, "江苏"), demand(4, "乙", "河南")]
CLAUSES = [clause(1, "A"), clause(2, "A"), clause(3, "B")]
PATENTS = [patent(1, family="x", country="日本", year=2019), patent(2, family="x", country="日本", year=2020),
           patent(3, country="中国", province="上海", year=2021), patent(4, country="中国", province="北京", year=2021), patent(5)]


def facts() -> dict[str, Fact]:
    kinds = [("d1", "demand"), ("d2", "demand"), ("d3", "demand"), ("d4", "demand"), ("c1", "clause"), ("c2", "clause"), ("c3", "clause"),
             *((p.patent_id, "patent") for p in PATENTS)]
    assignments = [Assignment(unit_id=i, unit_kind=k, segment="materials", topic_id="t", method="聚类", similarity=0.5) for i, k in kinds]
    return {f.fact: f for f in measure([TOPIC], assignments, demands=DEMANDS, clauses=CLAUSES, patents=PATENTS, projects={})}


def test_counts_by_hand() -> None:
    values = {name: fact.value for name, fact in facts().items()}
    assert values["demands"] == 4
    assert values["organisations"] == 3  # 甲 twice is one, the unnamed one counts as its own
    assert values["delta_provinces"] == 2  # 上海 and 江苏; 河南 lies outside the delta
    assert values["budget_wan"] == 150
    assert (values["clauses"], values["policies"]) == (3, 2)
    assert (values["patents"], values["families"]) == (5, 4)  # family x once
    assert (values["first_year"], values["last_year"]) == (2019, 2021)


def test_shares_are_over_families_whose_holder_is_known() -> None:
    found = facts()
    assert found["foreign_share"].value == 1 / 3  # family x against p3 and p4; p5 has no country
    assert found["delta_share"].value == 1 / 2  # p3 of p3 and p4
    assert found["foreign_share"].source_ids == ("p1", "p3", "p4")


def test_what_cannot_be_measured_is_absent_not_zero() -> None:
    found = facts()
    assert "projects" not in found
    assert "patents_浙江" not in found


def test_wilson_interval_of_the_paper() -> None:
    """75 of 150 demands: 50.0 %, 42.1–57.9 % (Wilson 1927)."""
    ids = [str(i) for i in range(150)]
    (fact,) = share("t", "s", ids[:75], ids)
    assert (fact.value, round(fact.low or 0, 3), round(fact.high or 0, 3)) == (0.5, 0.421, 0.579)


def test_a_share_of_nothing_is_absent() -> None:
    assert share("t", "s", [], []) == []
