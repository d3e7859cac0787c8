import subprocess
import sys
from dataclasses import dataclass, replace
from datetime import date
from enum import StrEnum
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from flows import cells, store


class Colour(StrEnum):
    RED = "红"


@dataclass(frozen=True, slots=True, kw_only=True)
class Sample:
    name: str
    size: int
    weight: float | None
    day: date | None
    tags: tuple[str, ...]
    scored: tuple[tuple[str, float], ...]
    colour: Colour


ROWS = [
    Sample(name="光刻胶", size=1, weight=None, day=date(2026, 1, 2), tags=("a", "b"), scored=(("x", 0.5),), colour=Colour.RED),
    Sample(name="", size=0, weight=0.0, day=None, tags=(), scored=(), colour=Colour.RED),
]


def test_records_come_back_as_they_were(tmp_path: Path) -> None:
    artefact = store.save(Sample, ROWS, tmp_path / "rows.parquet")
    assert artefact.rows == 2
    assert store.load(Sample, artefact) == ROWS


def test_same_records_same_bytes(tmp_path: Path) -> None:
    first = store.save(Sample, ROWS, tmp_path / "a.parquet")
    second = store.save(Sample, ROWS, tmp_path / "b.parquet")
    assert first.sha256 == second.sha256


def test_slices_leave_no_trace_in_the_file(tmp_path: Path) -> None:
    """Written slice by slice from a generator, the file is that of the whole table, and comes back the same."""
    rows = [Sample(name=f"光刻胶{i}" * (i % 40), size=i, weight=None, day=None, tags=("a",) * (i % 3), scored=(("x", 0.5),), colour=Colour.RED) for i in range(2 * store.SLICE + 7)]
    artefact = store.save(Sample, iter(rows), tmp_path / "a.parquet")
    whole = pa.Table.from_batches([store._columns(store.schema(Sample), rows)])
    assert store.save_table(whole, tmp_path / "b.parquet").sha256 == artefact.sha256
    assert store.load(Sample, artefact) == rows


def test_row_groups_are_those_of_the_whole_table(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """What is written a group at a time is what Parquet makes of the whole with groups of that size."""
    rows = [replace(ROWS[0], size=i, tags=("a",) * (i % 3)) for i in range(10_000)]
    monkeypatch.setattr(store, "GROUP", 4096)
    monkeypatch.setattr(store, "SLICE", 1024)
    artefact = store.save(Sample, iter(rows), tmp_path / "a.parquet")
    whole = pa.Table.from_batches([store._columns(store.schema(Sample), rows)])
    pq.write_table(whole, tmp_path / "b.parquet", compression="zstd", row_group_size=4096)
    assert (artefact.sha256, artefact.rows) == (store.digest(tmp_path / "b.parquet"), 10_000)


def test_equal_texts_of_a_file_are_one_string(tmp_path: Path) -> None:
    artefact = store.save(Sample, [replace(ROWS[0], size=i) for i in range(3)], tmp_path / "a.parquet")
    first, *others = store.each(Sample, artefact)
    assert all(o.name is first.name and o.tags[0] is first.tags[0] for o in others)
    assert store.distinct(artefact, "name") == {"光刻胶"}


def test_a_kind_with_fewer_fields_reads_its_columns_and_small_groups_hold_the_same(tmp_path: Path) -> None:
    @dataclass(frozen=True, slots=True, kw_only=True)
    class Scored:
        scored: tuple[tuple[str, float], ...]
        name: str

    artefact = store.save(Sample, iter(ROWS * 5), tmp_path / "a.parquet", group=3)
    assert pq.ParquetFile(artefact.path).num_row_groups == 4 and store.load(Sample, artefact) == ROWS * 5
    assert store.load(Scored, artefact) == [Scored(name=r.name, scored=r.scored) for r in ROWS * 5]


def test_an_empty_table_keeps_its_columns(tmp_path: Path) -> None:
    assert store.load(Sample, store.save(Sample, [], tmp_path / "none.parquet")) == []


def test_no_record_may_hold_a_dict() -> None:
    with pytest.raises(TypeError, match="no column type"):
        cells.arrow_type(dict[str, str])


def test_a_second_process_is_refused_the_lock(tmp_path: Path) -> None:
    attempt = f"""
import sys; from pathlib import Path; from flows import store
try:
    with store.run_lock(Path({str(tmp_path)!r})): sys.exit(0)
except store.Locked as error: print(error); sys.exit(75)
"""
    with store.run_lock(tmp_path):
        done = subprocess.run([sys.executable, "-c", attempt], capture_output=True, text=True, encoding="utf-8", check=False)
    assert (done.returncode, "另一次运行" in done.stdout) == (75, True), done.stderr
    assert subprocess.run([sys.executable, "-c", attempt], check=False).returncode == 0


def test_a_run_is_published_whole_and_latest_follows(tmp_path: Path) -> None:
    assert store.latest(tmp_path) is None
    for run_id in ("r1", "r2"):
        work = tmp_path / store.WORK / run_id
        store.write_bytes(b"x", work / "roadmap.md")
        store.publish(work, tmp_path)
        found = store.latest(tmp_path)
        assert found is not None
        assert (found.name, (found / "roadmap.md").read_bytes()) == (run_id, b"x")
    assert (tmp_path / "r1").is_dir()
    assert not (tmp_path / store.WORK).exists()


def test_an_interrupted_run_leaves_latest_alone(tmp_path: Path) -> None:
    work = tmp_path / store.WORK / "r1"
    store.write_bytes(b"x", work / "roadmap.md")
    store.publish(work, tmp_path)
    store.write_bytes(b"half", tmp_path / store.WORK / "r2" / "roadmap.md")
    store.sweep(tmp_path)
    found = store.latest(tmp_path)
    assert found is not None and found.name == "r1"


@pytest.mark.parametrize("links", [True, False], ids=["links", "no links"])
def test_latest_is_replaced_whatever_it_was(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, links: bool) -> None:
    """On Windows a text file, for a link to a folder cannot be replaced there; also after a version that made links."""
    for name in ("r1", "r2", "r3"):
        (tmp_path / name).mkdir()
    store.point_latest(tmp_path, "r1")
    monkeypatch.setattr(store, "LINKS", links)
    for name in ("r2", "r3"):
        store.point_latest(tmp_path, name)
        assert store.latest(tmp_path) == tmp_path / name and (tmp_path / "latest").is_symlink() == links


def test_a_system_without_links_has_a_text_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def refused(path: Path, target: str) -> None:
        raise PermissionError(1, "Operation not permitted")

    monkeypatch.setattr(Path, "symlink_to", refused)
    store.point_latest(tmp_path, "r1")
    assert (tmp_path / "latest").read_text("utf-8") == "r1" and store.latest(tmp_path) == tmp_path / "r1"


def test_every_folder_of_a_run_is_on_the_disk_before_its_name(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    work, settled = tmp_path / store.WORK / "r1", list[tuple[Path, bool]]()
    store.write_bytes(b"x", work / "data" / "a" / "b.bin")
    monkeypatch.setattr(store, "settle", lambda folder: settled.append((folder, (tmp_path / "r1").exists())))
    assert store.move(work, tmp_path) == tmp_path / "r1"
    assert {f for f, named in settled if not named} == {work, work / "data", work / "data" / "a"} and settled[-1] == (tmp_path, True)
