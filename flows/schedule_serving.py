"""Keeps the schedule: a Prefect server on the loopback address for as long as we live, and a runner of what is due."""

import os
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from contextlib import AbstractContextManager, ExitStack, contextmanager, suppress
from pathlib import Path
from urllib.error import URLError

import filelock
from prefect.deployments.runner import RunnerDeployment
from prefect.settings import PREFECT_API_URL, temporary_settings
from prefect.types.entrypoint import EntrypointType

from flows import run_records
from flows.history import reason_of
from flows.reach import reached
from flows.settings import ROOT, ScheduleSettings
from flows.store import Locked, run_lock
from flows.under_way import note_killed
from nlp.errors import LuxiantuError

__all__ = ["AlreadyServed", "deployments", "prefect_server", "serve"]

PATIENCE = 180  # seconds until the server answers; the first start makes its database


class AlreadyServed(LuxiantuError):
    verb = "无法启动"


def serve(settings: ScheduleSettings) -> None:
    """Run until interrupted. Raises AlreadyServed when another process keeps the schedule of this output folder, or another one with our Prefect home:
    the plans have the same names there, so that each would run what the other planned."""
    home = os.environ.get("PREFECT_HOME")
    with ExitStack() as held:
        for folder in [ROOT / settings.out, *([Path(home)] if home else [])]:
            folder.mkdir(parents=True, exist_ok=True)
            held.enter_context(only_one(folder / ".schedule.lock"))
        if home:
            run_records.ready(Path(home))
        with prefect_server(settings.port, keep_days=settings.keep_days):
            try:
                run_due(settings)
            finally:
                note_stopped(ROOT / settings.out)


def note_stopped(out: Path) -> None:
    """Prefect's runner, when it is stopped, kills the run that is going on before that can say a word."""
    with suppress(Locked, OSError), run_lock(out):
        note_killed(out, reason_of(KeyboardInterrupt()))


def only_one(lock: Path) -> AbstractContextManager[object]:
    try:
        return filelock.FileLock(lock, timeout=0).acquire()
    except filelock.Timeout as error:
        remedy = "请先停止它；确要同时执行两份计划时，除 schedule.out 外还要给第二份另设环境变量 PREFECT_HOME 和 schedule.port"
        raise AlreadyServed("计划任务", "另一个进程已经在执行计划", remedy) from error


def run_due(settings: ScheduleSettings) -> None:
    from prefect import serve as serve_deployments

    serve_deployments(*deployments(settings), pause_on_shutdown=False, print_starting_message=False, limit=1)


def deployments(settings: ScheduleSettings) -> list[RunnerDeployment]:
    """The two schedules, to be served here or applied to a shared server."""
    from prefect.schedules import Cron

    from flows.schedule import scheduled_intake, scheduled_refresh

    plans = [(scheduled_refresh, "weekly-corpus", settings.corpus), (scheduled_intake, "daily-intake", settings.intake)]
    return [RunnerDeployment.from_flow(job, name, schedule=Cron(cron, timezone=settings.timezone), entrypoint_type=EntrypointType.MODULE_PATH)
            for job, name, cron in plans]  # by module: a file is named from the working folder, and on Windows there is no way from C: to D:


@contextmanager
def prefect_server(port: int, *, keep_days: int = 180) -> Iterator[str]:
    """The address of a server of our own, loopback only; of the one that PREFECT_API_URL names where that is set. Ours forgets runs after `keep_days`."""
    known = os.environ.get("PREFECT_API_URL")
    if known:
        yield known
        return
    if reached(f"127.0.0.1:{port}", seconds=2) is None:  # we would take its answer for that of our server
        raise LuxiantuError("Prefect 服务", f"端口 {port} 已被别的程序占用", "请停止该程序，或在设置中换一个 schedule.port")
    address = f"http://127.0.0.1:{port}/api"
    command = [sys.executable, "-m", "flows.schedule_server", str(port)]
    with subprocess.Popen(command, stdin=subprocess.PIPE, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL,  # noqa: S603  # our own interpreter and words
                          env=retention(keep_days) | dict(os.environ), start_new_session=os.name != "nt") as server:  # Ctrl-C is for us
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


def retention(days: int) -> dict[str, str]:
    """For the server's own vacuum, which is off unless asked for."""
    return {"PREFECT_SERVER_SERVICES_DB_VACUUM_ENABLED": "true", "PREFECT_SERVER_SERVICES_DB_VACUUM_RETENTION_PERIOD": str(days * 86_400)}


def wait_for(address: str, server: "subprocess.Popen[bytes]") -> None:
    until = time.monotonic() + PATIENCE
    while time.monotonic() < until and server.poll() is None:
        try:
            with urllib.request.urlopen(address, timeout=2) as answer:  # noqa: S310  # our own server on the loopback address  # nosec B310  # the same
                if answer.status == 200:
                    return
        except (URLError, OSError):
            time.sleep(0.5)
    raise LuxiantuError("Prefect 服务", "在限时内没有启动", "请运行 luxiantu doctor 检查磁盘与 Prefect 记录，或稍后再试")
