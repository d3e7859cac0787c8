"""One function a rule: what a submission says against what the notice asks. Silence is unknown, not a failure,
except where the notice demands that something be stated (targets, a benchmark)."""

import re
from collections.abc import Mapping
from datetime import date
from typing import Protocol

from nlp.records import Rule, Span
from nlp.understand.case import Case
from nlp.understand.funded import not_funded_before
from nlp.understand.notice_text import any_of
from nlp.understand.rule_judgement import (
    Judgement,
    amount_span,
    countable,
    failed,
    figure,
    passed,
    undecided,
)
from nlp.understand.rule_titles import title_length_at_least, title_length_at_most, title_without, title_without_names
from nlp.understand.rule_vocabulary import RuleVocabulary

__all__ = ["CHECKS", "Check"]

_OWN = r"[^，。；\d]{0,10}?(?P<number>\d+(?:\.\d+)?)\s*(?P<unit>亿元|万元|元)"
_WAN = {"亿元": 1e4, "万元": 1.0, "元": 1e-4}
_OUTSIDE = "none"
_UNCOUNTED = 2  # targets that the finder may have missed in a numbered list
_LEAST_BENCHMARK = 4  # characters that must stand beside the slogans


class Check(Protocol):
    def __call__(self, case: Case, rule: Rule, vocabulary: RuleVocabulary, /) -> Judgement: ...


def targets_at_least(case: Case, rule: Rule, vocabulary: RuleVocabulary) -> Judgement:
    counted = countable(case.targets, case.body, vocabulary.counting, technical="技术" in rule.quote)
    needed, n = rule.number or 0, len(counted)
    if not counted:
        return failed(f"没有见到可考核的技术指标，要求不少于 {figure(needed)} 项")
    evidence = Span(start=min(t.start for t in counted), end=max(t.end for t in counted))
    if n >= needed:
        return passed(f"技术考核指标 {n} 项，要求不少于 {figure(needed)} 项", evidence)
    listed = _listed(case.body)
    if listed >= needed and n >= needed - _UNCOUNTED:
        return undecided(f"系统数出 {n} 项指标，而材料列了 {listed} 条，要求不少于 {figure(needed)} 项，请核对", evidence)
    return failed(f"技术考核指标只有 {n} 项，要求不少于 {figure(needed)} 项", evidence)


def _listed(body: str) -> int:
    """The longest numbered list: （1）…（6）, ①…⑥, 1、…6、."""
    styles = (r"[（(]{}[)）]", r"(?<!\d){}[、.．)）](?!\d)")
    runs = [next((k - 1 for k in range(1, 30) if not re.search(style.format(k), body)), 0) for style in styles]
    circled = next((k for k in range(20) if chr(0x2460 + k) not in body), 20)
    return max(*runs, circled)


def _amount(case: Case, rule: Rule, value: float | None, name: str, unit: str, limit: float | None = None) -> Judgement:
    """An amount against the rule's bound; at_least or at_most by the rule's name."""
    if value is None or rule.number is None:
        return undecided(f"没有写明{name}")
    evidence = amount_span(case.body, value) if unit == "万元" else None
    if limit is not None and value > limit:
        return undecided(f"{name} {figure(value)} {unit}，疑为单位填错，请核对", evidence)
    least = rule.rule.endswith("_at_least")
    bound = f"要求{'不低于' if least else '不超过'} {figure(rule.number)} {unit}"
    # 半年、18个月换算成年有尾数
    good = value >= rule.number - 1e-3 if least else value <= rule.number + 1e-3
    return (passed if good else failed)(f"{name} {figure(value)} {unit}，{bound}", evidence)


def money(case: Case, rule: Rule, vocabulary: RuleVocabulary) -> Judgement:
    return _amount(case, rule, case.budget_wan, "研发投入", "万元", vocabulary.judging.implausible_money)


def _money_words(case: Case) -> str:
    return f"{case.form_money}\n{case.body}"


def _fiscal(case: Case, vocabulary: RuleVocabulary) -> float | None:
    """The form's own field, else what its money field says in words; 0 where it says that none is asked."""
    if any(word in _money_words(case) for word in vocabulary.judging.no_fiscal):
        return 0.0
    if case.fiscal_wan is not None:
        return case.fiscal_wan
    match = re.search(rf"{any_of(vocabulary.ratio.fiscal)}{_OWN}", case.form_money)
    return float(match["number"]) * _WAN[match["unit"]] if match else None


