"""What was measured of topics, their places, gates, modes, partners and provinces."""

from dataclasses import dataclass
from enum import StrEnum
from typing import Literal

from nlp.records.understanding import Verdict

__all__ = ["Acceptability", "Fact", "Flip", "Gate", "MatrixCell", "ModeSuggestion", "Partner", "Priority", "ProjectMode", "Quadrant", "RegionPair", "ScenarioRank", "SubstitutionProfile"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Fact:
    """One measured statement on a topic, with where it comes from."""

    topic_id: str
    fact: str
    value: float
    low: float | None
    high: float | None
    source_ids: tuple[str, ...]


class Quadrant(StrEnum):
    LEAD = "主攻"
    JOINT = "联合"
    MARKET = "市场化"
    WATCH = "观察"


class SubstitutionProfile(StrEnum):
    """How urgent domestic substitution is, by the worst attribute that has evidence."""

    CUT_OFF = "断供"
    SINGLE = "单一来源"
    CONCENTRATED = "高集中"
    REPLACEABLE = "可替代"
    NO_DATA = "无数据"


class ProjectMode(StrEnum):
    OPEN_COMPETITION = "揭榜挂帅"
    HORSE_RACE = "赛马制"
    DIRECT_COMMISSION = "点将制"


@dataclass(frozen=True, slots=True, kw_only=True)
class Priority:
    """A topic's place, with its parts. Components are 0..1 by fixed bounds."""

    topic_id: str
    rank: int  # among the topics of the chain, or among those outside it; 1 is first
    urgency: float
    advantage: float | None  # None: no patent of the topic names a province
    quadrant: Quadrant | None
    demand: float
    policy: float
    patents: float
    breadth: float
    foreign: float | None
    rank_median: float
    rank_p05: float
    rank_p95: float
    p_top10: float
    confidence: Literal["A", "B", "C", "D"]
    cross_region: bool
    substitution: float | None = None  # 0..1; None: nothing speaks of it
    profile: SubstitutionProfile | None = None
    lead_region: str | None = None  # the province of the delta most specialised in the topic's patents
    gates: tuple[str, ...] = ()  # names of the gates that are passed


@dataclass(frozen=True, slots=True, kw_only=True)
class Acceptability:
    """How often a topic took a rank when weights and documents were drawn (SMAA-2); shares below 0.005 are left out."""

    acceptability_id: str  # topic/rank
    topic_id: str
    rank: int
    share: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Flip:
    """The smallest change by which a topic would pass the one just ahead of it; None: no such change does."""

    topic_id: str
    ahead_id: str
    gap: float  # of urgency
    component: str | None  # the weight that would have to change least
    weight: float | None
    weight_needed: float | None
    more_organisations: int | None
    more_policies: int | None  # national documents of this year, two clauses each
    more_families: int | None


@dataclass(frozen=True, slots=True, kw_only=True)
class ScenarioRank:
    """A topic's place under one of the named weight scenarios of the settings."""

    scenario_id: str  # topic/scenario
    topic_id: str
    scenario: str
    urgency: float
    rank: int


@dataclass(frozen=True, slots=True, kw_only=True)
class MatrixCell:
    """Records of a kind by province and segment; the cells of a kind add up to its records."""

    cell_id: str  # kind/region/segment
    kind: str  # demand, clause, family
    region: str  # also other provinces, 国外, 国家, 未知
    segment: str
    value: int
    share: float  # of the region's records of the kind
    low: float  # 95 % Wilson interval of share
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class RegionPair:
    """How alike the profiles over segments of two provinces are, and how they could part the work (错位)."""

    pair_id: str  # kind/a-b
    kind: str  # demand, family
    a: str
    b: str
    n_a: int
    n_b: int
    similarity: float  # UNIDO structural similarity 0..1
    low: float
    high: float
    krugman: float  # 0 alike .. 2 nothing in common
    finger_kreinin: float  # 1 alike .. 0
    alike: bool  # 同质化, said only where the whole interval lies above the bound
    a_leads: tuple[str, ...]  # segments in which a is specialised and b is less
    b_leads: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Gate:
    """One of the two conditions of the challenge list, with what decided it."""

    gate_id: str  # topic/gate
    topic_id: str
    gate: Literal["breakthrough", "cross_region"]
    verdict: Verdict
    reason: str  # in Chinese
    facts: tuple[str, ...]  # names of the facts that decided
    source_ids: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class ModeSuggestion:
    """How a topic's project could be organised: the first rule of organising.toml that holds, or what a person chose."""

    topic_id: str
    mode: ProjectMode
    rule: str
    reason: str  # in Chinese: the rule and the values it saw
    facts: tuple[str, ...]
    source_ids: tuple[str, ...]
    overridden: bool
    suggested: ProjectMode  # what the rules say, also where a person chose otherwise


@dataclass(frozen=True, slots=True, kw_only=True)
class Partner:
    """Somebody who demands, holds patents on, or has done projects on a topic."""

    partner_id: str  # topic/role/organisation
    topic_id: str
    role: Literal["demand", "patent", "project"]
    organisation: str
    region: str
    n: int
    source_ids: tuple[str, ...]
    suggested: bool  # in the consortium that is proposed
