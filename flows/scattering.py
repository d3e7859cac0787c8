"""Texts that no cache holds, cut into partitions, computed by the chosen executor, and put together again."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import TypeVar

from flows import places
from flows.cache import text_key
from flows.executors import Executor, executor_of, ordered
from flows.loaded import LEXICONS, encoder_of, extractor_of, vocabulary_of_demands
from flows.partitions import Job, PartitionRow, parameters_of, process_partition, row_of, sha256, standing
from flows.progress import display
from flows.settings import Settings
from flows.stages import (
    Item,
    Parameters,
    Stage,
    Text,
    items_of,
    read_mentions,
    read_understood,
    read_vectors,
    source_bytes,
)
from nlp.embed import Vectors
from nlp.records import TermMention, Understood
from nlp.terms import load_lexicon
from nlp.understand.demand import as_two, understand

__all__ = ["PARTITIONS", "encoded", "extracted", "partitioned", "parts_of", "understood"]

T = TypeVar("T")
PARTITIONS = "partitions"  # folder below the cache's


def extracted(texts: Sequence[Text], settings: Settings, folder: Path) -> Iterator[TermMention]:
    """(key, text) -> mentions by key, then place, a partition at a time. `folder`: the cache's, below which partitions lie while
    they are computed."""
    if at_once(texts, settings):
        yield from extractor_of(settings, load_lexicon(LEXICONS)).extract(texts)
        return
    with partitioned("terms", parts_of(texts, settings), settings, folder) as jobs:
        for job in jobs:
            yield from result(job, read_mentions)


def understood(texts: Sequence[Text], settings: Settings, folder: Path) -> Iterator[Understood]:
    """(key, title and text as one) -> what the demand says, under the key, in the order of the texts."""
    if at_once(texts, settings):
        words = vocabulary_of_demands()
        for done, (key, text) in enumerate(texts, 1):
            yield understand(key, *as_two(text), vocabulary=words)
            display.advance(done)
        return
    with partitioned("understand", parts_of(texts, settings), settings, folder) as jobs:
        for job in jobs:
            yield from result(job, read_understood)


def encoded(texts: Sequence[str], settings: Settings, folder: Path) -> Iterator[Vectors]:
    """A row for each of the distinct texts, in their order, a partition at a time."""
    if at_once(texts, settings):
        yield from encoder_of(settings, display.advance).encode(texts)
        return
    keys = [text_key(text) for text in texts]
    with partitioned("embed", parts_of(list(zip(keys, texts, strict=True)), settings), settings, folder) as jobs:
        remaining = iter(keys)
        for job in jobs:
            rows = result(job, read_vectors)
            yield from (rows[key] for key in islice(remaining, len(rows)))


def at_once(texts: Sequence[object], settings: Settings) -> bool:
    """Whether no partition is worth its file."""
    return not texts or (settings.scale.executor == "serial" and len(texts) <= settings.scale.partition)


def parts_of(texts: Sequence[Text], settings: Settings) -> Iterator[list[Item]]:
    size = settings.scale.partition
    return (items_of(texts[begin : begin + size]) for begin in range(0, len(texts), size))


@contextmanager
def partitioned(stage: Stage, parts: Iterable[Sequence[Item]], settings: Settings, folder: Path, executor: Executor | None = None, wave: int = 0) -> Iterator[list[Job]]:
    """The jobs, all done. Their files go when the caller has read them; after a fault they stay, and the next run begins there.

    A given executor is left open and the display alone: other stages' items are not what it counts. `wave`: where several stand at once,
    each needs files of its own, or the first to end would take away what another is still to read.
    """
    home, parameters = settings.scale.store or str(folder / PARTITIONS), parameters_of(stage, settings)
    jobs = [written(part, home, parameters, wave) for part in parts]
    done = 0

    def report(row: PartitionRow) -> None:
        nonlocal done
        done += row.rows
        display.advance(done)

    if executor:
        executor.run(jobs, lambda row: None)
    else:
        ordered(jobs, executor_of(settings.scale), report)
    yield jobs
    for job in jobs:
        for place in (job.source, row_of(job.destination), job.destination):
            places.remove(place)
    if settings.scale.store:
        places.sweep(home, now=datetime.now(UTC))


def written(part: Sequence[Item], home: str, parameters: Parameters, wave: int) -> Job:
    """The job of a part whose source is written, named by it and by what it is computed with: the same partition is the same files."""
    source = source_bytes(part)
    name = f"{parameters.stage}-{wave}-{sha256(parameters.stamp.encode() + source)[:16]}"
    job = Job(source=places.join(home, f"{name}.source"), destination=places.join(home, f"{name}.result"), parameters=parameters)
    places.write(source, job.source)
    return job


def result(job: Job, reader: Callable[[str], T]) -> T:
    """What the executor left, computed here again if it was lost or altered since."""
    if standing(job.destination, places.read(job.source), job.parameters) is None:
        process_partition(job.source, job.destination, job.parameters)
    return reader(job.destination)
