"""zip archives to their files, one at a time: "a.zip!/b.docx". Nothing is written anywhere."""

import zipfile
import zlib
from collections.abc import Iterator
from dataclasses import dataclass

from nlp.errors import UnreadableDocument
from nlp.readers.document import suffix_of
from nlp.readers.guards import MAX_RATIO, open_zip
from nlp.readers.sniff import ARCHIVES, MAX_BYTES, content_suffix
from nlp.records import Rejected

__all__ = ["Member", "is_archive", "members"]

MAX_MEMBERS = 20_000
MAX_UNPACKED = 2 * 1024 * 1024 * 1024  # bytes of one archive with all that is in it
MAX_DEPTH = 2  # archives inside archives
_IGNORED = ("__MACOSX", ".", "~$", "Thumbs.db", "desktop.ini")
_UTF8 = 0x800


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    name: str  # a.zip!/甲区/b.docx
    data: bytes


def is_archive(name: str, data: bytes) -> bool:
    """Whether the bytes are a zip that is no office file. A zip that cannot be opened is one if its name says so."""
    try:
        return content_suffix(name, data, suffix_of(name)) in ARCHIVES
    except UnreadableDocument:
        return suffix_of(name) in ARCHIVES


def members(name: str, data: bytes) -> Iterator[Member | Rejected]:
    """Files of the archive, and of archives in it down to two levels, in their own order.

    Members that are encrypted, too large, too highly compressed or named to leave the folder come as Rejected.
    Raises UnreadableDocument if the archive as a whole cannot be taken.
    """
    yield from _members(name, data, depth=1)


def _members(name: str, data: bytes, depth: int) -> Iterator[Member | Rejected]:
    archive = open_zip(name, data)
    entries = [entry for entry in archive.infolist() if not entry.is_dir()]
    if len(entries) > MAX_MEMBERS or sum(e.file_size for e in entries) > MAX_UNPACKED:
        raise UnreadableDocument(name, "压缩包内文件过多，或解压后超过 2 GB", "请拆成几个压缩包，或解压后放入文件夹")
    for entry in entries:
        path = _path(entry)
        if any(part.startswith(_IGNORED) and part not in {".", ".."} for part in path.split("/")):
            continue
        full = f"{name}!/{path.removeprefix('./')}"
        if reason := _refusal(entry, path):
            yield _rejected(full, reason)
        else:
            yield from _opened(full, archive, entry, depth)


def _opened(full: str, archive: zipfile.ZipFile, entry: zipfile.ZipInfo, depth: int) -> Iterator[Member | Rejected]:
    try:
        content = archive.read(entry)
    except (zipfile.BadZipFile, OSError, EOFError, NotImplementedError, RuntimeError, ValueError, zlib.error):
        yield _rejected(full, "压缩包中的这个文件已损坏，或压缩方式不支持")
        return
    if not is_archive(full, content):
        yield Member(name=full, data=content)
    elif depth >= MAX_DEPTH:
        yield _rejected(full, f"压缩包套了超过 {MAX_DEPTH} 层")
    else:
        try:
            yield from _members(full, content, depth + 1)
        except UnreadableDocument as error:
            yield Rejected(source=full, location=None, reason=error.reason, remedy=error.remedy)


def _path(entry: zipfile.ZipInfo) -> str:
    """The name as its author saw it: without the UTF-8 flag, Chinese archivers write GBK and macOS writes UTF-8."""
    if entry.flag_bits & _UTF8:
        return entry.filename.replace("\\", "/")
    raw = entry.orig_filename.encode("cp437", "replace")
    for encoding in ("utf-8", "gb18030"):
        try:
            return raw.decode(encoding).replace("\\", "/")
        except UnicodeDecodeError:
            continue
    return entry.filename


def _refusal(entry: zipfile.ZipInfo, path: str) -> str | None:
    if path.startswith("/") or ".." in path.split("/") or path[1:2] == ":":
        return "文件名指向压缩包之外的目录，可能有害"
    if entry.flag_bits & 1:
        return "文件有密码"
    if entry.file_size > MAX_BYTES:
        return "解压后超过 200 MB"
    if entry.file_size > 1_000_000 and entry.file_size > MAX_RATIO * max(entry.compress_size, 1):
        return "压缩比异常，可能是压缩炸弹"
    return None


def _rejected(source: str, reason: str) -> Rejected:
    return Rejected(source=source, location=None, reason=reason, remedy="请单独取出这个文件，确认来源后重新放入")
