"""Rows of numbers for the fast tier: words and candidate spans of many texts at once, no loop over spans."""

from collections.abc import Sequence
from dataclasses import dataclass
from zlib import crc32

import numpy as np
from numpy.typing import NDArray

from nlp.terms.segmenter import Token
from nlp.terms.spans import BREAKS, EMPTY_TAGS, MAX_CHARACTERS, MAX_TOKENS, NO_END, NO_START, TAG_ROWS

__all__ = ["COLUMNS", "Rows", "WordTable", "lay_out"]

WORDS, CHARACTERS, STRINGS = 1 << 15, 1 << 12, 1 << 18  # rows of the hashed tables
COLUMNS = ("word", "tag", "first", "last", "shape", "known")
GAP = 2  # empty words between texts, so that a window never sees the neighbour
KEPT = 200_000  # words that are remembered between texts

Ints = NDArray[np.int64]


@dataclass(frozen=True, slots=True, kw_only=True)
class Rows:
    """w words of t texts in a row with GAP empty words around each, and their n candidate spans.

    words: (w, 6) by COLUMNS; text_of: (w), t for the gaps; spans: (n, 2) first and last word;
    offsets: (n, 2) start and end in the text; strings: (n) hash of the span's words, below STRINGS.
    """

    words: Ints
    text_of: Ints
    spans: Ints
    offsets: Ints
    strings: Ints
    n_texts: int


class WordTable:
    """A word and its tag -> numbers, each computed once."""

    def __init__(self, known: frozenset[str]) -> None:
        self._known = known
        self._rows: dict[tuple[str, str], tuple[int, ...]] = {}

    def row(self, word: str, tag: str) -> tuple[int, ...]:
        """COLUMNS, then: breaks, may start, may end, may stand alone, hash of the word."""
        found = self._rows.get((word, tag))
        if found is None:
            if len(self._rows) > KEPT:
                self._rows.clear()
            found = self._rows[word, tag] = self._made(word, tag)
        return found

    def _made(self, word: str, tag: str) -> tuple[int, ...]:
        code, other = crc32(word.encode("utf-8", "replace")), tag == "x"
        alone = len(word) > 1 or ((tag == "eng" or "\u4e00" <= word <= "\u9fff") and tag not in EMPTY_TAGS)
        return (
            1 + code % (WORDS - 1),
            TAG_ROWS.get(tag, 0),
            1 + crc32(word[0].encode("utf-8", "replace")) % (CHARACTERS - 1),
            1 + crc32(word[-1].encode("utf-8", "replace")) % (CHARACTERS - 1),
            1 + 4 * word[0].isascii() + min(len(word), 4) - 1,
            1 + (word in self._known),
            word in BREAKS,
            not (other and word in NO_START),
            not (other and word in NO_END),
            alone,
            code,
        )


def lay_out(texts: Sequence[Sequence[Token]], table: WordTable) -> Rows:
    """The texts' words one after another, and every span that could be a term."""
    filler = (0,) * (len(COLUMNS) + 5)
    rows: list[tuple[int, ...]] = [filler] * GAP
    edges: list[tuple[int, int, int]] = [(0, 0, len(texts))] * GAP
    for number, words in enumerate(texts):
        rows += [table.row(token.word, token.tag) for token in words]
        edges += [(token.start, token.end, number) for token in words]
        rows += [filler] * GAP
        edges += [(0, 0, len(texts))] * GAP
    numbers, places = np.array(rows, np.int64), np.array(edges, np.int64)
    spans = _spans(numbers, places)
    return Rows(
        words=numbers[:, : len(COLUMNS)],
        text_of=places[:, 2],
        spans=spans,
        offsets=np.stack([places[spans[:, 0], 0], places[spans[:, 1], 1]], 1),
        strings=_hashes(numbers[:, -1], spans),
        n_texts=len(texts),
    )


def _spans(numbers: Ints, places: Ints) -> Ints:
    """(n, 2), sorted: at most MAX_TOKENS words and MAX_CHARACTERS characters, no break inside."""
    breaks, starts, ends, alone = (numbers[:, len(COLUMNS) + i].astype(bool) for i in range(4))
    breaks |= numbers[:, 0] == 0
    walls = np.concatenate([[0], np.cumsum(breaks)])
    found = []
    for extra in range(min(MAX_TOKENS, len(numbers))):
        first = np.arange(len(numbers) - extra)
        last = first + extra
        fits = (walls[last + 1] == walls[first]) & starts[first] & ends[last]
        fits &= places[last, 1] - places[first, 0] <= MAX_CHARACTERS
        if not extra:
            fits &= alone
        found.append(np.stack([first[fits], last[fits]], 1))
    spans = np.concatenate(found)
    return spans[np.lexsort((spans[:, 1], spans[:, 0]))]


def _hashes(codes: Ints, spans: Ints) -> Ints:
    """A number for each span that only depends on its words: sums of codes under a rolling factor."""
    mixed = np.zeros(len(spans), np.uint64)
    factor = np.uint64(0x9E3779B97F4A7C15)
    first, last = spans[:, 0], spans[:, 1]
    for extra in range(MAX_TOKENS):
        inside = first + extra <= last
        mixed[inside] = mixed[inside] * factor + codes[(first + extra)[inside]].astype(np.uint64) + np.uint64(1)
    mixed ^= mixed >> np.uint64(29)
    return np.asarray((mixed * factor >> np.uint64(64 - 18)).astype(np.int64))
