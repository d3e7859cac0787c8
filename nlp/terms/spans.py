"""Every span of a text that could be a term, with what is known about it before a network reads the text."""

import math
import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import accumulate

import numpy as np
from numpy.typing import NDArray

from nlp.terms.background import Background, Seen
from nlp.terms.lexicon import Entry, Lexicon
from nlp.terms.ruler import inside_word
from nlp.terms.segmenter import Cuts, Token, segmenter, tokens

__all__ = ["FEATURES", "TAGS", "Cutter", "SpanReader", "SpanTable", "occurrences", "parts_of"]

MAX_TOKENS = 8
MAX_CHARACTERS = 24
PART = 280  # characters; a text up to PART + 80 stays whole
BREAKS = frozenset("，。；、：;!！？?\n\"“”《》")
NO_START = frozenset(" ,.)）;:")
NO_END = frozenset(" ,.(（:")
EMPTY_TAGS = frozenset({"x", "u", "uj", "p", "c", "d", "r", "m", "f"})  # never a term of one character
TITLE = 70  # characters; a longer first line is no title
NEUTRAL = 20.0  # log2 of the tokens of the background, about
SCALE = 4.0  # brings logarithms of counts near 1
TAGS = (
    "n", "v", "vn", "eng", "x", "a", "b", "d", "m", "q", "r", "p", "c", "u", "f", "t", "s", "l", "i", "j", "nz", "nr", "ns", "nt",
    "ad", "an", "ng", "vg", "z", "k", "g", "uj", "ic", "zg", "h", "y", "nrt", "nrfg", "ul", "ud", "uv", "uz", "ug", "mq", "tg",
    "ag", "vd", "vi", "e", "o", "dg", "nw", "df", "rr", "rz",
)  # fmt: skip
TAG_ROWS = {tag: row for row, tag in enumerate(TAGS, start=1)}

FEATURES = (
    "背景语料篇数", "背景语料次数", "左邻字词多样性", "右邻字词多样性", "首词结合度", "尾词结合度",
    "本文次数", "出现在标题", "词表收录", "停用词表", "在文中位置", "含字母数字",
)  # fmt: skip


@dataclass(frozen=True, slots=True, kw_only=True)
class SpanTable:
    """One text's candidate spans, n of them, and its s distinct candidate strings.

    spans: int64 (n, 8), columns: part, start, end, string, first word, last word, n words - 1, n characters
    tags: int64 (n, 4), rows of TAGS + 1 (0 unknown or none): first, last, word before, word after
    numbers: float32 (n, len(FEATURES))
    """

    text: str
    parts: tuple[tuple[int, int], ...]
    words: tuple[Token, ...]
    spans: NDArray[np.int64]
    tags: NDArray[np.int64]
    numbers: NDArray[np.float32]
    strings: tuple[str, ...]


class Cutter:
    """The segmenter with the lexicon loaded, as the extractors use it."""

    def __init__(self, lexicon: Lexicon) -> None:
        rules = lexicon.rules
        extra = [Entry(term=word, freq=None, tag="n", hint="") for word in sorted(rules.compounds)]
        self._segmenter = segmenter([*extra, *lexicon.entries])
        self._cuts = Cuts(initial=rules.initial, final=rules.final, inside=rules.splitting)

    def words(self, text: str) -> tuple[Token, ...]:
        return tuple(tokens(text, self._segmenter, self._cuts))


