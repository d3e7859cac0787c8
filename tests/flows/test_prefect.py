"""The pinned Prefect really starts flows and really schedules: newer SQLAlchemy gives cron deployments no runs, and says nothing."""

import os
import socket
import subprocess
import sys
import time
from pathlib import Path

import pytest

from flows import prefect_settings

pytestmark = pytest.mark.slow

DEPLOY = """
import asyncio, sys, time
from datetime import datetime
from flows import prefect_settings; prefect_settings.apply()
from prefect import flow
from prefect.client.orchestration import get_client
from prefect.client.schemas.actions import DeploymentScheduleCreate
from prefect.client.schemas.filters import DeploymentFilter, DeploymentFilterId
from prefect.client.schemas.schedules import CronSchedule

@flow(name="定时运行")
def nightly(): return None

async def main():
    async with get_client() as client:
        flow_id = await client.create_flow(nightly)
        schedule = DeploymentScheduleCreate(schedule=CronSchedule(cron="0 2 * * 1", timezone="Asia/Shanghai"), active=True)
        deployment = await client.create_deployment(flow_id=flow_id, name="每周", schedules=[schedule])
        until = time.monotonic() + 120
        while time.monotonic() < until:
            runs = await client.read_flow_runs(deployment_filter=DeploymentFilter(id=DeploymentFilterId(any_=[deployment])))
            if runs:
                first = min(r.expected_start_time for r in runs).in_timezone("Asia/Shanghai") if hasattr(runs[0].expected_start_time, "in_timezone") else min(r.expected_start_time for r in runs)
                print(len(runs), runs[0].state.type.value, first.strftime("%M"))
                return
            await asyncio.sleep(2)
        print(0)
asyncio.run(main())
"""


def free_port() -> int:
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return int(s.getsockname()[1])


def test_a_cron_deployment_gets_scheduled_runs(tmp_path: Path) -> None:
    port = free_port()
    env = {k: v for k, v in os.environ.items() if not k.startswith("PREFECT_")}
    env |= {"PREFECT_HOME": str(tmp_path), "PREFECT_SERVER_ANALYTICS_ENABLED": "false", "DO_NOT_TRACK": "1"}
    server = subprocess.Popen([sys.executable, "-m", "prefect", "server", "start", "--host", "127.0.0.1", "--port", str(port)], env=env,
                              stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL, cwd=tmp_path)
    try:
        env["PREFECT_API_URL"] = f"http://127.0.0.1:{port}/api"
        wait_for(port, server)
        done = subprocess.run([sys.executable, "-c", DEPLOY], env=env, capture_output=True, text=True, encoding="utf-8", timeout=240, check=False)
    finally:
        server.terminate()
        server.wait(30)
    assert done.returncode == 0, done.stderr[-2000:]
    number, state, minute = done.stdout.split()
    assert int(number) >= 1
    assert (state, minute) == ("SCHEDULED", "00")


def wait_for(port: int, server: "subprocess.Popen[bytes]") -> None:
    for _ in range(240):
        assert server.poll() is None, "the server stopped"
        with socket.socket() as s:
            if s.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.5)
    raise AssertionError("the server did not start in two minutes")


@pytest.mark.parametrize(
    ("table", "expected"),
    [
        ({"server": {"analytics_enabled": False}}, [("PREFECT_SERVER_ANALYTICS_ENABLED", "false")]),
        ({"home": ".prefect", "server": {"ephemeral": {"startup_timeout_seconds": 180}}},
         [("PREFECT_HOME", ".prefect"), ("PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS", "180")]),
    ],
)
def test_settings_become_variables(table: dict[str, object], expected: list[tuple[str, str]]) -> None:
    assert list(prefect_settings.variables(table)) == expected


def test_the_users_own_settings_win(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PREFECT_HOME", "/elsewhere")
    monkeypatch.delenv("PREFECT_SERVER_ANALYTICS_ENABLED", raising=False)
    prefect_settings.apply()
    assert (os.environ["PREFECT_HOME"], os.environ["PREFECT_SERVER_ANALYTICS_ENABLED"]) == ("/elsewhere", "false")
