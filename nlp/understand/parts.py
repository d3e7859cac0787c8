"""The separately solvable demands of one form, as spans.

A form holds several when it says so (需求一…需求二…, a label of a title twice), when each item of a numbered list asks for
something of its own, or when its title lists several things. Numbered sub-tasks of one thing stay one demand.
"""

import re
from collections.abc import Callable, Sequence
from itertools import pairwise

from nlp.records import Span
from nlp.understand.facet_words import FacetWords
from nlp.understand.layout import ASKED, Layout, Sentence

__all__ = ["find_parts"]

_ORDINAL = r"(?:\s*[（(]?(?P<ordinal>[一二三四五六七八九十]|\d{1,2})[)）]?)"
_ITEM = re.compile(r"\s*(?:(?P<number>\d{1,2})[、.．)）]{1,2}(?!\d)|(?P<circled>[①-⑳])|[(（](?P<bracketed>\d{1,2})[)）]|[(（](?P<hanned>[一二三四五六七八九])[)）]|(?P<han>[一二三四五六七八九])[、.．]|(?P<bare>\d)\s(?=[^\d\s]))\s*")
_DIGITS = {**{str(n): n for n in range(1, 21)}, **dict(zip("一二三四五六七八九十", range(1, 11), strict=True)), **{chr(0x2460 + n): n + 1 for n in range(20)}}
_LISTED = re.compile(r"[；;、，,]\s*")
_COUNTED = re.compile(r"(?:^|(?<=[。；;，,\s]))\d{1,2}[、.．]\s*")
_TOPIC_LENGTH = 40
_TRAILING = " \t\n\r。；;，,"
_MOST = 6  # a longer list is a list of tasks, not of demands
_SAME = 4  # characters; items that share a longer word speak of one thing
_COVERED = 0.8  # share of the body that a list must fill to be the whole need
_SHORT_BODY = 100


def find_parts(layout: Layout, start: int, words: FacetWords) -> tuple[Span, ...]:
    """Spans that cover the body from the first part on (or the parts of the title, where only that lists them); one span where
    the form holds one demand."""
    whole = Span(start=start, end=len(layout.text)) if len(layout.text.strip()) > start else Span(start=0, end=len(layout.title))
    for rule in _RULES:
        openings = rule(layout, words)
        if len(openings) >= 2:
            return tuple(_trimmed(layout.text, a, b) for a, b in pairwise([*openings, _end(layout, openings[-1], rule in _LISTS)]))
    return _titles(layout, words) or (whole,)


def _trimmed(text: str, start: int, end: int) -> Span:
    return Span(start=start, end=start + len(text[start:end].rstrip(_TRAILING)))


def _end(layout: Layout, last: int, listed: bool) -> int:
    """Where the last part ends: an item of a list at the next heading, a part with goals of its own at the next one about something else."""
    return next((s.start for s in layout.sentences if s.start > last and s.heading and (listed or s.role not in ASKED)), len(layout.text))


# ---- the form says so ---------------------------------------------------------------------


def _numbered(layout: Layout, words: FacetWords) -> list[int]:
    """需求一：… 需求二：…, 难题1为… 难题2为…, each number once and in order."""
    pattern = re.compile(rf"(?:^|(?<=[\n。；;，,：:]))[^\S\n]*(?P<word>(?:{words.parts['numbered'].pattern})+){_ORDINAL}\s*(?:[:：、.．为是]|(?=\n))")
    found: dict[str, list[re.Match[str]]] = {}
    for match in pattern.finditer(layout.text, _body(layout)):
        found.setdefault(match["word"], []).append(match)
    runs = [matches for matches in found.values() if [_DIGITS[m["ordinal"]] for m in matches] == list(range(1, len(matches) + 1))]
    return [m.start("word") for m in max(runs, key=len, default=[])]


def _labelled(layout: Layout, words: FacetWords) -> list[int]:
    """需求名称：… twice or more at the head of a line."""
    label = re.compile(rf"^[^\S\n]*(?:\S{{1,4}}[、.．)）])?(?:{words.parts['titles'].pattern})\s*[:：]", re.M)
    return [m.start() for m in label.finditer(layout.text, _body(layout))]


def _body(layout: Layout) -> int:
    return layout.sentences[0].start if layout.sentences else len(layout.text)


# ---- numbered lists -----------------------------------------------------------------------


def _items(layout: Layout) -> list[tuple[Sentence, re.Match[str]]]:
    return [(s, match) for s in layout.sentences if s.role in ASKED and (match := _ITEM.match(s.text)) and not s.heading]


def _style(match: re.Match[str]) -> str:
    return next(name for name, value in match.groupdict().items() if value)


def _opened(layout: Layout, words: FacetWords) -> list[int]:
    """Numbered items of which every one opens with a word of asking: 1、需要…；2、需要…, or holds one: 1、…。寻求技术服务。2、…"""
    items = [(s, match) for s in layout.sentences if s.role in ASKED and (match := _ITEM.match(s.text))]
    asking = [s.start for s, match in items if words.parts["openers"].match(s.text, match.end())]
    if len(asking) >= 2 and len(asking) == len(items):
        return asking
    listed = [s for s, _ in _items(layout) if s.role == "need"]
    blocks = [layout.text[a:b] for a, b in pairwise([*(s.start for s in listed), _after(layout, listed)])]
    each = 2 <= len(listed) <= _MOST and all(words.parts["openers"].search(block) for block in blocks)
    return [s.start for s in listed] if each else []


def _after(layout: Layout, listed: Sequence[Sentence]) -> int:
    """Where the part of the form ends in which the last item of a list stands."""
    return next((s.start for s in layout.sentences if listed and s.start > listed[-1].start and s.heading), len(layout.text))


