"""One partition of texts through one stage, in any process on any machine that sees its files. Importable without Prefect.

What passes between machines is addresses and counts; texts and results lie in files. Beside a result lies its row, which says
what it was made from: a result that agrees with its row and its source is not made again.
"""

import hashlib
import io
import json
import platform
import time
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from functools import lru_cache
from typing import Literal

import pyarrow as pa
import pyarrow.parquet as pq

from flows import places
from flows.arrays import packed, unpacked
from flows.cache import UNREADABLE
from flows.loaded import LEXICONS, Chosen, encoder_of, encoder_stamp, extractor_of, terms_stamp
from flows.settings import EncoderSettings, TermSettings
from flows.store import load, to_table
from nlp.embed import Encoder, Vectors
from nlp.errors import InvalidSetting
from nlp.records import TermMention
from nlp.terms import load_lexicon
from nlp.terms.tiers import Extractor

__all__ = ["Job", "Parameters", "PartitionRow", "Stage", "Text", "parameters_of", "process_partition", "read_mentions", "read_vectors", "row_of", "standing", "unload", "write_source"]

Stage = Literal["terms", "embed"]
Text = tuple[str, str]  # key, text


@dataclass(frozen=True, slots=True, kw_only=True)
class Parameters:
    """The stage, what it computes with, and the stamp that its results must rest on."""

    stage: Stage
    encoder: EncoderSettings
    terms: TermSettings
    stamp: str


@dataclass(frozen=True, slots=True, kw_only=True)
class PartitionRow:
    """What a result is and what it was made from; lies beside it as <destination>.json."""

    stage: str
    destination: str
    sha256: str  # of the result
    source_sha256: str
    stamp: str
    rows: int  # texts
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """The arguments of one `process_partition`."""

    source: str
    destination: str
    parameters: Parameters


def parameters_of(stage: Stage, settings: Chosen) -> Parameters:
    return Parameters(stage=stage, encoder=settings.encoder, terms=settings.terms, stamp=stamp_of(stage, settings))


def stamp_of(stage: Stage, settings: Chosen) -> str:
    return terms_stamp(settings) if stage == "terms" else encoder_stamp(settings)


def process_partition(source: str, destination: str, parameters: Parameters) -> PartitionRow:
    """Compute the stage for the texts of `source` (Parquet: key, text) unless `destination` already holds just that.

    The same texts give the same bytes wherever and in whatever company they are computed. Raises OSError for a source that cannot be
    read, InvalidSetting on a machine whose code or models are not those of the asker.
    """
    data = places.read(source)
    if known := standing(destination, data, parameters):
        return known
    if stamp_of(parameters.stage, parameters) != parameters.stamp:
        raise InvalidSetting("scale.executor", f"{platform.node()} 上的程序、词表或模型与主机不同", "请在各机器上安装同一版本，并放在相同路径下")
    began = time.perf_counter()
    texts = read_source(data)
    result = result_of(texts, parameters)
    row = PartitionRow(stage=parameters.stage, destination=destination, sha256=sha256(result), source_sha256=sha256(data),
                       stamp=parameters.stamp, rows=len(texts), seconds=round(time.perf_counter() - began, 3))
    places.write(result, destination)
    places.write((json.dumps(asdict(row), ensure_ascii=False, indent=1) + "\n").encode(), row_of(destination))
    return row


def standing(destination: str, source: bytes, parameters: Parameters) -> PartitionRow | None:
    """The row of a result that is there, whole, and made from this source by these parameters."""
    try:
        row = PartitionRow(**json.loads(places.read(row_of(destination))))
        wanted = (parameters.stage, destination, sha256(places.read(destination)), sha256(source), parameters.stamp)
    except (*UNREADABLE, UnicodeDecodeError):
        return None
    return row if (row.stage, row.destination, row.sha256, row.source_sha256, row.stamp) == wanted else None


def row_of(destination: str) -> str:
    return f"{destination}.json"


def sha256(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


# ---- what is computed with ----------------------------------------------------------------


def result_of(texts: Sequence[Text], parameters: Parameters) -> bytes:
    if parameters.stage == "terms":
        return write_table(to_table(TermMention, loaded_extractor(parameters).extract(texts)))
    vectors = loaded_encoder(parameters).encode([text for _, text in texts])
    return packed({key: row for (key, _), row in zip(texts, vectors, strict=True)})


@lru_cache(maxsize=1)
def loaded_extractor(chosen: Parameters) -> Extractor:
    """Once a process; the stamp is among the parameters, so a long-lived worker never answers with older files."""
    return extractor_of(chosen, load_lexicon(LEXICONS))


@lru_cache(maxsize=1)
def loaded_encoder(chosen: Parameters) -> Encoder:
    return encoder_of(chosen)


def unload() -> None:
    """Give back what this process loaded."""
    loaded_extractor.cache_clear()
    loaded_encoder.cache_clear()


# ---- files --------------------------------------------------------------------------------


def write_table(table: pa.Table) -> bytes:
    buffer = io.BytesIO()
    pq.write_table(table, buffer, compression="zstd")
    return buffer.getvalue()


def write_source(texts: Sequence[Text], place: str) -> None:
    places.write(source_bytes(texts), place)


def source_bytes(texts: Sequence[Text]) -> bytes:
    return write_table(pa.table({"key": [key for key, _ in texts], "text": [text.encode("utf-8", "surrogatepass") for _, text in texts]}))


def read_source(data: bytes) -> list[Text]:
    table = pq.read_table(io.BytesIO(data))
    texts = (text.decode("utf-8", "surrogatepass") for text in table["text"].to_pylist())
    return list(zip(table["key"].to_pylist(), texts, strict=True))


def read_mentions(destination: str) -> list[TermMention]:
    return load(TermMention, io.BytesIO(places.read(destination)))


def read_vectors(destination: str) -> dict[str, Vectors]:
    return unpacked(io.BytesIO(places.read(destination)))
