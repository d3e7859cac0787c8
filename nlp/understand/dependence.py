"""Whether a demand speaks of dependence on other countries: imports, 国产化, or few foreign holders of the technique."""

import re
from collections.abc import Iterator
from dataclasses import dataclass

from nlp.records import Span
from nlp.understand.facet_words import FacetWords
from nlp.understand.layout import Layout, Sentence

__all__ = ["Dependence", "find_dependence"]

_IMPORT = re.compile("进口")
_WORD_EDGE = re.compile(r"[A-Za-z0-9]")
_NEAR = 12


@dataclass(frozen=True, slots=True, kw_only=True)
class Dependence:
    """`span` is what decided; vendors and countries are those named in sentences about dependence, in reading order."""

    value: bool
    span: Span | None
    vendors: tuple[str, ...]
    countries: tuple[str, ...]


def find_dependence(layout: Layout, words: FacetWords) -> Dependence:
    spans: list[Span] = []
    vendors: list[str] = []
    countries: list[str] = []
    whole = Sentence(start=0, end=len(layout.title), body=0, text=layout.title, role="title", heading=False)
    for sentence in (whole, *layout.sentences):
        if found := next(_signs(sentence, words), None):
            spans.append(found)
            vendors += _named("vendors", sentence, words)
            countries += _named("countries", sentence, words)
    return Dependence(value=bool(spans), span=spans[0] if spans else None, vendors=tuple(dict.fromkeys(vendors)), countries=tuple(dict.fromkeys(countries)))


def _signs(sentence: Sentence, words: FacetWords) -> Iterator[Span]:
    """Outright words first; then 进口 as trade; then a foreign holder beside a word of holding."""
    text, foreign = sentence.text, words.foreign
    for found in foreign["strong"].finditer(text):
        if not ("进口" in found[0] and _is_inlet(text, found.start() + found[0].index("进口"), words)):
            yield _span(sentence, found.start(), found.end())
    for found in _IMPORT.finditer(text):
        if not _is_inlet(text, found.start(), words):
            yield _span(sentence, found.start(), found.end())
    if sentence.role == "basis":
        return
    held = foreign["held"].search(text)
    if held:
        spared = [(m.start(), m.end()) for m in foreign["not_held"].finditer(text)]
        holders = [*foreign["abroad"].finditer(text), *(m for name in ("vendors", "countries") for m in foreign[name].finditer(text) if _whole(text, m))]
        for found in sorted(holders, key=lambda m: m.start()):
            free = not any(a <= found.start() < b for a, b in spared)
            closest = min(abs(m.start() - found.end()) for m in foreign["held"].finditer(text))
            if free and closest <= _NEAR:
                yield _span(sentence, found.start(), max(found.end(), held.end()) if held.start() >= found.start() else found.end())


def _is_inlet(text: str, at: int, words: FacetWords) -> bool:
    """进口 as the inlet of a machine, or part of 进出口."""
    before = text[max(0, at - 4) : at]
    if any(before.endswith(m[0]) for m in words.foreign["inlet_before"].finditer(before)):
        return True
    return bool(words.foreign["inlet_after"].match(text, at + 2))


def _whole(text: str, found: re.Match[str]) -> bool:
    """A Latin name stands alone: VAT is not in PRIVATE."""
    if not found[0].isascii():
        return True
    return not (_WORD_EDGE.match(text[found.start() - 1 : found.start()]) or _WORD_EDGE.match(text, found.end()))


def _named(name: str, sentence: Sentence, words: FacetWords) -> list[str]:
    return [m[0] for m in words.foreign[name].finditer(sentence.text) if _whole(sentence.text, m)]


def _span(sentence: Sentence, start: int, end: int) -> Span:
    return Span(start=sentence.start + start, end=sentence.start + end)
