"""CNKI's citation export of patents: [1]甲,乙. 题名[P]. 上海：CN108467855A,2018-08-31. Any other text goes to text.read."""

import re
from collections.abc import Iterator, Sequence

from nlp.readers import text
from nlp.readers.document import make_document
from nlp.readers.encoding import decode
from nlp.records import Document, Rejected, Table

__all__ = ["read"]

_HEADER = ("序号", "发明人", "专利名称", "国省名称", "公开号", "公开日")
_ENTRY = re.compile(r"^\s*[\[［](\d+)[\]］]", re.M)
_PATENT = re.compile(
    r"[\[［](?P<number>\d+)[\]］]\s*(?:(?P<inventors>(?:(?!\. ).)+?)\.\s+)?(?P<title>.+?)[\[［]P[\]］]\s*[.．]\s*"
    r"(?:(?P<place>[^：:，,]{1,20})[：:]\s*)?(?P<publication>[A-Z]{2}[\dA-Z.]{5,20})\s*[,，]\s*(?P<date>\d{4}(?:-\d{1,2}){0,2})\s*[.．]?",
    re.S,
)
_KIND = re.compile(r"[\[［]([A-Z]{1,2}(?:/OL)?)[\]］]\s*[.．]")
_ENOUGH = 0.5  # of the entries of an export of patents


def read(name: str, data: bytes) -> Document:
    """A table of the cited patents, the header that of a patent list; persons are inventors, never applicants.

    An entry that cannot be read, or is no patent, is rejected on its own. A text that is no such export is plain text.
    """
    entries = list(_entries(decode(name, data)))
    found = [_PATENT.fullmatch(entry) for entry in entries]
    patents = [match for match in found if match]
    if not patents or len(patents) < _ENOUGH * len(entries):
        return text.read(name, data)
    rows = tuple(_row(match) for match in patents)
    rejected = [_rejected(name, entry) for entry, match in zip(entries, found, strict=True) if match is None]
    return make_document(name, data, tables=[Table(rows=(_HEADER, *rows), location="题录")], rejected=rejected)


def _entries(content: str) -> Iterator[str]:
    """From one [序号] at a line's start to the next; an entry may be wrapped."""
    starts = [match.start() for match in _ENTRY.finditer(content)]
    for start, end in zip(starts, [*starts[1:], len(content)], strict=False):
        yield " ".join(content[start:end].split())


def _row(match: re.Match[str]) -> tuple[str, ...]:
    parts: Sequence[str | None] = match.group("number", "inventors", "title", "place", "publication", "date")
    return tuple((part or "").strip() for part in parts)


def _rejected(name: str, entry: str) -> Rejected:
    number = _ENTRY.match(entry)
    kind = _KIND.search(entry)
    other = kind is not None and kind[1] != "P"
    reason = f"题录的文献类型是 [{kind[1]}]，不是专利" if kind and other else "这一条题录的写法无法识别"
    return Rejected(source=name, location=f"[{number[1]}]" if number else None, reason=reason, remedy="请从数据库改为导出 .xlsx 或 .csv 列表，或改正这一条")
