"""What the demands of a topic add up to: how many, from whom, where, for how much, until when."""

from collections.abc import Iterable, Mapping, Sequence

import pandas as pd

from nlp.evidence.counting import DELTA, amount, count, frame, garwood, organisation_keys, share
from nlp.evidence.rules import DemandRules, any_word
from nlp.records import Demand, Facets, Fact, Target

__all__ = ["demand_facts", "demand_frame", "intensity"]


def demand_frame(demands: Sequence[Demand], homes: Mapping[str, str], facets: Sequence[Facets], targets: Sequence[Target], rules: DemandRules) -> pd.DataFrame:
    """One row a demand that has a topic: also who it is from, its quality 0..1, number of targets, readiness, named vendors."""
    rows = frame(demands, "demand_id", homes)
    if rows.empty:
        return rows
    of, leader = {f.demand_id: f for f in facets}, any_word(rules.leaders)
    n_targets = pd.Series([t.demand_id for t in targets], dtype=object).value_counts()
    mine = [of.get(i) for i in rows["demand_id"]]
    return rows.assign(
        who=organisation_keys(rows["organisation"], rows["demand_id"]),
        quality=rows["clarity"].map(dict(rules.clarity)).fillna(1.0).astype(float),
        n_targets=rows["demand_id"].map(n_targets).fillna(0),
        trl_now=pd.Series([f.trl_now if f else None for f in mine], dtype=object), vendors=pd.Series([f.vendors if f else () for f in mine], dtype=object),
        leader=[bool(leader.search(f"{title}\n{text}")) for title, text in zip(rows["title"], rows["text"], strict=True)],
    )


def intensity(qualities: Iterable[tuple[str, float]], damping: float) -> float:
    """Σ over organisations of q₁ + d·q₂ + d²·q₃ …, q the qualities of its demands, best first (DOMAIN 5.1: repeats damped)."""
    own: dict[str, list[float]] = {}
    for who, quality in qualities:
        own.setdefault(who, []).append(quality)
    return sum(q * damping**i for listed in own.values() for i, q in enumerate(sorted(listed, reverse=True)))


def demand_facts(topic_id: str, rows: pd.DataFrame, rules: DemandRules) -> list[Fact]:
    """`organisations` are distinct; an unnamed one counts as its own. Provinces are those of the delta."""
    if rows.empty:
        return []
    first = rows[~rows["who"].duplicated()]
    facts = count(topic_id, "demands", rows["demand_id"]) + count(topic_id, "organisations", first["demand_id"])
    facts += intensity_fact(topic_id, rows, len(first), rules) + place_facts(topic_id, rows)
    loudest = rows["who"].value_counts().index[0]
    facts += share(topic_id, "top_organisation_share", list(rows[rows["who"] == loudest]["demand_id"]), list(rows["demand_id"]))
    leaders = rows[rows["leader"]]
    if not leaders.empty:
        led = set(leaders["who"])
        facts += share(topic_id, "leader_share", [i for i, w in zip(first["demand_id"], first["who"], strict=True) if w in led], list(first["demand_id"]))
    for name in ("budget_wan", "fiscal_wan"):
        stated = rows[rows[name].notna()]
        if not stated.empty:
            facts += amount(topic_id, name, stated[name].sum(), stated["demand_id"])
    return facts + readiness_facts(topic_id, rows)


def intensity_fact(topic_id: str, rows: pd.DataFrame, organisations: int, rules: DemandRules) -> list[Fact]:
    value = intensity(zip(rows["who"], rows["quality"], strict=True), rules.repeat_damping)
    low, high = garwood(organisations)
    each = value / organisations
    return amount(topic_id, "demand_intensity", value, rows["demand_id"], low=low * each, high=high * each)


def place_facts(topic_id: str, rows: pd.DataFrame) -> list[Fact]:
    once = rows[~rows[["who", "region"]].duplicated()]
    inside = once[once["region"].isin(DELTA)]
    facts = [] if inside.empty else amount(topic_id, "delta_provinces", inside["region"].nunique(), inside["demand_id"])
    for province in DELTA:
        facts += count(topic_id, f"organisations_{province}", once[once["region"] == province]["demand_id"])
    return facts


def readiness_facts(topic_id: str, rows: pd.DataFrame) -> list[Fact]:
    """Stated periods and readiness, and how many demands state a figure to be met; absent where nobody states any."""
    dated, graded = rows[rows["period_years"].notna()], rows[rows["trl_now"].notna()]
    facts = share(topic_id, "targets_share", list(rows[rows["n_targets"] > 0]["demand_id"]), list(rows["demand_id"]))
    if not dated.empty:
        years = dated["period_years"].astype(float)
        facts += amount(topic_id, "period_years", years.median(), dated["demand_id"], low=float(years.min()), high=float(years.max()))
        facts += share(topic_id, "within_three_years", list(dated[years <= 3]["demand_id"]), list(dated["demand_id"]))
    if not graded.empty:
        levels = graded["trl_now"].astype(float)
        facts += amount(topic_id, "trl_now", levels.median(), graded["demand_id"], low=float(levels.min()), high=float(levels.max()))
    return facts
