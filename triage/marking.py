"""What is highlighted in a demand's text, and the fields beside it with where each stands."""

import itertools
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from nlp.records import ChainVerdict, RuleVerdict, Span, SubmittedField, Target
from nlp.understand.case import Case
from nlp.understand.facet_words import FacetWords, load_facet_words
from nlp.understand.layout import lay_out
from nlp.understand.money import find_money
from nlp.understand.period import Period, find_period_span
from triage.scans import label_of
from triage.shapes import Fact, Mark, MarkKind

__all__ = ["Piece", "Words", "facts_of", "load_words", "marks_of", "pieces"]

_PERIOD_RULES, _BENCHMARK_RULES = frozenset({"period_at_most", "period_at_least"}), frozenset({"benchmark_named"})
_OBJECTS = 4  # terms shown as what the demand is about
# Fields that the page shows elsewhere: in the heading, or as the text in the middle itself.
_ELSEWHERE = frozenset({"id", "row_number", "title", "demand_title", "organisation", "region", "received", "text", "problem", "background", "key_technology", "target",
                        "indicators"})
_OPERATORS = {">=": "≥", "<=": "≤", "~": "约", "range": ""}


@dataclass(frozen=True, slots=True, kw_only=True)
class Words:
    facets: FacetWords


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A stretch of text under the same marks; `kinds` are CSS classes, `note` is read out and shown on hovering."""

    text: str
    kinds: tuple[str, ...]
    note: str
    start: int


def load_words(lexicons: Path) -> Words:
    return Words(facets=load_facet_words(lexicons / "facets.toml"))


def marks_of(case: Case, verdict: ChainVerdict, words: Words, verdicts: Sequence[RuleVerdict]) -> tuple[Mark, ...]:
    found = [*_targets(case), *_facets(case), *_money(case, words), *_objects(case, verdict)]
    if period := period_of(case, words):
        found.append(_mark("period", period.span, f"期限 {period.years:g} 年"))
    found += [_mark("period", v.evidence, v.reason) for v in verdicts if v.rule in _PERIOD_RULES and v.evidence]
    found += [_mark("benchmark", v.evidence, v.reason) for v in verdicts if v.rule in _BENCHMARK_RULES and v.evidence]
    return tuple(sorted(set(found), key=lambda m: (m.start, -m.end, m.kind)))


def _mark(kind: MarkKind, span: Span, note: str = "") -> Mark:
    return Mark(kind=kind, start=span.start, end=span.end, note=note)


def shown(target: Target) -> str:
    """≥ 40 cm²/(V·s), as read, not as written."""
    values = [f"{v:g}" for v in dict.fromkeys((target.low, target.high)) if v is not None]
    sign = _OPERATORS.get(target.operator, target.operator)
    return f"{sign}{'–'.join(values)}{'' if target.unit in {'%', '‰', '℃', '°C'} else ' '}{target.unit}".strip()


def _targets(case: Case) -> Iterator[Mark]:
    for t in case.targets:
        yield Mark(kind="target", start=t.start, end=t.end, note="，".join(filter(None, (t.name or "指标", shown(t), t.condition))))


def _facets(case: Case) -> Iterator[Mark]:
    facets = case.facets
    if facets is None:
        return
    if facets.problem:
        yield _mark("problem", facets.problem, "要解决的问题")
    if facets.benchmark:
        yield _mark("benchmark", facets.benchmark, "对标对象")
    if facets.foreign_span:
        yield _mark("foreign", facets.foreign_span, f"依赖国外：{'、'.join((*facets.vendors, *facets.countries)) or '已写明'}")


def period_of(case: Case, words: Words) -> Period | None:
    """What the text itself says, which need not be what the form's field says."""
    return find_period_span(lay_out(case.title, case.body, len(case.title) + 1, words.facets), words.facets)


def _money(case: Case, words: Words) -> Iterator[Mark]:
    layout = lay_out(case.title, case.body, len(case.title) + 1, words.facets)
    for amount in find_money(layout, words.facets).amounts:
        yield Mark(kind="money", start=amount.start, end=amount.end, note=f"{amount.wan:g} 万元")


def _objects(case: Case, verdict: ChainVerdict) -> Iterator[Mark]:
    for term in [t for t in verdict.evidence if not t.startswith("-")][:_OBJECTS]:
        at = case.body.lower().find(term.lower())
        if at >= 0:
            yield Mark(kind="object", start=at, end=at + len(term), note="需求对象（判定环节的依据）")


# ---- fields -----------------------------------------------------------------------------------


def facts_of(case: Case, fields: Sequence[SubmittedField], hide: Callable[[str], str], words: Words) -> tuple[Fact, ...]:
    """What the form's own fields say, then what was read from the text; contact fields never come here."""
    stated = [Fact(label=label_of(f.label), value=hide(f.text), source=f.source_location, start=at, end=None if at is None else at + len(f.text))
              for f in fields if f.text.strip() for at in [_place(case.body, f.text)] if f.canonical not in _ELSEWHERE]
    return (*stated, *_read(case, words))


def _place(body: str, text: str) -> int | None:
    at = body.find(text) if len(text) > 1 else -1
    return at if at >= 0 else None


def _read(case: Case, words: Words) -> Iterator[Fact]:
    period = period_of(case, words)
    places = {"期限": period.span} if period and period.years == case.period_years else {}
    figures = {"总投入": (case.budget_wan, "万元"), "申请财政资金": (case.fiscal_wan, "万元"), "期限": (case.period_years, "年")}
    for label, (value, unit) in figures.items():
        if value is not None:
            at = places.get(label)
            yield Fact(label=label, value=f"{value:g} {unit}", source="正文" if at else "系统读出", start=at.start if at else None, end=at.end if at else None)
    for target in case.targets:
        yield Fact(label=target.name or "指标", value=case.body[target.start : target.end], source="正文", start=target.start, end=target.end)


# ---- the text in pieces -------------------------------------------------------------------------


def pieces(text: str, marks: Sequence[Mark]) -> list[Piece]:
    """The text cut where any mark begins or ends; joined again, the pieces are the text."""
    inside = [m for m in marks if 0 <= m.start < m.end <= len(text)]
    cuts = sorted({0, len(text), *(m.start for m in inside), *(m.end for m in inside)})
    return [_piece(text, a, b, inside) for a, b in itertools.pairwise(cuts)]


def _piece(text: str, start: int, end: int, marks: Sequence[Mark]) -> Piece:
    over = [m for m in marks if m.start <= start and m.end >= end]
    return Piece(text=text[start:end], kinds=tuple(dict.fromkeys(m.kind for m in over)), note="；".join(dict.fromkeys(m.note for m in over if m.note)), start=start)
