"""Options with boxes: which are ticked. ☑企业 □高校, 企业√ 高校□, （√）是（ ）否."""

import re
from collections.abc import Sequence

from nlp.parse.synonyms import Synonyms

__all__ = ["chosen", "is_options"]

_OPTION = 24  # characters of one option
_LINE = 300  # characters of a line of options
_FILL = re.compile(r"[_＿]{2,}|[（(]\s*(?:请注明|请填写|请说明)?\s*[：:]?\s*[)）]")


def is_options(value: str, synonyms: Synonyms) -> bool:
    """Whether a text is a line of options and not prose that happens to hold a box."""
    ticked, unticked = synonyms.words["ticked"], synonyms.words["unticked"]
    marks = [*ticked, *unticked]
    if len(value) > _LINE or not any(mark in value for mark in unticked):
        return False
    parts = re.split("|".join(map(re.escape, marks)), value)
    if len(parts) == 2 and parts[0].strip() and parts[1].strip():
        return False
    return sum(len(part.strip()) > _OPTION for part in parts) <= 1


def chosen(value: str, synonyms: Synonyms) -> str:
    """The ticked options, joined by 、; the value itself if it holds no empty box; "" if nothing is ticked."""
    ticked, unticked = synonyms.words["ticked"], synonyms.words["unticked"]
    text = _boxed(value, ticked, unticked)
    if not any(mark in text for mark in unticked):
        return _marked(value, ticked)
    marks = "".join(map(re.escape, (*ticked, *unticked)))
    behind = _marks_stand_behind(text, marks)
    pattern = rf"([^{marks}]*)([{marks}])" if behind else rf"([{marks}])\s*([^{marks}]*)"
    pairs = [(m, t) if not behind else (t, m) for m, t in re.findall(pattern, text)]
    return "、".join(filter(None, (_option(option) for mark, option in pairs if mark in ticked)))


def _boxed(value: str, ticked: Sequence[str], unticked: Sequence[str]) -> str:
    """（√） as ☑ and, beside such, （ ） as □."""
    inner = "".join(map(re.escape, ticked))
    with_ticks = re.sub(rf"[（(\[【]\s*[{inner}]\s*[)）\]】]", ticked[0], value)
    empty = re.compile(r"[（(\[【][ \u3000]*[)）\]】]")
    several = with_ticks != value or len(empty.findall(value)) >= 2
    return empty.sub(unticked[0], with_ticks) if several and len(value) <= _LINE else with_ticks


def _marks_stand_behind(text: str, marks: str) -> bool:
    """企业☑ 高校□: the line ends with a mark and does not begin with one."""
    line = re.sub(r"^[^：:]{1,12}[：:]\s*", "", text.strip())
    return re.match(rf"[{marks}]", line) is None and re.search(rf"[{marks}]\s*$", line) is not None


def _option(text: str) -> str:
    return " ".join(_FILL.sub("", text).split()).strip(" 、;；，,/_")


def _marked(value: str, ticked: Sequence[str]) -> str:
    """Of a line without empty boxes, the words with a tick (√企业 高校); a value that is one ticked word, without its tick."""
    words = value.split()
    with_tick = [word for word in words if word.startswith(tuple(ticked)) or word.endswith(tuple(ticked))]
    if len(words) > 1 and with_tick and all(len(word) <= _OPTION for word in words) and "\n" not in value:
        return "、".join(word.strip("".join(ticked)) for word in with_tick)
    return value.lstrip("".join(ticked)) if value.startswith(tuple(ticked)) else value
