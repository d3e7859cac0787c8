"""What demands, policies and notices say: targets, facets, tasks, rules, pairs."""

from dataclasses import dataclass
from typing import Literal

__all__ = ["Clarity", "Duplicate", "Facets", "Operator", "PiiMention", "PolicyTask", "Rule", "RuleVerdict", "Span", "Target", "TaskKind", "Understood", "Verdict"]


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
class Understood(Facets):
    """All that is read out of one demand's title and text."""

    targets: tuple[Target, ...]


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
