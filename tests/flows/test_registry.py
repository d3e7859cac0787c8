import json
import shutil
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from flows.registry import ChainMemory, continued, last_memory, previous_runs, read_memory, write_memory
from flows.store import point_latest, write_json
from nlp.topics.identity import refresh
from nlp.topics.registry import Registry
from nlp.topics.space import KindMeans
from tests.nlp.topics.subjects import IDENTITY, OPTIONS, UNITS, terms_of, vectors_of


def registry_of(n: int) -> Registry:
    return refresh(None, UNITS[:n], vectors_of(UNITS[:n]), {u.unit_id: terms_of(u) for u in UNITS}, segment="materials", run_id="1", seed=7,
                   options=replace(OPTIONS, resamples=0), identity=IDENTITY, encoder="hash-256").registry


def memory_of(registry: Registry) -> ChainMemory:
    return ChainMemory(encoder="hash-256", kinds=KindMeans(means={"patent": np.arange(4.0)}), segments={"materials": registry})


@pytest.mark.parametrize("n", [len(UNITS), 3, 0])
def test_what_is_written_is_read(tmp_path: Path, n: int) -> None:
    written = memory_of(registry_of(n))
    write_memory(written, tmp_path)
    read = read_memory(tmp_path)
    mine, theirs = read.segments["materials"], written.segments["materials"]
    assert (mine.topics, mine.members, mine.runs, mine.fitted, mine.unit_ids) == (theirs.topics, theirs.members, theirs.runs, theirs.fitted, theirs.unit_ids)
    assert np.array_equal(mine.centroids, theirs.centroids)
    assert np.allclose(mine.points, theirs.points, atol=1e-6)
    assert read.kinds is not None
    assert np.array_equal(read.kinds.means["patent"], np.arange(4.0))


def test_a_registry_that_was_read_continues_as_one_that_was_kept(tmp_path: Path) -> None:
    kept = registry_of(len(UNITS))
    write_memory(memory_of(kept), tmp_path)
    more = {"segment": "materials", "run_id": "2", "seed": 7, "options": replace(OPTIONS, resamples=0), "identity": IDENTITY, "encoder": "hash-256"}
    arguments = (UNITS, vectors_of(UNITS), {u.unit_id: terms_of(u) for u in UNITS})
    read = read_memory(tmp_path).segments["materials"]
    assert refresh(read, *arguments, **more).grouping == refresh(kept, *arguments, **more).grouping  # type: ignore[arg-type]


def test_no_registry_and_another_format_say_why(tmp_path: Path) -> None:
    assert read_memory(None).loss == ""
    assert "不在了" in read_memory(tmp_path).loss
    write_memory(memory_of(registry_of(0)), tmp_path)
    head = json.loads((tmp_path / "registry" / "registry.json").read_text("utf-8"))
    write_json({**head, "format": 99}, tmp_path / "registry" / "registry.json")
    assert "99" in read_memory(tmp_path).loss
    assert read_memory(tmp_path).segments == {}
    write_memory(memory_of(registry_of(0)), tmp_path)
    (tmp_path / "registry" / "materials.npz").unlink()
    assert "读不出" in read_memory(tmp_path).loss


@pytest.mark.parametrize("name", ["registry.json", "kinds.npz", "materials.npz", "materials.topics.parquet", "materials.members.parquet"])
@pytest.mark.parametrize("kept", [0, 60])
def test_a_torn_file_of_a_registry_is_a_loss_and_no_crash(tmp_path: Path, name: str, kept: int) -> None:
    write_memory(memory_of(registry_of(len(UNITS))), tmp_path)
    path = tmp_path / "registry" / name
    path.write_bytes(path.read_bytes()[:kept])
    assert "读不出" in read_memory(tmp_path).loss


def test_nothing_in_a_registry_needs_pickle(tmp_path: Path) -> None:
    write_memory(memory_of(registry_of(len(UNITS))), tmp_path)
    for path in (tmp_path / "registry").glob("*.npz"):
        with np.load(path, allow_pickle=False) as arrays:
            assert all(arrays[name].dtype != object for name in arrays)


def previous_run(out: Path, chain: str) -> Path | None:
    return next(previous_runs(out, chain), None)


def test_the_last_run_of_a_chain_is_found_behind_another_chains(tmp_path: Path) -> None:
    assert previous_run(tmp_path, "ic") is None
    for run_id, chain in (("20260101", "ic"), ("20260201", "ic"), ("20260301", "nev")):
        write_json({"chain": chain}, tmp_path / run_id / "manifest.json")
        point_latest(tmp_path, run_id)
    assert previous_run(tmp_path, "ic") == tmp_path / "20260201"
    found = previous_run(tmp_path, "nev")
    assert found is not None
    assert found.name == "20260301"
    assert previous_run(tmp_path, "display") is None