class SpanReader:
    """text -> SpanTable. Holds no state between texts, so a text's table never depends on other texts."""

    def __init__(self, lexicon: Lexicon, background: Background) -> None:
        self._cutter = Cutter(lexicon)
        self._background = background
        self._terms = frozenset(lexicon.terms)
        self._stop = lexicon.stop_terms | lexicon.rules.generic

    def read(self, text: str) -> SpanTable:
        words, parts = self._cutter.words(text), parts_of(text)
        strings: dict[str, int] = {}
        spans: list[list[int]] = []
        tags: list[list[int]] = []
        rows = [*(TAG_ROWS.get(word.tag, 0) for word in words), 0]  # the last serves both edges of the text
        for first, last, part in _candidates(words, parts):
            start, end = words[first].start, words[last].end
            string = strings.setdefault(text[start:end], len(strings))
            spans.append([part, start, end, string, first, last, min(last - first, 7), end - start])
            tags.append([rows[first], rows[last], rows[first - 1], rows[last + 1]])
        table = np.array(spans, np.int64).reshape(-1, 8)
        numbers = self._numbers(text, words, table)
        return SpanTable(
            text=text, parts=parts, words=words, spans=table, tags=np.array(tags, np.int64).reshape(-1, 4),
            numbers=numbers, strings=tuple(strings),
        )  # fmt: skip

    def _numbers(self, text: str, words: Sequence[Token], table: NDArray[np.int64]) -> NDArray[np.float32]:
        seen: dict[str, Seen] = {}

        def look(surface: str) -> Seen:
            if surface not in seen:
                seen[surface] = self._background.seen(surface)
            return seen[surface]

        line = text.find("\n")
        title = line if 0 < line < TITLE else 0
        ascii_before = [0, *accumulate(character.isascii() for character in text)]
        found: list[list[float]] = []
        for _, start, end, _, first, last, _, _ in table.tolist():
            surface = text[start:end]
            own = look(surface)
            bonds = (0.0, 0.0)
            if last > first and own.places:
                # pointwise mutual information of the first word with the rest, and of the rest with the last word
                bonds = (
                    _bond(own, look(words[first].word), look(text[words[first + 1].start : end])),
                    _bond(own, look(text[start : words[last - 1].end]), look(words[last].word)),
                )
            found.append([
                own.texts / SCALE, own.places / SCALE, own.before / SCALE, own.after / SCALE, *bonds,
                math.log2(text.count(surface)), title > 0 and (end <= title or surface in text[:title]),
                surface in self._terms, surface in self._stop, start / len(text), ascii_before[end] > ascii_before[start],
            ])  # fmt: skip
        return np.array(found, np.float32).reshape(-1, len(FEATURES))


def _bond(whole: Seen, left: Seen, right: Seen) -> float:
    return (NEUTRAL / 2 + whole.places - left.places - right.places) / SCALE


def _candidates(words: Sequence[Token], parts: Sequence[tuple[int, int]]) -> Iterator[tuple[int, int, int]]:
    """(first word, last word, part) of every span that stays inside one part of the text."""
    part = 0
    for first, word in enumerate(words):
        while word.start >= parts[part][1]:
            part += 1
        if word.tag == "x" and word.word in NO_START:
            continue
        for last in range(first, min(first + MAX_TOKENS, len(words))):
            end = words[last]
            length = end.end - word.start
            if end.word in BREAKS or length > MAX_CHARACTERS or end.end > parts[part][1]:
                break
            if not (end.tag == "x" and end.word in NO_END) and _long_enough(end, length):
                yield first, last, part


def _long_enough(word: Token, length: int) -> bool:
    if length > 1:
        return True
    return (word.tag == "eng" or "\u4e00" <= word.word <= "\u9fff") and word.tag not in EMPTY_TAGS


def parts_of(text: str, limit: int = PART) -> tuple[tuple[int, int], ...]:
    """[start, end) of pieces of about `limit` characters, cut after sentences; a short text is one piece."""
    if len(text) <= limit + 80:
        return ((0, len(text)),)
    found: list[tuple[int, int]] = []
    start = last = 0
    for cut in [*(m.end() for m in re.finditer(r"[。；;\n!？！?]", text)), len(text)]:
        if cut - start > limit and last > start:
            found.append((start, last))
            start = last
        while cut - start > limit + 120:
            found.append((start, start + limit))
            start += limit
        last = cut
    if start < len(text):
        found.append((start, len(text)))
    return tuple(found)


def occurrences(text: str, surface: str) -> Iterator[int]:
    """Starts of `surface` in `text`, overlapping ones too, except inside an ASCII word."""
    start = text.find(surface)
    while start >= 0:
        if not inside_word(text, start, start + len(surface)):
            yield start
        start = text.find(surface, start + 1)
