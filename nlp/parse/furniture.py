"""Page furniture around a policy's body: buttons, navigation, source and date lines. Taken off at both ends only."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from nlp.normalise import key
from nlp.parse.clauses import Line

__all__ = ["Body", "strip_furniture"]

_HEAD = 40  # lines in which furniture may stand above the body
_NAVIGATION = 20  # lines above a repeated title that can be navigation
_LABEL = 30  # characters of a line of navigation labels
_PROSE = 60  # characters; a longer line that is no caption is body


@dataclass(frozen=True, slots=True, kw_only=True)
class Body:
    lines: tuple[Line, ...]
    furniture: tuple[Line, ...]


def strip_furniture(lines: Sequence[Line], title: str, words: Mapping[str, Sequence[str]]) -> Body:
    """Body and furniture; together they are all lines. Repetitions of `title` at the head count as furniture."""
    exact = {key(word) for word in words["furniture"]}
    page = [re.compile(pattern) for pattern in words["furniture_patterns"]]
    front = [*page, *(re.compile(pattern) for pattern in words["front_patterns"])]
    end = _body_end(lines, exact, page)
    head = _head(lines[:end], title, exact, front, words["body_start"])
    return Body(
        lines=tuple(line for i, line in enumerate(lines[:end]) if i not in head),
        furniture=tuple(line for i, line in enumerate(lines) if i in head or i >= end),
    )


def _is_furniture(text: str, exact: set[str], patterns: Sequence[re.Pattern[str]]) -> bool:
    return key(text) in exact or any(pattern.match(text) for pattern in patterns)


def _body_end(lines: Sequence[Line], exact: set[str], patterns: Sequence[re.Pattern[str]]) -> int:
    end = len(lines)
    while end and _is_furniture(lines[end - 1].text, exact, patterns):
        end -= 1
    return end


def _head(
    lines: Sequence[Line], title: str, exact: set[str], patterns: Sequence[re.Pattern[str]], starts: Sequence[str]
) -> set[int]:
    """Indexes of furniture lines above the body."""
    found: set[int] = set()
    for i, line in enumerate(lines[:_HEAD]):
        if line.text.startswith(tuple(starts)):
            break
        if _is_title(line.text, title):
            short = {j for j in range(i) if len(lines[j].text) < _LABEL and "。" not in lines[j].text}
            found |= {i} | (short if i < _NAVIGATION else set())
        elif _is_furniture(line.text, exact, patterns):
            found.add(i)
        elif len(line.text) > _PROSE:
            break
    return found


def _is_title(text: str, title: str) -> bool:
    line, whole = _letters(text), _letters(title)
    return bool(line) and (line == whole or (len(line) >= 6 and whole.endswith(line)))


def _letters(text: str) -> str:
    """For comparing titles that differ in brackets and dashes."""
    return re.sub(r"[\W_]", "", key(text))
