"""The separately solvable demands of one form, as spans."""

import re

from nlp.records import Span
from nlp.understand.facet_words import FacetWords
from nlp.understand.layout import ASKED, Layout

__all__ = ["find_parts"]

_ORDINAL = r"(?:\s*[（(]?(?:[一二三四五六七八九]|\d{1,2})[)）]?)"
_ITEM = re.compile(r"\s*(?:(?P<number>\d{1,2})[、.．)）]{1,2}(?!\d)|(?P<circled>[①-⑳])|[(（](?P<bracketed>\d{1,2})[)）]|(?P<han>[一二三四五六七八九])[、.．])\s*")
_TOPIC_LENGTH = 30
_TRAILING = " \t\n\r。；;，,"


def find_parts(layout: Layout, start: int, words: FacetWords) -> tuple[Span, ...]:
    """Spans that cover the body from the first part on; one span where the form holds one demand."""
    whole = Span(start=start, end=len(layout.text)) if len(layout.text.strip()) > start else Span(start=0, end=len(layout.title))
    openings = _numbered(layout, words) or _opened(layout, words) or _topics(layout, words)
    if len(openings) < 2:
        return (whole,)
    return tuple(_trimmed(layout.text, a, b) for a, b in zip(openings, [*openings[1:], _end(layout, openings[-1])], strict=True))


def _trimmed(text: str, start: int, end: int) -> Span:
    return Span(start=start, end=start + len(text[start:end].rstrip(_TRAILING)))


def _end(layout: Layout, last: int) -> int:
    """Where the last part ends: at the next heading of another part of the form."""
    return next((s.start for s in layout.sentences if s.start > last and s.heading and s.role not in ASKED), len(layout.text))


def _numbered(layout: Layout, words: FacetWords) -> list[int]:
    """需求一：… 需求二：…, 内容1：… 内容2：… at the head of a line or sentence, each number once and in order."""
    pattern = re.compile(rf"(?P<word>{words.parts['numbered'].pattern}){_ORDINAL}\s*[:：、.]")
    found: dict[str, list[int]] = {}
    for sentence in layout.sentences:
        if match := pattern.match(sentence.text):
            found.setdefault(match["word"], []).append(sentence.start)
    return max(found.values(), key=len, default=[])


def _opened(layout: Layout, words: FacetWords) -> list[int]:
    """Numbered items of which every one opens with a word of asking: 1、需要…；2、需要…."""
    items = [(s, match) for s in layout.sentences if s.role in ASKED and (match := _ITEM.match(s.text))]
    asking = [s.start for s, match in items if words.parts["openers"].match(s.text, match.end())]
    return asking if len(asking) >= 2 and len(asking) == len(items) else []


def _topics(layout: Layout, words: FacetWords) -> list[int]:
    """Numbered lines that name a topic and have text of their own below: 1. 重载运输车技术开发 / 2. 物料跟踪技术研究."""
    found: dict[str, list[int]] = {}
    for sentence, following in zip(layout.sentences, layout.sentences[1:], strict=False):
        match = _ITEM.match(sentence.text)
        if match is None or sentence.heading or sentence.role not in ASKED or len(sentence.text) > _TOPIC_LENGTH or not _own_line(layout.text, sentence.start, sentence.end):
            continue
        style = next(name for name, value in match.groupdict().items() if value)
        follows = _ITEM.match(following.text)
        alone = follows is None or next(name for name, value in follows.groupdict().items() if value) != style
        if alone and any(m.end() == len(sentence.text) for m in words.parts["topics"].finditer(sentence.text)):
            found.setdefault(style, []).append(sentence.start)
    return max(found.values(), key=len, default=[])


def _own_line(text: str, start: int, end: int) -> bool:
    return text[text.rfind("\n", 0, start) + 1 : start].strip() == "" and text[end : end + 2].strip(" \r")[:1] in {"", "\n"}
