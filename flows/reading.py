"""Several sandboxes at work at once; their answers come in the order of the questions, so nothing depends on who was faster."""

import threading
from collections import deque
from collections.abc import Iterable, Iterator
from concurrent.futures import Future, ThreadPoolExecutor
from typing import Protocol, Self, TypeVar

from flows.inbox import Received
from flows.sandbox import Sandbox
from nlp.errors import UnreadableDocument
from nlp.readers.blocks import cut, numbered
from nlp.readers.sniff import MAX_BYTES
from nlp.records import Document

__all__ = ["Q", "Question", "Readers", "is_asked"]

_AHEAD = 64 * 1024 * 1024  # bytes that wait to be read or used


class Question(Protocol):
    @property
    def name(self) -> str: ...
    @property
    def data(self) -> bytes: ...


Q = TypeVar("Q", bound=Question)


class Readers:
    """Use as a context manager. While one document is parsed, the next ones are being read."""

    def __init__(self, workers: int) -> None:
        self._workers = workers
        self._pool = ThreadPoolExecutor(workers, thread_name_prefix="read")
        self._own = threading.local()
        self._opened: list[Sandbox] = []

    def __enter__(self) -> Self:
        return self

    def __exit__(self, *_: object) -> None:
        self._pool.shutdown(cancel_futures=True)
        for sandbox in self._opened:
            sandbox.close()

    def answers(self, items: Iterable[Received]) -> Iterator[tuple[Received, Future[Document]]]:
        """Each item with its document to come. Of an item that is refused or read in parts, nothing is to be asked."""
        yield from self.in_order(items)

    def parts(self, item: Received) -> Iterator[Document]:
        """The documents of a large export, with the row numbers of the whole. Raises UnreadableDocument, also for a disk that fails."""
        if item.path is None:
            raise ValueError("only a file that lies in the inbox is read in parts")
        try:
            with item.path.open("rb") as source:
                yield from numbered((part, _result(answer)) for part, answer in self.in_order(cut(item.name, source)))
        except OSError as error:
            raise UnreadableDocument(item.name, f"文件读不出来（{error.strerror}）", "请检查文件权限与磁盘后重新放入") from error

    def whole(self, item: Received) -> Document:
        """A large export that is no list of patents, as any other file. Raises UnreadableDocument over 200 MB."""
        if item.path is None or item.size > MAX_BYTES:
            raise UnreadableDocument(item.name, "文件超过 200 MB，只有带表头的专利列表可以更大", "请拆成几个较小的文件后重新放入")
        return self._pool.submit(self._read, item.name, item.path.read_bytes()).result()

    def in_order(self, questions: Iterable[Q]) -> Iterator[tuple[Q, Future[Document]]]:
        waiting: deque[tuple[Q, Future[Document]]] = deque()
        size = 0
        for question in questions:
            waiting.append((question, self._asked(question)))
            size += len(question.data)
            while len(waiting) > self._workers or (size > _AHEAD and len(waiting) > 1):
                done = waiting.popleft()
                size -= len(done[0].data)
                yield done
        while waiting:
            yield waiting.popleft()

    def _asked(self, question: Question) -> Future[Document]:
        return self._pool.submit(self._read, question.name, question.data) if is_asked(question) else Future()

    def _read(self, name: str, data: bytes) -> Document:
        sandbox: Sandbox | None = getattr(self._own, "sandbox", None)
        if sandbox is None:
            sandbox = self._own.sandbox = Sandbox()
            self._opened.append(sandbox)
        return sandbox.read(name, data)


def is_asked(question: Question) -> bool:
    return not (isinstance(question, Received) and (question.refused or question.path))


def _result(answer: Future[Document]) -> Document | UnreadableDocument:
    try:
        return answer.result()
    except UnreadableDocument as error:
        return error
