"""Where two comparable texts differ: 7nm ↔ 5nm, 钛合金 ↔ 铝合金. Words that only one of them has are differences only
where something stands against them: in the same place of a like phrase, or of the same kind by the word lists."""

import re
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from nlp.understand.comparable import Comparable, Number, Word
from nlp.understand.wordlists import DuplicateWords, uncommon

__all__ = ["Difference", "differences", "presence"]

_SHORT = 6  # characters of a word that is shown whole where only a part of it differs
_CONTEXT = 2  # characters that must be the same on one side of two words for them to stand in the same place


Kind = Literal["number", "name", "contrast", "place", "title"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """a's words against b's; weight 1 alone keeps two demands apart."""

    a: str
    b: str
    weight: float
    kind: Kind
    title: bool  # both stand in the titles


def presence(key: str, text: str) -> float:
    """Share of a word's characters that stand in `text`, in runs of two or more; Latin words stand as a whole or not."""
    return 1.0 - sum(end - start for start, end in _gaps(key, text)) / len(key)


def _gaps(key: str, text: str) -> Iterator[tuple[int, int]]:
    """Where `key` is not covered by runs (two characters or more) that stand in `text`."""
    if key in text:
        return
    if key.isascii() or len(key) < 3:
        yield 0, len(key)
        return
    position = gap = 0
    while position < len(key):
        length = next((n for n in range(len(key) - position, 1, -1) if key[position : position + n] in text), 0)
        if length:
            if position > gap:
                yield gap, position
            position += length
            gap = position
        else:
            position += 1
    if position > gap:
        yield gap, position


def differences(a: Comparable, b: Comparable, words: DuplicateWords) -> tuple[Difference, ...]:
    """What stands against each other, the weightiest first; a word or figure is used once."""
    found = [*_numbers(a, b), *_words(a, b, words)]
    used_a: set[str] = set()
    used_b: set[str] = set()
    kept: list[Difference] = []
    for one in sorted(found, key=lambda d: (-d.weight, -min(len(d.a), len(d.b)), d.a, d.b)):
        if not (_covered(one.a, used_a) or _covered(one.b, used_b)):
            kept.append(one)
            used_a.add(one.a)
            used_b.add(one.b)
    return tuple(kept)


def _covered(shown: str, used: set[str]) -> bool:
    return any(shown in other or other in shown for other in used)


# ---- numbers ------------------------------------------------------------------------------


def _numbers(a: Comparable, b: Comparable) -> Iterator[Difference]:
    only_a, only_b = _only(a, b), _only(b, a)
    for left in only_a:
        for right in only_b:
            if left.unit == right.unit and (weight := _number_weight(left, right, a, b)):
                yield Difference(a=left.surface, b=right.surface, weight=weight, kind="number", title=left.title and right.title)


def _only(a: Comparable, b: Comparable) -> list[Number]:
    return [n for n in a.numbers if not n.idle and (n.value, n.unit) not in b.figures]


def _number_weight(left: Number, right: Number, a: Comparable, b: Comparable) -> float:
    """1 in both titles or under one name; 0.5 where each text has but one figure of the unit; else nothing."""
    if left.title and right.title:
        return 1.0
    if left.name and right.name and (left.name in right.name or right.name in left.name):
        return 1.0
    if left.unit and left.after and left.after == right.after:
        return 1.0
    alone = all(sum(n.unit == left.unit for n in one.numbers) == 1 for one in (a, b))
    return 0.5 if left.unit and alone else 0.0


# ---- words --------------------------------------------------------------------------------


def _words(a: Comparable, b: Comparable, words: DuplicateWords) -> Iterator[Difference]:
    left, right = _pieces(a, b, words), _pieces(b, a, words)
    meeting: dict[str, list[_Piece]] = defaultdict(list)
    for y in right:
        for mark in y.marks(words):
            meeting[mark].append(y)
    for x in left:
        met = {id(y): y for mark in x.marks(words) for y in meeting.get(mark, ())}
        for y in met.values():
            weight, kind = _weighed(x, y, words)
            if weight:
                yield Difference(a=x.shown, b=y.shown, weight=weight, kind=kind, title=x.word.title and y.word.title)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Piece:
    """A part of a word that the other text does not hold, and the characters beside it; "" beside a boundary."""

    key: str
    word: Word
    before: str
    after: str

    @property
    def shown(self) -> str:
        return self.word.surface if len(self.word.key) <= _SHORT or len(self.key) == 1 else self.key

    def marks(self, words: DuplicateWords) -> set[str]:
        """Two pieces can only stand against each other if they share one of these."""
        found = {f"<{self.before}", f">{self.after}"} - {"<", ">"}
        if self.word.title:
            found.add("title")
        for key in (self.key, self.word.key):
            found |= {f"^{key[0]}", f"${key[-1]}", *(f"={group}" for group in words.groups_of(key))}
        return found


def _pieces(a: Comparable, b: Comparable, words: DuplicateWords) -> list[_Piece]:
    """Without repetitions: one word in one surrounding counts once."""
    found: dict[tuple[str, str, str, bool], _Piece] = {}
    for key, word, start in (*_title_parts(a, b, words), *_word_parts(a, b)):
        if len(key) > 1 or key in words.contrasted:
            piece = _Piece(key=key, word=word, before=_beside(a.text[max(start - _CONTEXT, 0) : start], -1),
                           after=_beside(a.text[start + len(key) :][:_CONTEXT], 0))
            found.setdefault((key, piece.before, piece.after, word.title), piece)
    return list(found.values())


def _beside(characters: str, next_to: int) -> str:
    """_CONTEXT characters of a word, "" where a boundary is next, "?" where one is near."""
    if not characters or not characters[next_to].isalnum():
        return ""
    return characters if len(characters) == _CONTEXT and characters.isalnum() else "?"


_Part = tuple[str, Word, int]


def _word_parts(a: Comparable, b: Comparable) -> Iterator[_Part]:
    for word in a.words:
        for start, end in _gaps(word.key, b.text):
            yield word.key[start:end], word, word.start + start


def _title_parts(a: Comparable, b: Comparable, words: DuplicateWords) -> Iterator[_Part]:
    """Parts of a's title, whatever the segmenter made of them, that b does not hold (莫西 in 莫西沙星)."""
    title = a.text[: a.text.index("\n")]
    for start, end in _gaps(title, b.text):
        for part in re.finditer(r"[\u3400-\u9fff]+", words.without_generic(title[start:end])):
            at = start + part.start()
            within = (w.surface for w in a.words if w.title and w.start <= at and at + len(part[0]) <= w.start + len(w.key) and len(w.key) <= _SHORT)
            yield part[0], Word(key=part[0], surface=next(within, part[0]), weight=1.0, start=at, title=True), at


def _weighed(x: _Piece, y: _Piece, words: DuplicateWords) -> tuple[float, Kind]:
    titles = x.word.title + y.word.title
    sides = _same_sides(x, y)
    if _serial(x.key, y.key):
        return 1.0, "name"
    if words.exclude(x.key, y.key) or words.exclude(x.word.key, y.word.key):
        return (1.0 if titles or sides else 0.5), "contrast"
    if not (sides or titles == 2) or not _unlike(x.key, y.key):
        return 0.0, "place"
    if not sides:
        return 0.1, "title"
    return min(x.word.weight, y.word.weight, 1.0) * (0.25, 0.5, 0.8)[titles] * sides / 2, "place"


def _unlike(x: str, y: str) -> bool:
    """No common character once the common ends are off; 贮藏 and 储藏, 颗粒 and 粒子 are likely one thing."""
    left, right = uncommon(x, y)
    whole = (left, right) == (x, y)
    return not set(left) & set(right) and all(whole or len(part) > 1 or part.isascii() for part in (left, right))


def _serial(x: str, y: str) -> bool:
    """T800 and T1100: one series, two members."""
    letters, others = (key.rstrip("0123456789.") for key in (x, y))
    return x.isascii() and y.isascii() and x != y and letters == others and bool(letters) and letters not in (x, y)


def _same_sides(x: _Piece, y: _Piece) -> int:
    """On how many sides the two stand beside the same characters; a boundary beside both counts as a second side."""
    sides = ((x.before, y.before), (x.after, y.after))
    if not any(one == other and one not in ("", "?") for one, other in sides):
        return 0
    return sum(one == other and one != "?" for one, other in sides)
