"""Every record that crosses a stage. Frozen, slotted, keyword-only.

Offsets count characters in the stored text of the record they name, end exclusive.
Money is in 万元. A missing value is None, never 0 or "".
Regions are 上海 江苏 浙江 安徽, another province's short name, or 未知.
"""

from dataclasses import dataclass
from datetime import date
from enum import StrEnum
from typing import Literal

__all__ = [
    "Acceptability",
    "Agreement",
    "Assignment",
    "Block",
    "Call",
    "ChainVerdict",
    "Clarity",
    "Clause",
    "ColumnUse",
    "Count",
    "Crop",
    "Demand",
    "Document",
    "DraftEdit",
    "Duplicate",
    "EditFate",
    "EditKind",
    "EditOutcome",
    "Facets",
    "Fact",
    "Figure",
    "Flip",
    "Fragment",
    "Gate",
    "Grid",
    "Kind",
    "MatrixCell",
    "Merge",
    "ModeSuggestion",
    "Nomination",
    "Operator",
    "PanelScore",
    "Paragraph",
    "Partner",
    "Patent",
    "PiiMention",
    "Policy",
    "PolicyTask",
    "Priority",
    "Project",
    "ProjectMode",
    "Quadrant",
    "RankChange",
    "ReadingNote",
    "RegionPair",
    "Rejected",
    "Requirement",
    "RoadmapDraft",
    "Rule",
    "RuleVerdict",
    "ScanCrop",
    "ScenarioRank",
    "Section",
    "SourceRef",
    "Span",
    "Submission",
    "SubmittedField",
    "SubstitutionProfile",
    "Table",
    "Target",
    "TaskKind",
    "Term",
    "TermMention",
    "Topic",
    "TopicEdit",
    "TopicEditFate",
    "TopicEvent",
    "TopicExample",
    "TopicGroup",
    "TopicName",
    "TopicPlace",
    "TopicYear",
    "Unit",
    "Verdict",
]


class Kind(StrEnum):
    """What a file or record is about; the value is the command line's word."""

    DEMAND = "demand"
    POLICY = "policy"
    PATENT = "patent"
    PROJECT = "project"
    NOTICE = "notice"


# ---- reading ------------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """One paragraph or heading of a document, in reading order."""

    text: str
    location: str  # 第3段, 第2页, 第14行
    heading: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Merge:
    """A merged block of cells, both ends included; its text stands in the first cell."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A grid of cell texts as it stands in the file, the header (if any) still among the rows."""

    rows: tuple[tuple[str, ...], ...]
    location: str  # 表1, 工作表“需求汇总”
    row_offset: int = 1  # number of rows[0] in the file, for people: 第{row_offset + i}行
    merges: tuple[Merge, ...] = ()  # indexes into rows
    after: int = 0  # how many of the document's blocks stand before it


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejected:
    """Something that was set aside, so that nothing is lost without a reason."""

    source: str
    location: str | None
    reason: str
    remedy: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Crop:
    """A piece of a scanned page's image (a table cell or a line) and what was read in it."""

    place: str  # p1-b3: page and number on it
    location: str  # 第1页
    text: str
    sure: float  # the recogniser's least confidence, 0..1
    png: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """What a reader makes of one file: text blocks and tables, no meaning yet."""

    name: str  # path below the inbox, with / as separator
    sha256: str
    suffix: str  # .docx
    title: str | None
    blocks: tuple[Block, ...]
    tables: tuple[Table, ...]
    warnings: tuple[str, ...] = ()
    rejected: tuple[Rejected, ...] = ()  # lines that the reader could not take
    crops: tuple[Crop, ...] = ()  # of pages that were recognised


# ---- parsed sources -----------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Submission:
    """One form or list row (一份需求征集表) as received. Contact fields never enter it."""

    submission_id: str
    source_file: str
    source_location: str
    organisation: str | None
    region: str
    received: date | None
    unused_fields: tuple[str, ...] = ()  # labels that were seen and not used


@dataclass(frozen=True, slots=True, kw_only=True)
class Demand:
    """One technical need (技术需求) stated in a submission."""

    demand_id: str
    submission_id: str
    version: int
    superseded_by: str | None
    source_file: str
    source_location: str
    organisation: str | None
    region: str
    title: str
    text: str
    budget_wan: float | None = None
    fiscal_wan: float | None = None
    period_years: float | None = None
    segment: str | None = None  # known after classification; "none" is outside the chain
    clarity: str | None = None
    foreign_dependence: bool | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class SubmittedField:
    """One label and its value as a submission states them. Values under contact labels are left out."""

    submission_id: str
    canonical: str | None  # name in columns.toml; None: the label is not known
    label: str
    text: str
    source_file: str
    source_location: str


