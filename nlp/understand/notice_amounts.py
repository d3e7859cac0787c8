"""Sentences of a notice that state an amount: so many targets, so much money, so long, so many characters, so many times."""

import re
from collections.abc import Iterator

from nlp.records import Rule
from nlp.understand.notice_text import NUMBER, Found, any_of, clauses, number_of
from nlp.understand.rule_vocabulary import RuleVocabulary

__all__ = ["find_periods", "find_quantities", "find_ratios", "states_amount"]

_WAN = {"亿元": 1e4, "万元": 1.0, "千元": 0.1, "元": 1e-4}
_YEARS = {"年": 1.0, "个月": 1 / 12, "月": 1 / 12}
_PERCENT = rf"(?:(?P<percent>{NUMBER})\s*[%％]|百分之(?P<hundredth>{NUMBER})|(?P<tenth>[一二三四五六七八九])成)"
_PAST = re.compile(r"[近过前满]去?$")
_CARRIED = frozenset({"title_length", "targets", "period"})  # 名称…，不超过30字; of money, a later clause may mean another sum
_OTHER_NAMES = ("单位", "企业", "公司", "产品", "机构", "文件")
_OTHER_MONEY = ("财政", "市级", "省级", "区级", "自筹", "配套", "支持")


def find_quantities(sentence: str, vocabulary: RuleVocabulary) -> Iterator[Found]:
    """targets_at_least, money_at_most, … of every clause; a clause about the firm itself is left alone."""
    found = []
    for offset, clause in clauses(sentence):
        if not any(word in clause for word in vocabulary.not_this_demand.words):
            found += [next((f for name in vocabulary.quantity if (f := _quantity(sentence, offset, clause, name, vocabulary))), None)]
    yield from _binding([f for f in found if f], sentence)


def _binding(found: list[Found], sentence: str) -> list[Found]:
    """一般不超过2年，最长不超过3年: the second is the rule, the first the custom."""
    kept: list[Found] = []
    for this in found:
        last = kept[-1] if kept else None
        if last and last.rule.rule == this.rule.rule and re.search("最长|最高|最多|最低|最少", sentence[last.end : this.end]):
            kept[-1] = Found(rule=this.rule, start=last.start, end=this.end)
        else:
            kept.append(this)
    return kept


def states_amount(text: str, vocabulary: RuleVocabulary) -> bool:
    """研发周期：2—3年: an amount is laid down, though no word says how it binds."""
    return any(re.search(rf"^{any_of(q.subjects)}\s*(?:一般)?[：:为]\s*(?:{NUMBER})(?:\s*[-—~～至到]+\s*(?:{NUMBER}))?\s*{any_of(q.units)}", text) for q in vocabulary.quantity.values())


def _quantity(sentence: str, offset: int, clause: str, name: str, vocabulary: RuleVocabulary) -> Found | None:
    quantity, compare = vocabulary.quantity[name], vocabulary.compare
    subject, unit = any_of(quantity.subjects), any_of(quantity.units)
    least, most = any_of(compare.least), any_of(compare.most)
    after = rf"(?:(?P<least_after>{any_of(compare.least_after)})|(?P<most_after>{any_of(compare.most_after)}))"
    between = rf"(?:自[^，。；]{{1,10}}起)?(?:（[^）]*）|\([^)]*\))?{any_of(compare.fillers)}{{0,4}}"
    before = rf"(?:(?P<least>{least}{{1,2}})|(?P<most>{most}{{1,2}}))"
    amount = rf"\s*{any_of(compare.verbs)}?\s*(?:(?P<lower>{NUMBER})\s*{unit}?\s*[-—~～至到]+\s*)?(?P<number>{NUMBER})\s*{unit}(?P<half>(?<=年)半)?"
    forms = [
        rf"(?P<subject>{subject})[（(]{any_of(compare.fillers)}{{0,2}}{before}{amount}{after}?[）)]",
        rf"(?P<subject>{subject}){between}{before}{amount}{after}?",
        rf"(?P<subject>{subject}){between}{amount}{after}",
        rf"{before}{amount}{after}?[^，。；\d]{{0,14}}?(?P<subject>{subject})",
        rf"(?<![\d—~～至-]){amount}{after}[^，。；\d]{{0,14}}?(?P<subject>{subject})",
    ]
    if any(word in clause for word in vocabulary.normative.preferences):
        return None
    for form in forms:
        match = re.search(form, clause)
        if match and not _other_subject(name, clause[: match.start("subject")]) and not _attributive(clause[match.end() :]):
            return _found(sentence, offset, match, name)
    reverse = rf"(?P<subject>{subject}){between}(?:(?P<least>{any_of(compare.below)})|(?P<most>{any_of(compare.above)})){amount}"
    match = re.search(reverse, clause)
    if match and re.search(any_of(compare.refused), sentence[offset + match.end() :]) and not _other_subject(name, clause[: match.start("subject")]):
        return _found(sentence, offset, match, name)
    if name not in _CARRIED:
        return None
    carried = next(filter(None, (re.fullmatch(rf"{any_of(compare.fillers)}{{0,4}}{form}(?:（[^）]*）)?", clause.strip())
                                 for form in (rf"{before}{amount}{after}?", rf"{amount}{after}"))), None)
    if carried and re.search(subject, sentence[:offset]) and not _other_subject(name, sentence[:offset]):
        return _found(sentence, offset, carried, name)
    return None


def _attributive(rest: str) -> bool:
    """投入不低于300万元的单位，…: for whom something holds, not what is asked."""
    return rest.startswith("的")


