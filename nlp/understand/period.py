"""How long a demand may take, in years, from running text; None where nothing is said of the whole project."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from nlp.parse.values import period_years
from nlp.records import Span
from nlp.understand.facet_words import FacetWords
from nlp.understand.layout import Layout, Sentence

__all__ = ["Period", "find_period", "find_period_span"]

_COUNT = r"(?:\d+(?:\.\d+)?|[一二两三四五六七八九十半]{1,3})"
_LENGTH = re.compile(rf"(?<![\d.第])(?P<length>(?:{_COUNT}\s*(?:年|个月)?\s*[-~～—–至到或]+\s*)?{_COUNT}\s*(?:个?月|年半|年))(?P<within>(?:的?时间)?\s*(?:之内|以内|内|左右)?)(?!度|级|代|产|均|龄|份|初|底|来|间|头)")
_SPAN = re.compile(r"(?P<span>(?:19|20)\d{2}\s*(?:年|[./-])?\s*(?:\d{1,2}\s*月?)?(?:\d{1,2}日)?\s*(?:[-~～—–]+|至|到)\s*(?:19|20)\d{2}\s*(?:年|[./-])?\s*(?:\d{1,2}\s*月?)?)")
_FIELD = re.compile(r"[(（]\s*(?:单位[:：])?(?P<unit>年|个?月)\s*[)）]\s*[:：|]?\s*(?P<number>\d{1,2}(?:\.\d)?)(?=\s*(?:$|[\n，。；,;]))")
_COLON = re.compile(r"[^，。；,;\d一二两三四五六七八九十]{0,8}[:：为是]?\s*(?:约|大约|不超过|不大于|控制在|预计|共|需|需要|拟)?\s*$")
_EFFORT = re.compile(r"(?:通过|经过|用|利用|计划用|力争|争取|在|于|拟在|未来|预计|预期在|计划在|需要?)\s*(?:大约|约)?\s*$")
_HOPED = re.compile(r"^(?:的?时间)?的?(?:努力|时间|攻关|研发|攻坚|建设)")
_ASKS = re.compile("力争|争取|计划|拟|预计|预期|希望|目标|需要|完成|实现")
_NEAR = 12
_LONGEST = 15.0  # years; a demand does not run longer, a firm's history does
_BLANKS = re.compile(r"\s")


@dataclass(frozen=True, slots=True, kw_only=True)
class Period:
    """`span` is where the length stands in the layout's text."""

    years: float
    span: Span


def find_period(layout: Layout, words: FacetWords) -> float | None:
    """A labelled period, else 用三年时间, else N年内完成…; of 2–5年 the upper end, as it is a limit."""
    found = find_period_span(layout, words)
    return found.years if found else None


def find_period_span(layout: Layout, words: FacetWords) -> Period | None:
    """As `find_period`, with the place; of several equally sure ones the first."""
    ranked = sorted(_candidates(layout, words), key=lambda c: c[0])
    return next((period for _, period in ranked), None)


def _candidates(layout: Layout, words: FacetWords) -> Iterator[tuple[int, Period]]:
    """Each with its rank; 0 is the surest."""
    for found in _FIELD.finditer(layout.text):
        label = layout.text[layout.text.rfind("\n", 0, found.start()) + 1 : found.start()]
        if words.period["labels"].search(label):
            yield 0, Period(years=float(found["number"]) / (1 if found["unit"] == "年" else 12), span=Span(start=found.start(), end=found.end()))
    for sentence in layout.sentences:
        text = sentence.text
        if "年" in text or "月" in text or "20" in text:
            yield from _in_sentence(sentence, words)


def _in_sentence(sentence: Sentence, words: FacetWords) -> Iterator[tuple[int, Period]]:
    text = sentence.text
    for found in _SPAN.finditer(text):
        if _labelled(text[: found.start()], words) and (years := _years(found["span"])) is not None:
            yield 0, Period(years=years, span=_place(sentence, found, "span"))
    if sentence.role in {"basis", "background"}:
        return
    for found in _LENGTH.finditer(text):
        rank = _rank(text, found, words)
        years = _years(found["length"]) if rank is not None else None
        if rank is not None and years is not None and years <= _LONGEST:
            yield rank, Period(years=years, span=_place(sentence, found, "length"))


def _years(written: str) -> float | None:
    return period_years(_BLANKS.sub("", written))


def _place(sentence: Sentence, found: re.Match[str], group: str) -> Span:
    start = sentence.start + found.start(group)
    return Span(start=start, end=start + len(found[group].rstrip()))


def _labelled(before: str, words: FacetWords) -> bool:
    label = max((m.end() for m in words.period["labels"].finditer(before)), default=-1)
    return label >= 0 and bool(_COLON.fullmatch(before[label:])) and not words.period["not_before"].search(before[max(0, label - 6) :])


def _rank(text: str, found: re.Match[str], words: FacetWords) -> int | None:
    before, after = text[: found.start()], text[found.end() :]
    if _labelled(before, words):
        return 0
    near = before[-_NEAR:]
    if words.period["not_before"].search(near) or "年" not in found["length"]:
        return None
    if _HOPED.match(found["within"] + after) and _EFFORT.search(near):
        return 1
    if "内" in found["within"] and words.period["done"].search(after[:_NEAR]):
        return 2
    return None
