"""Disk: records as Parquet, atomic writes, the run lock, and the publication of a whole run.

A run is written to outputs/.work/<run-id> and renamed to outputs/<run-id> when whole; then outputs/latest points at it: no reader sees half a run.
"""

import hashlib
import json
import os
import shutil
import types
import typing
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from io import BytesIO
from itertools import islice, takewhile
from operator import attrgetter
from pathlib import Path
from typing import Any, Literal, TypeVar

import filelock
import pyarrow as pa
import pyarrow.parquet as pq

from flows.cells import PLAIN, from_cell, schema, to_cell

__all__ = ["GROUP", "SLICE", "WORK", "Artefact", "Locked", "digest", "distinct", "each", "from_columns", "latest", "load", "move", "point_latest", "publish", "run_lock",
           "save", "save_groups", "save_table", "schema", "settle", "sweep", "to_table", "write_bytes", "write_json"]

T = TypeVar("T")
WORK = ".work"
LINKS = os.name != "nt"
TRIED = 0.2  # seconds
SLICE = 16_384  # records turned into columns, or back, at a time; a multiple of the 1,024 rows by which Parquet cuts its pages
GROUP = 64 * SLICE  # records of a row group; a SLICE where they hold whole texts


class Locked(Exception):
    """Another run holds the lock of this output folder."""

    def __str__(self) -> str:
        return "另一次运行正在使用该输出目录，本次未启动。请等它结束后再运行，或用 --out 指定另一个目录。"


@dataclass(frozen=True, slots=True, kw_only=True)
class Artefact:
    """A file of one stage: what passes between Prefect tasks instead of the records themselves."""

    path: str
    sha256: str
    rows: int


# ---- records <-> parquet ------------------------------------------------------------------


def save(kind: type[T], records: Iterable[T], path: Path, *, group: int | None = None) -> Artefact:
    """Write records of one kind, in the order given, to a Parquet file; the same records give the same bytes.

    Only a row group's columns and a slice of the records are held, so `records` may be a generator over millions.
    """
    return save_groups(schema(kind), _groups(kind, iter(records), group or GROUP), path)


def _groups(kind: type[T], remaining: Iterator[T], size: int) -> Iterator[pa.Table]:
    yield to_table(kind, islice(remaining, size))  # no records are a table too
    yield from takewhile(len, iter(lambda: to_table(kind, islice(remaining, size)), None))


def to_table(kind: type[T], records: Iterable[T]) -> pa.Table:
    shape, remaining = schema(kind), iter(records)
    slices = [_columns(shape, rows) for rows in iter(lambda: list(islice(remaining, SLICE)), [])]
    table = pa.Table.from_batches(slices, schema=shape)
    # a page of lists ends by the number of their values, so that slices would show in the file
    whole = [column.combine_chunks() if pa.types.is_nested(column.type) else column for column in table.columns]
    return pa.Table.from_arrays(whole, schema=shape)


def _columns(shape: pa.Schema, rows: list[Any]) -> pa.RecordBatch:
    arrays = []
    for column in shape:
        values = list(map(attrgetter(column.name), rows))
        plain = not pa.types.is_nested(column.type)
        arrays.append(pa.array(values if plain else [to_cell(v) for v in values], type=column.type))
    return pa.RecordBatch.from_arrays(arrays, schema=shape)