def _other_subject(name: str, before: str) -> bool:
    """单位名称 is no title of a demand, 财政投入 is not the project's money."""
    others = {"title_length": _OTHER_NAMES, "money": _OTHER_MONEY}.get(name, ())
    return before.endswith(others) if others else False


def _found(sentence: str, offset: int, match: re.Match[str], name: str) -> Found | None:
    said = {name for name, value in match.groupdict().items() if value}
    least = "least" in said or ("most" not in said and "least_after" in said)
    contradicts = {"least", "most_after"} <= said or {"most", "least_after"} <= said
    # of 18至36个月 the end that binds
    number = number_of(match["lower"] if least and "lower" in said else match["number"])
    if number is None or contradicts:
        return None
    number += 0.5 if "half" in said else 0
    unit = match[0][match.end("number") - match.start() :].strip()
    scale = next((v for k, v in (*_WAN.items(), *_YEARS.items()) if unit.startswith(k)), 1.0) if name in {"money", "fiscal", "own", "period"} else 1.0
    rule = Rule(rule=f"{name}_{'at_least' if least else 'at_most'}", quote=sentence, number=round(number * scale, 4), words=())
    return Found(rule=rule, start=offset + match.start(), end=offset + match.end())


def find_periods(sentence: str, vocabulary: RuleVocabulary) -> Iterator[Found]:
    """须在3年内完成: a period without a word for it."""
    must = r"(?:应|须|需|必须|确保|要求)"
    done = r"(?:完成|取得突破|实现突破|突破|攻克|结题)"
    pattern = rf"{must}[^，。；]{{0,12}}?(?P<number>{NUMBER})(?P<unit>年|个月)(?:以内|之内|内)[^，。；]{{0,8}}?{done}"
    for match in re.finditer(pattern, sentence):
        number = number_of(match["number"])
        if number is not None and not _PAST.search(sentence[: match.start("number")]):
            rule = Rule(rule="period_at_most", quote=sentence, number=round(number * _YEARS[match["unit"]], 4), words=())
            yield Found(rule=rule, start=match.start(), end=match.end())


# ---- own money against fiscal money --------------------------------------------------------


def find_ratios(sentence: str, vocabulary: RuleVocabulary) -> Iterator[Found]:
    """own_to_fiscal_at_least (times), own_share_at_least and fiscal_share_at_most (percent of the total)."""
    for name, pattern in _ratio_patterns(vocabulary):
        match = re.search(pattern, sentence)
        if match and not _attributive(sentence[match.end() :]):
            number = _ratio(match)
            if number is not None:
                rule = Rule(rule=name, quote=sentence, number=round(number, 4), words=())
                yield Found(rule=rule, start=match.start(), end=match.end())
                return


def _ratio_patterns(vocabulary: RuleVocabulary) -> Iterator[tuple[str, str]]:
    ratio, compare = vocabulary.ratio, vocabulary.compare
    own, fiscal, total = any_of(ratio.own), any_of(ratio.fiscal), any_of(ratio.total)
    least, most, after = any_of(compare.least), any_of(compare.most), any_of(compare.least_after)
    gap, times = r"[^，。；]{0,8}?", rf"(?P<times>{NUMBER})\s*倍"
    parts = r"(?P<first>\d+(?:\.\d+)?)\s*[:：∶比]\s*(?P<second>\d+(?:\.\d+)?)"
    ratio_of = r"[^，。；]{0,3}?(?:的)?(?:比例|之比|配比|比)"
    yield "own_to_fiscal_at_least", rf"{own}{gap}{least}{gap}{fiscal}{gap}{times}"
    yield "own_to_fiscal_at_least", rf"{own}{gap}{fiscal}{gap}{times}{after}"
    yield "own_to_fiscal_at_least", rf"{own}\s*(?:与|和|同|:|：|/){gap}{fiscal}{ratio_of}{gap}{least}\s*{parts}"
    yield "own_to_fiscal_at_least", rf"{fiscal}\s*(?:与|和|同|:|：|/){gap}{own}{ratio_of}{gap}{most}\s*{parts.replace('first', 'below').replace('second', 'above')}"
    yield "own_to_fiscal_at_least", rf"{fiscal}{gap}{most}{gap}{own}{gap}(?P<inverse>{_PERCENT})"
    yield "fiscal_share_at_most", rf"{fiscal}{gap}{most}{gap}{total}{gap}{_PERCENT}"
    yield "fiscal_share_at_most", rf"{fiscal}{gap}占{gap}{total}{gap}{most}{gap}{_PERCENT}"
    yield "own_share_at_least", rf"{own}{gap}{least}{gap}{total}{gap}{_PERCENT}"
    yield "own_share_at_least", rf"{own}{gap}占比{gap}{least}{gap}{_PERCENT}"
    yield "own_share_at_least", rf"{own}{gap}占{gap}{total}{gap}{least}{gap}{_PERCENT}"


def _ratio(match: re.Match[str]) -> float | None:
    said = {name: value for name, value in match.groupdict().items() if value}
    if "times" in said:
        return number_of(said["times"])
    if "first" in said:
        return _divided(float(said["first"]), float(said["second"]))
    if "below" in said:
        return _divided(float(said["above"]), float(said["below"]))
    tenth = number_of(said.get("tenth", ""))
    percent = number_of(said.get("percent") or said.get("hundredth") or "") if tenth is None else 10 * tenth
    return _divided(100, percent) if "inverse" in said and percent is not None else percent


def _divided(above: float, below: float) -> float | None:
    return above / below if below else None
