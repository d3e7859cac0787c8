"""What a demand says of cooperation, of a product or level to be measured by, and of technology readiness (TRL 1–9)."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from nlp.records import Span
from nlp.understand.facet_words import FacetWords
from nlp.understand.layout import Layout

__all__ = ["Readiness", "find_benchmark", "find_cooperation", "find_readiness"]

_CLAUSE = re.compile(r"[^，,。；;！？\n]+")
_LEVEL = r"(?:TRL|trl|技术就绪度|技术就绪水平|技术成熟度|成熟度)(?:等级)?(?:[(（](?:TRL)?[^)）]{0,6}[)）])?"
_PAIR = re.compile(rf"{_LEVEL}\D{{0,12}}?(?P<now>[1-9])\s*(?:级)?\s*(?:[-~～—–至到→]+|提升至|提高到|提升到|达到|攻关后\D{{0,6}}|目标\D{{0,4}}|，\D{{0,10}}|；\D{{0,10}})\D{{0,4}}?(?P<after>[1-9])(?!\d)")
_ONE = re.compile(rf"(?P<before>[^，。；\n]{{0,10}}){_LEVEL}(?P<between>\D{{0,8}}?)(?P<level>[1-9])(?!\d)")
_MENTIONED = re.compile("TRL|trl|就绪|成熟度")
_AFTER = re.compile("目标|达到|提升|攻关后|完成后|预期|实现|不低于")


@dataclass(frozen=True, slots=True, kw_only=True)
class Readiness:
    now: int | None
    after: int | None


def find_readiness(layout: Layout) -> Readiness:
    """Only what is written as a level; 小试 or 中试 is not turned into one."""
    text = layout.text
    if not _MENTIONED.search(text):
        return Readiness(now=None, after=None)
    if pair := _PAIR.search(text):
        return Readiness(now=int(pair["now"]), after=int(pair["after"]))
    now = after = None
    for found in _ONE.finditer(text):
        if _AFTER.search(found["before"] + found["between"]):
            after = after or int(found["level"])
        else:
            now = now or int(found["level"])
    return Readiness(now=now, after=after)


def find_cooperation(layout: Layout, words: FacetWords) -> str | None:
    """The wished modes under their common names, joined by 、; past cooperation does not count."""
    found = dict.fromkeys(mode for sentence in layout.sentences for mode in _modes(sentence.text, sentence.role == "cooperation", words))
    return "、".join(found) or None


def _modes(sentence: str, labelled: bool, words: FacetWords) -> Iterator[str]:
    if words.cooperation_wish["done"].search(sentence) or not (labelled or words.cooperation_wish["wish"].search(sentence)):
        return
    yield from (group.name for group in words.cooperation if group.pattern.search(sentence))


def find_benchmark(layout: Layout, words: FacetWords) -> Span | None:
    """The clause that names what the result is held against: 对标…, 达到国际先进水平."""
    for sentence in layout.sentences:
        if sentence.role == "basis" or not words.benchmark.search(sentence.text):
            continue
        for clause in _CLAUSE.finditer(sentence.text):
            if words.benchmark.search(clause[0]):
                lead = len(clause[0]) - len(clause[0].lstrip())
                return Span(start=sentence.start + clause.start() + lead, end=sentence.start + clause.start() + len(clause[0].rstrip()))
    return None
