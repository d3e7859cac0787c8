"""Topics x demands, policies, patents, projects -> measured facts, each with the ids it was counted from.

A fact that cannot be measured (no patent names its province, say) is absent; it is never zero.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields

import pandas as pd

from nlp.records import Assignment, Clause, Demand, Fact, Patent, Project, Topic

__all__ = ["DELTA", "measure", "share"]

DELTA = ("上海", "江苏", "浙江", "安徽")
UNKNOWN = "未知"


def measure(
    topics: Sequence[Topic],
    assignments: Sequence[Assignment],
    *,
    demands: Sequence[Demand],
    clauses: Sequence[Clause],
    patents: Sequence[Patent],
    projects: Mapping[str, Sequence[Project]],
) -> tuple[Fact, ...]:
    """Facts of every topic, by topic and name; `projects` maps a topic id to the past projects that name its terms."""
    homes = pd.Series({a.unit_id: a.topic_id for a in assignments if a.topic_id is not None}, dtype=object)
    by_topic = {t.topic_id: set(homes.index[homes == t.topic_id]) for t in topics}
    facts: list[Fact] = []
    for topic in topics:
        members = by_topic[topic.topic_id]
        facts += demand_facts(topic.topic_id, frame([d for d in demands if d.demand_id in members], "demand_id"))
        facts += policy_facts(topic.topic_id, frame([c for c in clauses if c.clause_id in members], "clause_id"))
        facts += patent_facts(topic.topic_id, frame([p for p in patents if p.patent_id in members], "patent_id"))
        facts += count(topic.topic_id, "projects", [p.project_id for p in projects.get(topic.topic_id, ())])
    return tuple(sorted(facts, key=lambda f: (f.topic_id, f.fact)))


def frame(records: Sequence[Demand] | Sequence[Clause] | Sequence[Patent], key: str) -> pd.DataFrame:
    """One row a record, sorted by its id, so that a fact lists its sources in one order."""
    if not records:
        return pd.DataFrame()
    columns = {field.name: [getattr(r, field.name) for r in records] for field in fields(records[0])}
    return pd.DataFrame(columns).sort_values(key, ignore_index=True)


def count(topic_id: str, name: str, ids: Iterable[str]) -> list[Fact]:
    """How many distinct ids; no fact at all where there are none."""
    distinct = sorted(set(ids))
    if not distinct:
        return []
    return [Fact(topic_id=topic_id, fact=name, value=float(len(distinct)), low=None, high=None, source_ids=tuple(distinct))]


def share(topic_id: str, name: str, hits: Sequence[str], among: Sequence[str]) -> list[Fact]:
    """A proportion 0..1 with its 95 % Wilson score interval (Wilson 1927); absent when there is nothing to count."""
    from scipy.stats import binomtest

    if not among:
        return []
    interval = binomtest(len(hits), len(among)).proportion_ci(method="wilson")
    return [Fact(topic_id=topic_id, fact=name, value=len(hits) / len(among), low=float(interval.low),
                 high=float(interval.high), source_ids=tuple(sorted(among)))]


def demand_facts(topic_id: str, rows: pd.DataFrame) -> list[Fact]:
    """Demands, distinct organisations (an unnamed one counts as its own), provinces of the delta, stated money."""
    if rows.empty:
        return []
    who = rows["organisation"].fillna(rows["demand_id"])
    first = rows[~who.duplicated()]
    delta = rows[rows["region"].isin(DELTA)]
    money = rows[rows["budget_wan"].notna()]
    facts = count(topic_id, "demands", rows["demand_id"])
    facts += count(topic_id, "organisations", first["demand_id"])
    facts += count(topic_id, "delta_provinces", delta["region"])
    if not money.empty:
        facts.append(Fact(topic_id=topic_id, fact="budget_wan", value=float(money["budget_wan"].sum()), low=None, high=None,
                          source_ids=tuple(money["demand_id"])))
    return facts


def policy_facts(topic_id: str, rows: pd.DataFrame) -> list[Fact]:
    if rows.empty:
        return []
    return count(topic_id, "clauses", rows["clause_id"]) + count(topic_id, "policies", rows["policy_id"])


def patent_facts(topic_id: str, rows: pd.DataFrame) -> list[Fact]:
    """Patents, families (counted once), holders abroad and in the delta where the records say so, years covered."""
    if rows.empty:
        return []
    families = rows["family_id"].fillna(rows["patent_id"])
    once = rows[~families.duplicated()]
    located, placed = once[once["country"].notna()], once[once["province"] != UNKNOWN]
    foreign, delta = located[located["country"] != "中国"], placed[placed["province"].isin(DELTA)]
    facts = count(topic_id, "patents", rows["patent_id"]) + count(topic_id, "families", once["patent_id"])
    facts += share(topic_id, "foreign_share", list(foreign["patent_id"]), list(located["patent_id"]))
    facts += share(topic_id, "delta_share", list(delta["patent_id"]), list(placed["patent_id"]))
    for province in DELTA:
        facts += count(topic_id, f"patents_{province}", placed[placed["province"] == province]["patent_id"])
    dated = rows[rows["year"].notna()]
    for name, pick in (("first_year", "min"), ("last_year", "max")):
        if not dated.empty:
            year = int(dated["year"].agg(pick))
            ids = tuple(dated[dated["year"] == year]["patent_id"])
            facts.append(Fact(topic_id=topic_id, fact=name, value=float(year), low=None, high=None, source_ids=ids))
    return facts
