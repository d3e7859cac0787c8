"""Who could work on a topic together: who demands it, who holds patents at home, who has done projects, in two provinces or more."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Literal

from nlp.evidence.counting import DELTA, UNKNOWN
from nlp.evidence.patents import HOME
from nlp.normalise import key
from nlp.organising import ConsortiumRules
from nlp.records import Demand, Partner, Patent, Project

__all__ = ["suggest_partners"]

Role = Literal["demand", "patent", "project"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Trace:
    """One sign that an organisation has to do with the topic."""

    organisation: str
    region: str
    source_id: str


def suggest_partners(topic_id: str, demands: Sequence[Demand], patents: Sequence[Patent], projects: Sequence[Project], rules: ConsortiumRules) -> tuple[Partner, ...]:
    """The first of each role by number of signs; those of the proposed consortium are marked, none where two provinces cannot be had."""
    home = [p for p in patents if p.first_applicant and (p.country == HOME or (p.country is None and p.province != UNKNOWN))]
    found = [
        *listed(topic_id, "demand", [Trace(organisation=d.organisation, region=d.region, source_id=d.demand_id) for d in demands if d.organisation], rules),
        *listed(topic_id, "patent", [Trace(organisation=p.first_applicant or "", region=p.province, source_id=p.patent_id) for p in home], rules),
        *listed(topic_id, "project", [Trace(organisation=p.organisation, region=p.region, source_id=p.project_id) for p in projects if p.organisation], rules)]
    chosen = choose(found, rules.most)
    return tuple(replace(p, suggested=key(p.organisation) in chosen) for p in found)


def listed(topic_id: str, role: Role, traces: Sequence[Trace], rules: ConsortiumRules) -> list[Partner]:
    own: dict[str, list[Trace]] = {}
    for t in sorted(traces, key=lambda t: t.source_id):
        own.setdefault(key(t.organisation), []).append(t)
    partners = [Partner(partner_id=f"{topic_id}/{role}/{mine[0].organisation}", topic_id=topic_id, role=role, organisation=mine[0].organisation,
                        region=next((t.region for t in mine if t.region != UNKNOWN), UNKNOWN), n=len(mine),
                        source_ids=tuple(t.source_id for t in mine), suggested=False) for mine in own.values()]
    return sorted(partners, key=lambda p: (-p.n, p.organisation))[: rules.listed]


def choose(partners: Sequence[Partner], most: int) -> Mapping[str, str]:
    """Key -> region: the first of every role, preferring provinces of the delta not yet there; then whoever adds one, up to `most`."""
    chosen: dict[str, str] = {}
    placed = [p for p in partners if p.region != UNKNOWN]
    for role in ("demand", "patent", "project"):
        if fresh := [p for p in placed if p.role == role and key(p.organisation) not in chosen]:
            best = min(fresh, key=lambda p: (p.region in chosen.values(), p.region not in DELTA, -p.n, p.organisation))
            chosen[key(best.organisation)] = best.region
    for p in (p for p in placed if p.region in DELTA):
        if len(chosen) < most and key(p.organisation) not in chosen and p.region not in chosen.values():
            chosen[key(p.organisation)] = p.region
    return chosen if len(set(chosen.values()) & set(DELTA)) >= 2 else {}
