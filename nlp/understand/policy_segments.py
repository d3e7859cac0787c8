"""Policy text to the clause segments between two marks (，；。！？ and line ends): what a task can be made of."""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import pairwise

from nlp.understand.policy_words import PolicyWords

__all__ = ["Segment", "split_segments"]

_MARK = re.compile(r"[，,；;。！？!?\n]")
_NUMERIC = re.compile(r"\d,\d")  # 1,200 is one number
_OPEN, _CLOSE = "“（《〈「『【(", "”）》〉」』】)"
_STOPS = "。！？!?\n"


@dataclass(frozen=True, slots=True, kw_only=True)
class Segment:
    """Offsets into the text, without numbering before it and marks after it; never empty."""

    start: int
    end: int
    sentence: int  # counted from 0 within the text
    paragraph: int
    opens: bool  # first of its sentence
    closes: bool  # last of its sentence


@dataclass(frozen=True, slots=True, kw_only=True)
class _Cut:
    start: int
    end: int
    mark: str


def split_segments(text: str, words: PolicyWords) -> tuple[Segment, ...]:
    """Every part of the text between two marks that holds a letter or digit, in order."""
    cuts = [cut for cut in _cuts(text) if any(c.isalnum() for c in text[cut.start : cut.end]) or cut.mark in _STOPS]
    found: list[Segment] = []
    sentence = paragraph = 0
    opens = True
    for cut in cuts:
        closes = cut.mark in _STOPS
        start, end = _trimmed(text, cut, words)
        if start < end:
            found.append(Segment(start=start, end=end, sentence=sentence, paragraph=paragraph, opens=opens, closes=closes))
            opens = closes
        sentence += closes
        paragraph += cut.mark == "\n"
    return tuple(found)


def _cuts(text: str) -> Iterator[_Cut]:
    """Parts between marks; a comma inside brackets or quotation marks does not cut."""
    inside = _enclosed(text)
    marks = [m.start() for m in _MARK.finditer(text) if m.start() not in inside and not _NUMERIC.match(text, max(m.start() - 1, 0))]
    for before, mark in pairwise([-1, *marks, len(text)]):
        yield _Cut(start=before + 1, end=mark, mark=text[mark : mark + 1] or "\n")


def _enclosed(text: str) -> frozenset[int]:
    """Positions between a bracket and its partner on the same line; a bracket without partner encloses nothing."""
    found: set[int] = set()
    stack: list[int] = []
    for i, c in enumerate(text):
        if c == "\n":
            stack.clear()
        elif c in _OPEN:
            stack.append(i)
        elif c in _CLOSE and stack:
            found.update(range(stack.pop(), i))
    return frozenset(found)


def _trimmed(text: str, cut: _Cut, words: PolicyWords) -> tuple[int, int]:
    """Without white space, the numbering and a short announcement before a colon (其中：)."""
    body = text[cut.start : cut.end]
    numbering = words.numbering.match(body)
    start = cut.start + (numbering.end() if numbering else 0)
    colon = text.find("：", start, cut.end)
    if 0 <= colon - start <= words.lead_in:
        return _trimmed(text, _Cut(start=colon + 1, end=cut.end, mark=cut.mark), words)
    whole = text[start : cut.end]
    return start + len(whole) - len(whole.lstrip()), cut.end - (len(whole) - len(whole.rstrip()))
