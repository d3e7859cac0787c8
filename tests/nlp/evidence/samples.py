"""Small records for the tests of evidence; what a test does not name is as plain as can be."""

from datetime import date
from pathlib import Path

from nlp.evidence import EvidenceRules, Sources, load_evidence_rules, measure
from nlp.records import Assignment, Clause, Demand, Fact, Patent, Policy, Topic

RULES: EvidenceRules = load_evidence_rules(Path(__file__).parents[3] / "corpora" / "lexicons")
TOPIC = Topic(topic_id="t", segment="materials", label="光刻胶", terms=("光刻胶",), n_demands=4, n_clauses=3, n_patents=5, regions=(), stability=None)


def demand(number: int, organisation: str | None = "甲", region: str = "上海", *, text: str = "", budget: float | None = None, years: float | None = None,
           clarity: str | None = "clear", dependent: bool | None = None) -> Demand:
    return Demand(demand_id=f"d{number}", submission_id=f"s{number}", version=1, superseded_by=None, source_file="f", source_location="l", organisation=organisation,
                  region=region, title="", text=text, budget_wan=budget, period_years=years, clarity=clarity, foreign_dependence=dependent)


def patent(number: int, *, holder: str | None = None, family: str | None = None, country: str | None = None, province: str = "未知", year: int | None = None,
           ipc: tuple[str, ...] = ()) -> Patent:
    return Patent(patent_id=f"p{number}", family_id=family, title="", abstract="", first_applicant=holder, country=country, province=province,
                  year=year, ipc=ipc, source_file="f", source_location="l")


def clause(number: int, policy: str, text: str = "支持光刻胶研发") -> Clause:
    return Clause(clause_id=f"c{number}", policy_id=policy, path="", heading=None, text=text, source_location="l")


def policy(name: str, *, level: str | None = "省", title: str = "行动方案", on: date | None = date(2026, 1, 1), status: str = "正式", superseded: str | None = None) -> Policy:
    return Policy(policy_id=name, title=title, doc_number=None, issuer=f"{name}机关", level=level, region="上海", date=on, status=status, source_file="f", superseded_by=superseded)


def facts_of(sources: Sources, topic: Topic = TOPIC) -> dict[str, Fact]:
    """Everything belongs to one topic."""
    ids = [(d.demand_id, "demand") for d in sources.demands] + [(c.clause_id, "clause") for c in sources.clauses] + [(p.patent_id, "patent") for p in sources.patents]
    assignments = [Assignment(unit_id=i, unit_kind=k, segment="materials", topic_id=topic.topic_id, method="聚类", similarity=0.5) for i, k in ids]
    return {f.fact: f for f in measure([topic], assignments, sources=sources, rules=RULES)}
