"""What to do with a submission: the first row of an explicit decision table that applies. A person decides; this only suggests."""

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import Final, Literal, get_args

from nlp.parse.regions import UNKNOWN
from nlp.records import RuleVerdict
from nlp.understand.case import Case

__all__ = ["ACTIONS", "SOFT_RULES", "TABLE", "Action", "Completeness", "Findings", "Suggestion", "completeness", "suggest"]

Action = Literal["接收", "退回补正", "拆分", "合并到", "转其他渠道", "不予受理"]
ACTIONS: Final[tuple[Action, ...]] = get_args(Action)
# Unknown in these is no reason to return a form: the firm may not ask for fiscal money, the office knows the rest itself.
SOFT_RULES: Final = frozenset({"own_to_fiscal_at_least", "own_share_at_least", "fiscal_share_at_most", "fiscal_at_most", "fiscal_at_least",
                               "own_at_least", "own_at_most", "not_funded_before", "received_by", "field_in", "title_without_names",
                               "title_length_at_most", "title_length_at_least", "subject_without", "single_demand", "unreadable"})
_DOUBTS: Final = frozenset({"not_funded_before", "field_in", "title_without_names", "title_length_at_most"})  # for the office to look at
_REASONS_SHOWN = 4


@dataclass(frozen=True, slots=True, kw_only=True)
class Completeness:
    """What a form must say at the least: share (0..1) of the parts that are there, and the names of the missing ones."""

    share: float
    missing: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Findings:
    """All that the table looks at. merge_into: the earlier submission that says the same."""

    verdicts: tuple[RuleVerdict, ...]
    completeness: Completeness
    clarity: str | None = None
    n_parts: int = 1
    merge_into: str | None = None
    superseded_by: str | None = None  # a later version of the same submission

    def failed(self, *rules: str) -> tuple[RuleVerdict, ...]:
        return tuple(v for v in self.verdicts if v.verdict == "fail" and (not rules or v.rule in rules))

    def unknown(self) -> tuple[RuleVerdict, ...]:
        return tuple(v for v in self.verdicts if v.verdict == "unknown" and v.rule not in SOFT_RULES)


@dataclass(frozen=True, slots=True, kw_only=True)
class Suggestion:
    action: Action
    reason: str  # in Chinese, what decided
    row: str  # name of the table's row
    merge_into: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Row:
    name: str
    action: Action
    applies: Callable[[Findings], bool]
    why: Callable[[Findings], str]


def _reasons(verdicts: Sequence[RuleVerdict]) -> str:
    shown = [v.reason for v in verdicts[:_REASONS_SHOWN]]
    more = len(verdicts) - len(shown)
    return "；".join(shown) + (f"；另有 {more} 项" if more > 0 else "")


def _incomplete(f: Findings) -> str:
    missing = f"缺少{'、'.join(f.completeness.missing)}" if f.completeness.missing else ""
    return "；".join(filter(None, [_reasons(f.unknown()), missing]))


def _accepted(f: Findings) -> str:
    doubts = [v for v in f.verdicts if v.verdict == "unknown" and v.rule in _DOUBTS]
    return "各项规则未见不符，要素齐全" + (f"；请核对：{_reasons(doubts)}" if doubts else "")


TABLE: Final = (
    _Row(name="已有新版本", action="合并到", applies=lambda f: f.superseded_by is not None, why=lambda f: f"同一单位已重新提交，以 {f.superseded_by} 为准"),
    _Row(name="没有技术需求", action="转其他渠道", applies=lambda f: f.clarity == "directionless" or bool(f.failed("subject_without")),
         why=lambda f: _reasons(f.failed("subject_without")) or "没有读出技术需求，主要是资金、市场等方面的诉求"),
    _Row(name="逾期", action="不予受理", applies=lambda f: bool(f.failed("received_by")), why=lambda f: _reasons(f.failed("received_by"))),
    _Row(name="地域不符", action="不予受理", applies=lambda f: bool(f.failed("region_in")), why=lambda f: _reasons(f.failed("region_in", "field_in"))),
    _Row(name="已立项", action="不予受理", applies=lambda f: bool(f.failed("not_funded_before")), why=lambda f: _reasons(f.failed("not_funded_before"))),
    _Row(name="领域不符", action="转其他渠道", applies=lambda f: bool(f.failed("field_in")), why=lambda f: _reasons(f.failed("field_in"))),
    _Row(name="与他份重复", action="合并到", applies=lambda f: f.merge_into is not None, why=lambda f: f"与 {f.merge_into} 内容相同或相近"),
    _Row(name="一表多项", action="拆分", applies=lambda f: f.n_parts > 1 or bool(f.failed("single_demand")),
         why=lambda f: _reasons(f.failed("single_demand")) or f"含有 {f.n_parts} 项可分别解决的技术需求"),
    _Row(name="不符合规则", action="退回补正", applies=lambda f: bool(f.failed()), why=lambda f: _reasons((*f.failed(), *f.unknown()))),
    _Row(name="要素不全", action="退回补正", applies=lambda f: bool(f.unknown() or f.completeness.missing), why=_incomplete),
    _Row(name="表述不清", action="退回补正", applies=lambda f: f.clarity == "concept", why=lambda f: "只有设想，没有具体的技术问题和指标"),
    _Row(name="符合", action="接收", applies=lambda f: True, why=_accepted),
)


def suggest(findings: Findings) -> Suggestion:
    row = next(r for r in TABLE if r.applies(findings))
    merge_into = (findings.superseded_by or findings.merge_into) if row.action == "合并到" else None
    return Suggestion(action=row.action, reason=row.why(findings), row=row.name, merge_into=merge_into)


def completeness(case: Case) -> Completeness:
    """Organisation, region, title, a description, targets, money, period: what every collection form asks."""
    parts = {
        "单位名称": bool(case.organisation), "所在地": case.region != UNKNOWN, "需求名称": bool(case.title),
        "问题描述": len(case.body) - len(case.title) >= 20, "技术指标": bool(case.targets),
        "研发投入": case.budget_wan is not None, "攻关期限": case.period_years is not None,
    }
    missing = tuple(name for name, there in parts.items() if not there)
    return Completeness(share=1 - len(missing) / len(parts), missing=missing)
