"""Large inboxes read by the executor's workers, a wave of files at a time; the answers come in the order of the files.

A wave is read while the one before it is parsed. In memory are the files of at most three waves, on the disk their partitions.
"""

from collections.abc import Iterable, Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from itertools import count
from pathlib import Path
from typing import Generic

from flows.executors import executor_of
from flows.inbox import InboxFile
from flows.reading import Q, Question, Readers, is_asked
from flows.sandbox import RECOGNISED, document_of
from flows.scattering import Part, partitioned, result
from flows.settings import ScaleSettings, Settings, available_cores
from flows.stages import Item, read_answers
from nlp.errors import InvalidSetting, UnreadableDocument
from nlp.readers.document import suffix_of
from nlp.records import Document

__all__ = ["ScatteredReaders", "pays", "readers_of"]

_MB = 1024 * 1024
PART = 8 * _MB  # of the files of one partition, unless one alone is larger: seconds of work, some tens of MB of answers
SCANS = 4  # in a partition of scans, for a page takes seconds however small it is
LARGEST_WAVE = 16 * PART


def readers_of(files: Sequence[InboxFile], settings: Settings, folder: Path) -> Readers:
    """Sandboxes of this machine, or of the executor's workers where that pays."""
    workers = settings.reading.workers or available_cores()
    return ScatteredReaders(workers, settings, folder) if pays(files, settings.scale) else Readers(workers)


def pays(files: Sequence[InboxFile], scale: ScaleSettings) -> bool:
    """Whether workers read sooner: those of other machines do, from some size on. On this machine `Readers` are several processes already."""
    elsewhere = scale.executor == "dask" and bool(scale.address)
    return elsewhere and sum(weight(file.name, file.path.stat().st_size) for file in files if file.path.is_file()) > scale.read_mb * _MB


@dataclass(frozen=True, slots=True, kw_only=True)
class Wave(Generic[Q]):
    """Questions with the parts that answer them; `held` removes the partitions."""

    questions: list[Q]
    parts: list[Part]
    held: ExitStack


class ScatteredReaders(Readers):
    """`folder`: the cache's. What is not cut, a large file that is no list of patents, is read here."""

    def __init__(self, workers: int, settings: Settings, folder: Path) -> None:
        super().__init__(workers)
        self._settings, self._folder = settings, folder
        self._executor = executor_of(settings.scale)
        self._waves = count()
        self._beside = ThreadPoolExecutor(1, thread_name_prefix="waves")

    def __exit__(self, *error: object) -> None:
        self._beside.shutdown(cancel_futures=True)
        self._executor.close()
        super().__exit__(*error)

    def in_order(self, questions: Iterable[Q]) -> Iterator[tuple[Q, Future[Document]]]:
        size = min(2 * PART * (self._settings.scale.workers or available_cores()), LARGEST_WAVE)
        coming: Future[Wave[Q]] | None = None
        for some in by_weight(questions, size):
            asked = self._beside.submit(self._read_wave, some)
            if coming:
                yield from used(coming, self._folder)
            coming = asked
        if coming:
            yield from used(coming, self._folder)

    def _read_wave(self, questions: list[Q]) -> Wave[Q]:
        parts = ([item_of(q) for q in part] for part in by_weight(filter(is_asked, questions), PART))
        with ExitStack() as opened:
            made = opened.enter_context(partitioned("read", parts, self._settings, self._folder, self._executor, next(self._waves)))
            return Wave(questions=questions, parts=made, held=opened.pop_all())


def item_of(question: Question) -> Item:
    return question.name, question.data


def by_weight(questions: Iterable[Q], size: int) -> Iterator[list[Q]]:
    """Stretches of the questions that weigh `size` with their last."""
    some, held = list[Q](), 0
    for question in questions:
        some.append(question)
        held += weight(question.name, len(question.data))
        if held >= size:
            yield some
            some, held = [], 0
    if some:
        yield some


def weight(name: str, size: int) -> int:
    """In bytes; what may hold scans weighs as much as its time does."""
    return max(size, PART // SCANS if suffix_of(name) in RECOGNISED else 0)


def used(coming: "Future[Wave[Q]]", folder: Path) -> Iterator[tuple[Q, Future[Document]]]:
    with stored():
        wave = coming.result()
    answers = each_answer(wave.parts, folder)
    with wave.held:
        for question in wave.questions:
            yield question, told(question.name, next(answers)) if is_asked(question) else Future()


def each_answer(parts: Iterable[Part], folder: Path) -> Iterator[bytes]:
    for part in parts:
        with stored():
            answers = result(part, read_answers, folder)
        yield from answers


def told(name: str, answer: bytes) -> Future[Document]:
    done = Future[Document]()
    try:
        done.set_result(document_of(name, answer))
    except UnreadableDocument as error:
        done.set_exception(error)
    return done


@contextmanager
def stored() -> Iterator[None]:
    """A store that fails is no fault of the file that is being read: it must not be set aside for it."""
    try:
        yield
    except OSError as error:
        raise InvalidSetting("scale.store", f"分片读写或连接集群失败（{error.strerror or error}）", "请检查磁盘空间、权限与网络后重新运行") from error
