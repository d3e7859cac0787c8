"""Does a text name the industry chain as such (集成电路, 芯片, …), with or without a segment?

A policy clause that speaks of the industry names no segment, and `classify` rightly says "none"; whoever counts the
policies that name a chain asks here. The words are `names` of the chain's file; a longer word of another meaning
(微流控芯片) hides them.
"""

import re
from dataclasses import dataclass
from typing import Literal

from nlp.chain_file import Chain
from nlp.records import Span

__all__ = ["ChainMention", "chain_mention", "names_chain"]

Level = Literal["absent", "listed", "subject"]

SENTENCE = re.compile(r"[^。；;！!？?\n]+")
LISTING = "、"
MAX_LISTED = 24  # an item of a list of industries is shorter than this


@dataclass(frozen=True, slots=True, kw_only=True)
class ChainMention:
    """`listed`: only as one item of a list of industries; `subject`: a clause of a sentence is about the chain."""

    level: Level
    spans: tuple[Span, ...]  # of the naming words, in the text


def names_chain(text: str, *, chain: Chain) -> bool:
    return chain_mention(text, chain=chain).level != "absent"


def chain_mention(text: str, *, chain: Chain) -> ChainMention:
    """The strongest mention in the text, and where every naming word stands."""
    spans = tuple(
        Span(start=m.start(), end=m.end())
        for m in (chain.naming.finditer(text) if chain.naming else ())
        if m[0].lower() in chain.names and _whole_word(text, m.start(), m.end())
    )
    if not spans:
        return ChainMention(level="absent", spans=())
    return ChainMention(level="listed" if all(_listed(text, s, spans) for s in spans) else "subject", spans=spans)


def _whole_word(text: str, start: int, end: int) -> bool:
    """EDA is not in FREEDATA."""
    return not (_latin(text[start : start + 1]) and _latin(text[max(start - 1, 0) : start])) and not (
        _latin(text[end - 1 : end]) and _latin(text[end : end + 1])
    )


def _latin(character: str) -> bool:
    return character.isascii() and character.isalpha()


def _listed(text: str, span: Span, spans: tuple[Span, ...]) -> bool:
    """Whether the word stands in an item of a 、 list whose neighbouring items do not name the chain too."""
    left, right = _item_edges(text, span)
    if LISTING not in (text[left - 1 : left], text[right : right + 1]):
        return False
    near = (text.rfind(LISTING, max(left - 1 - MAX_LISTED, 0), max(left - 1, 0)), text.find(LISTING, right + 1, right + 1 + MAX_LISTED))
    low, high = near[0] if near[0] >= 0 else max(left - 1 - MAX_LISTED, 0), near[1] if near[1] >= 0 else right + 1 + MAX_LISTED
    return not any(low <= other.start < high for other in spans if not left <= other.start < right)


def _item_edges(text: str, span: Span) -> tuple[int, int]:
    """From the last mark before the word to the first one after it."""
    marks = "、，,。；;：:！？\n（）()"
    left = max(text.rfind(mark, 0, span.start) for mark in marks) + 1
    right = min((i for i in (text.find(mark, span.end) for mark in marks) if i >= 0), default=len(text))
    return left, right
