"""Dictionary matching on characters with a spaCy ruler: finds a term wherever it stands, whatever a segmenter thinks."""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING

SURROGATE = re.compile("[\ud800-\udfff]")

if TYPE_CHECKING:
    from spacy.tokens import Doc

__all__ = ["CharacterRuler", "Match", "inside_word"]


@dataclass(frozen=True, slots=True)
class Match:
    """A lexicon term in a text, end exclusive."""

    start: int
    end: int


class CharacterRuler:
    """spaCy's PhraseMatcher over documents of one character a token, case ignored.

    The Doc is made from list(text), so token i is character i on any text (blanks and controls included).
    """

    def __init__(self, terms: Iterable[str]) -> None:
        from spacy.lang.zh import Chinese  # its vocabulary knows LOWER; a bare Vocab makes all words equal
        from spacy.matcher import PhraseMatcher

        self._vocab = Chinese().vocab
        self._matcher = PhraseMatcher(self._vocab, attr="LOWER")
        self._matcher.add("term", [self._characters(term) for term in terms])

    def _characters(self, text: str) -> "Doc":
        from spacy.tokens import Doc

        words = list(SURROGATE.sub("\ufffd", text))  # spaCy cannot hash half a character, JSON can hold one
        return Doc(self._vocab, words=words, spaces=[False] * len(text))

    def matches(self, text: str) -> Iterator[Match]:
        """All matches, nested ones too, except those that end within a Latin word or number."""
        if not text:
            return
        for _, start, end in self._matcher(self._characters(text)):
            if not inside_word(text, start, end):
                yield Match(start, end)


def inside_word(text: str, start: int, end: int) -> bool:
    """True when [start, end) begins or ends in the middle of an ASCII word: SiC in SiCN."""
    return _joined(text, start) or _joined(text, end)


def _joined(text: str, cut: int) -> bool:
    if not 0 < cut < len(text):
        return False
    left, right = text[cut - 1], text[cut]
    return left.isascii() and right.isascii() and left.isalnum() and right.isalnum()
