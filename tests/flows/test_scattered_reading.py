"""Whoever reads an inbox, the records are the same to the last byte: refusals, archives, exports read in parts and all."""

import importlib.util
import multiprocessing
import os
import signal
import threading
import time
from collections.abc import Callable
from dataclasses import replace
from datetime import date
from pathlib import Path
from typing import Any

import pytest

from flows import places, scattered_reading
from flows.inbox import InboxFile, Received, find_files
from flows.ingest import read_inbox
from flows.partitions import row_of
from flows.reading import Readers
from flows.run import start
from flows.scattered_reading import ScatteredReaders, by_weight, pays, readers_of
from flows.settings import ScaleSettings, Settings, read
from nlp.errors import InvalidSetting
from nlp.readers import blocks
from tests.flows.test_ingest import packed
from tests.nlp.parse.form_layouts import NEEDS, four_columns, sheet_form, two_columns

needs_dask = pytest.mark.skipif(importlib.util.find_spec("distributed") is None, reason="没有安装 distributed（.[dask]）")
needs_sigkill = pytest.mark.skipif(os.name == "nt", reason="SIGKILL 只在 POSIX 系统上有")
EXECUTORS = ["process", pytest.param("dask", marks=needs_dask)]


def chosen(executor: str, **scale: Any) -> Settings:
    settings = read()
    return replace(settings, scale=replace(settings.scale, **{"executor": executor, "workers": 2, **scale}), reading=replace(settings.reading, whole_mb=1))


