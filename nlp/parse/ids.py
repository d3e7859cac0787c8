"""Stable ids: an explicit id wins, else a digest of the content. Never a row number, so shuffled rows keep their ids."""

import hashlib
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass

from nlp.records import Rejected

__all__ = ["Keyed", "Settled", "digest", "settle"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Keyed:
    """One record's wished id, the whole of its content, and where it stands."""

    wished: str
    content: str
    location: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Settled:
    """`ids` is parallel to the records; None means that the record repeats an earlier one and is in `rejected`."""

    ids: tuple[str | None, ...]
    rejected: tuple[Rejected, ...]


def digest(prefix: str, *parts: str | None) -> str:
    """prefix-xxxxxxxxxxxx, 12 hexadecimal digits of sha1 over the parts."""
    text = "|".join(part or "" for part in parts)
    return f"{prefix}-{hashlib.sha1(text.encode(), usedforsecurity=False).hexdigest()[:12]}"


def settle(source: str, records: Sequence[Keyed]) -> Settled:
    """Makes ids unique within one document.

    Same id and same content: the later one is set aside as a repetition. Same id but different content: each gets a
    suffix from its content, whichever stands first.
    """
    contents: defaultdict[str, set[str]] = defaultdict(set)
    for record in records:
        contents[record.wished].add(record.content)
    seen: dict[tuple[str, str], str] = {}
    ids: list[str | None] = []
    rejected: list[Rejected] = []
    for record in records:
        mark = (record.wished, record.content)
        if mark in seen:
            ids.append(None)
            rejected.append(_repetition(source, record, seen[mark]))
            continue
        seen[mark] = record.location
        unique = len(contents[record.wished]) == 1
        ids.append(record.wished if unique else f"{record.wished}~{digest('', record.content)[1:7]}")
    return Settled(ids=tuple(ids), rejected=tuple(rejected))


def _repetition(source: str, record: Keyed, first: str) -> Rejected:
    return Rejected(source=source, location=record.location, reason=f"重复：与{first}的内容相同", remedy="如确为两条，请给出不同的编号")
