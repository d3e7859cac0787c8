"""Patents as they are read: put on disk some thousand at a time and read back in the order of their ids, for there may be millions."""

from collections.abc import Iterator, KeysView, Sequence
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
from pyarrow import dataset

from flows.store import SLICE, Artefact, from_columns, save_groups, schema, to_table
from nlp.parse import filings
from nlp.records import Patent, Unit

__all__ = ["SpilledPatents", "patent_units"]

PAGE = 4096  # rows of a part that are read together


class SpilledPatents:
    """Patents under their ids. In memory are the ids with their files, the last `size` patents, and those that another file may be joined to."""

    def __init__(self, folder: Path, *, size: int = SLICE) -> None:
        self._folder, self._size = folder, size
        self._files: dict[str, str] = {}  # id -> the file that it came from
        self._open: dict[str, Patent] = {}
        self._recent: dict[str, Patent] = {}
        self._parts: list[Path] = []
        self._stored: dataset.Dataset | None = None  # the parts
        self._gone: list[str] = []

    def __len__(self) -> int:
        return len(self._files)

    def __contains__(self, patent_id: str) -> bool:
        return patent_id in self._files

    def keys(self) -> KeysView[str]:
        return self._files.keys()

    def put(self, patent: Patent) -> None:
        """Add one whose id is not known, or replace one that another file was joined to."""
        self._files[patent.patent_id] = patent.source_file
        (self._open if filings.is_part(patent) else self._recent)[patent.patent_id] = patent
        if len(self._recent) >= self._size:
            self._spill(self._recent)

    def file_of(self, patent_id: str) -> str:
        return self._files[patent_id]

    def joined(self, other: Patent) -> filings.Joined | None:
        """With the patent of the same id, if they are parts of one application."""
        first = self._open.get(other.patent_id)
        return filings.joined(first, other) if first else None

    def pop(self, patent_id: str) -> Patent:
        """Take one away; it is not to be put again."""
        del self._files[patent_id]
        for held in (self._open, self._recent):
            if patent_id in held:
                return held.pop(patent_id)
        (found,) = (patent for batch in self._between(patent_id, patent_id).to_batches() for patent in from_columns(Patent, batch))
        self._gone.append(patent_id)
        return found

    def save(self, path: Path) -> Artefact:
        """All of them, by id; what was put away is removed. To be done once, when no more come."""
        made = save_groups(schema(Patent), self._tables(), path)
        for part in self._parts:
            part.unlink()
        return made

    def _tables(self) -> Iterator[pa.Table]:
        """SLICE to a table; none are one table too."""
        if not self._parts:
            held = self._open | self._recent
            yield from (to_table(Patent, [held[i] for i in ids]) for ids in _cut(sorted(held)) or [[]])
            return
        self._spill(self._open)
        self._spill(self._recent)
        yield from (self._between(ids[0], ids[-1]) for ids in _cut(sorted(self._files)) or [[""]])

    def _spill(self, held: dict[str, Patent]) -> None:
        if not held:
            return
        self._folder.mkdir(parents=True, exist_ok=True)
        self._parts.append(self._folder / f"{len(self._parts):06}.parquet")
        pq.write_table(to_table(Patent, [held[i] for i in sorted(held)]), self._parts[-1], row_group_size=PAGE, compression="lz4", use_dictionary=False)
        self._stored = None
        held.clear()

    def _between(self, first: str, last: str) -> pa.Table:
        """Of the parts, which are each in order, the rows from one id to another; by their statistics no others are read."""
        if self._stored is None:
            self._stored = dataset.dataset(self._parts, schema=schema(Patent))
        wanted = (dataset.field("patent_id") >= first) & (dataset.field("patent_id") <= last) & ~dataset.field("patent_id").isin(pa.array(self._gone, pa.string()))
        return self._stored.to_table(filter=wanted, use_threads=False).sort_by("patent_id")


def _cut(ids: Sequence[str]) -> list[Sequence[str]]:
    return [ids[i : i + SLICE] for i in range(0, len(ids), SLICE)]


def patent_units(patents: Artefact) -> Iterator[pa.Table]:
    """`nlp.units.from_patents` of a saved file, by columns."""
    with pq.ParquetFile(patents.path) as file:
        for p in file.iter_batches(SLICE):
            both = pc.and_(pc.not_equal(p["title"], ""), pc.not_equal(p["abstract"], ""))
            columns = {
                "unit_id": p["patent_id"], "unit_kind": pa.repeat("patent", len(p)), "region": p["province"], "title": p["title"],
                "text": pc.binary_join_element_wise(p["title"], p["abstract"], pc.if_else(both, "\n", "")), "organisation": p["first_applicant"],
                "source_file": p["source_file"], "source_location": p["source_location"], "ipc": p["ipc"]}
            yield pa.table(columns).select(schema(Unit).names).cast(schema(Unit))
