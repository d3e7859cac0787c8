"""Readers in a process of their own, which may die: limits on memory, processor time and wall time.

One worker serves a whole batch; a file that kills it or outlives its time becomes UnreadableDocument, and the next file
gets a fresh worker. What comes back is JSON, never pickle: a worker that a hostile file has taken over can say nothing
but text.
"""

import contextlib
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import threading
import time
from base64 import b64decode
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any, Self

from flows.settings import ROOT
from nlp.errors import UnreadableDocument
from nlp.readers.document import suffix_of
from nlp.readers.sniff import CONVERTED, MAX_BYTES, content_suffix
from nlp.records import Block, Crop, Document, Merge, Rejected, Table

__all__ = ["RECOGNISED", "Limits", "Sandbox", "document_of", "refusal_of", "sweep_folders"]

RECOGNISED = frozenset({".pdf", ".png", ".jpg", ".jpeg", ".gif", ".bmp", ".tif", ".tiff"})  # may hold scans: seconds a page

_HEAD = 8  # bytes of a message's length
_PREFIX = "luxiantu-read-"
_LEFT_FOR = 3600  # seconds
_REMEDY = "请在 Office 或 WPS 中重新打开并另存后放入；如仍不行，请联系维护人员并附上该文件"


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """What one file may take. Memory is the worker's address space and holds on POSIX; the time holds everywhere."""

    seconds: float = 30
    conversion_seconds: float = 120  # for what LibreOffice converts first, and for pages that are recognised
    memory_mb: int = 2048


class Sandbox:
    """Reads files in a worker process. Use as a context manager; not safe for several threads."""

    def __init__(self, limits: Limits | None = None) -> None:
        self._limits = limits or Limits()
        self._worker: subprocess.Popen[bytes] | None = None
        self._folder: tempfile.TemporaryDirectory[str] | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Ends the worker and removes what conversions left."""
        if self._worker is not None:
            _kill(self._worker)
            self._worker = None
        if self._folder is not None:
            self._folder.cleanup()
            self._folder = None

    def read(self, name: str, data: bytes) -> Document:
        """nlp.readers.read in the worker. Raises UnreadableDocument, also when the worker dies or takes too long."""
        return document_of(name, self.ask(name, data))

    def ask(self, name: str, data: bytes) -> bytes:
        """The worker's answer as it came, for `document_of`. Raises UnreadableDocument where there is none."""
        if len(data) > MAX_BYTES:
            raise UnreadableDocument(name, "文件超过 200 MB", "请拆分，或去掉其中的图片后重新放入")
        worker = self._started()
        allowed = self._seconds(name, data)
        late = threading.Event()

        def stop() -> None:
            late.set()
            _signal(worker)

        watch = threading.Timer(allowed, stop)
        watch.start()
        try:
            _send(_pipe(worker.stdin), name.encode(), data)
            answer = _receive(_pipe(worker.stdout))
        except (OSError, EOFError):
            answer = None
        finally:
            watch.cancel()
        if answer is None:
            self._worker = None
            _kill(worker)
            reason = f"{allowed:g} 秒内没有读完" if late.is_set() else "读取时进程异常退出或超出内存、处理器时间上限"
            raise UnreadableDocument(name, reason, _REMEDY)
        return answer

    def _seconds(self, name: str, data: bytes) -> float:
        try:
            suffix = content_suffix(name, data, suffix_of(name))
        except UnreadableDocument:
            return self._limits.seconds
        return self._limits.conversion_seconds if suffix in CONVERTED or suffix in RECOGNISED else self._limits.seconds

    def _started(self) -> subprocess.Popen[bytes]:
        if self._worker is None or self._worker.poll() is not None:
            self._folder = self._folder or tempfile.TemporaryDirectory(prefix=f"{_PREFIX}{os.getpid()}-")
            limits = json.dumps(asdict(self._limits))
            path = os.pathsep.join(filter(None, (str(ROOT), os.environ.get("PYTHONPATH"))))
            environment = {**os.environ, "PYTHONPATH": path, "OMP_NUM_THREADS": "1"}
            self._worker = subprocess.Popen(  # noqa: S603 (our own interpreter and module)
                [sys.executable, "-m", "flows.reading_worker", limits, self._folder.name],
                stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                env=environment, start_new_session=True,
            )  # fmt: skip
        return self._worker


