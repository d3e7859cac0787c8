"""A demand's text as sentences, each with the part of the form it stands in: need, goal, problem, basis, …"""

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from nlp.understand.facet_words import FacetWords

__all__ = ["ASKED", "Layout", "Role", "Sentence", "lay_out"]

Role = Literal["title", "lead", "need", "goal", "problem", "basis", "background", "money", "cooperation"]
ASKED: frozenset[Role] = frozenset({"lead", "need", "goal", "problem"})  # where a submitter says what is wanted

_SENTENCE = re.compile(r"[^。！？；\n]+")
_NUMBERING = r"[\s\"“”*·•]*(?:第?[一二三四五六七八九十]{1,3}[、.．章节]|[(（][一二三四五六七八九十\d]{1,3}[)）]|\d{1,2}(?:\.\d{1,2})*[、.．:：)）]{1,2}|[①-⑳]|[a-zA-Z][)）.、])?\s*"
_HEADING = re.compile(_NUMBERING + r"(?P<label>[^，。；：:\n]{2,24}?)\s*(?:[（(][^）)\n]{0,40}[)）])?\s*(?P<end>[:：]|$)")
_BARE_LENGTH = 16  # a heading without a colon is no longer than this
_OURSELVES = re.compile("公司|我所|我院|企业|集团|课题组|研究所|本单位|我司|我们")
_ORDER: tuple[Role, ...] = ("problem", "goal", "basis", "money", "cooperation", "background", "need")


@dataclass(frozen=True, slots=True, kw_only=True)
class Sentence:
    """text[start:end], without blanks at its ends; `body` is where it begins behind numbering and heading."""

    start: int
    end: int
    body: int
    text: str
    role: Role
    heading: bool  # it opens a part of the form


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """`offset` is where the body begins in the stored text: behind the title and its line break."""

    title: str
    text: str
    sentences: tuple[Sentence, ...]


def lay_out(title: str, text: str, start: int, words: FacetWords) -> Layout:
    """Sentences of text[start:]; text[:start] is the title and its line break."""
    return Layout(title=title, text=text, sentences=tuple(_sentences(text, start, words)))


def _sentences(text: str, start: int, words: FacetWords) -> Iterator[Sentence]:
    role: Role = "lead"
    for found in _SENTENCE.finditer(text, start):
        raw = found[0]
        stripped = raw.strip()
        if not stripped:
            continue
        at = found.start() + raw.index(stripped[0])
        at_line = found.start() == start or text[found.start() - 1] == "\n"
        heading = _HEADING.match(stripped)
        new = _role_of(heading, len(stripped), words.headings, at_line) if heading else None
        role = new or role
        said: Role = "basis" if new is None and role in {"lead", "need", "background"} and _describes_itself(stripped, words) else role
        yield Sentence(start=at, end=at + len(stripped), body=at + (heading.end() if heading and new else 0), text=stripped,
                       role=said, heading=new is not None)


def _role_of(heading: re.Match[str], length: int, headings: Mapping[str, re.Pattern[str]], at_line: bool) -> Role | None:
    """The part of the form that a heading opens; one that names both need and basis opens a need."""
    label = heading["label"]
    if not heading["end"] and (length > _BARE_LENGTH or not at_line):
        return None
    named = [role for role in _ORDER if headings[role].search(label)]
    if not named:
        return None
    return "need" if "need" in named and named[0] in {"basis", "background", "money", "cooperation"} else named[0]


def _describes_itself(sentence: str, words: FacetWords) -> bool:
    marks = len(words.self_description.findall(sentence))
    return marks >= 2 or (marks == 1 and bool(_OURSELVES.search(sentence)) and not words.clarity["wish"].search(sentence))