def fiscal(case: Case, rule: Rule, vocabulary: RuleVocabulary) -> Judgement:
    return _amount(case, rule, _fiscal(case, vocabulary), "申请财政支持经费", "万元", vocabulary.judging.implausible_money)


def period(case: Case, rule: Rule, vocabulary: RuleVocabulary) -> Judgement:
    return _amount(case, rule, case.period_years, "攻关期限", "年")


def _stated_own(case: Case, vocabulary: RuleVocabulary) -> float | None:
    words = "|".join(map(re.escape, vocabulary.judging.own_money))
    match = re.search(rf"(?:{words}){_OWN}", _money_words(case))
    return float(match["number"]) * _WAN[match["unit"]] if match else None


def own(case: Case, rule: Rule, vocabulary: RuleVocabulary) -> Judgement:
    stated = _stated_own(case, vocabulary)
    asked = _fiscal(case, vocabulary)
    if stated is None and case.budget_wan is not None and asked is not None:
        stated = case.budget_wan - asked
    return _amount(case, rule, stated, "企业自筹资金", "万元", vocabulary.judging.implausible_money)


def own_to_fiscal_at_least(case: Case, rule: Rule, vocabulary: RuleVocabulary) -> Judgement:
    """A budget may or may not hold the fiscal money; where the two readings differ, a person decides."""
    times, fiscal_wan = rule.number or 0, _fiscal(case, vocabulary)
    if fiscal_wan == 0:
        return passed("未申请财政支持，本条不适用")
    if fiscal_wan is None:
        return undecided("没有写明是否申请财政支持及金额")
    stated = _stated_own(case, vocabulary)
    if stated is None and case.budget_wan is None:
        return undecided("写了申请财政支持经费，没有写明企业自筹资金")
    low = stated if stated is not None else (case.budget_wan or 0) - fiscal_wan
    high = stated if stated is not None else case.budget_wan or 0
    said = f"申请财政支持 {figure(fiscal_wan)} 万元，" + (f"企业自筹 {figure(low)} 万元" if stated is not None else f"总投入 {figure(high)} 万元")
    bound, evidence = f"要求企业自筹不低于财政支持的 {figure(times)} 倍", amount_span(case.body, fiscal_wan)
    if low >= times * fiscal_wan:
        return passed(f"{said}，{bound}", evidence)
    includes = re.search(r"(?:含|其中|包括)[^。；\n]{0,24}?(?:财政|补助|专项)", _money_words(case))
    if high >= times * fiscal_wan and not includes:
        return undecided(f"{said}，看不出总投入是否含财政支持经费；{bound}", evidence)
    return failed(f"{said}，{bound}", evidence)


def share(case: Case, rule: Rule, vocabulary: RuleVocabulary) -> Judgement:
    """own_share_at_least, fiscal_share_at_most: percent of the total budget."""
    fiscal_wan = _fiscal(case, vocabulary)
    if fiscal_wan is None or not case.budget_wan:
        return undecided("没有写明总投入或申请财政支持经费")
    least = rule.rule.startswith("own")
    part = case.budget_wan - fiscal_wan if least else fiscal_wan
    percent, bound = 100 * part / case.budget_wan, rule.number or 0
    said = f"总投入 {figure(case.budget_wan)} 万元，申请财政支持 {figure(fiscal_wan)} 万元"
    good = percent >= bound - 1e-6 if least else percent <= bound + 1e-6
    limit = f"要求{'自筹不低于' if least else '财政支持不超过'}总投入的 {figure(bound)}%"
    return (passed if good else failed)(f"{said}，{limit}", amount_span(case.body, fiscal_wan))


def benchmark_named(case: Case, rule: Rule, vocabulary: RuleVocabulary) -> Judgement:
    """达到国际先进水平 names nobody; a comparison with a product, firm, country or figure does."""
    words = vocabulary.benchmark
    named = case.facets.benchmark if case.facets else None
    if named and _says_whom(case.body[named.start : named.end], (*words.slogans, *words.generic)):
        return passed("写明了对标或比较对象", named)
    for match in (m for pattern in words.stated for m in re.finditer(pattern, case.body)):
        around = re.split(r"[。；\n]", case.body[match.start() : match.end() + 60].replace("对标分析\n", ""))[0]
        if _says_whom(around, (*words.slogans, "达到", "对标", "分析", "技术指标", "水平")):
            return passed("写明了对标或比较对象", Span(start=match.start(), end=match.end()))
    slogan = next((s for s in words.slogans if s in case.body), None)
    if slogan:
        start = case.body.index(slogan)
        return failed(f"只写了“{slogan}”，没有写明对标产品或参数", Span(start=start, end=start + len(slogan)))
    return failed("没有写明对标对象或对标参数")


