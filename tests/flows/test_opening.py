"""What fails before a run has settings or a folder is recorded like what fails later; a run that is refused harms nothing."""

import json
import os
import subprocess
import sys
import time
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from flows import run_records
from flows.history import history
from flows.intake import intake
from flows.opening import opened
from flows.orphans import SERVER, find_orphans
from flows.refresh import refresh
from flows.sandbox import sweep_folders
from flows.schedule import status
from flows.settings import LAST_RESORT, ROOT
from flows.store import Locked, run_lock
from nlp.errors import EmptyCorpus, InvalidSetting

NOBODY = 2**22 + 1  # above Linux's largest process number


@pytest.fixture
def out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PREFECT_HOME", str(tmp_path / "prefect"))
    return tmp_path / "out"


def events(out: Path) -> list[dict[str, object]]:
    return [json.loads(line) for p in sorted((out / "state" / "log").iterdir()) for line in p.read_text("utf-8").splitlines()]


def metric(out: Path, name: str) -> list[str]:
    return [line for p in (out / "state").glob("metrics*.prom") for line in p.read_text("utf-8").splitlines() if line.startswith(name)]


def test_settings_that_cannot_be_read(out: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "settings.toml").write_text("[run]\nchain = 3\n", "utf-8")
    monkeypatch.setenv("LUXIANTU_SETTINGS", str(tmp_path / "settings.toml"))
    with pytest.raises(InvalidSetting):
        refresh([], out=out)
    end = events(out)[-1]
    assert (end["event"], end["success"], end["error"], end["about"]) == ("run.end", False, "InvalidSetting", "settings.toml") and end["reason"]
    assert 'luxiantu_run_success{kind="refresh"} 0.0' in metric(out, "luxiantu_run_success")
    assert 'luxiantu_runs_total{kind="refresh",state="failed"} 1.0' in metric(out, "luxiantu_runs_total")
    assert [(o.name, o.state) for o in history(out)] == [("refresh", "failed")]


@pytest.mark.parametrize("kind", ["refresh", "intake"])
def test_an_inbox_that_does_not_exist(out: Path, kind: str) -> None:
    with pytest.raises(EmptyCorpus):
        (refresh if kind == "refresh" else intake)([out / "nosuch"], out=out)
    assert events(out)[-1]["reason"] == "没有这个文件或目录"
    assert f'luxiantu_runs_total{{kind="{kind}",state="failed"}} 1.0' in metric(out, "luxiantu_runs_total")
    said = "\n".join(status(replace(LAST_RESORT, out=str(out)), datetime.now(UTC)))
    assert "手工" in said and "没有这个文件或目录" in said


def test_no_room_for_prefects_records(out: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "prefect").write_text("a file", "utf-8")
    with pytest.raises(run_records.RunRecordsUnusable):
        intake([tmp_path], out=out)
    assert events(out)[-1]["error"] == "RunRecordsUnusable"
    assert history(out)[0].state == "failed"


def test_a_damaged_database_is_put_aside_and_said(out: Path, tmp_path: Path) -> None:
    (tmp_path / "prefect").mkdir()
    (tmp_path / "prefect" / "prefect.db").write_bytes(b"x" * 5000)
    with opened("intake", out, as_of=None):
        pass
    assert [e["event"] for e in events(out)] == ["run.begin", "prefect.put_aside", "run.end"]


def test_a_refused_run_leaves_a_line_and_nothing_else(out: Path) -> None:
    with opened("refresh", out, as_of=None) as going, ThreadPoolExecutor(1) as elsewhere:
        going.run.work.mkdir(parents=True)
        before = {p: p.stat().st_mtime_ns for p in out.rglob("*") if p.is_file()}
        with pytest.raises(Locked):
            elsewhere.submit(intake, [out], out=out).result()
        assert {p: p.stat().st_mtime_ns for p in out.rglob("*") if p.is_file() and p.name != "runs.jsonl"} == before
        assert going.run.work.is_dir()
    assert [(o.name, o.state) for o in history(out)] == [("intake", "skipped"), ("refresh", "done")]


def test_a_run_of_another_process_that_is_refused_is_counted_by_the_holder(out: Path) -> None:
    command = [sys.executable, "-m", "flows.cli", "refresh", "--out", str(out)]
    with opened("refresh", out, as_of=None):
        done = subprocess.run(command, cwd=ROOT, capture_output=True, check=False)
    assert done.returncode == 75
    assert [(o.name, o.state) for o in history(out)] == [("refresh", "skipped"), ("refresh", "done")]
    assert 'luxiantu_runs_total{kind="refresh",state="skipped"} 1.0' in metric(out, "luxiantu_runs_total")


def test_a_lock_that_doctor_tries_for_a_moment_refuses_nobody(out: Path) -> None:
    import threading

    import filelock

    out.mkdir()
    taken = threading.Event()

    def try_it() -> None:
        with filelock.FileLock(out / ".lock", timeout=0):
            taken.set()
            time.sleep(0.05)

    thread = threading.Thread(target=try_it)
    thread.start()
    taken.wait()
    with run_lock(out):
        pass
    thread.join()


@pytest.mark.skipif(sys.platform != "linux", reason="只在 Linux 上查找")
def test_intake_ends_the_servers_of_killed_runs_too(out: Path, tmp_path: Path) -> None:
    start = f"import subprocess, sys; print(subprocess.Popen([sys.executable, '-c', 'import time; time.sleep(60)', {SERVER!r}]).pid)"
    names = os.environ | {"PREFECT_HOME": str(tmp_path / "prefect"), "PREFECT__SERVER_EPHEMERAL": "1"}
    subprocess.run([sys.executable, "-c", start], env=names, check=True, stdout=subprocess.DEVNULL)
    time.sleep(0.3)
    assert len(find_orphans(tmp_path / "prefect")) == 1
    with pytest.raises(EmptyCorpus):
        intake([tmp_path / "nosuch"], out=out)
    assert find_orphans(tmp_path / "prefect") == []


@pytest.mark.skipif(os.name != "posix", reason="Windows 上不查")
def test_folders_of_dead_readers_go(tmp_path: Path) -> None:
    old = time.time() - 7200
    names = (f"luxiantu-read-{NOBODY}-old", f"luxiantu-read-{os.getpid()}-ours", f"luxiantu-read-{NOBODY}-new", "luxiantu-read-abc")
    for name in names:
        (tmp_path / name / "part").mkdir(parents=True)
        if not name.endswith("new"):
            os.utime(tmp_path / name, (old, old))
    assert sweep_folders(tmp_path) == 1
    assert {p.name for p in tmp_path.iterdir()} == set(names[1:])
