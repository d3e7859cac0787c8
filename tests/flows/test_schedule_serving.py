"""The server of the schedule is ours, ends with us, and the plans can be begun from any working folder."""

import os
import socket
import subprocess
import sys
import time
from contextlib import nullcontext
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from uuid import uuid4

import filelock
import pytest
from prefect.client.schemas.objects import FlowRun
from prefect.states import Pending, Scheduled

from flows import schedule_serving
from flows.history import append, history
from flows.schedule_late import newest_only, pass_over
from flows.schedule_serving import AlreadyServed, deployments, prefect_server, retention, serve
from flows.settings import LAST_RESORT, ROOT, ScheduleSettings
from nlp.errors import LuxiantuError

KEEPS = "import sys, time\nfrom flows import prefect_settings\nprefect_settings.apply()\nfrom flows.schedule_serving import prefect_server\n" \
        "with prefect_server(int(sys.argv[1])):\n    print('on', flush=True)\n    time.sleep(600)"


def free_port() -> int:
    with socket.socket() as found:
        found.bind(("127.0.0.1", 0))
        return int(found.getsockname()[1])


def answers(port: int) -> bool:
    try:
        socket.create_connection(("127.0.0.1", port), timeout=1).close()
    except OSError:
        return False
    return True


def test_a_port_that_somebody_else_has_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PREFECT_API_URL", raising=False)
    with socket.create_server(("127.0.0.1", 0)) as other:
        port = int(other.getsockname()[1])
        with pytest.raises(LuxiantuError, match=f"端口 {port} 已被"), prefect_server(port):
            pass


def test_two_schedules_with_one_prefect_home_are_refused(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PREFECT_HOME", str(tmp_path / "home"))
    (tmp_path / "home").mkdir()
    with filelock.FileLock(tmp_path / "home" / ".schedule.lock"), pytest.raises(AlreadyServed, match="PREFECT_HOME"):
        serve(replace(LAST_RESORT, out=str(tmp_path / "out")))


def test_the_plans_are_named_without_a_working_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """A file would be named from it, and on Windows there is no way from C: to D:."""
    monkeypatch.chdir(tmp_path)
    assert [d.entrypoint for d in deployments(LAST_RESORT)] == ["flows.schedule.scheduled_refresh", "flows.schedule.scheduled_intake"]


def test_the_server_forgets_runs_as_we_do() -> None:
    from prefect.settings.models.server.services import ServerServicesDBVacuumSettings

    given = {name.removeprefix("PREFECT_SERVER_SERVICES_DB_VACUUM_").lower(): value for name, value in retention(30).items()}
    found = ServerServicesDBVacuumSettings.model_validate(given)
    assert "flow_runs" in found.enabled_vacuum_types and found.retention_period == timedelta(days=30)


def test_of_missed_runs_the_newest_is_made_up_for() -> None:
    now = datetime(2026, 11, 25, 9, tzinfo=UTC)
    waiting = [FlowRun(id=uuid4(), flow_id=uuid4(), expected_start_time=now - timedelta(days=n), state=Scheduled()) for n in (3, 1, 2)]
    others, own = newest_only(waiting, now - timedelta(days=4))
    assert own and [r.expected_start_time for r in others] == [now - timedelta(days=n) for n in (3, 2)]
    assert newest_only(waiting, now) == (waiting, False)
    assert newest_only([waiting[1].model_copy(update={"state": Pending()})], now - timedelta(days=4)) == ([], True)  # one that is about to begin
    assert pass_over(now).planned == ()  # no plan began us


def test_a_run_that_the_runner_killed_when_it_was_stopped_was_interrupted(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """As Prefect's runner ends on SIGTERM: it kills the run, then leaves by SystemExit."""
    journal = tmp_path / "out" / "state" / "log" / "r1.jsonl"

    def stopped(settings: ScheduleSettings) -> None:
        append('{"time": "2026-11-25T01:30:00+00:00", "event": "run.begin", "kind": "intake", "by": "schedule", "started": "2026-11-25T09:30:00+08:00"}', journal)
        raise SystemExit(0)

    monkeypatch.setenv("PREFECT_HOME", str(tmp_path / "home"))
    monkeypatch.setattr(schedule_serving, "run_due", stopped)
    monkeypatch.setattr(schedule_serving, "prefect_server", lambda port, keep_days: nullcontext())
    with pytest.raises(SystemExit):
        serve(replace(LAST_RESORT, out=str(tmp_path / "out")))
    (found,) = history(tmp_path / "out")
    assert (found.name, found.by, found.started) == ("intake", "schedule", "2026-11-25T09:30:00+08:00") and "已中断" in found.reason


@pytest.mark.slow
def test_the_server_ends_with_who_started_it_even_when_that_is_killed(tmp_path: Path) -> None:
    port = free_port()
    environment = {k: v for k, v in os.environ.items() if k != "PREFECT_API_URL"} | {"PREFECT_HOME": str(tmp_path)}
    with subprocess.Popen([sys.executable, "-c", KEEPS, str(port)], cwd=ROOT, env=environment, stdout=subprocess.PIPE, text=True) as started:
        assert started.stdout is not None and started.stdout.readline() == "on\n"
        assert answers(port)
        started.kill()
        began = time.monotonic()
        while answers(port) and time.monotonic() - began < 30:
            time.sleep(0.2)
        print(f"{time.monotonic() - began:.1f} s")
        assert not answers(port)