def sweep_folders(root: Path | None = None) -> int:
    """Remove what killed runs left of conversions, for it holds parts of submissions; how many. A folder of a process that lives stays.

    The name tells the process, the age protects those of a container that has other numbers. Nothing on Windows, where asking
    for a process by number is not to be had from the standard library.
    """
    gone = 0
    for folder in (root or Path(tempfile.gettempdir())).glob(f"{_PREFIX}*-*") if os.name == "posix" else ():
        number = folder.name.removeprefix(_PREFIX).partition("-")[0]
        with contextlib.suppress(OSError):
            left = folder.lstat()
            if number.isdigit() and left.st_uid == os.getuid() and time.time() - left.st_mtime > _LEFT_FOR and not _lives(int(number)):
                shutil.rmtree(folder)
                gone += 1
    return gone


def _lives(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:  # of somebody else
        return True
    return True


def _signal(worker: subprocess.Popen[bytes]) -> None:
    """Stops the worker and whatever it started (LibreOffice)."""
    if hasattr(os, "killpg"):
        try:
            os.killpg(worker.pid, signal.SIGKILL)
        except (ProcessLookupError, PermissionError):
            worker.kill()
    else:
        worker.kill()


def _kill(worker: subprocess.Popen[bytes]) -> None:
    _signal(worker)
    worker.wait()
    for pipe in (worker.stdin, worker.stdout):
        if pipe is not None:
            with contextlib.suppress(OSError):
                pipe.close()


def _pipe(pipe: IO[bytes] | None) -> IO[bytes]:
    if pipe is None:
        raise EOFError
    return pipe


def _send(pipe: IO[bytes], *parts: bytes) -> None:
    for part in parts:
        pipe.write(len(part).to_bytes(_HEAD, "big"))
        pipe.write(part)
    pipe.flush()


def _receive(pipe: IO[bytes]) -> bytes:
    """One message. Raises EOFError at the end of the pipe."""
    head = pipe.read(_HEAD)
    if len(head) < _HEAD:
        raise EOFError
    size = int.from_bytes(head, "big")
    body = pipe.read(size)
    if len(body) < size:
        raise EOFError
    return body


def refusal_of(error: UnreadableDocument) -> bytes:
    """The answer from which `document_of` raises it again."""
    return json.dumps({"error": {"reason": error.reason, "remedy": error.remedy}}, ensure_ascii=False).encode("utf-8", "surrogatepass")


def document_of(name: str, answer: bytes) -> Document:
    """Raises UnreadableDocument for a refusal, and for what no reader of ours says: nobody vouches for a worker that read a hostile file."""
    try:
        return _document(name, json.loads(answer))
    except (ValueError, KeyError, TypeError, AttributeError, RecursionError) as error:
        raise UnreadableDocument(name, "读取进程的答复不完整", _REMEDY) from error


def _document(name: str, answer: Mapping[str, Any]) -> Document:
    if "error" in answer:
        raise UnreadableDocument(name, answer["error"]["reason"], answer["error"]["remedy"])
    found = answer["document"]
    return Document(
        name=found["name"],
        sha256=found["sha256"],
        suffix=found["suffix"],
        title=found["title"],
        blocks=tuple(Block(**block) for block in found["blocks"]),
        tables=tuple(_table(table) for table in found["tables"]),
        warnings=tuple(found["warnings"]),
        rejected=tuple(Rejected(**rejected) for rejected in found["rejected"]),
        crops=tuple(Crop(**{**crop, "png": b64decode(crop["png"])}) for crop in found["crops"]),
    )


def _table(found: Mapping[str, Any]) -> Table:
    merges = tuple(Merge(**merge) for merge in found["merges"])
    return Table(**{**found, "rows": tuple(map(tuple, found["rows"])), "merges": merges})
