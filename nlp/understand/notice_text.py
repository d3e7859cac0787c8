"""A notice as sentences and clauses with their offsets, and the numbers in them."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from nlp.records import Rule

__all__ = ["NUMBER", "Found", "Sentence", "any_of", "clauses", "number_of", "sentences", "to_items"]

NUMBER = r"\d+(?:\.\d+)?|[零〇一二两三四五六七八九十百千万半]+"
_SENTENCE = re.compile(r"[^。；;！!？?\n]+")
_CLAUSE = re.compile(r"[^，,]+")
_NUMBERING = re.compile(
    r"\s*(?:[（(]?[一二三四五六七八九十]{1,3}[）)、.．]|[（(]?\d{1,2}[）)、.．](?:(?!\d)|(?=(?:19|20)\d{2}年))|[①-⑳]|第[一二三四五六七八九十\d]+[条款章]|[一二三四五六七八九十]是)\s*"
)
_HEADING = 12
_FIGURE = re.compile(r"\d|[一二两三四五六七八九十百]+(?:项|个|年|万|条|字)|不得|须|不")
_DIGITS = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_POWERS = {"十": 10, "百": 100, "千": 1000}


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """A sentence of the notice without its numbering; notice[start:start + len(text)] == text."""

    text: str
    start: int
    heading: bool = False  # a short line of its own: 二、征集要求


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """A rule and the characters of its sentence that said it."""

    rule: Rule
    start: int
    end: int


def sentences(notice: str) -> Iterator[Sentence]:
    """Ends at 。；！？ and at line ends; a numbering such as （二） or 1. in front is left out."""
    for match in _SENTENCE.finditer(notice):
        text, start = match[0], match.start()
        if numbering := _NUMBERING.match(text):
            text, start = text[numbering.end() :], start + numbering.end()
        lead = len(text) - len(text.lstrip())
        text, start = text.strip(), start + lead
        alone = notice[match.end() : match.end() + 1] in {"", "\n"} and notice[match.start() - 1 : match.start()] in {"", "\n"}
        if len(text) > 1:
            yield Sentence(text=text, start=start, heading=alone and len(text) <= _HEADING and not _FIGURE.search(text))


def clauses(sentence: str) -> list[tuple[int, str]]:
    """(offset, clause) between commas."""
    return [(m.start(), m[0]) for m in _CLAUSE.finditer(sentence)]


def any_of(words: Sequence[str]) -> str:
    """A pattern for one of the words, the longest that fits."""
    return "(?:" + "|".join(map(re.escape, sorted(words, key=len, reverse=True))) + ")"


def number_of(text: str) -> float | None:
    """5, 2.5, 五, 三百, 十二, 半 as a number; None for what is none."""
    if not text:
        return None
    if re.fullmatch(r"\d+(?:\.\d+)?", text):
        return float(text)
    if text == "半":
        return 0.5
    total, section, digit = 0, 0, 0
    for character in text:
        if character in _DIGITS:
            digit = _DIGITS[character]
        elif character in _POWERS:
            section, digit = section + (digit or 1) * _POWERS[character], 0
        elif character == "万":
            total, section, digit = total + (section + digit) * 10000, 0, 0
        else:
            return None
    return float(total + section + digit)


def to_items(text: str) -> tuple[str, ...]:
    """“甲”“乙” or 甲、乙和丙 as its members, in order, once each; 等… at the end is cut."""
    quoted = re.findall(r"[“\"「『‘]([^”\"」』’]{1,20})[”\"」』’]", text)
    bare = re.split(r"等(?=[^、，]{0,8}$)|等$", text)[0]
    parts = quoted or re.split(r"[、，,和与及或]+(?:其)?", bare)
    return tuple(dict.fromkeys(part.strip(" 　的“”\"") for part in parts if part.strip(" 　的“”\"")))
