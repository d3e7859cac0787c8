"""Keeps the schedule: a Prefect server on the loopback address for as long as we live, and a runner of what is due."""

import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.error import URLError

import filelock
from prefect.deployments.runner import RunnerDeployment
from prefect.settings import PREFECT_API_URL, temporary_settings

from flows import run_records
from flows.settings import ROOT, ScheduleSettings
from nlp.errors import LuxiantuError

__all__ = ["AlreadyServed", "deployments", "prefect_server", "serve"]

PATIENCE = 180  # seconds until the server answers; the first start makes its database


class AlreadyServed(LuxiantuError):
    verb = "无法启动"


def serve(settings: ScheduleSettings) -> None:
    """Run until interrupted. Raises AlreadyServed when another process keeps the schedule of this output folder."""
    out = ROOT / settings.out
    out.mkdir(parents=True, exist_ok=True)
    lock = filelock.FileLock(out / ".schedule.lock")
    try:
        lock.acquire(timeout=0)
    except filelock.Timeout as error:
        raise AlreadyServed("计划任务", "另一个进程已经在执行计划", "请先停止它，或在设置中换一个输出目录") from error
    with lock:
        if home := os.environ.get("PREFECT_HOME"):
            run_records.ready(Path(home))
        with prefect_server(settings.port):
            run_due(settings)


def run_due(settings: ScheduleSettings) -> None:
    from prefect import serve as serve_deployments

    serve_deployments(*deployments(settings), pause_on_shutdown=False, print_starting_message=False, limit=1)


def deployments(settings: ScheduleSettings) -> list[RunnerDeployment]:
    """The two schedules, to be served here or applied to a shared server."""
    from prefect.schedules import Cron

    from flows.schedule import scheduled_intake, scheduled_refresh

    plans = [(scheduled_refresh, "weekly-corpus", settings.corpus), (scheduled_intake, "daily-intake", settings.intake)]
    return [RunnerDeployment.from_flow(job, name, schedule=Cron(cron, timezone=settings.timezone)) for job, name, cron in plans]


@contextmanager
def prefect_server(port: int) -> Iterator[str]:
    """The address of a server of our own, loopback only; of the one that PREFECT_API_URL names where that is set."""
    known = os.environ.get("PREFECT_API_URL")
    if known:
        yield known
        return
    address = f"http://127.0.0.1:{port}/api"
    command = [sys.executable, "-m", "prefect", "server", "start", "--host", "127.0.0.1", "--port", str(port), "--no-ui", "--analytics-off"]
    server = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)  # noqa: S603  # our own interpreter and words
    try:
        wait_for(f"{address}/health", server)
        os.environ["PREFECT_API_URL"] = address  # for those whom we start; Prefect read its settings when it was imported here
        with temporary_settings({PREFECT_API_URL: address}):
            yield address
    finally:
        os.environ.pop("PREFECT_API_URL", None)
        server.terminate()
        try:
            server.wait(timeout=20)
        except subprocess.TimeoutExpired:
            server.kill()


def wait_for(address: str, server: "subprocess.Popen[bytes]") -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and server.poll() is None:
        try:
            with urllib.request.urlopen(address, timeout=2) as answer:  # noqa: S310  # our own server on the loopback address  # nosec B310  # the same
                if answer.status == 200:
                    return
        except (URLError, OSError):
            time.sleep(0.5)
    raise LuxiantuError("Prefect 服务", "在限时内没有启动", "请检查端口是否被占用（设置中的 schedule.port），或稍后再试")
