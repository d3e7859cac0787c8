"""The file of a run's sentence vectors: written whole, read some rows at a time, for of millions it is the largest."""

from collections.abc import Collection, Iterable, Iterator, Sequence
from pathlib import Path
from typing import TypeVar

import numpy as np

from flows.arrays import blocks, write_arrays
from flows.store import Artefact
from nlp.embed import Vectors
from nlp.records import UnitHead
from nlp.topics.space import BLOCK

__all__ = ["beside", "clustered_ids", "encoder_name", "vector_blocks", "write_vectors"]

U = TypeVar("U", bound=UnitHead)


def write_vectors(ids: Sequence[str], vectors: Vectors, encoder: str, path: Path, *, clustered: Collection[str] | None = None) -> Artefact:
    """`clustered`: ids of the units that go into topics; None means all."""
    marks = [clustered is None or i in clustered for i in ids]
    return write_arrays({"ids": np.array(ids, dtype=str), "vectors": vectors.astype(np.float32, order="C", copy=False), "model": np.array(encoder),
                         "clustered": np.array(marks, dtype=bool)}, path)


def encoder_name(source: Artefact) -> str:
    """Who made the vectors of a file."""
    with np.load(source.path, allow_pickle=False) as file:
        return str(file["model"])


def clustered_ids(source: Artefact) -> list[str]:
    """Of the units that go into topics, in the order of the file."""
    with np.load(source.path, allow_pickle=False) as file:
        ids: list[str] = file["ids"][file["clustered"]].tolist()
    return ids


def vector_blocks(source: Artefact) -> Iterator[Vectors]:
    """[at most BLOCK, d] rows of `clustered_ids`, in turn."""
    with np.load(source.path, allow_pickle=False) as file:
        kept = file["clustered"]
    yield from blocks(Path(source.path), "vectors", kept, BLOCK)


def beside(units: Iterable[U], source: Artefact | None) -> Iterator[tuple[U, Vectors | None]]:
    """Each unit with its vector, whether it goes into topics or not; None where there is none. The units come in the order of the file."""
    if source is None:
        yield from ((u, None) for u in units)
        return
    with np.load(source.path, allow_pickle=False) as file:
        ids = file["ids"]
    rows = (row for some in blocks(Path(source.path), "vectors", np.ones(len(ids), dtype=bool), BLOCK) for row in some)
    known = zip(map(str, ids), rows, strict=True)
    ahead = next(known, None)
    for u in units:
        if ahead is not None and ahead[0] == u.unit_id:
            yield u, ahead[1]
            ahead = next(known, None)
        else:
            yield u, None
    if ahead is not None:
        raise ValueError(f"vectors in another order than the units: {ahead[0]}")
