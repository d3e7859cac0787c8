"""The two gates of the challenge list: a breakthrough within two or three years, and work that one province cannot do alone.

After the joint programme of the delta: 聚焦 2—3 年可取得突破，且需要跨区域协同解决的创新需求 (DOMAIN S1).
"""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Literal

from nlp.evidence import DELTA
from nlp.organising import GateRules
from nlp.records import Fact, Gate, Priority, Verdict

__all__ = ["judge_gates", "with_gates"]

Facts = Mapping[str, Fact]
Name = Literal["breakthrough", "cross_region"]


def judge_gates(topic_id: str, facts: Facts, rules: GateRules, *, as_of_year: int) -> tuple[Gate, Gate]:
    return breakthrough(topic_id, facts, rules, as_of_year), cross_region(topic_id, facts, rules)


def with_gates(priorities: Sequence[Priority], gates: Sequence[Gate]) -> tuple[Priority, ...]:
    """Each priority with the gates that it passes; `cross_region` is the verdict of that gate."""
    passed: dict[str, tuple[str, ...]] = {}
    for g in gates:
        if g.verdict == "pass":
            passed[g.topic_id] = (*passed.get(g.topic_id, ()), g.gate)
    return tuple(replace(p, gates=passed.get(p.topic_id, ()), cross_region="cross_region" in passed.get(p.topic_id, ())) for p in priorities)


def gate(topic_id: str, name: Name, verdict: Verdict, reason: str, facts: Facts, *decided: str) -> Gate:
    seen = tuple(n for n in decided if n in facts)
    sources = sorted({i for n in seen for i in facts[n].source_ids})
    return Gate(gate_id=f"{topic_id}/{name}", topic_id=topic_id, gate=name, verdict=verdict, reason=reason, facts=seen, source_ids=tuple(sources))


# ---- breakthrough -------------------------------------------------------------------------


def breakthrough(topic_id: str, facts: Facts, rules: GateRules, as_of_year: int) -> Gate:
    """Stated periods decide; without any, stated readiness; without that, how mature the patents are; else unknown."""
    name: Name = "breakthrough"
    if "within_three_years" in facts:
        soon = facts["within_three_years"].value >= rules.within_share
        reason = "写明期限的需求多数在三年以内" if soon else "写明期限的需求多数超过三年"
        return gate(topic_id, name, "pass" if soon else "fail", reason, facts, "within_three_years", "period_years")
    if "trl_now" in facts and facts["trl_now"].value >= rules.readiness:
        return gate(topic_id, name, "pass", "没有写明期限；自述的技术成熟度已过原理验证", facts, "trl_now")
    if "trl_now" in facts and facts["trl_now"].value <= rules.least_readiness:
        return gate(topic_id, name, "fail", "没有写明期限；自述的技术成熟度尚在原理阶段", facts, "trl_now")
    if mature(facts, rules, as_of_year):
        return gate(topic_id, name, "pass", "没有写明期限和成熟度；专利已有积累，起步已有数年", facts, "families", "first_year")
    return gate(topic_id, name, "unknown", "没有写明期限和成熟度，专利积累也不足以判断", facts, "families", "first_year")


def mature(facts: Facts, rules: GateRules, as_of_year: int) -> bool:
    known = "families" in facts and "first_year" in facts
    return known and facts["families"].value >= rules.mature_families and as_of_year - facts["first_year"].value >= rules.mature_years


# ---- across regions -----------------------------------------------------------------------


def cross_region(topic_id: str, facts: Facts, rules: GateRules) -> Gate:
    """Demand in two provinces, or all of it in one whose own patents and projects are few beside those elsewhere.

    One organisation that asks again and again shows no need of a region.
    """
    name: Name = "cross_region"
    demand = [p for p in DELTA if f"organisations_{p}" in facts]
    used = ["demands", "organisations", "top_organisation_share"] + [f"{what}_{p}" for what in ("organisations", "patents", "projects") for p in DELTA]
    if not demand:
        return gate(topic_id, name, "unknown", "没有写明属于三省一市的需求单位", facts, *used)
    if repeated(facts, rules):
        return gate(topic_id, name, "fail", "需求几乎都由一家单位反复提出", facts, *used)
    if len(demand) >= 2:
        return gate(topic_id, name, "pass", f"{'、'.join(demand)}都有需求，没有一地能单独覆盖", facts, *used)
    own, everywhere = supply(facts, demand[0]), sum(supply(facts, p) for p in DELTA) + beyond(facts)
    if everywhere - own >= rules.elsewhere_supply and own <= rules.elsewhere_share * everywhere:
        return gate(topic_id, name, "pass", f"需求只在{demand[0]}，专利与项目主要在外省市", facts, *used, "delta_share")
    return gate(topic_id, name, "fail", f"需求只在{demand[0]}，当地也有专利或项目，或外省市的力量不足", facts, *used, "delta_share")


def repeated(facts: Facts, rules: GateRules) -> bool:
    """Several demands of which one organisation filed nearly all, and hardly anybody else any."""
    if not {"demands", "organisations", "top_organisation_share"} <= set(facts):
        return False
    demands, organisations = facts["demands"].value, facts["organisations"].value
    return demands > organisations <= rules.few_organisations and facts["top_organisation_share"].value >= rules.repeat_share


def supply(facts: Facts, province: str) -> float:
    return sum(facts[n].value for n in (f"patents_{province}", f"projects_{province}") if n in facts)


def beyond(facts: Facts) -> float:
    """Families of other provinces: those placed that are not the delta's."""
    placed = facts.get("delta_share")
    return 0.0 if placed is None else round((1 - placed.value) * len(placed.source_ids))
