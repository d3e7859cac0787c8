"""Money that a demand still asks for: total budget and requested public money, in 万元, from running text."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from nlp.understand.facet_words import FacetWords
from nlp.understand.layout import Layout, Sentence
from nlp.understand.numerals import ARABIC, HANZI, number

__all__ = ["Amount", "Money", "find_money"]

_SCALE = {"亿": 1e4, "千万": 1e3, "百万": 1e2, "十万": 10.0, "万": 1.0, "千": 0.1, "百": 0.01, "": 1e-4}
_VAGUE = r"\s*(?:多|余|几|来)?\s*"
_AMOUNT = re.compile(
    rf"(?P<low>{ARABIC}|{HANZI})(?:\s*(?:亿|万)?元?\s*[-~～—–至到]+\s*(?P<high>{ARABIC}|{HANZI}))?{_VAGUE}(?P<scale>亿|千万|百万|十万|万|千|百)?{_VAGUE}"
    r"(?:(?P<unit>元|人民币|块钱|块|RMB|圆)|(?<=[万亿])(?![吨套台件只个人次公平亩株头羽美㎡kKmMtVWPh伏瓦吨]))(?!素|件|器)"
)
_LABEL_UNIT = re.compile(r"[(（]\s*(?:单位[:：]?\s*)?(?P<unit>亿元|万元|千元|元)\s*[)）]\s*[:：=|]?\s*(?:约|共|计|为)?\s*(?P<low>\d[\d,，]*(?:\.\d+)?)(?!\s*(?:[\d.%年月]|亿|万|元))")
_CLAUSE_END = re.compile(r"[，,；;。！？\n]|、(?=[^，,；;。！？\n]*\d)")
_FOREIGN = re.compile(r"美元|欧元|日元|港元|英镑|美金")
_AHEAD = re.compile("拟|计划|预计|预算|将|需|还|愿")  # in a part about what is there already
_UNTIL = re.compile(r"^\s*(?:左右|以上|以内|人民币|元)?(?:的)?\s*")
_WIDE = {ord(c): ord(c) - 0xFEE0 for c in "０１２３４５６７８９．，"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Amount:
    """One sum of money with what its clause says of it."""

    wan: float
    start: int
    end: int
    kind: str  # total, planned, own, fiscal, item


@dataclass(frozen=True, slots=True, kw_only=True)
class Money:
    budget_wan: float | None
    fiscal_wan: float | None
    amounts: tuple[Amount, ...]


def find_money(layout: Layout, words: FacetWords) -> Money:
    """Budget: the stated total, else own and public money together, else what is planned. Spent, yearly and market sums do not count."""
    amounts = (*_labelled(layout, words), *(a for s in layout.sentences for a in _amounts(s, words)))
    by_kind = {kind: [a.wan for a in amounts if a.kind == kind] for kind in ("total", "planned", "own", "fiscal")}
    fiscal = by_kind["fiscal"][0] if by_kind["fiscal"] else None
    return Money(budget_wan=_budget(by_kind["total"], by_kind["planned"], by_kind["own"], fiscal), fiscal_wan=fiscal, amounts=amounts)


def _budget(total: Sequence[float], planned: Sequence[float], own: Sequence[float], fiscal: float | None) -> float | None:
    if total:
        return total[0]
    if planned:
        return round(sum(dict.fromkeys(planned)), 6)  # a repeated sum is one sum
    if own or fiscal is not None:
        return round(sum(own[:1]) + (fiscal or 0), 6)
    return None


def _labelled(layout: Layout, words: FacetWords) -> Iterator[Amount]:
    """Fields with the unit in the label: 资金需求总额（万元）：800, the figure also on the next line."""
    for found in _LABEL_UNIT.finditer(layout.text):
        label = layout.text[layout.text.rfind("\n", 0, found.start()) + 1 : found.start()]
        cues = [(_last(words.money[kind], label), kind) for kind in ("own", "fiscal", "total", "planned", "mentioned")]
        last, kind = max(cues)
        if last >= 0 and not words.money["not_budget"].search(label):
            wan = number(found["low"].replace("，", ",")) * {"亿元": 1e4, "万元": 1.0, "千元": 0.1, "元": 1e-4}[found["unit"]]
            yield Amount(wan=round(wan, 6), start=found.start("low"), end=found.end("low"), kind="planned" if kind == "mentioned" else kind)


def _amounts(sentence: Sentence, words: FacetWords) -> Iterator[Amount]:
    text = sentence.text.translate(_WIDE)
    if "元" not in text and "万" not in text and "亿" not in text and "币" not in text:
        return
    carried = ""
    for found in _AMOUNT.finditer(text):
        if _FOREIGN.match(text, found.end() - 1) or _FOREIGN.match(text, found.end()):
            continue
        kind = _kind(text, found, carried, sentence, words)
        if kind:
            carried = kind if kind in {"total", "planned"} else carried
            wan = number(found["low"].replace("，", ",")) * _SCALE[found["scale"] or ""]  # of a span the lower end, the least that is said
            yield Amount(wan=round(wan, 6), start=sentence.start + found.start(), end=sentence.start + found.end(), kind=kind)


def _kind(text: str, found: re.Match[str], carried: str, sentence: Sentence, words: FacetWords) -> str | None:
    """total, planned, own, fiscal or item; None for money that is not the demand's."""
    cut = max((m.end() for m in _CLAUSE_END.finditer(text, 0, found.start())), default=0)
    ends = _CLAUSE_END.search(text, found.end())
    before, after = text[cut : found.start()], text[found.end() : min(ends.start() if ends else len(text), found.end() + 12)]
    spoilt = max(_last(words.money["not_budget"], before), 0 if words.money["not_budget"].search(after) else -1)
    last, best = max((_last(words.money[kind], before), kind) for kind in ("own", "fiscal", "total", "planned"))
    if last < 0:
        best = _from_behind(after, words) or _weakly(text, before, cut, carried, sentence, words)
        last = -1 if best == "planned" else len(text)
    if not best or spoilt > last:
        return None
    if best == "planned" and sentence.role == "basis" and (spoilt >= 0 or not _AHEAD.search(before)):
        return None
    return "item" if carried and best == "planned" and words.money["items"].search(before) else best


def _weakly(text: str, before: str, cut: int, carried: str, sentence: Sentence, words: FacetWords) -> str:
    """planned for 投入资金2000万元 and for a bare sum under a heading 预算, where nothing says that it is spent."""
    if words.money["mentioned"].search(before) and sentence.role != "basis":
        return "planned"
    opens = sentence.role == "money" and sentence.heading and not carried
    return "planned" if opens and not words.money["not_budget"].search(text) else ""


def _last(pattern: re.Pattern[str], text: str) -> int:
    """Where the last of the words ends, -1 if there is none: the word nearest to the figure decides."""
    return max((m.end() for m in pattern.finditer(text)), default=-1)


def _from_behind(after: str, words: FacetWords) -> str | None:
    """1000万元研发经费, 200万元为自筹: the word stands behind the figure."""
    rest = _UNTIL.sub("", after, count=1).lstrip("为由是")[:6]
    return next((kind for kind in ("fiscal", "own") if words.money[kind].match(rest)), None)
