"""Records kept in memory as columns: some tens of bytes each, where an object and its texts take hundreds."""

from collections.abc import Iterable, Iterator, Sequence
from itertools import islice
from typing import Generic, TypeVar

import numpy as np
import pyarrow as pa
from numpy.typing import NDArray

from flows.store import SLICE, from_columns, schema, to_table

__all__ = ["ByKey", "Renamed", "compact", "to_columns"]

T = TypeVar("T")
KEYS = 512  # whose rows are made records at a time


def compact(kind: type[object]) -> pa.Schema:
    """The columns of `kind`, each text a number in a list of the distinct ones, a whole number one below 2^31."""
    small = {pa.string(): pa.dictionary(pa.int32(), pa.string()), pa.int64(): pa.int32()}
    return pa.schema([f.with_type(small.get(f.type, f.type)) for f in schema(kind)])


def to_columns(kind: type[T], records: Iterable[T]) -> pa.Table:
    remaining, shape = iter(records), compact(kind)
    slices = iter(lambda: to_table(kind, islice(remaining, SLICE)).cast(shape), shape.empty_table())
    return pa.concat_tables([shape.empty_table(), *slices])


class ByKey:
    """Rows that are found by the key in their first column; those of one key stand together in each of the tables.

    Where several tables hold a key, they hold the same of it.
    """

    def __init__(self, tables: Iterable[pa.Table]) -> None:
        chunks = list(tables)
        edges = np.cumsum([0, *map(len, chunks)])
        merged = pa.concat_tables(chunks).unify_dictionaries()
        chunks.clear()
        shape, columns = merged.schema, merged.columns
        del merged  # so that of each column there are two copies in turn, not of all at once
        self.table = pa.Table.from_arrays([columns.pop(0).combine_chunks() for _ in shape], schema=shape)
        codes, names = self._first()
        begins = np.union1d(np.flatnonzero(np.diff(codes, prepend=-1)), edges[edges < len(codes)])
        keys, first = np.unique(names[codes[begins]], return_index=True)
        self.keys, self.begins, self.counts = keys, begins[first], np.diff(begins, append=len(codes))[first]

    def _first(self) -> tuple[NDArray[np.int32], NDArray[np.bytes_]]:
        """The number of each row's key, and the keys by number."""
        column = self.table.column(0).combine_chunks()
        return column.indices.to_numpy(), np.array(column.dictionary.to_pylist(), dtype="S")

    def of(self, keys: Sequence[str], names: Sequence[str]) -> pa.Table:
        """The rows of each key in turn, in the first column its name instead of it."""
        wanted = np.array(keys, dtype="S")
        places = np.minimum(np.searchsorted(self.keys, wanted), max(len(self.keys) - 1, 0))
        held = np.flatnonzero(self.keys[places] == wanted) if len(self.keys) else np.zeros(0, dtype=np.int64)
        begins, counts = self.begins[places[held]], self.counts[places[held]]
        rows = np.arange(counts.sum()) + np.repeat(begins - np.cumsum(counts) + counts, counts)
        owners = pa.DictionaryArray.from_arrays(np.repeat(held, counts).astype(np.int32), pa.array(names, pa.string()))
        return self.table.take(rows).set_column(0, self.table.schema.field(0), owners)


class Renamed(Generic[T]):
    """Records under the names of their keys, gone through as often as wanted; those of some KEYS are made at a time."""

    def __init__(self, kind: type[T], rows: ByKey, keys: Sequence[str], names: Sequence[str]) -> None:
        self.kind, self.rows, self.keys, self.names = kind, rows, keys, names

    def __iter__(self) -> Iterator[T]:
        plain = schema(self.kind)
        for some in (slice(i, i + KEYS) for i in range(0, len(self.keys), KEYS)):
            for batch in self.rows.of(self.keys[some], self.names[some]).cast(plain).to_batches():
                yield from from_columns(self.kind, batch)
