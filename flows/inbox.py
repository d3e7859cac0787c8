"""What lies in the inboxes, one file or archive member at a time."""

import hashlib
import os
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from flows.store import digest
from nlp.errors import EmptyCorpus, LuxiantuError, UnreadableDocument
from nlp.readers import archive
from nlp.readers.blocks import CUTTABLE
from nlp.readers.document import suffix_of
from nlp.readers.sniff import MAX_BYTES, content_suffix
from nlp.records import Rejected

__all__ = ["InboxFile", "Received", "find_files", "received", "refusal"]

SKIPPED = (".", "~$")  # hidden files and Word's lock files
_MB = 1024 * 1024
_HEAD = 64 * 1024  # bytes that tell what a large file is


@dataclass(frozen=True, slots=True, kw_only=True)
class InboxFile:
    path: Path
    name: str  # below the inbox's parent, with /


@dataclass(frozen=True, slots=True, kw_only=True)
class Received:
    """One file of the inbox, or one member of an archive in it; `refused` if it cannot even be opened.

    A large export has its `path` instead of its data, to be read in parts.
    """

    name: str
    data: bytes
    refused: Rejected | None = None
    path: Path | None = None

    @property
    def sha256(self) -> str:
        return digest(self.path) if self.path else hashlib.sha256(self.data).hexdigest()

    @property
    def size(self) -> int:
        return self.path.stat().st_size if self.path else len(self.data)


def find_files(inboxes: Sequence[Path]) -> list[InboxFile]:
    """Files of every inbox in a fixed order; raises EmptyCorpus naming an inbox that is not there."""
    found = []
    for inbox in inboxes:
        if not inbox.exists():
            raise EmptyCorpus(str(inbox), "没有这个文件或目录", "请检查路径；不写路径时使用 corpora/sample/ 与 corpora/inbox/")
        base = inbox.resolve().parent
        paths = sorted(p for p in inbox.resolve().rglob("*") if p.is_file()) if inbox.is_dir() else [inbox.resolve()]
        names = [InboxFile(path=p, name="/".join(map(readable, p.relative_to(base).parts))) for p in paths]
        found += [f for f in names if not any(part.startswith(SKIPPED) for part in Path(f.name).parts)]
    return found


def readable(part: str) -> str:
    """A part of a path; where it is no UTF-8, as archives packed on Windows leave it when unpacked elsewhere, read as GB18030."""
    data = os.fsencode(part)
    for encoding in ("utf-8", "gb18030"):
        try:
            return data.decode(encoding)
        except UnicodeDecodeError:
            continue
    return data.decode("utf-8", "replace")


def received(file: InboxFile, *, whole_mb: int = MAX_BYTES // _MB, largest_mb: int = MAX_BYTES // _MB) -> Iterator[Received]:
    """The file, or, of an archive, its members one at a time; a csv, tsv or jsonl over `whole_mb` by its path.

    Nothing larger than its limit is read: 200 MB, for what can be cut `largest_mb`. What the disk does not give is refused.
    """
    try:
        yield from _received(file, whole_mb * _MB, largest_mb * _MB)
    except OSError as error:
        unread = UnreadableDocument(file.name, f"文件读不出来（{error.strerror or type(error).__name__}）", "请检查文件权限与磁盘后重新放入")
        yield Received(name=file.name, data=b"", refused=refusal(file.name, unread))


def _received(file: InboxFile, whole: int, largest: int) -> Iterator[Received]:
    size = file.path.stat().st_size
    cuttable = size > whole and _is_cuttable(file)
    if size > (largest if cuttable else MAX_BYTES):
        remedy = "请拆分，或在 flows/settings.toml 调大 reading.largest_mb" if cuttable else "请拆分，或解压后放入文件夹"
        refused = refusal(file.name, UnreadableDocument(file.name, f"文件超过 {(largest if cuttable else MAX_BYTES) // _MB} MB", remedy))
        yield Received(name=file.name, data=b"", path=file.path, refused=refused)
        return
    if cuttable:
        yield Received(name=file.name, data=b"", path=file.path)
        return
    data = file.path.read_bytes()
    if not archive.is_archive(file.name, data):
        yield Received(name=file.name, data=data)
        return
    try:
        for member in archive.members(file.name, data):
            if isinstance(member, Rejected):
                yield Received(name=member.source, data=b"", refused=member)
            else:
                yield Received(name=member.name, data=member.data)
    except UnreadableDocument as error:
        yield Received(name=file.name, data=data, refused=refusal(file.name, error))


def _is_cuttable(file: InboxFile) -> bool:
    suffix = suffix_of(file.name)
    if suffix not in CUTTABLE:
        return False
    with file.path.open("rb") as source:
        head = source.read(_HEAD)
    try:
        return content_suffix(file.name, head, suffix) == suffix
    except UnreadableDocument:
        return False


def refusal(name: str, error: LuxiantuError) -> Rejected:
    return Rejected(source=name, location=None, reason=error.reason, remedy=error.remedy)
