"""Proves that a roadmap draft says nothing of its own: every number and quotation is that of a cell of data/.

`nlp.readback` then proves that the written files say what the draft says.
"""

import math
import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from datetime import date, datetime
from itertools import groupby
from typing import Final, Protocol, TypeAlias

from nlp.records import Figure, Fragment, Grid, Paragraph, RoadmapDraft, Section, SourceRef

__all__ = [
    "UNKNOWN",
    "Cell",
    "Cells",
    "Finding",
    "TableView",
    "check",
    "excerpt",
    "fold",
    "format_share",
    "format_value",
    "numerals",
]

Cell: TypeAlias = str | int | float | bool | date | tuple[str, ...] | None

UNKNOWN: Final = "未知"
_COUNT = re.compile(r"[〇零一二两三四五六七八九十百千万亿]+(?:项|家|个|条|件|篇|位|年|月|份|省|种|次|%)")
_TICK = re.compile(r"\d+(?:\.\d+)?%?")
_SILENT = frozenset({"Cf", "Cs", "Cn"})


class TableView(Protocol):
    """What the checker asks of a table of data/."""

    def cell(self, row: str, column: str) -> Cell:
        """The value in the row whose first column is `row`. KeyError: no such row or column, or two such rows."""


@dataclass(frozen=True, slots=True, kw_only=True)
class Cells:
    """A table held in memory: row key -> column -> value."""

    rows: Mapping[str, Mapping[str, Cell]]

    def cell(self, row: str, column: str) -> Cell:
        return self.rows[row][column]


@dataclass(frozen=True, slots=True, kw_only=True)
class Finding:
    """One thing that a draft or a file must not contain, or lacks."""

    place: str  # 章节〈s-scope〉第3段
    problem: str
    text: str

    def __str__(self) -> str:
        return f"{self.place}：{self.problem}（{self.text}）"


# ---- formatting ---------------------------------------------------------------------------


def format_value(value: Cell) -> str:
    """A cell as the draft prints it: 3, 0.5, 未知, 上海、江苏, 2026-03-01; floats have at most 2 decimals."""
    if value is None:
        return UNKNOWN
    if isinstance(value, bool):
        return "是" if value else "否"
    if isinstance(value, str):
        return value
    if isinstance(value, datetime):
        return value.date().isoformat()
    if isinstance(value, date):
        return value.isoformat()
    return "、".join(value) if isinstance(value, tuple) else _format_number(value)


def _format_number(value: float) -> str:
    if isinstance(value, int):
        return str(value)
    if not math.isfinite(value):
        return UNKNOWN
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


def format_share(value: float | None) -> str:
    """0..1 as a percentage with one decimal: 0.5 -> 50.0%."""
    return UNKNOWN if value is None or not math.isfinite(value) else f"{100 * value:.1f}%"


def fold(text: str) -> str:
    """For comparison only: invisible characters gone, every run of white space one space."""
    if not text.isprintable():
        text = "".join(c for c in text if c in "\t\n\r" or unicodedata.category(c) not in {*_SILENT, "Cc"})
    return " ".join(text.split())


def excerpt(text: str, limit: int) -> str:
    """The first `limit` characters at most, never ending inside a number or a Latin word; no mark is added."""
    folded = fold(text)
    if len(folded) <= limit:
        return folded
    end = limit
    while end and _joined(folded[end - 1], folded[end : end + 2]):
        end -= 1
    return (folded[:end] or folded[:limit]).rstrip()


def numerals(text: str) -> str | None:
    """The first digit or counting Chinese numeral (三项, 12) in a text that should have none, else None."""
    if found := next((c for c in text if c.isdigit()), None):
        return found
    counted = _COUNT.search(text)
    return counted[0] if counted else None


# ---- the draft against its tables ---------------------------------------------------------


def _joined(before: str, after: str) -> bool:
    """Whether a cut between the two would break a number or a Latin word: 1|2, 12|.5, 12.|5, 9|8%, S|iC."""
    if before.isascii() and before.isalnum():
        number_goes_on = len(after) > 1 and after[0] in ".," and before.isdigit() and after[1].isdigit()
        return number_goes_on or after[:1] == "%" or (after[:1].isascii() and after[:1].isalnum())
    return before in tuple(".,-−") and after[:1].isdigit()


def _contains(whole: str, part: str) -> bool:
    """Whether `part` stands in `whole` without cutting a number at either end: 5% is no quotation of 95%."""
    start = whole.find(part)
    while start >= 0:
        end = start + len(part)
        cut_before = start > 0 and part[0].isdigit() and _digit_before(whole, start)
        cut_after = end < len(whole) and part[-1].isdigit() and _joined(part[-1], whole[end : end + 2]) and (
            not whole[end].isalpha()
        )
        if not (cut_before or cut_after):
            return True
        start = whole.find(part, start + 1)
    return False


