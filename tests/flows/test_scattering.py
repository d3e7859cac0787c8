"""However texts are cut and whoever computes them, what comes back is the same; an interrupted round is not begun anew."""

from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from flows import scattering
from flows.cache import Cache
from flows.executors import Executor, ordered
from flows.loaded import encoder_stamp, terms_stamp
from flows.partitions import Job, PartitionRow, row_of
from flows.scattering import encoded, extracted, partitioned, parts_of, understood
from flows.stages import read_vectors
from nlp.records import Unit
from nlp.understand.demand import as_one
from tests.flows.partition_cases import quick, texts

CUTS = [{"partition": 7}, {"partition": 50}, {"partition": 7, "executor": "process", "workers": 2}]


@pytest.mark.parametrize("scale", CUTS, ids=str)
def test_equal_however_they_are_cut(tmp_path: Path, scale: dict[str, object]) -> None:
    some = texts(40)
    whole = [text for _, text in some]
    assert list(extracted(some, quick(**scale), tmp_path)) == list(extracted(some, quick(), tmp_path))
    np.testing.assert_array_equal(list(encoded(whole, quick(**scale), tmp_path)), list(encoded(whole, quick(), tmp_path)))
    demands = [(key, as_one(text[:5], text[5:])) for key, text in some]
    assert list(understood(demands, quick(**scale), tmp_path)) == list(understood(demands, quick(), tmp_path))
    assert not any(p.is_file() for p in tmp_path.rglob("*"))


def test_one_part_in_this_process_needs_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(scattering, "partitioned", lambda *args: pytest.fail("no partition is needed"))
    assert len(list(encoded([text for _, text in texts(5)], quick(partition=5), tmp_path))) == 5


def test_an_interrupted_round_goes_on(tmp_path: Path) -> None:
    settings = quick(partition=10)
    with pytest.raises(KeyboardInterrupt), partitioned("embed", parts_of(texts(30), settings), settings, tmp_path) as parts:
        raise KeyboardInterrupt
    jobs = [part.job for part in parts]
    kept = {job.destination: Path(job.destination).stat().st_mtime_ns for job in jobs}
    Path(row_of(jobs[0].destination)).unlink()
    with partitioned("embed", parts_of(texts(30), settings), settings, tmp_path) as again:
        changed = [job for _, job in again if Path(job.destination).stat().st_mtime_ns != kept[job.destination]]
        assert changed == [jobs[0]]


def test_what_is_altered_before_it_is_read_is_computed_again(tmp_path: Path) -> None:
    settings = quick(partition=10)
    with partitioned("embed", parts_of(texts(20), settings), settings, tmp_path) as parts:
        jobs = [part.job for part in parts]
        right = Path(jobs[0].destination).read_bytes()
        Path(jobs[0].destination).write_bytes(right[:50])
        Path(jobs[1].destination).unlink()
        assert [len(scattering.result(part, read_vectors, tmp_path)) for part in parts] == [10, 10]
        assert Path(jobs[0].destination).read_bytes() == right


def test_the_cache_stays_the_store(tmp_path: Path) -> None:
    units = [Unit(unit_id=str(i), unit_kind="patent", title="", text=text, region="", organisation=None, source_file=f"{i % 2}.csv", source_location="")
             for i, (_, text) in enumerate(texts(24))]
    kept = {}
    for name, settings in {"cut": quick(partition=5), "whole": quick()}.items():
        folder = tmp_path / name
        cache = Cache(folder)
        cache.vectors(units, encoder_stamp(settings), lambda fresh, s=settings, f=folder: encoded(fresh, s, f))
        cache.mentions(units, terms_stamp(settings), lambda fresh, s=settings, f=folder: extracted(fresh, s, f))
        kept[name] = {p.relative_to(folder): p.read_bytes() for p in folder.rglob("*") if p.is_file()}
    assert kept["cut"] == kept["whole"] and len(kept["cut"]) == 6


def test_two_hosts_with_the_same_texts_share_a_store(tmp_path: Path) -> None:
    """Whoever is done first clears the store away under the other, which loses time and nothing else."""
    settings, whole = quick(partition=10, store=str(tmp_path / "store")), [text for _, text in texts(30)]
    slow, fast = (encoded(whole, settings, tmp_path / name) for name in ("a", "b"))
    mine = [next(slow)]
    theirs = list(fast)
    mine += slow
    np.testing.assert_array_equal(mine, theirs)
    assert not any(p.is_file() for p in tmp_path.rglob("*"))


@pytest.mark.parametrize("times", [1, scattering.ROUNDS])
def test_sources_that_are_cleared_away_before_they_are_computed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, times: int) -> None:
    settings, some, asked = quick(partition=10, store=str(tmp_path / "store")), texts(30), []

    def robbed(jobs: list[Job], executor: Executor, report: Callable[[PartitionRow], None]) -> None:
        asked.append(len(jobs))
        if len(asked) <= times:
            Path(jobs[1].source).unlink()
        ordered(jobs, executor, report)

    monkeypatch.setattr(scattering, "ordered", robbed)
    assert list(extracted(some, settings, tmp_path)) == list(extracted(some, quick(), tmp_path / "other"))
    assert len(asked) == min(times + 1, scattering.ROUNDS) and not any(p.is_file() for p in tmp_path.rglob("*"))
