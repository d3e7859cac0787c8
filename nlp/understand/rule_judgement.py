"""A verdict before it gets its submission and quote, and the small readings that several rules share."""

import re
from dataclasses import dataclass

from nlp.records import Span, Target, Verdict
from nlp.understand.rule_vocabulary import Counting

__all__ = ["Judgement", "amount_span", "countable", "failed", "figure", "passed", "undecided", "word_count"]

_AMOUNT = re.compile(r"(?P<number>\d+(?:,\d{3})*(?:\.\d+)?)\s*(?P<unit>亿元|万元|千元|亿|万|元)")
_WAN = {"亿元": 1e4, "亿": 1e4, "万元": 1.0, "万": 1.0, "千元": 0.1, "元": 1e-4}
_WORDS = re.compile(r"[A-Za-z0-9.+\-/μΩ%]+|[^\sA-Za-z0-9]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Judgement:
    verdict: Verdict
    reason: str
    evidence: Span | None = None


def passed(reason: str, evidence: Span | None = None) -> Judgement:
    return Judgement(verdict="pass", reason=reason, evidence=evidence)


def failed(reason: str, evidence: Span | None = None) -> Judgement:
    return Judgement(verdict="fail", reason=reason, evidence=evidence)


def undecided(reason: str, evidence: Span | None = None) -> Judgement:
    return Judgement(verdict="unknown", reason=reason, evidence=evidence)


def figure(value: float) -> str:
    """300.0 -> 300, 2.58 -> 2.58."""
    return f"{value:.4f}".rstrip("0").rstrip(".")


def amount_span(body: str, wan: float) -> Span | None:
    """Where the text itself states this amount, in any unit."""
    for match in _AMOUNT.finditer(body):
        if abs(float(match["number"].replace(",", "")) * _WAN[match["unit"]] - wan) < 1e-6:
            return Span(start=match.start(), end=match.end())
    return None


def countable(targets: tuple[Target, ...], body: str, counting: Counting, *, technical: bool) -> list[Target]:
    """Targets that count as 考核指标: not money, staff, patents, nor capacity where 技术指标 are asked; one stated twice counts once."""
    barred = (*counting.economic, *(counting.capacity if technical else ()))
    kept: dict[tuple[str | None, float | None, float | None, str], Target] = {}
    for target in targets:
        said = (target.name or "") + body[target.start : target.end]
        if not any(word in said for word in barred) and target.unit.strip() not in counting.economic_units:
            kept.setdefault((target.name, target.low, target.high, target.unit), target)
    return list(kept.values())


def word_count(title: str) -> int:
    """As Word counts 字数: a Chinese character or mark is one, a run of Latin letters and digits is one."""
    return len(_WORDS.findall(title))
