"""Columns known by their values when their header is not: organisations, dates, regions, IPC, publication numbers.

Only names that no header gave are filled, and never a required one: a title or a text is asked for, not guessed.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import replace

from nlp.parse.columns import ColumnMapping, MappedColumn
from nlp.parse.regions import UNKNOWN, Regions
from nlp.parse.synonyms import Synonyms
from nlp.parse.values import to_date

__all__ = ["doubtful_codes", "with_sniffed"]

_ENOUGH, _SHARE = 3, 0.8  # values, and the share of them that must fit
_DISCOUNT = 0.8  # a sniffed column is never as sure as a named one
_IPC = re.compile(r"[A-H]\d{2}[A-Z]\s*\d{1,4}/\d{2,6}.*", re.S)
_PUBLICATION = re.compile(r"(?:CN|US|EP|JP|KR|WO)[ -]?\d{6,13}[ -]?[A-Z]?\d?")
_PHONE = re.compile(r"(?:\+?86[- ]?)?1[3-9]\d{9}|0\d{2,3}-?\d{7,8}")
_MAIL = re.compile(r"[\w.+-]+@[\w-]+(?:\.[\w-]+)+")
_IDENTITY = re.compile(r"\d{17}[\dXx]")
_DIGITS = re.compile(r"\d+")

Test = Callable[[str], bool]


def with_sniffed(
    mapping: ColumnMapping, labels: Sequence[str], rows: Sequence[Sequence[str]], synonyms: Synonyms, regions: Regions
) -> ColumnMapping:
    """The mapping with the unused columns that their values explain."""
    columns = synonyms.kinds[mapping.kind]
    known = set(columns.normalised.values())
    taken = {column.canonical for column in mapping.columns}
    used = {column.index for column in mapping.columns}
    found: list[MappedColumn] = []
    for i, label in enumerate(labels):
        values = [row[i] for row in rows if i < len(row) and row[i]]
        if i in used or not label.strip() or len(values) < _ENOUGH:
            continue
        name, share = _best(values, synonyms, regions)
        if name in known and (name == "contact" or name not in taken):
            taken.add(name)
            sure = round(share * _DISCOUNT, 2)
            found.append(MappedColumn(canonical=name, index=i, label=label.strip(), how="sniffed", sure=sure))
    gone = {column.label for column in found}
    return replace(mapping, columns=(*mapping.columns, *found), unused=tuple(u for u in mapping.unused if u not in gone))


def _best(values: Sequence[str], synonyms: Synonyms, regions: Regions) -> tuple[str, float]:
    shares = ((name, sum(map(test, values)) / len(values)) for name, test in _tests(synonyms, regions))
    return next(((name, share) for name, share in shares if share >= _SHARE), ("", 0.0))


def _tests(synonyms: Synonyms, regions: Regions) -> Iterable[tuple[str, Test]]:
    """In order: what must never be kept comes first."""
    ends = synonyms.words["organisation_ends"]
    return (
        ("contact", lambda v: any(p.fullmatch(v) for p in (_PHONE, _MAIL, _IDENTITY))),
        ("publication_number", lambda v: _PUBLICATION.fullmatch(v) is not None),
        ("ipc", lambda v: _IPC.fullmatch(v) is not None),
        ("organisation", lambda v: 6 <= len(v) <= 40 and _bare(v).endswith(ends)),
        ("received", lambda v: len(v) <= 20 and to_date(v) is not None),
        ("region", lambda v: len(v) <= 12 and regions.province(v) != UNKNOWN),
    )


def _bare(text: str) -> str:
    return re.sub(r"[（(][^（）()]*[)）]$", "", text)


def doubtful_codes(labels: Sequence[str], rows: Sequence[Sequence[str]], synonyms: Synonyms) -> Iterable[str]:
    """Columns of codes in which some have fewer digits than the rest: a spreadsheet drops leading zeros."""
    for i, label in enumerate(labels):
        if not any(mark in label for mark in synonyms.words["code_marks"]):
            continue
        values = [row[i] for row in rows if i < len(row) and _DIGITS.fullmatch(row[i])]
        width = max(map(len, values), default=0)
        short = [value for value in values if len(value) < width]
        if len(values) >= _ENOUGH and width >= 4 and 0 < len(short) < len(values) and len(short) * 2 <= len(values):
            yield f"“{label.strip()}”一列有 {len(short)} 个编号比其余的短（如 {short[0]}），可能丢了前面的零，请核对"
