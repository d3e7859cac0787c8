"""Real partitions for tests: texts of one's own through the quick extractor and the static encoder, both committed."""

from dataclasses import replace
from pathlib import Path
from typing import Any

from flows import places
from flows.cache import text_key
from flows.encoder_engine import trial_texts
from flows.partitions import Job, parameters_of, sha256
from flows.settings import Settings, read
from flows.stages import Stage, Text, items_of, source_bytes


def quick(**scale: Any) -> Settings:
    chosen = read()
    return replace(chosen, encoder=replace(chosen.encoder, name="static-zh"), terms=replace(chosen.terms, tier="fast"), scale=replace(chosen.scale, **scale))


def texts(n: int) -> list[tuple[str, str]]:
    sentences = trial_texts()
    made = [f"{sentences[i % len(sentences)]}第{i}批样品。" for i in range(n)]
    return sorted((text_key(text), text) for text in made)


def write_texts(some: list[Text], place: str) -> None:
    places.write(source_bytes(items_of(some)), place)


def jobs(folder: Path, *, n: int, size: int, stages: tuple[Stage, ...] = ("terms", "embed")) -> list[Job]:
    found, every = [], texts(n)
    for stage in stages:
        parameters = parameters_of(stage, quick())
        for begin in range(0, n, size):
            source = str(folder / f"{stage}-{begin}.texts")
            write_texts(every[begin : begin + size], source)
            found.append(Job(source=source, destination=str(folder / f"{stage}-{begin}.result"), parameters=parameters))
    return found


def hashes(of: list[Job]) -> list[str]:
    return [sha256(Path(job.destination).read_bytes()) for job in of]
