"""What the bytes are, whatever the file is called: html named .xls and docx named .doc are everyday matters."""

import re
from dataclasses import dataclass

from nlp.errors import UnreadableDocument
from nlp.readers.guards import open_zip

__all__ = ["ARCHIVES", "CONVERTED", "MAX_BYTES", "Refused", "content_suffix", "refused"]

MAX_BYTES = 200 * 1024 * 1024  # of one file
ARCHIVES = frozenset({".zip"})
# what LibreOffice must turn into something readable first, and into what
CONVERTED = {".doc": ".docx", ".wps": ".docx", ".rtf": ".docx", ".odt": ".docx", ".xml2003": ".docx"}
_TEXT = frozenset({".csv", ".tsv", ".txt", ".json", ".jsonl", ".html", ".htm", ".xml", ".md"})
_SHEETS = frozenset({".xlsx", ".xlsm", ".xls", ".et", ".xlsb", ".ods"})
_OLE = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_MAGIC = (
    (b"%PDF-", ".pdf"), (b"{\\rtf", ".rtf"), (b"Rar!\x1a\x07", ".rar"), (b"7z\xbc\xaf\x27\x1c", ".7z"), (b"\x1f\x8b", ".gz"),
    (b"\x89PNG\r\n\x1a\n", ".png"), (b"\xff\xd8\xff", ".jpg"), (b"GIF8", ".gif"), (b"II*\x00", ".tif"), (b"MM\x00*", ".tif"),
)  # fmt: skip
_STREAMS = (
    ("EncryptedPackage", ".encrypted"), ("WordDocument", ".doc"), ("Workbook", ".xls"), ("Book", ".xls"),
    ("PowerPoint Document", ".ppt"), ("WpsContent", ".wps"),
)  # fmt: skip
_PARTS = (("word/", ".docx"), ("xl/workbook.bin", ".xlsb"), ("xl/", ".xlsx"), ("ppt/", ".pptx"), ("OFD.xml", ".ofd"))
_ODF = {b"application/vnd.oasis.opendocument.spreadsheet": ".ods", b"application/vnd.oasis.opendocument.text": ".odt"}
_HTML = re.compile(rb"<(?:!doctype\s+html|html|head|body|table|meta)\b", re.I)
_MIME = re.compile(rb"\s*(?:[A-Za-z-]+:[^\r\n]*\r?\n(?:[ \t][^\r\n]*\r?\n)*)*?(?:MIME-Version:|Content-Type:\s*multipart/)", re.I)
_WORD_XML = b'progid="Word.Document"'
_UNSUPPORTED = {
    ".rar": ("是 RAR 压缩包", "请解压后把文件夹放入，或改压为 .zip"),
    ".7z": ("是 7z 压缩包", "请解压后把文件夹放入，或改压为 .zip"),
    ".gz": ("是 gzip 压缩包", "请解压后把文件夹放入，或改压为 .zip"),
    ".ppt": ("是演示文稿", "请把其中的文字另存为 .docx 后放入"),
    ".pptx": ("是演示文稿", "请把其中的文字另存为 .docx 后放入"),
    ".ofd": ("是 OFD 版式文件", "请用阅读器导出为 .pdf，或向填报单位索取 .docx 原件"),
    ".encrypted": ("文件有密码", "请去掉密码后重新放入"),
}


@dataclass(frozen=True, slots=True, kw_only=True)
class Refused:
    reason: str
    remedy: str


def content_suffix(name: str, data: bytes, suffix: str) -> str:
    """The suffix that fits the content; `suffix` itself where the bytes do not speak against it.

    Raises UnreadableDocument for a zip that cannot be opened.
    """
    if data.startswith((b"PK\x03\x04", b"PK\x05\x06")):
        return _zipped(name, data, suffix)
    if data.startswith(_OLE):
        return _compound(data, suffix)
    magic = next((found for mark, found in _MAGIC if data.startswith(mark)), None)
    if magic:
        return ".jpeg" if magic == ".jpg" and suffix == ".jpeg" else magic
    if _MIME.match(data[:4000]):
        return ".mht"
    return suffix if suffix in _TEXT else _textual(data, suffix)


def refused(suffix: str) -> Refused | None:
    """Why a known kind of content is not read, and what to do."""
    found = _UNSUPPORTED.get(suffix)
    return Refused(reason=found[0], remedy=found[1]) if found else None


def _zipped(name: str, data: bytes, suffix: str) -> str:
    package = open_zip(name, data)
    names = package.namelist()
    if "mimetype" in names and package.getinfo("mimetype").file_size < 200:
        try:
            declared = package.read("mimetype").strip()
        except (RuntimeError, NotImplementedError, OSError, ValueError, EOFError) as error:
            raise UnreadableDocument(name, "文件已损坏或有密码", "请重新保存后放入") from error
        if declared in _ODF:
            return _ODF[declared]
    found = next((kind for part, kind in _PARTS if any(n == part or (part.endswith("/") and n.startswith(part)) for n in names)), None)
    if "[Content_Types].xml" not in names and found not in {".ofd", None}:
        found = None if suffix in ARCHIVES else found
    return found or (suffix if suffix in {".docx", ".xlsx"} else ".zip")


def _compound(data: bytes, suffix: str) -> str:
    """An OLE file by the names in its directory. WPS writes the same streams into .wps and .et."""
    for stream, kind in _STREAMS:
        # a directory entry holds its name in 64 bytes, zero-filled
        if stream.encode("utf-16-le") + b"\x00\x00" in data:
            return kind
    return suffix


def _textual(data: bytes, suffix: str) -> str:
    """An office suffix with text inside: a page, a table of text, or Word's XML of 2003."""
    head = data[:4000].lstrip(b"\xef\xbb\xbf \t\r\n")
    if _WORD_XML in head:
        return ".xml2003"
    if _HTML.search(head) and head.startswith(b"<"):
        return ".html"
    if b"\x00" in head and not head.startswith((b"\xff\xfe", b"\xfe\xff")):
        return suffix
    return ".csv" if suffix in _SHEETS else ".txt" if suffix in {".docx", ".doc", ".wps", ".rtf"} else suffix