@dataclass(frozen=True, slots=True, kw_only=True)
class ScanCrop:
    """An image kept beside what was recognised in it, for a person to compare. Pieces with personal data are not kept."""

    source_file: str
    source_location: str  # 第1页
    file: str  # crops/<first 8 of the file's sha256>/p1-b3.png, in the run's folder
    text: str
    sure: float
    submission_id: str | None  # None: a policy's, or one of several forms in the file
    canonical: str | None  # of the field that it belongs to, as in SubmittedField
    label: str | None
    state: str = "待人工核对"


@dataclass(frozen=True, slots=True, kw_only=True)
class ColumnUse:
    """What one column or form label of a file became: the mapping report."""

    source_file: str
    table: str
    column: str
    canonical: str | None  # None: not used
    how: str  # exact normalised partial head sniffed unused
    sure: float  # 0..1


@dataclass(frozen=True, slots=True, kw_only=True)
class ReadingNote:
    """What staff should know of a file that was read: a hidden sheet, images, tracked changes, doubtful digits."""

    source_file: str
    note: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Policy:
    policy_id: str
    title: str
    doc_number: str | None  # 文号
    issuer: str | None
    level: str | None  # 国家 省 市 园区
    region: str
    date: date | None
    status: str | None  # 草案 试行 正式
    source_file: str
    superseded_by: str | None = None  # the policy that replaces this version


@dataclass(frozen=True, slots=True, kw_only=True)
class Clause:
    """The smallest citable part of a policy (条款)."""

    clause_id: str
    policy_id: str
    path: str  # 三、（二）1.
    heading: str | None  # the nearest heading above it
    text: str
    source_location: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Patent:
    patent_id: str  # publication number, else application number, else the export's id
    family_id: str | None
    title: str
    abstract: str
    first_applicant: str | None
    country: str | None  # of the first applicant, 中国 or another country's Chinese name
    province: str  # of the first applicant, or 未知
    year: int | None  # of filing, else of publication
    ipc: tuple[str, ...]
    source_file: str
    source_location: str
    segment: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Project:
    """A past or running R&D project (历史项目)."""

    project_id: str
    title: str
    organisation: str | None
    region: str
    year: int | None
    status: str | None
    text: str
    source_file: str
    source_location: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Call:
    """A collection notice (征集通知), kept as its sentences until rules are compiled from it."""

    call_id: str
    title: str
    text: str
    source_file: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Count:
    """How many records of a kind were read, kept or set aside."""

    name: str  # demand.kept, patent.rejected, …
    value: int


# ---- units, terms, segments ---------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Unit:
    """What is clustered: a demand, a policy clause or a patent."""

    unit_id: str
    unit_kind: Literal["demand", "clause", "patent"]
    title: str
    text: str  # title + "\n" + body; all mention offsets refer to it
    region: str
    organisation: str | None
    source_file: str
    source_location: str
    ipc: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class TermMention:
    """A string of one unit that names a technology; unit.text[start:end] == surface."""

    unit_id: str
    term_id: str | None  # None until variants are merged
    surface: str
    start: int
    end: int
    score: float  # 0..1, higher is surer
    extractor: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Term:
    """Mentions that mean the same, under one name."""

    term_id: str
    name: str
    variants: tuple[str, ...]
    n_mentions: int
    n_units: int


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainVerdict:
    """The chain segment of one text, with what speaks for it."""

    unit_id: str
    segment: str  # id in the chain's file, or "none"
    score: float  # 0..1
    alternatives: tuple[tuple[str, float], ...]
    evidence: tuple[str, ...]  # the strings and IPC codes that decided
    doubtful: bool = False  # inside the chain's band of doubt: for a person to decide


# ---- understanding ------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Span:
    """A part of a record's stored text, end exclusive."""

    start: int
    end: int


