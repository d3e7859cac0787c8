"""Exports too large to read whole (csv, tsv, jsonl) cut at row ends into UTF-8 parts, each read as a file of its own.

Only one part and the text up to the next row end are in memory. The encoding is decided as for a whole file (encoding.py):
the whole stream must fit it, so a file that turns to another encoding after a gigabyte is not misread.
"""

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace
from typing import BinaryIO

from nlp.errors import UnreadableDocument
from nlp.readers.delimited import delimiter_of
from nlp.readers.document import suffix_of
from nlp.readers.encoding import Streamed, stream_encoding, stream_text
from nlp.records import Document, Rejected

__all__ = ["CUTTABLE", "SIZE", "Part", "cut", "numbered"]

CUTTABLE = frozenset({".csv", ".tsv", ".jsonl"})
SIZE = 4_000_000  # characters of a part, about 12 MB of Chinese UTF-8
_LONGEST = 4  # parts that one row may fill before the file is refused
_NUMBER = re.compile(r"\d+")


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    """Some whole rows of a file. Every part but the first of a csv opens with a line that names the delimiter."""

    name: str
    data: bytes
    lines: int  # of the file; a row may span several
    first: bool
    warnings: tuple[str, ...] = ()


def cut(name: str, source: BinaryIO, *, size: int = SIZE) -> Iterator[Part]:
    """Parts of a seekable stream of at least one row each, in order; together they hold every character.

    Raises UnreadableDocument where no encoding fits, or one row is longer than four parts.
    """
    found = stream_encoding(name, source)
    quoted = suffix_of(name) != ".jsonl"
    opening: str | None = None
    for text in _pieces(name, source, found, size=size, quoted=quoted):
        told = f"sep={opening}\n" if quoted and opening is not None else ""
        first = opening is None
        if opening is None:
            opening = delimiter_of(text) if quoted else ""
        # the last line end belongs to the cut, not to a further empty row
        yield Part(name=name, data=(told + text.removesuffix("\n")).encode("utf-8", "replace"), lines=text.count("\n") + (not text.endswith("\n")),
                   first=first, warnings=found.warnings if first else ())


def _pieces(name: str, source: BinaryIO, found: Streamed, *, size: int, quoted: bool) -> Iterator[str]:
    waiting = ""
    for text in stream_text(source, found.encoding):
        waiting += text
        while len(waiting) >= size:
            end = _row_end(waiting, size, quoted=quoted)
            if not end and len(waiting) < _LONGEST * size:
                break
            # quotes that never close are stray ones, which the reader then takes as ordinary characters
            end = end or waiting.rfind("\n") + 1
            if not end:
                raise UnreadableDocument(name, f"一行超过 {_LONGEST * size:,} 个字符", "请检查换行是否丢失，重新导出后放入")
            yield waiting[:end]
            waiting = waiting[end:]
    if waiting:
        yield waiting


def _row_end(text: str, size: int, *, quoted: bool) -> int:
    """Where the last row that ends within `size` characters ends, else the first that ends later; 0 if none does.

    In a quoted text a line end closes a row only after an even number of quotes.
    """
    end = text.rfind("\n", 0, size)
    if not quoted:
        return (end if end >= 0 else text.find("\n")) + 1
    odd = text.count('"', 0, max(end, 0)) % 2
    while end > 0 and odd:
        before = text.rfind("\n", 0, end)
        odd ^= text.count('"', max(before, 0), end) % 2
        end = before
    return end + 1 if end > 0 else _later_end(text, size)


def _later_end(text: str, size: int) -> int:
    odd, start = text.count('"', 0, size) % 2, size
    while (end := text.find("\n", start)) >= 0:
        odd ^= text.count('"', start, end) % 2
        if not odd:
            return end + 1
        start = end + 1
    return 0


def numbered(read: Iterable[tuple[Part, Document | UnreadableDocument]]) -> Iterator[Document]:
    """The parts' documents with the row numbers of the whole file. A later part that could not be read is one Rejected.

    Raises UnreadableDocument for the first part.
    """
    rows = lines = 0
    for part, answer in read:
        if isinstance(answer, UnreadableDocument):
            if part.first:
                raise answer
            where = f"第{lines + 1}–{lines + part.lines}行" if suffix_of(part.name) == ".jsonl" else f"约第{rows + 1}–{rows + part.lines}行"
            yield _unread(part.name, where, answer)
            rows += part.lines
        else:
            table = answer.tables[0]
            above = lines if suffix_of(part.name) == ".jsonl" else rows + 1 if not part.first else table.row_offset
            aside = tuple(replace(r, location=_shifted(r.location or "", lines)) for r in answer.rejected)
            yield replace(answer, tables=(replace(table, row_offset=above),), rejected=aside, warnings=(*part.warnings, *answer.warnings))
            rows = above + len(table.rows) - 1
        lines += part.lines


def _shifted(location: str, lines: int) -> str:
    return _NUMBER.sub(lambda number: str(int(number[0]) + lines), location)


def _unread(name: str, where: str, error: UnreadableDocument) -> Document:
    rejected = Rejected(source=name, location=where, reason=error.reason, remedy=error.remedy)
    return Document(name=name, sha256="", suffix=suffix_of(name), title=None, blocks=(), tables=(), rejected=(rejected,))