def _says_whom(text: str, empty: tuple[str, ...]) -> bool:
    """Whether something stands beside slogans and words that name nobody."""
    rest = re.sub("|".join(map(re.escape, sorted(empty, key=len, reverse=True))) + r"|[\W_的]", "", text)
    return len(rest) >= _LEAST_BENCHMARK


def single_demand(case: Case, rule: Rule, vocabulary: RuleVocabulary) -> Judgement:
    if case.facets is None:
        return undecided("没有判定需求项数")
    parts = case.facets.parts
    if not parts:
        return undecided("没有读出明确的技术需求，无法判断项数")
    if len(parts) == 1:
        return passed("只有一项技术需求", parts[0])
    return failed(f"一份表内有 {len(parts)} 项可分别解决的技术需求", parts[1])


def subject_without(case: Case, rule: Rule, vocabulary: RuleVocabulary) -> Judgement:
    if case.facets is None:
        return undecided("没有判定需求类型")
    if case.facets.clarity != "directionless":
        return passed("提出的是技术需求")
    word = next((w for w in rule.words if w in case.body), None)
    if word is None:
        return undecided("没有读出技术需求，请人工核对")
    start = case.body.index(word)
    return failed(f"没有技术需求，主要诉求是“{word}”", Span(start=start, end=start + len(word)))


def region_in(case: Case, rule: Rule, vocabulary: RuleVocabulary) -> Judgement:
    names = "、".join(rule.words)
    if case.region in rule.words or any(w in (case.organisation or "") for w in rule.words):
        return passed(f"单位在{case.region}，要求在{names}")
    if case.region == "未知":
        return undecided(f"没有写明单位所在地，要求在{names}")
    inside = {vocabulary.province(w) for w in rule.words if w not in vocabulary.whole_provinces}
    if case.region in inside:
        return undecided(f"单位在{case.region}，是否在{names}请核对")
    return failed(f"单位在{case.region}，要求在{names}")


def field_in(case: Case, rule: Rule, vocabulary: RuleVocabulary) -> Judgement:
    segments = {s for word in rule.words for s in _segments(word, vocabulary)}
    names = "、".join(rule.words)
    start = next((case.body.index(w) for w in rule.words if w in case.body), None)
    if case.segment and case.segment != _OUTSIDE and (case.segment in segments or "*" in segments):
        return passed(f"属于征集领域：{names}")
    if case.segment is None or not segments:
        return undecided(f"没有判定所属领域，征集领域是{names}")
    unmapped = [word for word in rule.words if not _segments(word, vocabulary)]
    if unmapped or start is not None:
        return undecided(f"是否属于征集领域请核对：{names}")
    return failed(f"系统判定不属于征集领域：{names}")


def _segments(word: str, vocabulary: RuleVocabulary) -> tuple[str, ...]:
    """By the head noun, which stands last: 集成电路材料 is materials, not the whole chain."""
    known = [key for key in vocabulary.field.segments if key in word]
    last = max(known, key=lambda key: (word.rindex(key) + len(key), len(key)), default=None)
    return vocabulary.field.segments[last] if last else ()


def received_by(case: Case, rule: Rule, vocabulary: RuleVocabulary) -> Judgement:
    deadline = date.fromisoformat(rule.words[0])
    if case.received is None:
        return undecided("没有写明填报日期")
    said = f"填报日期 {case.received.isoformat()}，截止 {deadline.isoformat()}"
    return passed(said) if case.received <= deadline else failed(said)


def unreadable(case: Case, rule: Rule, vocabulary: RuleVocabulary) -> Judgement:
    return undecided("这条要求系统没有读懂，请人工核对")


CHECKS: Mapping[str, Check] = {
    "targets_at_least": targets_at_least,
    "money_at_least": money, "money_at_most": money,
    "fiscal_at_least": fiscal, "fiscal_at_most": fiscal,
    "own_at_least": own, "own_at_most": own,
    "period_at_least": period, "period_at_most": period,
    "own_to_fiscal_at_least": own_to_fiscal_at_least, "own_share_at_least": share, "fiscal_share_at_most": share,
    "benchmark_named": benchmark_named, "not_funded_before": not_funded_before,
    "title_without": title_without, "title_without_names": title_without_names,
    "title_length_at_most": title_length_at_most, "title_length_at_least": title_length_at_least,
    "subject_without": subject_without, "single_demand": single_demand,
    "region_in": region_in, "field_in": field_in, "received_by": received_by, "unreadable": unreadable,
}
