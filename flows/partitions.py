"""One partition through one stage, in any process on any machine that sees its files. Importable without Prefect.

What passes between machines is addresses and counts; sources and results lie in files. Beside a result lies its row, which says
what it was made from: a result that agrees with its row and its source is not made again.
"""

import hashlib
import json
import platform
import time
from dataclasses import asdict, dataclass

from flows import places
from flows.cache import UNREADABLE
from flows.loaded import Chosen
from flows.stages import STAGES, Parameters, Stage, read_source
from nlp.errors import InvalidSetting

__all__ = ["Job", "PartitionRow", "parameters_of", "process_partition", "row_of", "sha256", "standing"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PartitionRow:
    """What a result is and what it was made from; lies beside it as <destination>.json."""

    stage: str
    destination: str
    sha256: str  # of the result
    source_sha256: str
    stamp: str
    rows: int  # items of the source
    seconds: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Job:
    """The arguments of one `process_partition`."""

    source: str
    destination: str
    parameters: Parameters


def parameters_of(stage: Stage, settings: Chosen) -> Parameters:
    return Parameters(stage=stage, encoder=settings.encoder, terms=settings.terms, stamp=STAGES[stage].stamp(settings))


def process_partition(source: str, destination: str, parameters: Parameters) -> PartitionRow:
    """Compute the stage for the items of `source` (Parquet: key, data) unless `destination` already holds just that.

    The same items give the same bytes wherever and in whatever company they are computed. Raises OSError for a source that cannot be
    read, InvalidSetting on a machine whose code or models are not those of the asker.
    """
    data = places.read(source)
    if known := standing(destination, data, parameters):
        return known
    work = STAGES[parameters.stage]
    if work.stamp(parameters) != parameters.stamp:
        raise InvalidSetting("scale.executor", f"{platform.node()} 上的程序、词表或模型与主机不同", "请在各机器上安装同一版本，并放在相同路径下")
    began = time.perf_counter()
    items = read_source(data)
    result = work.result(items, parameters)
    row = PartitionRow(stage=parameters.stage, destination=destination, sha256=sha256(result), source_sha256=sha256(data),
                       stamp=parameters.stamp, rows=len(items), seconds=round(time.perf_counter() - began, 3))
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
