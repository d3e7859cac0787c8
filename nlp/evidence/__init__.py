"""Topics x demands, policies, patents, projects -> measured facts, each with its interval and the ids it was counted from.

A fact that cannot be measured (no patent names its province, say) is absent; it is never zero. Names of facts:

demand    demands, organisations (distinct), demand_intensity (repeats damped, vague ones discounted), delta_provinces,
          organisations_上海 …, top_organisation_share (of the demands), leader_share, budget_wan, fiscal_wan, period_years (median; low, high = least, most),
          within_three_years (share of those that state a period), trl_now (median), targets_share
said      dependence, cut_off, risk, single, confidential, rival_routes (distinct organisations that say so),
          dependence_share, vendors, substitution_level (index into statements.PROFILES; the worst attribute with evidence)
policy    clauses (grouped with the topic), naming_clauses, policies (documents that name it), policy_weight (by level, form,
          status, age, capped a document), policy_issuers, policy_levels, policy_regions, instruments_supply,
          instruments_environment, instruments_demand (clauses)
patents   patents, families, domestic_families, first_year, last_year, families_2019 …, lagged_2025 … (too young to compare),
          growth (families a year and year), growth_p, emergence, foreign_share, delta_share (of known provinces),
          delta_held_share (abroad counted too), patents_上海 … (families), holders, domestic_holders, country_hhi,
          holder_hhi, holder_cr4, foreign_top_share (of all), domestic_top_share (of those at home), routes,
          rta_上海 …, rsca_上海 … (shrunken)
projects  projects, projects_accepted, projects_running, projects_stopped, projects_上海 …
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date

import pandas as pd

from nlp.evidence.counting import DELTA, share
from nlp.evidence.demand import demand_facts, demand_frame
from nlp.evidence.patents import families_of, patent_facts, patent_frame
from nlp.evidence.policy import core_terms, naming_clauses, policy_facts
from nlp.evidence.projects import project_facts
from nlp.evidence.regions import advantage_facts, matrix, region_pairs
from nlp.evidence.rules import EvidenceRules, load_evidence_rules
from nlp.evidence.statements import profile_fact, statement_facts, with_statements
from nlp.evidence.trends import trend_facts
from nlp.records import (
    Assignment,
    Clause,
    Demand,
    Facets,
    Fact,
    MatrixCell,
    Patent,
    Policy,
    Project,
    Target,
    Topic,
)

__all__ = ["DELTA", "EvidenceRules", "Sources", "load_evidence_rules", "measure", "region_matrix", "region_pairs", "share"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Sources:
    """Everything that is counted. `as_of` is the day up to which policies count and from which their age is taken."""

    demands: Sequence[Demand] = ()
    facets: Sequence[Facets] = ()
    targets: Sequence[Target] = ()
    clauses: Sequence[Clause] = ()
    policies: Sequence[Policy] = ()
    patents: Sequence[Patent] = ()
    projects: Mapping[str, Sequence[Project]] = field(default_factory=dict)  # by topic: past projects that name its terms
    named: Mapping[str, Sequence[str]] = field(default_factory=dict)  # names of the terms of a unit
    as_of: date | None = None


def measure(topics: Sequence[Topic], assignments: Sequence[Assignment], *, sources: Sources, rules: EvidenceRules) -> tuple[Fact, ...]:
    """Facts of every topic, by topic and name."""
    homes = {a.unit_id: a.topic_id for a in assignments if a.topic_id is not None}
    facts = [*of_demands(topics, homes, sources, rules), *of_policies(topics, homes, sources, rules),
             *of_patents(topics, homes, sources, rules)]
    for topic in topics:
        facts += project_facts(topic.topic_id, sources.projects.get(topic.topic_id, ()), rules.projects)
    return tuple(sorted([*facts, *profiles(facts, rules)], key=lambda f: (f.topic_id, f.fact)))


def by_topic(rows: pd.DataFrame) -> dict[str, pd.DataFrame]:
    return {str(topic_id): group for topic_id, group in rows.groupby("topic_id", sort=False)}


def of_demands(topics: Sequence[Topic], homes: Mapping[str, str], sources: Sources, rules: EvidenceRules) -> list[Fact]:
    rows = with_statements(demand_frame(sources.demands, homes, sources.facets, sources.targets, rules.demand), rules.statements)
    groups = by_topic(rows)
    return [f for t in topics if t.topic_id in groups
            for f in (*demand_facts(t.topic_id, groups[t.topic_id], rules.demand), *statement_facts(t.topic_id, groups[t.topic_id]))]


def of_policies(topics: Sequence[Topic], homes: Mapping[str, str], sources: Sources, rules: EvidenceRules) -> list[Fact]:
    core = core_terms(topics, homes, sources.named, least=rules.policy.naming)
    naming = naming_clauses(core, sources.clauses, sources.policies, named=sources.named, as_of=sources.as_of)
    clustered: dict[str, list[str]] = {}
    for c in sources.clauses:
        if c.clause_id in homes:
            clustered.setdefault(homes[c.clause_id], []).append(c.clause_id)
    return [f for t in topics for f in policy_facts(t.topic_id, clustered.get(t.topic_id, ()), naming[t.topic_id], rules.policy, sources.as_of)]


def of_patents(topics: Sequence[Topic], homes: Mapping[str, str], sources: Sources, rules: EvidenceRules) -> list[Fact]:
    rows = patent_frame(sources.patents, homes)
    if rows.empty:
        return []
    once, groups = families_of(rows), by_topic(rows)
    families, facts = by_topic(once), advantage_facts(once, shrink=rules.patents.shrink)
    totals = Counter(once.drop_duplicates("family")["year"].dropna().astype(int).tolist())
    as_of = sources.as_of.year if sources.as_of else max(totals, default=0)
    for t in topics:
        if t.topic_id in groups:
            facts += patent_facts(t.topic_id, groups[t.topic_id], families[t.topic_id], rules.patents)
            facts += trend_facts(t.topic_id, families[t.topic_id], totals, as_of, rules.patents)
    return facts


def profiles(facts: Sequence[Fact], rules: EvidenceRules) -> list[Fact]:
    found: dict[str, dict[str, Fact]] = {}
    for f in facts:
        found.setdefault(f.topic_id, {})[f.fact] = f
    return [f for topic_id, mine in found.items() for f in profile_fact(topic_id, mine, rules.substitution)]


def region_matrix(assignments: Sequence[Assignment], *, sources: Sources) -> tuple[MatrixCell, ...]:
    """Demands, clauses and patent families by province and segment; a family stands where its first publication does."""
    segment = {a.unit_id: a.segment for a in assignments}
    standing = {p.policy_id: p for p in sources.policies if not p.superseded_by}
    everywhere = families_of(patent_frame(sources.patents, dict.fromkeys(segment, "")))
    families = [] if everywhere.empty else zip(everywhere["place"].fillna("未知"), everywhere["patent_id"], strict=True)
    clauses = [(standing[c.policy_id], c.clause_id) for c in sources.clauses if c.policy_id in standing and c.clause_id in segment]
    return tuple(
        matrix("clause", (("国家" if p.level == "国家" else p.region, segment[i]) for p, i in clauses))
        + matrix("demand", ((d.region, segment[d.demand_id]) for d in sources.demands if d.demand_id in segment))
        + matrix("family", ((place, segment[i]) for place, i in families)))