@pytest.fixture(scope="module")
def inbox(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("报送")
    inner = packed({"乙.xlsx": sheet_form(NEEDS[1])})
    (folder / "区县.zip").write_bytes(packed({"甲.docx": two_columns(NEEDS[0]), "内层.zip": inner, "../外.docx": b"x"}))
    (folder / "丙.docx").write_bytes(four_columns(NEEDS[2]))
    (folder / "坏.xlsx").write_bytes(b"\x00\x01\x02" * 100)
    (folder / "断.zip").write_bytes(packed({"甲.docx": b"x" * 1000})[:500])
    (folder / "空.txt").write_bytes(b"")
    lines = [f'CN{i}A,涂布装置{i},"涂布均匀，\n厚度{i}{"。" * 150}",甲公司' for i in range(5000)]
    (folder / "导出.csv").write_text("公开号,标题,摘要,申请人\n" + "\n".join([*lines, ",缺标题的行,,,多"]), "gb18030")
    return folder


@pytest.fixture(autouse=True)
def small_parts(monkeypatch: pytest.MonkeyPatch) -> None:
    """Several waves of several partitions each, out of a small inbox."""
    monkeypatch.setattr("flows.reading.cut", lambda name, source: blocks.cut(name, source, size=200_000))
    monkeypatch.setattr(scattered_reading, "PART", 400_000)
    monkeypatch.setattr(scattered_reading, "pays", lambda files, scale: scale.executor != "serial")


def records(inbox: Path, folder: Path, settings: Settings) -> dict[str, str]:
    run = start(work_root=folder / ".work", as_of=date(2026, 1, 1), seed=1, chain=None, settings=settings, run_id="run")
    made = read_inbox.fn([inbox], None, run)
    assert not any(p.is_file() for p in (run.cache.folder / "partitions").rglob("*"))
    return {**{name: a.sha256 for name, a in made.items()}, "rejected": (run.work / "rejected.jsonl").read_text("utf-8")}


@pytest.fixture(scope="module")
def right(inbox: Path, tmp_path_factory: pytest.TempPathFactory) -> dict[str, str]:
    found = records(inbox, tmp_path_factory.mktemp("serial"), chosen("serial"))
    assert found["rejected"].count("\n") >= 5
    return found


@pytest.mark.parametrize("executor", EXECUTORS)
def test_equal_records_whoever_reads(inbox: Path, right: dict[str, str], tmp_path: Path, executor: str) -> None:
    assert records(inbox, tmp_path, chosen(executor)) == right


@needs_dask
def test_a_cluster_reads(inbox: Path, right: dict[str, str], tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from distributed import LocalCluster

    monkeypatch.setattr(scattered_reading, "pays", pays)
    with LocalCluster(n_workers=1, threads_per_worker=1, dashboard_address="127.0.0.1:0", local_directory=str(tmp_path / "dask")) as cluster:
        settings = chosen("dask", address=cluster.scheduler_address, read_mb=0, store=str(tmp_path / "store"))
        assert pays(find_files([inbox]), settings.scale) and records(inbox, tmp_path, settings) == right
    assert not any((tmp_path / "store").iterdir())


@needs_sigkill
@pytest.mark.parametrize("executor", EXECUTORS)
def test_a_worker_killed_while_it_reads_changes_nothing(inbox: Path, right: dict[str, str], tmp_path: Path, executor: str) -> None:
    killed: list[int] = []
    began, stop = tmp_path / "state" / "cache" / "partitions", threading.Event()

    def kill_one() -> None:  # as soon as there is something to read
        while not (stop.is_set() or killed):
            time.sleep(0.01)
            child = next((p.pid for p in multiprocessing.active_children() if p.pid), None)
            if child and any(began.glob("read-*.result.json")):
                os.kill(child, signal.SIGKILL)
                killed.append(child)

    watch = threading.Thread(target=kill_one, daemon=True)
    watch.start()
    found = records(inbox, tmp_path, chosen(executor))
    stop.set()
    watch.join(5)
    assert killed and found == right


CLUSTER = "tcp://10.0.0.5:8786"


@pytest.mark.parametrize(("scale", "worth"), [
    ({"executor": "serial", "address": CLUSTER, "read_mb": 0}, False), ({"executor": "process", "read_mb": 0}, False), ({"executor": "dask", "read_mb": 0}, False),
    ({"executor": "dask", "address": CLUSTER, "read_mb": 0}, True), ({"executor": "dask", "address": CLUSTER}, False),
], ids=str)  # fmt: skip
def test_only_other_machines_are_worth_it(inbox: Path, scale: dict[str, Any], worth: bool) -> None:
    gone = InboxFile(path=inbox / "没了.csv", name="没了.csv")
    assert pays([*find_files([inbox]), gone], ScaleSettings(**scale)) is worth


def test_scans_weigh_what_their_time_does(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.undo()
    for i in range(33):
        (tmp_path / f"{i}.png").write_bytes(b"x")
        (tmp_path / f"{i}.docx").write_bytes(b"x")
    files = find_files([tmp_path])
    cluster = ScaleSettings(executor="dask", address=CLUSTER)
    assert pays(files, cluster) and not pays([f for f in files if f.name.endswith(".docx")], cluster)


def test_the_others_keep_their_readers(inbox: Path, tmp_path: Path) -> None:
    with readers_of([], chosen("serial"), tmp_path) as local, readers_of([], chosen("process"), tmp_path) as scattered:
        assert type(local) is Readers and type(scattered) is ScatteredReaders


def questions(n: int) -> list[Received]:
    return [Received(name=f"{i}.txt", data=f"第{i}段文字，涂布均匀。".encode()) for i in range(n)]


def test_answers_are_read_again_where_they_were_lost(tmp_path: Path) -> None:
    harms: list[Callable[[Path], object]] = [lambda p: p.unlink(), lambda p: p.write_bytes(p.read_bytes()[:30]), lambda p: Path(row_of(str(p))).unlink()]
    with ScatteredReaders(1, chosen("process"), tmp_path) as readers, Readers(1) as local:
        wave = readers._read_wave(questions(3))
        for harm in harms:
            harm(Path(wave.parts[0].job.destination))
            assert [scattered_reading.told("x", a).result().blocks for a in scattered_reading.each_answer(wave.parts, tmp_path)] == [f.result().blocks for _, f in local.answers(questions(3))]


def test_equal_parts_in_several_waves(tmp_path: Path) -> None:
    """Parts of an export that repeats itself have one name and the same bytes; the end of one wave must not take away the next one's."""
    same = [Received(name="导出.txt", data="涂布均匀。".encode() * 30_000) for _ in range(12)]
    with ScatteredReaders(1, chosen("process"), tmp_path) as readers:
        assert len({future.result() for _, future in readers.answers(same)}) == 1


@pytest.mark.parametrize("place", ["write", "read"])
def test_a_store_that_fails_is_no_fault_of_the_file(inbox: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str) -> None:
    """An export in parts would else be set aside, and the run would be published without it."""

    def fail(*args: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(places, place, fail)
    with pytest.raises(InvalidSetting, match="分片读写或连接集群失败"):
        records(inbox, tmp_path, chosen("process"))


def test_waves_are_bounded() -> None:
    some = [Received(name=str(i), data=b"x" * size) for i, size in enumerate((3, 3, 20, 1, 1, 1))]
    assert [[len(q.data) for q in part] for part in by_weight(some, 6)] == [[3, 3], [20], [1, 1, 1]]
    assert list(by_weight([], 6)) == []
    scans = [Received(name=f"扫描{i}.PDF", data=b"x") for i in range(9)]
    assert [len(part) for part in by_weight(scans, scattered_reading.PART)] == [4, 4, 1]
