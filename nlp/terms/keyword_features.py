"""What speaks for a string being a keyword of its text: numbers of the string, and signs whose worth is learned.

The candidates are all token spans without function words, the lexicon's and the grammar's phrases among them.
"""

import math
import re
import unicodedata
from collections import defaultdict
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from nlp.terms.segmenter import Token

__all__ = ["NUMBERS", "SIGNS", "Described", "describe", "folded"]

MAX_TOKENS, MAX_CHARACTERS = 6, 16
# jieba's tags that no keyword begins or ends with, and those that none holds.
EDGE = frozenset(["x", "uj", "ul", "uv", "ud", "ug", "uz", "p", "c", "r", "y", "e", "o", "k", "u", "z", "df", "rg", "rz"])
INNER = frozenset(["x", "uj", "ul", "uv", "ud", "ug", "uz", "p", "c", "r", "y", "e", "o", "u", "z"])
JOINTS = frozenset("-·/－–")
DIGIT = re.compile(r"\d")
SENTENCE_ENDS = frozenset("。；;!?！？\n.")
NUMBERS = (
    "tokens", "characters", "times", "times_raw", "title_times", "body_times", "title_place", "title_left",
    "title_before", "title_length", "body_length", "title_share", "first", "body_first", "last", "spread", "sentences",
    "documents", "rarity", "weight", "part_documents_max", "part_documents_min", "cohesion", "longer_times",
    "alone", "longer", "longer_in_title", "left_words", "right_words", "left_mark", "right_mark", "left_function",
    "right_function", "phrase", "word", "explained", "ascii", "digit", "part_times", "part_times_min", "part_times_max",
)  # fmt: skip
SIGNS = ("w", "fw", "lw", "pos", "lc", "fc", "l2", "f2", "L", "R", "LT", "RT", "k")
Spans = list[tuple[int, int]]
MARKS = tuple(f"{kind}:" for kind in SIGNS)
EDGE_OF_TEXT = Token("", "x", 0, 0)


class Described(NamedTuple):
    """One candidate of one text: its key, how it is first written, NUMBERS, and SIGNS as "kind:value"."""

    key: str
    surface: str
    numbers: tuple[float, ...]
    signs: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Text:
    """A tokenised text; the title is its first line, if it has several."""

    text: str
    row: Sequence[Token]
    words: Sequence[str]  # the tokens, folded
    title_length: int
    sentence: Sequence[int]
    key: str


def folded(text: str) -> str:
    """NFKC, lower case, no white space: for comparing only."""
    return "".join(unicodedata.normalize("NFKC", text).split()).lower()


def spans(row: Sequence[Token]) -> Iterator[tuple[int, int]]:
    """First and last token of each candidate."""
    for i, first in enumerate(row):
        if first.tag in EDGE:
            continue
        for j in range(i, min(i + MAX_TOKENS, len(row))):
            last = row[j]
            if j > i and last.end - first.start > MAX_CHARACTERS:
                break
            if last.tag in INNER and not _is_joint(row, j):
                break
            if last.tag not in EDGE:
                yield i, j


def _is_joint(row: Sequence[Token], index: int) -> bool:
    word = row[index].word
    return row[index].tag == "x" and (word in JOINTS or (word == " " and row[index - 1].tag == "eng"))


def places(row: Sequence[Token], words: Sequence[str]) -> dict[str, Spans]:
    """Candidate key -> where it stands."""
    found: dict[str, Spans] = defaultdict(list)
    for i, j in spans(row):
        found["".join(words[i : j + 1])].append((i, j))
    found.pop("", None)
    return dict(found)


def describe(
    text: str, row: Sequence[Token], phrases: frozenset[str], documents: Callable[[str], int], n_documents: int
) -> list[Described]:
    """All candidates of a text. `documents`: in how many background texts a key stands; `phrases`: the grammar's keys."""
    title = text.find("\n") if "\n" in text.strip() else 0
    sentence, number = [], 0
    for token in row:
        number += token.word in SENTENCE_ENDS
        sentence.append(number)
    words = [folded(token.word) for token in row]
    read = Text(text=text, row=row, words=words, title_length=max(title, 0), sentence=sentence, key=folded(text))
    found = places(row, words)
    longer = _longer(found)
    return [_described(read, key, found, longer, phrases, documents, n_documents) for key in found]


def _longer(found: dict[str, Spans]) -> dict[str, set[str]]:
    """Candidate -> candidates that hold it somewhere in the text."""
    starts: dict[int, list[tuple[int, str]]] = defaultdict(list)
    for key, where in found.items():
        for i, j in where:
            starts[i].append((j, key))
    holders: dict[str, set[str]] = {}
    for key, where in found.items():
        inside = holders[key] = set()
        for i, j in where:
            for begin in range(max(0, j - MAX_TOKENS + 1), i + 1):
                inside.update(other for end, other in starts.get(begin, ()) if end >= j and (begin, end) != (i, j))
    return holders