def save_groups(shape: pa.Schema, tables: Iterable[pa.Table], path: Path) -> Artefact:
    """A row group for each of the tables, which are made as they are written."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(path.name + ".part")
    with pq.ParquetWriter(part, shape, compression="zstd") as writer:

        def write(table: pa.Table) -> int:
            writer.write_table(table)
            return len(table)

        rows = sum(map(write, tables))
    replace(part, path)
    return Artefact(path=str(path), sha256=digest(path), rows=rows)


def save_table(table: pa.Table, path: Path) -> Artefact:
    return save_groups(table.schema, [table], path)


def load(kind: type[T], source: Artefact | Path | BytesIO) -> list[T]:
    """The records of a file that `save` wrote."""
    return list(each(kind, source))


def each(kind: type[T], source: Artefact | Path | BytesIO) -> Iterator[T]:
    """The same one at a time: only a slice of them is held. A `kind` with fewer fields reads only these columns."""
    with pq.ParquetFile(Path(source.path) if isinstance(source, Artefact) else source) as file:
        for batch in file.iter_batches(SLICE, columns=schema(kind).names):
            yield from from_columns(kind, batch)


def distinct(source: Artefact, column: str) -> set[str]:
    """The values of one column of texts, without the records."""
    with pq.ParquetFile(source.path) as file:
        return {text for batch in file.iter_batches(SLICE, columns=[column]) for text in batch.column(0).unique().to_pylist()}


def from_columns(kind: type[T], batch: pa.RecordBatch) -> Iterator[T]:
    """Records from their columns, which are turned one at a time. A text that several records of the batch hold is one string."""
    hints, names = typing.get_type_hints(kind), batch.schema.names
    columns = [_cells(batch.column(i), hints[name]) for i, name in enumerate(names)]
    return (kind(**dict(zip(names, cells, strict=True))) for cells in zip(*columns, strict=True))


def _cells(column: pa.Array, hint: Any) -> list[Any]:
    if pa.types.is_list(column.type):
        items = iter(_cells(column.flatten(), _item(hint)))
        return [None if n is None else tuple(islice(items, n)) for n in column.value_lengths().to_pylist()]
    values: list[Any] = _shared(column) if pa.types.is_string(column.type) else column.to_pylist()
    return values if _is_plain(hint) else [from_cell(value, hint) for value in values]


def _shared(column: pa.Array) -> list[str | None]:
    texts = column.dictionary_encode()
    distinct = [*texts.dictionary.to_pylist(), None]
    return [distinct[i] for i in texts.indices.fill_null(-1).to_pylist()]


def _item(hint: Any) -> Any:
    """Of tuple[X, ...], which may be optional, X."""
    arguments = typing.get_args(hint)
    return arguments[0] if typing.get_origin(hint) is tuple else _item(next(a for a in arguments if a is not type(None)))


def _is_plain(hint: Any) -> bool:
    """Whether arrow gives the values of a field as the record has them."""
    arguments = typing.get_args(hint)
    if typing.get_origin(hint) in (types.UnionType, typing.Union):
        return all(_is_plain(a) for a in arguments if a is not type(None))
    return hint in PLAIN or typing.get_origin(hint) is Literal


# ---- files --------------------------------------------------------------------------------


def digest(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def replace(part: Path, path: Path) -> None:
    """Flush, then rename: after a power cut the file is the old one or the new one, never half of it."""
    with part.open("rb+") as file:
        os.fsync(file.fileno())
    part.replace(path)


def write_bytes(data: bytes, path: Path, *, mark: str = "part") -> Artefact:
    """Written whole or not at all. `mark`: of the unfinished file's name, where several may write the same path at once."""
    path.parent.mkdir(parents=True, exist_ok=True)
    part = path.with_name(f"{path.name}.{mark}")
    part.write_bytes(data)
    replace(part, path)
    return Artefact(path=str(path), sha256=hashlib.sha256(data).hexdigest(), rows=1)


def write_json(value: Mapping[str, object], path: Path) -> Artefact:
    return write_bytes((json.dumps(value, ensure_ascii=False, indent=1) + "\n").encode(), path)


# ---- a run --------------------------------------------------------------------------------


@contextmanager
def run_lock(out: Path) -> Iterator[None]:
    """Hold the output folder for one run; raises Locked when another process has it, almost at once: `doctor` tries the lock for a moment."""
    out.mkdir(parents=True, exist_ok=True)
    lock = filelock.FileLock(out / ".lock")
    try:
        lock.acquire(timeout=TRIED, poll_interval=TRIED / 4)
    except filelock.Timeout as error:
        raise Locked from error
    try:
        yield
    finally:
        lock.release()


def sweep(out: Path) -> None:
    """Remove what an interrupted run left behind; only to be called while holding the lock."""
    shutil.rmtree(out / WORK, ignore_errors=True)


def publish(work: Path, out: Path) -> Path:
    """Move a finished run into place and point outputs/latest at it, each step on the disk before the next begins."""
    target = move(work, out)
    point_latest(out, target.name)
    sweep(out)
    return target


def move(work: Path, out: Path) -> Path:
    """A finished run among the published ones, the names in its folders on the disk before its own."""
    for folder in (work, *(p for p in work.rglob("*") if p.is_dir())):
        settle(folder)
    target = work.rename(out / work.name)
    settle(out)
    return target


def settle(folder: Path) -> None:
    """Have the names in a folder written to the disk: without it a power cut can undo a rename, and undo a later one first (POSIX)."""
    if os.name == "nt":  # NTFS keeps a journal of names, and a folder cannot be opened
        return
    held = os.open(folder, os.O_RDONLY)
    try:
        os.fsync(held)
    finally:
        os.close(held)


def point_latest(out: Path, run_id: str) -> None:
    """A symbolic link, or a text file holding the run's id: on Windows, where a link to a folder cannot be replaced, and where there are no links."""
    part = out / ".latest.part"
    part.unlink(missing_ok=True)
    try:
        (part.symlink_to if LINKS else part.write_text)(run_id)
    except OSError:
        part.write_text(run_id)
    if not LINKS and (out / "latest").is_symlink():
        (out / "latest").unlink()  # of an earlier version, with the right to make links
    part.replace(out / "latest")
    settle(out)


def latest(out: Path) -> Path | None:
    """The folder of the last published run, or None before the first."""
    pointer = out / "latest"
    if pointer.is_symlink():
        return pointer.resolve()
    return out / pointer.read_text("utf-8") if pointer.is_file() else None