Operator = Literal[">=", "<=", ">", "<", "=", "~", "range"]
Clarity = Literal["clear", "vague", "concept", "directionless"]
TaskKind = Literal["breakthrough", "industry", "platform", "support", "target"]
Verdict = Literal["pass", "fail", "unknown"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Target:
    """A figure that the submitter demands of the result (考核指标); offsets into the demand's title + "\n" + text."""

    demand_id: str
    name: str | None
    operator: Operator
    low: float | None  # a single value stands in both; an open end of a range is None
    high: float | None
    unit: str  # as written, "" where there is none
    condition: str | None
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Facets:
    """What one demand says beside its targets; every span refers to title + "\n" + text."""

    demand_id: str
    clarity: Clarity
    reasons: tuple[str, ...]  # why this clarity, in Chinese
    parts: tuple[Span, ...]  # the separately solvable demands; empty for a directionless text
    problem: Span | None
    foreign_dependence: bool
    foreign_span: Span | None
    vendors: tuple[str, ...]
    countries: tuple[str, ...]
    budget_wan: float | None
    fiscal_wan: float | None
    period_years: float | None
    trl_now: int | None
    trl_after: int | None
    cooperation: str | None
    benchmark: Span | None


@dataclass(frozen=True, slots=True, kw_only=True)
class PiiMention:
    """Something that identifies a person: phone, mobile, email, id_card, name, …"""

    unit_id: str
    kind: str
    start: int
    end: int


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyTask:
    """A part of a policy text that states a task, goal or measure."""

    unit_id: str
    start: int
    end: int
    kind: TaskKind


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule:
    """One admission rule of a notice. kind "unreadable" is a rule that was seen and not understood: never guessed."""

    rule: str  # stable name: targets_at_least, money_at_least, period_at_most, …
    quote: str  # the sentence of the notice it came from
    number: float | None  # 5 (项), 300 (万元), 3 (年), 4 (倍)
    words: tuple[str, ...]  # forbidden words, eligible regions or fields


@dataclass(frozen=True, slots=True, kw_only=True)
class RuleVerdict:
    submission_id: str
    rule: str
    quote: str
    verdict: Verdict
    reason: str  # in Chinese, what decided
    evidence: Span | None  # into the demand's title + "\n" + text


@dataclass(frozen=True, slots=True, kw_only=True)
class Duplicate:
    """Two demands that say the same, or the same of another object, node or value."""

    a: str
    b: str
    label: Literal["duplicate", "related"]
    score: float
    differences: tuple[str, ...]  # the words and numbers that differ: 7nm ↔ 5nm


# ---- topics and ranking -------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    topic_id: str  # ours, never the clusterer's number
    segment: str
    label: str
    terms: tuple[str, ...]
    n_demands: int
    n_clauses: int
    n_patents: int
    regions: tuple[str, ...]
    stability: float | None
    hidden: bool = False  # by an analyst: kept in the tables, left out of the draft
    notes: tuple[str, ...] = ()  # the analysts' own words


TopicChange = Literal["born", "kept", "grown", "shrunk", "split", "merged", "retired"]


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicEvent:
    """What became of one topic since the run before; one row a topic."""

    topic_id: str
    event: TopicChange
    from_topic_ids: tuple[str, ...]  # where its units were, most first
    previous_run: str | None
    segment: str
    label: str
    n_before: int
    n_after: int
    shared: int  # units in it then and now
    reason: str


TopicAction = Literal["rename", "merge", "split", "hide", "show", "note", "mode"]


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicEdit:
    """What an analyst decided of a topic; never changed afterwards, only followed by another."""

    edit_id: int
    at: str  # ISO, UTC
    who: str
    chain: str
    topic_id: str
    action: TopicAction
    payload: tuple[str, ...]  # rename: the name; merge: the ids taken in; split: the new id, its name, the ids of its units; note: the text
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicEditFate:
    """What a refresh made of an edit: kept, or retired with the reason."""

    edit_id: int
    topic_id: str
    action: TopicAction
    what: str  # the payload in words
    who: str
    at: str
    fate: Literal["kept", "retired"]
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RankChange:
    """A topic's place in two runs; None where it had none."""

    topic_id: str
    label: str
    rank_before: int | None
    rank_after: int | None
    places: int | None  # how many places it rose; negative: fell
    urgency_before: float | None
    urgency_after: float | None
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """Where one unit went; topic_id None means unassigned, and `method` says why."""

    unit_id: str
    unit_kind: str
    segment: str
    topic_id: str | None
    method: str
    similarity: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicName:
    """A topic's Chinese name, made of its own terms only."""

    topic_id: str
    name: str
    head: str  # the term that leads the name
    terms: tuple[str, ...]  # those that it is made of
    how: Literal["terms", "kept", "labeller"]  # from its terms, an analyst's own label, or the optional language model


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicExample:
    """A unit that stands for its topic: near the centre, and unlike the examples before it."""

    example_id: str  # topic/unit
    topic_id: str
    unit_id: str
    unit_kind: str
    place: int  # among the topic's examples of this kind, 1 is first
    similarity: float  # cosine to the topic's centre


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicGroup:
    """Neighbouring topics of a segment under one name; a group of level 2 lies within one of level 1."""

    group_id: str
    segment: str
    level: int
    name: str
    terms: tuple[str, ...]
    topic_ids: tuple[str, ...]
    parent_id: str | None
    similarity: float | None  # mean cosine between its topics; None for a single one


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicYear:
    """What speaks of a topic in one year; patents by year of filing, each family once."""

    year_id: str  # topic/year
    topic_id: str
    year: int
    demands: int
    policies: int  # documents, not clauses
    families: int
    lagged: bool  # so young that patents of the year are still being published


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicPlace:
    """Where a topic, or a unit in its circle, stands on the segment's map; the segment's topics fill 0..1 both ways."""

    place_id: str  # the unit's id, or the topic's
    segment: str
    topic_id: str
    unit_kind: str  # "topic" for the circle itself
    x: float
    y: float
    radius: float | None  # of a topic's circle


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


# ---- the experts' round -------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class PanelScore:
    """What a panel of experts says of one topic or challenge, beside the place that the system gave it."""

    item_id: str
    system_rank: int | None
    panel_rank: int | None  # None: too few experts rated it
    score: float | None  # 1..5
    spread: float | None  # mean interquartile range
    n_experts: int
    n_recused: int
    medians: tuple[float | None, ...]  # in the order of nlp.review.CRITERIA
    comments: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    criterion: str
    alpha: float | None  # Krippendorff, ordinal
    w: float | None  # Kendall
    n_experts: int
    n_items: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Nomination:
    """What an expert proposes that the list does not hold (专家提名). It is kept whatever becomes of it."""

    expert: str
    title: str
    segment: str
    reason: str
    fate: str = ""
    topic_id: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class Requirement:
    """One figure for one parameter of a topic: what is had today, what is demanded, or what a patent states."""

    requirement_id: str
    topic_id: str
    parameter: str  # the name that the topic's figures of this kind share
    unit: str
    state: Literal["today", "demanded", "known"]
    operator: Operator
    low: float | None
    high: float | None
    stated: str  # as it stands in the source, name, operator and unit included
    figure: str  # the part of `stated` behind the name: ≥40 kPa
    year: int | None  # by when it is demanded; None where no period is stated
    source_kind: Literal["demand", "patent"]
    source_id: str
    start: int  # into title + "\n" + text of the source
    end: int
    conflict: bool  # another source demands another value of the same parameter


# ---- the draft ----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceRef:
    """A cell of a table in data/: where a number or a quotation of the draft comes from."""

    table: str  # topics
    row: str  # value of the table's first column
    column: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Fragment:
    """A run of text. With no source it is fixed wording and may hold no digit."""

    text: str
    source: SourceRef | None = None
    quote: bool = False  # text is a part of the source cell, not the whole of it


@dataclass(frozen=True, slots=True, kw_only=True)
class Paragraph:
    fragments: tuple[Fragment, ...]
    style: Literal["body", "bullet", "note"] = "body"

    @property
    def text(self) -> str:
        return "".join(f.text for f in self.fragments)


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """A table of the draft; every cell is a paragraph."""

    caption: str
    header: tuple[str, ...]
    rows: tuple[tuple[Paragraph, ...], ...]
    widths: tuple[int, ...] = ()  # relative column widths; empty: equal


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A drawing of the draft. All that it says is in `labels`; `ticks` are the bare numbers of its scales."""

    name: str  # ASCII, unique: the file's name in figures/
    caption: str
    alt: str  # what it shows, for those who cannot see it; fixed wording
    labels: tuple[Paragraph, ...]
    ticks: tuple[str, ...]
    tables: tuple[str, ...]  # of data/, that it is drawn from
    svg: bytes
    png: bytes
    width: int  # of the drawing, in its own units
    height: int
    chart: str | None = None  # the same as an ECharts option in JSON, for the page

    @property
    def text(self) -> str:
        """What stands in its place where no drawing can."""
        return self.caption


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    anchor: str  # unique, ASCII, used for links
    title: Paragraph
    level: int  # 1..3
    content: tuple[Paragraph | Grid | Figure, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RoadmapDraft:
    title: str
    notice: str  # 系统草稿，待专家论证
    sections: tuple[Section, ...]


EditKind = Literal["replace", "delete", "insert", "rename", "order"]
EditOutcome = Literal["applied", "conflict", "lost"]


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftEdit:
    """What an analyst changed in a published draft, kept apart from it and laid over the next one."""

    edit_id: str
    kind: EditKind
    anchor: str  # of the section
    original: str  # the system's paragraph; of an insertion the one before it; "" for order
    pattern: str  # the fixed wording of `original`, by which it is found again when its numbers have changed
    text: str  # the analyst's; topic ids separated by blanks for order
    made_by: str
    made_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class EditFate:
    """What became of an edit in a later draft."""

    edit_id: str
    fate: EditOutcome
    reason: str
    text: str  # the analyst's, so that nothing is lost
    current: str  # what the system says now at that place
