"""Texts that no cache holds, cut into partitions, computed by the chosen executor, and put together again."""

from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from itertools import islice
from pathlib import Path
from typing import NamedTuple, TypeVar

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
ROUNDS = 3  # through the executor, when others clear the store away meanwhile; then result() computes what is missing


class Part(NamedTuple):
    items: Sequence[Item]
    job: Job


def extracted(texts: Sequence[Text], settings: Settings, folder: Path) -> Iterator[TermMention]:
    """(key, text) -> mentions by key, then place, a partition at a time. `folder`: the cache's, below which partitions lie while
    they are computed."""
    if at_once(texts, settings):
        yield from extractor_of(settings, load_lexicon(LEXICONS)).extract(texts)
        return
    with partitioned("terms", parts_of(texts, settings), settings, folder) as parts:
        for part in parts:
            yield from result(part, read_mentions, folder)


def understood(texts: Sequence[Text], settings: Settings, folder: Path) -> Iterator[Understood]:
    """(key, title and text as one) -> what the demand says, under the key, in the order of the texts."""
    if at_once(texts, settings):
        words = vocabulary_of_demands()
        for done, (key, text) in enumerate(texts, 1):
            yield understand(key, *as_two(text), vocabulary=words)
            display.advance(done)
        return
    with partitioned("understand", parts_of(texts, settings), settings, folder) as parts:
        for part in parts:
            yield from result(part, read_understood, folder)


def encoded(texts: Sequence[str], settings: Settings, folder: Path) -> Iterator[Vectors]:
    """A row for each of the distinct texts, in their order, a partition at a time."""
    if at_once(texts, settings):
        yield from encoder_of(settings, display.advance).encode(texts)
        return
    keys = [text_key(text) for text in texts]
    with partitioned("embed", parts_of(list(zip(keys, texts, strict=True)), settings), settings, folder) as parts:
        remaining = iter(keys)
        for part in parts:
            rows = result(part, read_vectors, folder)
            yield from (rows[key] for key in islice(remaining, len(rows)))


def at_once(texts: Sequence[object], settings: Settings) -> bool:
    """Whether no partition is worth its file."""
    return not texts or (settings.scale.executor == "serial" and len(texts) <= settings.scale.partition)


def parts_of(texts: Sequence[Text], settings: Settings) -> Iterator[list[Item]]:
    size = settings.scale.partition
    return (items_of(texts[begin : begin + size]) for begin in range(0, len(texts), size))


@contextmanager
def partitioned(stage: Stage, parts: Iterable[Sequence[Item]], settings: Settings, folder: Path, executor: Executor | None = None, wave: int = 0) -> Iterator[list[Part]]:
    """The parts, all done. Their files go when the caller has read them; after a fault they stay, and the next run begins there.

    A given executor is left open and the display alone: other stages' items are not what it counts. `wave`: where several stand at once,
    each needs files of its own, or the first to end would take away what another is still to read.
    """
    home, parameters, done = settings.scale.store or str(folder / PARTITIONS), parameters_of(stage, settings), dict[str, int]()
    made = [Part(items, job_of(items, home, parameters, wave)) for items in parts]
    jobs = [part.job for part in made]

    def report(row: PartitionRow) -> None:
        done[row.destination] = row.rows
        display.advance(sum(done.values()))

    for _ in range(ROUNDS):
        for part in made:
            places.write(source_bytes(part.items), part.job.source)
        with suppress(FileNotFoundError):  # a host that computed the same in the same store was done first, and cleared away
            if executor:
                executor.run(jobs, lambda row: None)
            else:
                ordered(jobs, executor_of(settings.scale), report)
            break
    yield made  # no `finally`: what is done must outlive a fault here or in the caller; flows.cache and the store's sweep clear it away later
    for job in jobs:
        clear(job)
    if settings.scale.store:
        places.sweep(home, now=datetime.now(UTC))


def job_of(items: Sequence[Item], home: str, parameters: Parameters, wave: int = 0) -> Job:
    """Named by what is computed and what with: the same partition is the same files."""
    name = f"{parameters.stage}-{wave}-{sha256(parameters.stamp.encode() + source_bytes(items))[:16]}"
    return Job(source=places.join(home, f"{name}.source"), destination=places.join(home, f"{name}.result"), parameters=parameters)


def clear(job: Job) -> None:
    for place in (job.source, row_of(job.destination), job.destination):
        places.remove(place)


def result(part: Part, reader: Callable[[str], T], folder: Path) -> T:
    """What the executor left; where it was lost or altered since, computed here once more, in a place that no other host clears."""
    job, source = part.job, source_bytes(part.items)
    with suppress(FileNotFoundError):
        if standing(job.destination, source, job.parameters):
            return reader(job.destination)
    own = job_of(part.items, str(folder / PARTITIONS), job.parameters)
    places.write(source, own.source)
    process_partition(own.source, own.destination, own.parameters)
    found = reader(own.destination)
    if own != job:
        clear(own)
    return found