def test_an_intake_is_nobodys_last_refresh(tmp_path: Path) -> None:
    write_json({"chain": "ic", "kind": "intake"}, tmp_path / "20260102" / "manifest.json")
    assert previous_run(tmp_path, "ic") is None
    for run_id, chain in (("20260101", "ic"), ("20251231", "nev")):
        write_json({"chain": chain}, tmp_path / run_id / "manifest.json")
    point_latest(tmp_path, "20251231")
    assert previous_run(tmp_path, "ic") == tmp_path / "20260101"


def test_a_damaged_manifest_is_passed_over(tmp_path: Path) -> None:
    for run_id in ("20260101", "20260201"):
        write_json({"chain": "ic"}, tmp_path / run_id / "manifest.json")
    (tmp_path / "20260201" / "manifest.json").write_text('{"chain', "utf-8")
    point_latest(tmp_path, "20260201")
    assert previous_run(tmp_path, "ic") == tmp_path / "20260101"


def publish(out: Path, run_id: str, memory: ChainMemory) -> Path:
    write_memory(memory, out / run_id)
    write_json({"chain": "ic"}, out / run_id / "manifest.json")
    point_latest(out, run_id)
    return out / run_id


@pytest.mark.parametrize("name", ["", "registry.json", "kinds.npz", "materials.npz", "materials.topics.parquet", "materials.members.parquet"])
def test_a_lost_registry_is_taken_from_the_run_before(tmp_path: Path, name: str) -> None:
    first = memory_of(registry_of(len(UNITS)))
    publish(tmp_path, "20260101", first)
    torn = publish(tmp_path, "20260201", first) / "registry"
    if name:
        (torn / name).write_bytes((torn / name).read_bytes()[:60])
    else:
        shutil.rmtree(torn)
    found = last_memory(tmp_path, "ic")
    assert found.folder == tmp_path / "20260101" and found.segments["materials"].topics == first.segments["materials"].topics
    assert "20260201" in found.loss and "沿用更早的运行 20260101" in found.loss
    altered = publish(tmp_path, "20260202", first) / "registry" / "materials.members.parquet"
    write_json({"chain": "ic", "artefacts": [{"path": f"registry/{altered.name}", "sha256": "of another"}]}, altered.parents[1] / "manifest.json")
    assert last_memory(tmp_path, "ic").folder == tmp_path / "20260101" and altered.name in last_memory(tmp_path, "ic").loss
    later = publish(tmp_path, "20260301", found)
    assert continued(later) == ("20260101", found.loss)
    assert last_memory(tmp_path, "ic").loss == ""


def test_what_was_withdrawn_is_not_remembered(tmp_path: Path) -> None:
    write_memory(memory_of(registry_of(len(UNITS))), tmp_path, without={UNITS[0].unit_id, "CN999A"})
    members = read_memory(tmp_path).segments["materials"].members
    assert UNITS[0].unit_id not in members and len(members) == len(UNITS) - 1


def test_without_any_registry_the_loss_of_the_last_is_told(tmp_path: Path) -> None:
    assert last_memory(tmp_path, "ic") == ChainMemory(segments={})
    for run_id in ("20260101", "20260201"):
        shutil.rmtree(publish(tmp_path, run_id, memory_of(registry_of(0))) / "registry")
    found = last_memory(tmp_path, "ic")
    assert found.folder is None and found.segments == {} and "20260201" in found.loss and continued(tmp_path / "20260201") == ("", "")


def test_an_altered_registry_is_never_a_crash(tmp_path: Path) -> None:
    """A byte changed anywhere: told as a loss, or of no weight."""
    write_memory(memory_of(registry_of(len(UNITS))), tmp_path)
    for path in sorted((tmp_path / "registry").iterdir()):
        whole = path.read_bytes()
        for place in range(0, len(whole), max(len(whole) // 40, 1)):
            path.write_bytes(whole[:place] + bytes([whole[place] ^ 0x55]) + whole[place + 1:])
            read_memory(tmp_path)
        path.write_bytes(whole)
    for text in ("[]", "null", '{"format": 1, "segments": [], "encoder": ""}', '{"format": 1, "encoder": "", "segments": {"materials": null}}'):
        (tmp_path / "registry" / "registry.json").write_text(text, "utf-8")
        assert read_memory(tmp_path).loss
