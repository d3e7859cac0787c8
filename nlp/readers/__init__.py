"""Bytes to Document: what a file says, before anyone asks what it means."""

from typing import Protocol

from nlp.errors import UnreadableDocument
from nlp.readers import delimited, docx, html, json_lines, text, xlsx
from nlp.readers.document import suffix_of
from nlp.records import Document

__all__ = ["READERS", "Reader", "read"]


class Reader(Protocol):
    """Reads one format. Raises UnreadableDocument, and nothing else, on bytes it cannot take."""

    def __call__(self, name: str, data: bytes, /) -> Document: ...


READERS: dict[str, Reader] = {
    ".jsonl": json_lines.read,
    ".json": json_lines.read,
    ".csv": delimited.read,
    ".tsv": delimited.read,
    ".xlsx": xlsx.read,
    ".docx": docx.read,
    ".txt": text.read,
    ".html": html.read,
    ".htm": html.read,
}


def read(name: str, data: bytes) -> Document:
    """The document in `data`. `name` is the path below the inbox; its suffix chooses the reader.

    Raises UnreadableDocument for an unsupported suffix, an empty file and anything a reader cannot take.
    """
    suffix = suffix_of(name)
    reader = READERS.get(suffix)
    if reader is None:
        raise UnreadableDocument(name, f"不支持 {suffix or '没有扩展名的'} 文件", f"请转存为 {'、'.join(READERS)} 之一")
    if not data.strip():
        raise UnreadableDocument(name, "文件是空的", "请确认文件已完整保存后重新放入")
    return reader(name, data)