def _digit_before(whole: str, start: int) -> bool:
    last = whole[start - 1]
    return last.isdigit() or (last in ".," and start > 1 and whole[start - 2].isdigit())


def _printed(value: Cell) -> Iterator[str]:
    yield fold(format_value(value))
    if isinstance(value, float):
        yield format_share(value)


def _source_problem(fragment: Fragment, source: SourceRef, tables: Mapping[str, TableView]) -> str | None:
    where = f"{source.table}/{source.row}/{source.column}"
    if source.table not in tables:
        return f"出处 {where} 的数据表不存在"
    try:
        value = tables[source.table].cell(source.row, source.column)
    except KeyError:
        return f"出处 {where} 不存在或不唯一"
    text = fold(fragment.text)
    if not fragment.quote:
        return None if text in _printed(value) else f"与出处 {where} 的值“{format_value(value)}”不一致"
    if not text:
        return f"引文为空，出处 {where}"
    return None if _contains(fold(format_value(value)), text) else f"不是出处 {where} 的原文，或截断了其中的数字"


def _fixed_problem(text: str) -> str | None:
    found = numerals(text)
    return f"没有出处却含有数字“{found}”" if found else None


def _check_paragraph(paragraph: Paragraph, place: str, tables: Mapping[str, TableView]) -> Iterator[Finding]:
    # Neighbouring fixed wording is read together, or 三 + 项 would pass.
    for sourced, run in groupby(paragraph.fragments, key=lambda fragment: fragment.source is not None):
        fragments = list(run)
        if not sourced:
            text = "".join(fragment.text for fragment in fragments)
            if problem := _fixed_problem(text):
                yield Finding(place=place, problem=problem, text=text)
            continue
        for fragment in fragments:
            if fragment.source and (problem := _source_problem(fragment, fragment.source, tables)):
                yield Finding(place=place, problem=problem, text=fragment.text)


def _check_fixed(texts: Iterable[str], place: str) -> Iterator[Finding]:
    for text in texts:
        if problem := _fixed_problem(text):
            yield Finding(place=place, problem=problem, text=text)


def _check_grid(grid: Grid, place: str, tables: Mapping[str, TableView]) -> Iterator[Finding]:
    yield from _check_fixed((grid.caption, *grid.header), f"{place}表头")
    if grid.widths and len(grid.widths) != len(grid.header):
        yield Finding(place=place, problem="列宽的个数与列数不符", text=grid.caption)
    if not grid.rows:
        yield Finding(place=place, problem="表中没有一行", text=grid.caption)
    for number, row in enumerate(grid.rows, start=1):
        if len(row) != len(grid.header):
            yield Finding(place=f"{place}第{number}行", problem="格数与列数不符", text=grid.caption)
        for cell in row:
            yield from _check_paragraph(cell, f"{place}第{number}行", tables)


def _check_figure(figure: Figure, place: str, tables: Mapping[str, TableView]) -> Iterator[Finding]:
    yield from _check_fixed((figure.caption, figure.alt), place)
    for tick in figure.ticks:
        if not _TICK.fullmatch(tick):
            yield Finding(place=place, problem="刻度不是单独的数字", text=tick)
    for label in figure.labels:
        yield from _check_paragraph(label, f"{place}标注", tables)


def _is_empty(section: Section, following: Section | None) -> bool:
    """A heading over nothing; one that only opens sub-sections is not empty."""
    opens = following is not None and following.level > section.level
    said = any(isinstance(item, Grid | Figure) or fold(item.text) for item in section.content)
    return not said and not opens


def _check_section(section: Section, tables: Mapping[str, TableView]) -> Iterator[Finding]:
    place = f"章节〈{section.anchor}〉"
    if not fold(section.title.text):
        yield Finding(place=place, problem="标题为空", text="")
    yield from _check_paragraph(section.title, f"{place}标题", tables)
    for number, item in enumerate(section.content, start=1):
        if isinstance(item, Grid):
            yield from _check_grid(item, f"{place}第{number}段（表）", tables)
        elif isinstance(item, Figure):
            yield from _check_figure(item, f"{place}第{number}段（图）", tables)
        else:
            yield from _check_paragraph(item, f"{place}第{number}段", tables)


def check(draft: RoadmapDraft, tables: Mapping[str, TableView]) -> tuple[Finding, ...]:
    """Everything in the draft that has no source, differs from its source, or is empty; () is the proof."""
    findings = list(_check_fixed((draft.title, draft.notice), "封面"))
    for section, following in zip(draft.sections, (*draft.sections[1:], None), strict=True):
        findings += _check_section(section, tables)
        if _is_empty(section, following):
            findings.append(Finding(place=f"章节〈{section.anchor}〉", problem="章节没有内容", text=section.title.text))
    counts = Counter(section.anchor for section in draft.sections)
    findings += [Finding(place=f"章节〈{a}〉", problem="锚点重复", text=a) for a, n in counts.items() if n > 1]
    return tuple(findings)
