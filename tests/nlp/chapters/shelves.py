"""A material of two topics, small enough to see what every chapter must say."""

from datetime import date

from nlp.citing import fact_row
from nlp.material import Material, Shelf
from nlp.records import (
    Assignment,
    Demand,
    Facets,
    Fact,
    Flip,
    Gate,
    MatrixCell,
    ModeSuggestion,
    Partner,
    Priority,
    ProjectMode,
    Quadrant,
    RegionPair,
    Requirement,
    ScenarioRank,
    Span,
    SubstitutionProfile,
    Topic,
)

TEXT = "国产样件温度均匀性差，装机后晶圆边缘良率低，制约零部件国产化。吸附力≥40 kPa。"


def topic(name: str, *, demands: int = 1) -> Topic:
    return Topic(topic_id=name, segment="equipment", label=f"主题{name}", terms=(f"词{name}",), n_demands=demands, n_clauses=0, n_patents=0, regions=(), stability=None)


def priority(name: str, rank: int, *, gates: tuple[str, ...] = (), profile: SubstitutionProfile | None = None) -> Priority:
    return Priority(topic_id=name, rank=rank, urgency=0.5, advantage=0.5, quadrant=Quadrant.LEAD, demand=0.5, policy=0, patents=0, breadth=0.5, foreign=None,
                    rank_median=rank, rank_p05=1, rank_p95=2, p_top10=1, confidence="C", cross_region=True, profile=profile, gates=gates)


def requirement(number: int, figure: str, **changes: object) -> Requirement:
    values = {"requirement_id": f"r{number}", "topic_id": "a", "parameter": "吸附力", "unit": "kPa", "state": "demanded", "operator": ">=", "low": 40.0, "high": 40.0,
              "stated": f"吸附力{figure}", "figure": figure, "year": 2029, "source_kind": "demand", "source_id": "d1", "start": 0, "end": 9, "conflict": False, **changes}
    return Requirement(**values)  # type: ignore[arg-type]  # the table of a test, not of the program


def shelf(*, requirements: tuple[Requirement, ...] = (), facts: tuple[Fact, ...] = (), partners: tuple[Partner, ...] = ()) -> Shelf:
    demand = Demand(demand_id="d1", submission_id="s1", version=1, superseded_by=None, source_file="a.docx", source_location="表1", organisation="甲公司", region="上海",
                    title="静电卡盘", text=TEXT)
    facets = Facets(demand_id="d1", clarity="clear", reasons=(), parts=(), problem=Span(start=5, end=5 + TEXT.index("。")), foreign_dependence=True, foreign_span=None,
                    vendors=("某外商",), countries=("日本",), budget_wan=None, fiscal_wan=None, period_years=3, trl_now=None, trl_after=None, cooperation=None, benchmark=None)
    gates = (Gate(gate_id="a/breakthrough", topic_id="a", gate="breakthrough", verdict="pass", reason="多数在三年以内", facts=(), source_ids=()),
             Gate(gate_id="a/cross_region", topic_id="a", gate="cross_region", verdict="pass", reason="两地都有需求", facts=(), source_ids=()))
    mode = ModeSuggestion(topic_id="a", mode=ProjectMode.HORSE_RACE, rule="至少两条技术路线且紧迫", reason="", facts=(), source_ids=(), overridden=False, suggested=ProjectMode.HORSE_RACE)
    return Shelf(
        topics={"a": topic("a"), "b": topic("b", demands=0)},
        priorities={"a": priority("a", 1, gates=("breakthrough", "cross_region"), profile=SubstitutionProfile.CUT_OFF), "b": priority("b", 2)},
        facts={fact_row(f.topic_id, f.fact): f for f in facts},
        members={"a": [Assignment(unit_id="d1", unit_kind="demand", segment="equipment", topic_id="a", method="聚类", similarity=0.9)], "b": []},
        loose={}, demands={"d1": demand}, clauses={}, policies={}, patents={}, facets={"d1": facets}, projects={}, requirements={"a": requirements} if requirements else {},
        gates={"a": gates}, modes={"a": mode}, partners={"a": partners},
        flips={"b": Flip(topic_id="b", ahead_id="a", gap=0.1, component="policy", weight=0.2, weight_needed=0.3, more_organisations=2, more_policies=None, more_families=None)},
        scenarios={"a": [ScenarioRank(scenario_id="a/x", topic_id="a", scenario="安全优先", urgency=0.4, rank=2)]})


def material(found: Shelf, *, matrix: tuple[MatrixCell, ...] = (), pairs: tuple[RegionPair, ...] = ()) -> Material:
    return Material(run={"as_of": date(2026, 11, 1).isoformat()}, chain="集成电路", segments={"equipment": "装备"}, counts={}, shelf=found, matrix=matrix, pairs=pairs,
                    rejected=(), year=2026, changes=None, figures={})
