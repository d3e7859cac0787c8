"""Words and parts of speech by jieba's dictionary, with our lexicon loaded.

rjieba is used where it is there: on our texts it cuts Chinese as jieba.Tokenizer.cut does (a test holds the two against
each other). jieba's own tokenizer is the reference and the fallback, as an instance: the module's functions share
one dictionary in the whole process.
"""

import logging
import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import Protocol

from nlp.terms.lexicon import Entry

__all__ = ["Cuts", "JiebaSegmenter", "RjiebaSegmenter", "Segmenter", "Token", "segmenter", "tokens"]

# jieba cuts letter-digit names differently from rjieba (C-V, 3.5GHz): both are joined again by this.
ASCII_RUN = re.compile(r"[A-Za-z0-9α-ωΑ-Ωµ]+(?:[-_.+·&‑−–'’][A-Za-z0-9α-ωΑ-Ω]+)*\+*")
GUESSED = "n"  # a word that no dictionary holds is a name more often than anything else
NAMES = frozenset({"nr", "nrt", "nrfg", "ns"})
HAN = re.compile(r"[\u3400-\u9fff\uf900-\ufaff\U00020000-\U0003ffff〇]+")


@dataclass(frozen=True, slots=True)
class Token:
    """A word of a text; text[start:end] == word."""

    word: str
    tag: str
    start: int
    end: int


class Segmenter(Protocol):
    """Cuts one run of Chinese characters into (word, tag)."""

    def tag(self, text: str) -> list[tuple[str, str]]: ...

    def cut(self, text: str) -> list[str]: ...

    def knows(self, word: str) -> bool: ...


class RjiebaSegmenter:
    def __init__(self, entries: Iterable[Entry]) -> None:
        from rjieba import Jieba

        self._jieba = Jieba()
        self._ours: dict[str, str] = {}  # add_word leaves the tag of a word that is there already
        for entry in _han_entries(entries):
            self._jieba.add_word(entry.term, entry.freq, entry.tag)
            self._ours[entry.term] = entry.tag

    def tag(self, text: str) -> list[tuple[str, str]]:
        return [(word, self._ours.get(word, tag)) for word, tag in self._jieba.tag(text)]

    def cut(self, text: str) -> list[str]:
        return list(self._jieba.cut(text))

    def knows(self, word: str) -> bool:
        return bool(self._jieba.has_word(word))


class JiebaSegmenter:
    """The reference: cut by an own Tokenizer, tag by its dictionary, "n" for what it does not hold."""

    def __init__(self, entries: Iterable[Entry]) -> None:
        import jieba
        import jieba.posseg

        jieba.setLogLevel(logging.ERROR)
        self._tokenizer = jieba.Tokenizer()
        self._tokenizer.initialize()
        self._tags: dict[str, str] = dict(jieba.posseg.POSTokenizer(self._tokenizer).word_tag_tab)
        for entry in _han_entries(entries):
            self._tokenizer.add_word(entry.term, entry.freq)
            self._tags[entry.term] = entry.tag

    def tag(self, text: str) -> list[tuple[str, str]]:
        return [(word, self._tags.get(word, "n")) for word in self._tokenizer.cut(text)]

    def cut(self, text: str) -> list[str]:
        return list(self._tokenizer.cut(text))

    def knows(self, word: str) -> bool:
        return bool(self._tokenizer.FREQ.get(word))


def segmenter(entries: Iterable[Entry]) -> Segmenter:
    """rjieba, or jieba where rjieba's wheel is not installed."""
    try:
        return RjiebaSegmenter(entries)
    except ImportError:
        return JiebaSegmenter(entries)


def _han_entries(entries: Iterable[Entry]) -> Iterator[Entry]:
    return (entry for entry in entries if HAN.fullmatch(entry.term))


@dataclass(frozen=True, slots=True, kw_only=True)
class Cuts:
    """Function characters that the segmenter's guesses swallow: cut off at the edges, or wherever they stand."""

    initial: frozenset[str] = frozenset()
    final: frozenset[str] = frozenset()
    inside: frozenset[str] = frozenset()  # in guesses and in names of people and places: 板和光


NO_CUTS = Cuts()


def tokens(text: str, cutter: Segmenter, cuts: Cuts = NO_CUTS) -> list[Token]:
    """Chinese words, ASCII names ("eng"), and every other character on its own ("x"), in order and without gaps."""
    found: list[Token] = []
    position = 0
    while position < len(text):
        if match := ASCII_RUN.match(text, position):
            found.append(Token(match[0], "eng", position, match.end()))
        elif match := HAN.match(text, position):
            for word, tag in cutter.tag(match[0]):
                for piece, piece_tag in _repaired(word, tag, cutter, cuts):
                    found.append(Token(piece, piece_tag, position, position + len(piece)))
                    position += len(piece)
        else:
            found.append(Token(text[position], "x", position, position + 1))
        position = found[-1].end
    return found


def _repaired(word: str, tag: str, cutter: Segmenter, cuts: Cuts) -> Iterator[tuple[str, str]]:
    """A word as it is, or in pieces where a guess has joined function characters to it (该光, 层上, 板和光)."""
    if len(word) == 1:
        yield word, tag
        return
    guessed = not cutter.knows(word)
    if (guessed or tag in NAMES) and not cuts.inside.isdisjoint(word):
        for piece in re.split(f"([{''.join(sorted(cuts.inside))}])", word):
            if piece:
                yield piece, "x" if piece in cuts.inside else GUESSED
    elif guessed:
        start, end = int(word[0] in cuts.initial), len(word) - int(word[-1] in cuts.final)
        pieces = ((word[:start], "x"), (word[start:end], GUESSED), (word[end:], "x"))
        yield from (piece for piece in pieces if piece[0])
    else:
        yield word, tag
