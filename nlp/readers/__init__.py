"""Bytes to Document: what a file says, before anyone asks what it means."""

import re
from dataclasses import replace
from typing import Protocol

from nlp.errors import UnreadableDocument
from nlp.readers import cnipa_xml, cnki, delimited, doc97, docx, html, json_lines, mht, ocr, pdf, text, xlsx
from nlp.readers.document import sha256_of, suffix_of
from nlp.readers.sniff import CONVERTED, MAX_BYTES, content_suffix, refused
from nlp.records import Document

__all__ = ["READERS", "Converter", "Reader", "read"]

_FOURFOLD = re.compile(r"\A(.{2,500}?)\1{3}\Z", re.S)


class Reader(Protocol):
    """Reads one format. Raises UnreadableDocument, and nothing else, on bytes it cannot take."""

    def __call__(self, name: str, data: bytes, /) -> Document: ...


class Converter(Protocol):
    """Turns `kind` (.doc) into `suffix` (.docx). Raises UnreadableDocument. LibreOffice, in practice."""

    def __call__(self, name: str, data: bytes, kind: str, suffix: str, /) -> bytes: ...


READERS: dict[str, Reader] = {
    ".jsonl": json_lines.read,
    ".json": json_lines.read,
    ".csv": delimited.read,
    ".tsv": delimited.read,
    ".xlsx": xlsx.read,
    ".xlsm": xlsx.read,
    ".xls": xlsx.read,
    ".et": xlsx.read,
    ".xlsb": xlsx.read,
    ".ods": xlsx.read,
    ".docx": docx.read,
    ".docm": docx.read,
    ".txt": cnki.read,  # or plain text
    ".md": text.read,
    ".html": html.read,
    ".htm": html.read,
    ".mht": mht.read,
    ".mhtml": mht.read,
    ".xml": cnipa_xml.read,
    ".pdf": pdf.read,
    ".png": ocr.read,
    ".jpg": ocr.read,
    ".jpeg": ocr.read,
    ".bmp": ocr.read,
    ".tif": ocr.read,
    ".tiff": ocr.read,
}
_SAME = ({".xls", ".et"}, {".xlsx", ".xlsm", ".et"}, {".docx", ".docm"}, {".html", ".htm"}, {".mht", ".mhtml"}, {".doc", ".wps"}, {".tif", ".tiff"}, {".jpg", ".jpeg"})


def read(name: str, data: bytes, convert: Converter | None = None) -> Document:
    """The document in `data`. `name` is the path below the inbox; the content chooses the reader, then the suffix.

    Raises UnreadableDocument for an unsupported kind, an empty or vast file and anything a reader cannot take.
    """
    suffix = suffix_of(name)
    if not data.strip():
        raise UnreadableDocument(name, "文件是空的", "请确认文件已完整保存后重新放入")
    if len(data) > MAX_BYTES:
        raise UnreadableDocument(name, "文件超过 200 MB", "请拆分，或去掉其中的图片后重新放入")
    content = content_suffix(name, data, suffix)
    if refusal := refused(content):
        raise UnreadableDocument(name, refusal.reason, refusal.remedy)
    if content in CONVERTED:
        return _converted(name, data, content, convert)
    if content not in READERS:
        raise UnreadableDocument(name, f"不支持 {suffix or '没有扩展名的'} 文件", f"请转存为 {'、'.join(READERS)} 之一")
    return _said(READERS[content](name, data), suffix, content)


def _said(document: Document, suffix: str, content: str) -> Document:
    """Notes that the content was not what the suffix says."""
    if suffix == content or any({suffix, content} <= same for same in _SAME):
        return document
    note = f"扩展名是 {suffix or '（没有）'}，内容是 {content}，已按内容读取"
    return replace(document, warnings=(note, *document.warnings))


def _converted(name: str, data: bytes, content: str, convert: Converter | None) -> Document:
    target = CONVERTED[content]
    if convert is None:
        raise UnreadableDocument(name, f"这是旧格式（{content}），需要 LibreOffice 转换，而本机没有", f"请用 Word 或 WPS 另存为 {target} 后放入")
    document = _once(READERS[target](name, convert(name, data, content, target)))
    if content in {".doc", ".wps"}:
        document = doc97.with_lost_tables(document, data)
    note = f"由 LibreOffice 从 {content} 转为 {target} 后读取，请核对"
    return replace(document, sha256=sha256_of(data), warnings=(note, *document.warnings))


def _once(document: Document) -> Document:
    """LibreOffice writes a form control's text four times into a .doc; no cell says one thing four times over."""
    tables = (replace(t, rows=tuple(tuple(_FOURFOLD.sub(r"\1", cell) for cell in row) for row in t.rows)) for t in document.tables)
    blocks = (replace(block, text=_FOURFOLD.sub(r"\1", block.text)) for block in document.blocks)
    return replace(document, tables=tuple(tables), blocks=tuple(blocks))
