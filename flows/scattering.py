"""Texts that no cache holds, cut into partitions, computed by the chosen executor, and put together again."""

import hashlib
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import TypeVar

from flows import places
from flows.cache import text_key
from flows.executors import executor_of, ordered
from flows.loaded import LEXICONS, encoder_of, extractor_of
from flows.partitions import (
    Job,
    Parameters,
    PartitionRow,
    Stage,
    Text,
    parameters_of,
    process_partition,
    read_mentions,
    read_vectors,
    row_of,
    standing,
    write_source,
)
from flows.progress import display
from flows.settings import Settings
from nlp.embed import Vectors
from nlp.records import TermMention
from nlp.terms import load_lexicon

__all__ = ["PARTITIONS", "encoded", "extracted", "partitioned"]

T = TypeVar("T")
PARTITIONS = "partitions"  # folder below the cache's


def extracted(texts: Sequence[Text], settings: Settings, folder: Path) -> Iterator[TermMention]:
    """(key, text) -> mentions by key, then place, a partition at a time. `folder`: the cache's, below which partitions lie while
    they are computed."""
    if at_once(texts, settings):
        yield from extractor_of(settings, load_lexicon(LEXICONS)).extract(texts)
        return
    with partitioned("terms", texts, settings, folder) as jobs:
        for job in jobs:
            yield from result(job, read_mentions)


def encoded(texts: Sequence[str], settings: Settings, folder: Path) -> Iterator[Vectors]:
    """A row for each of the distinct texts, in their order, a partition at a time."""
    if at_once(texts, settings):
        yield from encoder_of(settings, display.advance).encode(texts)
        return
    keys = [text_key(text) for text in texts]
    with partitioned("embed", list(zip(keys, texts, strict=True)), settings, folder) as jobs:
        remaining = iter(keys)
        for job in jobs:
            rows = result(job, read_vectors)
            yield from (rows[key] for key in islice(remaining, len(rows)))


def at_once(texts: Sequence[object], settings: Settings) -> bool:
    """Whether no partition is worth its file."""
    return not texts or (settings.scale.executor == "serial" and len(texts) <= settings.scale.partition)


@contextmanager
def partitioned(stage: Stage, texts: Sequence[Text], settings: Settings, folder: Path) -> Iterator[list[Job]]:
    """The jobs, all done. Their files go when the caller has read them; after a fault they stay, and the next run begins there."""
    home, parameters, size = settings.scale.store or str(folder / PARTITIONS), parameters_of(stage, settings), settings.scale.partition
    parts = [texts[begin : begin + size] for begin in range(0, len(texts), size)]
    jobs = [job_of(part, home, parameters) for part in parts]
    for job, part in zip(jobs, parts, strict=True):
        write_source(part, job.source)
    done = 0

    def report(row: PartitionRow) -> None:
        nonlocal done
        done += row.rows
        display.advance(done)

    ordered(jobs, executor_of(settings.scale), report)
    yield jobs
    for job in jobs:
        for place in (job.source, row_of(job.destination), job.destination):
            places.remove(place)
    if settings.scale.store:
        places.sweep(home, now=datetime.now(UTC))


def job_of(part: Sequence[Text], home: str, parameters: Parameters) -> Job:
    """Named by its texts and by what they are computed with: the same partition is the same files."""
    total = hashlib.sha256("\n".join([parameters.stamp, *(key for key, _ in part)]).encode())
    name = f"{parameters.stage}-{total.hexdigest()[:16]}"
    return Job(source=places.join(home, f"{name}.texts"), destination=places.join(home, f"{name}.result"), parameters=parameters)


def result(job: Job, reader: Callable[[str], T]) -> T:
    """What the executor left, computed here again if it was lost or altered since."""
    if standing(job.destination, places.read(job.source), job.parameters) is None:
        process_partition(job.source, job.destination, job.parameters)
    return reader(job.destination)