def _described(
    read: Text, key: str, found: dict[str, Spans], longer: dict[str, set[str]], phrases: frozenset[str],
    documents: Callable[[str], int], n_documents: int,
) -> Described:  # fmt: skip
    where, row = found[key], read.row
    i, j = where[0]
    parts = read.words[i : j + 1]
    numbers = (
        *_position(read, key, where),
        *_background(key, parts, len(where), documents, n_documents),
        *_nesting(read, where, longer[key], found),
        *_company(read, where),
        float(key in phrases), float(j == i), _after(read, where, "(（"),
        float(key.isascii()), float(DIGIT.search(key) is not None),
        *_parts(parts, found),
    )  # fmt: skip
    return Described(key=key, surface=read.text[row[i].start : row[j].end], numbers=numbers, signs=_signs(read, key, where, parts))


def _position(read: Text, key: str, where: Spans) -> tuple[float, ...]:
    row, size, title = read.row, len(read.text), read.title_length
    heads = [(a, b) for a, b in where if row[b].end <= title]
    bodies = [(a, b) for a, b in where if row[a].start >= title]
    first, last = row[where[0][0]].start, row[where[-1][1]].end
    begin = row[heads[0][0]].start if heads else -1
    return (
        where[0][1] - where[0][0] + 1, len(key), len(where), read.key.count(key), len(heads), len(bodies),
        begin / max(title, 1) if heads else -1, title - row[heads[-1][1]].end if heads else -1, begin,
        title, size - title, len(key) / max(title, 1) if heads else 0,
        first / size, (row[bodies[0][0]].start - title) / max(size - title, 1) if bodies else -1, last / size,
        (last - first) / size, len({read.sentence[a] for a, _ in where}),
    )  # fmt: skip


def _background(
    key: str, parts: Sequence[str], times: int, documents: Callable[[str], int], n_documents: int
) -> tuple[float, ...]:
    """Document frequencies; cohesion is the pointwise mutual information of the parts over documents."""
    own = documents(key)
    of_parts = [max(documents(part), 1) for part in parts] if len(parts) > 1 else [max(own, 1)]
    rarity = math.log(n_documents / (own + 0.5))
    cohesion = math.log(own + 0.5) + (len(parts) - 1) * math.log(n_documents) - sum(map(math.log, of_parts))
    return own, rarity, times * rarity, max(of_parts), min(of_parts), cohesion


def _nesting(read: Text, where: Spans, longer: set[str], found: dict[str, Spans]) -> tuple[float, ...]:
    most = max([len(found[other]) for other in longer], default=0)
    in_title = any(read.row[found[other][0][1]].end <= read.title_length for other in longer)
    return most, len(where) - most, len(longer), float(in_title)


def _company(read: Text, where: Spans) -> tuple[float, ...]:
    """Different words beside it, and the shares of places where a mark or a function word stands there."""
    row, n, end = read.row, len(where), len(read.row)
    left = [row[a - 1] if a else EDGE_OF_TEXT for a, _ in where]
    right = [row[b + 1] if b + 1 < end else EDGE_OF_TEXT for _, b in where]
    if n == 1:
        before, after = left[0].tag, right[0].tag
        return 1, 1, float(before == "x"), float(after == "x"), float(before in EDGE), float(after in EDGE)
    words = (len({token.word for token in side}) for side in (left, right))
    marks = (sum([token.tag == "x" for token in side]) / n for side in (left, right))
    functions = (sum([token.tag in EDGE for token in side]) / n for side in (left, right))
    return *words, *marks, *functions


def _after(read: Text, where: Spans, marks: str) -> float:
    end = len(read.row)
    return sum([b + 1 < end and read.row[b + 1].word in marks for _, b in where]) / len(where)


def _parts(parts: Sequence[str], found: dict[str, Spans]) -> tuple[float, ...]:
    if len(parts) == 1:
        return (float(len(found[parts[0]])),) * 3
    times = [len(found.get(part, ())) for part in parts]
    return sum(times) / len(times), min(times) or 1, max(times) or 1


def _signs(read: Text, key: str, where: Spans, parts: Sequence[str]) -> tuple[str, ...]:
    row = read.row
    (i, j), heads = where[0], [(a, b) for a, b in where if row[b].end <= read.title_length]
    left = row[i - 1].word if i else "^"
    right = row[j + 1].word if j + 1 < len(row) else "$"
    title_left = ("^" if heads[0][0] == 0 else row[heads[0][0] - 1].word) if heads else "~"
    title_right = row[heads[-1][1] + 1].word if heads and heads[-1][1] + 1 < len(row) else "~"
    tags = " ".join(token.tag for token in row[i : j + 1])
    values = (key, parts[0], parts[-1], tags, key[-1:], key[:1], key[-2:], key[:2], left, right, title_left, title_right, key)
    return tuple([mark + value for mark, value in zip(MARKS, values, strict=True)])
