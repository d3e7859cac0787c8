"""A run that is killed says nothing itself; the next one says it, once, and `status` at once."""

import signal
import subprocess
import sys
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import pytest

from flows.check_databases import last_runs
from flows.history import Noted, history
from flows.journal import recorded
from flows.opening import opened
from flows.schedule import status
from flows.settings import LAST_RESORT, ROOT
from flows.store import run_lock
from flows.under_way import going_on, killed

GOES_ON = "import sys, time\nfrom pathlib import Path\nfrom flows.opening import opened\n" \
          "with opened('intake', Path(sys.argv[1]), as_of=None):\n    print('on', flush=True)\n    time.sleep(60)"


@pytest.fixture
def out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.setenv("PREFECT_HOME", str(tmp_path / "prefect"))
    monkeypatch.delenv("PREFECT_API_URL", raising=False)
    return tmp_path / "out"


def said(out: Path) -> str:
    return "\n".join(status(replace(LAST_RESORT, out=str(out)), datetime.now(UTC)))


def test_a_run_that_is_killed(out: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", GOES_ON, str(out)], cwd=ROOT, stdout=subprocess.PIPE, text=True) as started:
        assert started.stdout is not None and started.stdout.readline() == "on\n"
        assert "正在运行：手工接收材料" in said(out) and history(out) == [] == killed(out)
        started.kill()
        assert started.wait() in (-signal.SIGKILL, 1)
    assert going_on(out) is None
    assert "被强行结束" in said(out) and "被强行结束" in last_runs(out).detail and history(out) == []
    for _ in range(2):
        with opened("refresh", out, as_of=None):
            pass
    assert [(o.name, o.by, o.state) for o in history(out)] == [("intake", "hand", "failed"), ("refresh", "hand", "done"), ("refresh", "hand", "done")]
    killed_run = history(out)[0]
    assert "被强行结束" in killed_run.reason and killed_run.started <= killed_run.finished
    assert said(out).count("被强行结束") == 1


def test_a_planned_run_is_noted_as_planned(out: Path) -> None:
    with Noted(name="corpus", out=out, by="schedule"), recorded(out, "r1", "refresh"):
        journal = out / "state" / "log" / "r1.jsonl"
        begin = journal.read_text("utf-8")
    journal.write_text(begin + '{"time": "2026-11-2', "utf-8")
    (found,) = killed(out)
    assert (found.name, found.by, found.state) == ("corpus", "schedule", "failed")


def test_nothing_is_said_of_the_run_that_goes_on(out: Path) -> None:
    with run_lock(out):
        assert going_on(out) is None  # no journal yet
        with Noted(name="refresh", out=out), recorded(out, "r1", "refresh"):
            found = going_on(out)
            assert found is not None and found.name == "refresh" and killed(out) == []