def _topics(layout: Layout, words: FacetWords) -> list[int]:
    """Numbered lines that name a topic and have text of their own below: 1. 重载运输车技术开发 / 2. 物料跟踪技术研究."""
    found: dict[str, list[int]] = {}
    for sentence, following in pairwise(layout.sentences):
        match = _ITEM.match(sentence.text)
        if match is None or sentence.heading or sentence.role not in ASKED or len(sentence.text) > _TOPIC_LENGTH or not _own_line(layout.text, sentence.start, sentence.end):
            continue
        follows = _ITEM.match(following.text)
        alone = follows is None or _style(follows) != _style(match)
        if alone and _ends_as_topic(sentence.text, words):
            found.setdefault(_style(match), []).append(sentence.start)
    return max(found.values(), key=len, default=[])


def _own_line(text: str, start: int, end: int) -> bool:
    return text[text.rfind("\n", 0, start) + 1 : start].strip() == "" and text[end : end + 2].strip(" \r")[:1] in {"", "\n"}


def _ends_as_topic(phrase: str, words: FacetWords) -> bool:
    return any(m.end() == len(phrase) for m in words.parts["topics"].finditer(phrase))


def _paired(layout: Layout, words: FacetWords) -> list[int]:
    """Needs 1…n to which goals 1…n answer one by one."""
    needs, goals = ([(s, m) for s, m in _items_with_first(layout) if s.role == role] for role in ("need", "goal"))
    numbers = [[_number(m) for _, m in items] for items in (needs, goals)]
    answered = numbers[0] == numbers[1] == list(range(1, len(needs) + 1)) and len(needs) < _MOST - 1
    return [s.body if s.heading else s.start for s, _ in needs] if answered else []


def _items_with_first(layout: Layout) -> list[tuple[Sentence, re.Match[str]]]:
    """Numbered items, also one that stands on the line of its heading: 研究内容：1）…"""
    found = []
    for sentence in layout.sentences:
        at = sentence.body - sentence.start if sentence.heading else 0
        if match := _ITEM.match(sentence.text, at) if at or not sentence.heading else None:
            found.append((sentence, match))
    return found


def _number(match: re.Match[str]) -> int:
    return _DIGITS.get(match[_style(match)], 0)


def _whole_list(layout: Layout, words: FacetWords) -> list[int]:
    """A list that fills the body, each item a topic of its own: no two share a word that is not a general one."""
    items = [(s, m) for s, m in _items(layout) if s.role in {"lead", "need"}]
    if not 2 <= len(items) <= _MOST or len({_style(m) for _, m in items}) > 1:
        return []
    body = sum(len(s.text) for s in layout.sentences if s.role in ASKED)
    listed = sum(len(s.text) for s in layout.sentences if s.role in ASKED and s.start >= items[0][0].start)
    phrases = [s.text[m.end() :] for s, m in items]
    separate = all(words.parts["topics"].search(p) or words.parts["openers"].search(p) for p in phrases) and _differ(phrases, words)
    return [s.start for s, _ in items] if separate and listed >= _COVERED * body and len(items) == _sentences(layout) else []


def _sentences(layout: Layout) -> int:
    return sum(s.role in ASKED and not s.heading for s in layout.sentences)


def _differ(phrases: Sequence[str], words: FacetWords) -> bool:
    """No two phrases share _SAME characters, general words of research aside."""
    known = [_grams(words.parts["topics"].sub("\n", phrase)) for phrase in phrases]
    return all(not known[a] & known[b] for a in range(len(known)) for b in range(a))


def _grams(phrase: str) -> set[str]:
    return {phrase[i : i + _SAME] for i in range(len(phrase) - _SAME + 1) if "\n" not in phrase[i : i + _SAME]}


def _clauses(layout: Layout, words: FacetWords) -> list[int]:
    """A short body of two or more clauses at semicolons, each with a problem or a topic of its own."""
    asked = [s for s in layout.sentences if s.role in ASKED]
    if not 2 <= len(asked) <= 4 or len(layout.text) - _body(layout) > _SHORT_BODY or any(_ITEM.match(s.text) for s in asked):
        return []
    joined = [layout.text[a.end : b.start].strip()[:1] in {"；", ";"} for a, b in pairwise(asked)]
    run = asked[: 1 + next((i for i, semicolon in enumerate(joined) if not semicolon), len(joined))]
    separate = all(words.clarity["strong_problem"].search(s.text) or words.clarity["problem"].search(s.text) or _ends_as_topic(s.text, words) for s in run)
    return [s.start for s in run] if separate and _differ([s.text for s in run], words) else []


_RULES: tuple[Callable[[Layout, FacetWords], list[int]], ...] = (_numbered, _labelled, _opened, _topics, _paired, _whole_list, _clauses)
_LISTS = (_opened, _paired, _whole_list)


# ---- titles -------------------------------------------------------------------------------


def _titles(layout: Layout, words: FacetWords) -> tuple[Span, ...]:
    """The things that a title lists, each closed by a word of work: 甲技术、乙生产技术."""
    marks = list(_COUNTED.finditer(layout.title)) or list(_LISTED.finditer(layout.title))
    starts, ends = [0, *(m.end() for m in marks)], [*(m.start() for m in marks), len(layout.title)]
    spans = [_trimmed(layout.title, a, b) for a, b in zip(starts, ends, strict=True) if layout.title[a:b].strip()]
    return tuple(spans) if len(spans) >= 2 and all(_is_thing(layout.title[s.start : s.end], words) for s in spans) else ()


def _is_thing(phrase: str, words: FacetWords) -> bool:
    phrase = phrase.strip(_TRAILING)
    return len(phrase) >= 6 and _ends_as_topic(phrase, words)


