"""What each stage makes of the items of a partition, and what its results rest on. Importable without Prefect."""

import io
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from functools import lru_cache
from typing import Literal

import pyarrow as pa
import pyarrow.parquet as pq

from flows import places
from flows.arrays import packed, unpacked
from flows.loaded import (
    LEXICONS,
    Chosen,
    encoder_of,
    encoder_stamp,
    extractor_of,
    read_stamp,
    terms_stamp,
    understand_stamp,
    vocabulary_of_demands,
)
from flows.sandbox import Sandbox, refusal_of
from flows.settings import EncoderSettings, TermSettings
from flows.store import load, to_table
from nlp.embed import Encoder, Vectors
from nlp.errors import UnreadableDocument
from nlp.records import TermMention, Understood
from nlp.terms import load_lexicon
from nlp.terms.tiers import Extractor
from nlp.understand.demand import DemandVocabulary, as_two, understand

__all__ = ["STAGES", "Item", "Parameters", "Stage", "Text", "Work", "items_of", "read_answers", "read_mentions", "read_source", "read_understood", "read_vectors", "source_bytes", "texts_of", "unload"]

Stage = Literal["read", "understand", "terms", "embed"]
Text = tuple[str, str]  # key, text
Item = tuple[str, bytes]  # key, what is computed from


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameters:
    """The stage, what it computes with, and the stamp that its results must rest on."""

    stage: Stage
    encoder: EncoderSettings
    terms: TermSettings
    stamp: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Work:
    stamp: Callable[[Chosen], str]
    result: Callable[[Sequence[Item], Parameters], bytes]  # the same items give the same bytes


def unload() -> None:
    """Give back what this process loaded."""
    for loaded in (loaded_vocabulary, loaded_extractor, loaded_encoder):
        loaded.cache_clear()


# Once a process; the stamp is among the parameters, so a long-lived worker never answers with older files.


@lru_cache(maxsize=1)
def loaded_vocabulary(chosen: Parameters) -> DemandVocabulary:
    return vocabulary_of_demands()


@lru_cache(maxsize=1)
def loaded_extractor(chosen: Parameters) -> Extractor:
    return extractor_of(chosen, load_lexicon(LEXICONS))


@lru_cache(maxsize=1)
def loaded_encoder(chosen: Parameters) -> Encoder:
    return encoder_of(chosen)


# ---- the stages: a writer and a reader of each -------------------------------------------


def answers(items: Sequence[Item], parameters: Parameters) -> bytes:
    """Files are opened in the sandbox only; what it answers passes through unread. A file that cannot be read is an answer too."""
    with Sandbox() as sandbox:
        said = [answer(sandbox, name, data) for name, data in items]
    return write_table(pa.table({"answer": pa.array(said, pa.large_binary())}))


def answer(sandbox: Sandbox, name: str, data: bytes) -> bytes:
    try:
        return sandbox.ask(name, data)
    except UnreadableDocument as error:
        return refusal_of(error)


def read_answers(destination: str) -> list[bytes]:
    """For flows.sandbox.document_of, in the order of the items."""
    table = pq.read_table(io.BytesIO(places.read(destination)))
    return list(table["answer"].to_pylist())


def understood(items: Sequence[Item], parameters: Parameters) -> bytes:
    words = loaded_vocabulary(parameters)
    return write_table(to_table(Understood, (understand(key, *as_two(text), vocabulary=words) for key, text in texts_of(items))))


def read_understood(destination: str) -> list[Understood]:
    return load(Understood, io.BytesIO(places.read(destination)))


def mentions(items: Sequence[Item], parameters: Parameters) -> bytes:
    return write_table(to_table(TermMention, loaded_extractor(parameters).extract(texts_of(items))))


def read_mentions(destination: str) -> list[TermMention]:
    return load(TermMention, io.BytesIO(places.read(destination)))


def vectors(items: Sequence[Item], parameters: Parameters) -> bytes:
    rows = loaded_encoder(parameters).encode([text for _, text in texts_of(items)])
    return packed({key: row for (key, _), row in zip(items, rows, strict=True)})


def read_vectors(destination: str) -> dict[str, Vectors]:
    return unpacked(io.BytesIO(places.read(destination)))


STAGES: dict[Stage, Work] = {
    "read": Work(stamp=read_stamp, result=answers),
    "understand": Work(stamp=understand_stamp, result=understood),
    "terms": Work(stamp=terms_stamp, result=mentions),
    "embed": Work(stamp=encoder_stamp, result=vectors),
}


# ---- sources ------------------------------------------------------------------------------


def items_of(texts: Sequence[Text]) -> list[Item]:
    return [(key, text.encode("utf-8", "surrogatepass")) for key, text in texts]


def texts_of(items: Sequence[Item]) -> list[Text]:
    return [(key, data.decode("utf-8", "surrogatepass")) for key, data in items]


def source_bytes(items: Sequence[Item]) -> bytes:
    return write_table(pa.table({"key": [key for key, _ in items], "data": pa.array([data for _, data in items], pa.large_binary())}))


def read_source(data: bytes) -> list[Item]:
    table = pq.read_table(io.BytesIO(data))
    return list(zip(table["key"].to_pylist(), table["data"].to_pylist(), strict=True))


def write_table(table: pa.Table) -> bytes:
    buffer = io.BytesIO()
    pq.write_table(table, buffer, compression="zstd")
    return buffer.getvalue()
