"""How long a demand may take, in years, from running text; None where nothing is said of the whole project."""

import re
from collections.abc import Iterator

from nlp.parse.values import period_years
from nlp.understand.facet_words import FacetWords
from nlp.understand.layout import Layout

__all__ = ["find_period"]

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


def find_period(layout: Layout, words: FacetWords) -> float | None:
    """A labelled period, else 用三年时间, else N年内完成…; of 2–5年 the upper end, as it is a limit."""
    ranked = sorted(_candidates(layout, words), key=lambda c: c[0])
    return next((years for _, years in ranked if years is not None), None)


def _candidates(layout: Layout, words: FacetWords) -> Iterator[tuple[int, float | None]]:
    """(rank, years); rank 0 is the surest."""
    for found in _FIELD.finditer(layout.text):
        label = layout.text[layout.text.rfind("\n", 0, found.start()) + 1 : found.start()]
        if words.period["labels"].search(label):
            yield 0, float(found["number"]) / (1 if found["unit"] == "年" else 12)
    for sentence in layout.sentences:
        text = sentence.text
        if "年" not in text and "月" not in text and "20" not in text:
            continue
        for found in _SPAN.finditer(text):
            if _labelled(text[: found.start()], words):
                yield 0, period_years(_BLANKS.sub("", found["span"]))
        if sentence.role in {"basis", "background"}:
            continue
        for found in _LENGTH.finditer(text):
            rank = _rank(text, found, words)
            years = period_years(_BLANKS.sub("", found["length"])) if rank is not None else None
            if rank is not None and years is not None and years <= _LONGEST:
                yield rank, years


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
