"""Scheduled runs: what is noted, whom is told, what is kept, and that a real server plans runs in the right zone."""

import json
import os
import threading
import tomllib
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from zoneinfo import ZoneInfo

import filelock
import pytest
import yaml

from flows.history import Noted
from flows.schedule import (
    Outcome,
    clear,
    history,
    keep,
    material,
    next_times,
    note,
    outward,
    planned,
    recorded,
    scheduled_refresh,
    status,
)
from flows.schedule_late import PassedOver
from flows.settings import DEFAULT, ROOT, ScheduleSettings, read
from flows.store import Locked, point_latest, run_lock
from nlp.errors import EmptyCorpus, InvalidSetting, UnreadableDocument

SHANGHAI = ZoneInfo("Asia/Shanghai")


@pytest.fixture
def settings(tmp_path: Path) -> ScheduleSettings:
    return replace(read(DEFAULT).schedule, out=str(tmp_path / "outputs"))


def publish(out: Path, name: str, *, days_old: int = 0) -> Path:
    folder = out / name
    folder.mkdir(parents=True)
    (folder / "manifest.json").write_text("{}", "utf-8")
    moment = (datetime.now(UTC) - timedelta(days=days_old)).timestamp()
    os.utime(folder / "manifest.json", (moment, moment))
    return folder


def test_a_run_that_went_well_is_noted_with_its_folder(settings: ScheduleSettings) -> None:
    outcome = recorded("corpus", lambda: publish(Path(settings.out), "r1"), settings)
    assert (outcome.state, outcome.folder, outcome.reason) == ("done", "r1", "")
    assert history(Path(settings.out)) == [outcome]


def test_a_busy_folder_is_a_skipped_run_and_no_failure(settings: ScheduleSettings) -> None:
    def busy() -> Path:
        raise Locked

    assert recorded("intake", busy, settings).state == "skipped"


@pytest.mark.parametrize(("error", "said"), [(EmptyCorpus("收件目录", "没有材料", "请放入文件"), "没有材料"), (ZeroDivisionError("x"), "程序出错（ZeroDivisionError")])
def test_a_failure_is_noted_and_raised_again(settings: ScheduleSettings, error: Exception, said: str) -> None:
    def broken() -> Path:
        raise error

    with pytest.raises(type(error)):
        recorded("corpus", broken, settings)
    (outcome,) = history(Path(settings.out))
    assert outcome.state == "failed" and said in outcome.reason


def test_a_failure_reaches_a_web_hook(settings: ScheduleSettings) -> None:
    received: list[bytes] = []

    class Hook(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            received.append(self.rfile.read(int(self.headers["Content-Length"])))
            self.send_response(200)
            self.end_headers()

        def log_message(self, *arguments: object) -> None:
            pass

    server = HTTPServer(("127.0.0.1", 0), Hook)
    threading.Thread(target=server.serve_forever, daemon=True).start()

    def broken() -> Path:
        raise EmptyCorpus("收件目录", "没有材料", "请放入文件")

    with pytest.raises(EmptyCorpus):
        recorded("corpus", broken, replace(settings, notify=(f"json://127.0.0.1:{server.server_port}/",)))
    server.shutdown()
    assert "没有材料" in json.loads(received[0])["message"]


@pytest.mark.parametrize(("error", "told", "secret"), [
    (KeyError("张三 13800000000"), "KeyError", "张三"), (UnreadableDocument("某公司需求表.docx", "张三", "x"), "UnreadableDocument", "某公司"),
    (OSError(13, "Permission denied", "某公司需求表.docx"), "Permission denied", "某公司"), (EmptyCorpus("收件目录", "没有材料", "请放入文件"), "没有材料", "13800000000")])
def test_what_leaves_the_machine_quotes_no_document(error: Exception, told: str, secret: str) -> None:
    assert told in outward(error) and secret not in outward(error)


def test_no_material_is_a_skipped_run_and_no_failure(settings: ScheduleSettings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("flows.schedule.ROOT", tmp_path)
    outcome = recorded("intake", lambda: material(["corpora/inbox/demands"])[0], settings)
    assert outcome.state == "skipped" and "没有材料" in outcome.reason and (tmp_path / "corpora" / "inbox" / "demands").is_dir()
    (tmp_path / "corpora" / "inbox" / "demands" / "a.txt").write_text("需求", "utf-8")
    assert material(["corpora/inbox/demands"]) == [tmp_path / "corpora" / "inbox" / "demands"]
    with pytest.raises(EmptyCorpus):  # a disk that is not there is said
        recorded("intake", lambda: material([str(tmp_path / "nosuch")])[0], settings)


def test_runs_that_were_missed_are_noted_and_only_the_newest_runs(settings: ScheduleSettings, monkeypatch: pytest.MonkeyPatch) -> None:
    out, ran = Path(settings.out), list[str]()
    due = tuple(datetime(2026, 11, day, 1, 30, tzinfo=SHANGHAI) for day in (22, 23))
    for passed in (PassedOver(planned=due, own=True), PassedOver()):
        monkeypatch.setattr("flows.schedule.pass_over", lambda now, passed=passed: passed)
        planned("intake", lambda: publish(out, ran.append("r") or f"r{len(ran)}"), settings)
    assert [(o.state, o.started[:10], o.folder) for o in history(out)[:2]] == [("skipped", "2026-11-22", ""), ("skipped", "2026-11-23", "")]
    assert ran == ["r"] and history(out)[-1].folder == "r1" and "停机" in history(out)[0].reason


def test_old_runs_go_and_the_latest_stays_however_old(tmp_path: Path) -> None:
    for name, age in (("a", 400), ("b", 300), ("c", 10)):
        publish(tmp_path, name, days_old=age)
    (tmp_path / "state").mkdir()
    point_latest(tmp_path, "b")
    assert keep(tmp_path, days=180, now=datetime.now(UTC)) == ["a"]
    assert {p.name for p in tmp_path.iterdir()} == {"b", "c", "latest", "state"}


def test_the_last_run_of_every_chain_stays_although_the_clock_jumped(tmp_path: Path) -> None:
    for name, said in (("a", {"chain": "ic"}), ("b", {"chain": "nev"}), ("c", {"chain": "ic"}), ("d", {"chain": "ic", "kind": "intake"}), ("e", {"chain": "ic"})):
        (publish(tmp_path, name) / "manifest.json").write_text(json.dumps(said), "utf-8")
    point_latest(tmp_path, "c")
    assert keep(tmp_path, days=180, now=datetime.now(UTC) + timedelta(days=4000)) == ["a"]


def test_a_folder_that_cannot_be_removed_fails_no_run(settings: ScheduleSettings, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> None:
    out = Path(settings.out)
    publish(out, "old", days_old=400)

    def refuse(folder: Path, place: Path) -> None:
        raise PermissionError(13, "in use", str(folder))

    monkeypatch.setattr("flows.schedule.discard", refuse)
    assert recorded("corpus", lambda: publish(out, "r1"), settings).state == "done"
    monkeypatch.setattr("flows.schedule.keep", refuse_to_read)
    with pytest.raises(EmptyCorpus):
        recorded("corpus", refuse_for_lack_of_material, settings)


def refuse_to_read(*arguments: object, **named: object) -> list[str]:
    raise PermissionError(13, "Permission denied")


def refuse_for_lack_of_material() -> Path:
    raise EmptyCorpus("收件目录", "没有材料", "请放入文件")


def test_old_runs_are_left_alone_while_another_run_works(settings: ScheduleSettings) -> None:
    out = Path(settings.out)
    publish(out, "old", days_old=400)
    publish(out, "r0")
    with run_lock(out), ThreadPoolExecutor(1) as elsewhere:
        elsewhere.submit(clear, out, days=180, now=datetime.now(UTC)).result()
        assert (out / "old").is_dir()
    clear(out, days=180, now=datetime.now(UTC))
    assert not (out / "old").exists()


@pytest.mark.parametrize(("cron", "now", "expected"), [
    ("0 2 * * 1", datetime(2026, 11, 25, 9, tzinfo=SHANGHAI), "2026-11-30 02:00+08:00"),
    ("30 1 * * *", datetime(2026, 11, 25, 1, 30, tzinfo=SHANGHAI), "2026-11-26 01:30+08:00")])
def test_when_a_run_is_due(cron: str, now: datetime, expected: str) -> None:
    assert next_times(cron, now)[0].isoformat(sep=" ", timespec="minutes") == expected


def test_settings_that_cannot_be_read_at_night_are_a_noted_failure(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """The run itself fails on them; [schedule] still says where that is noted."""
    text = DEFAULT.read_text("utf-8").replace('out = "outputs" ', f'out = "{tmp_path / "outputs"}"').replace("seed = 7", 'seed = "seven"')
    text = text.replace('["corpora/inbox"] ', f'["{ROOT / "corpora" / "sample"}"] ')
    (tmp_path / "settings.toml").write_text(text, "utf-8")
    monkeypatch.setenv("LUXIANTU_SETTINGS", str(tmp_path / "settings.toml"))
    monkeypatch.setenv("PREFECT_HOME", str(tmp_path / "prefect"))
    with pytest.raises(InvalidSetting):
        scheduled_refresh.fn()
    (outcome,) = history(tmp_path / "outputs")
    assert (outcome.name, outcome.by, outcome.state) == ("corpus", "schedule", "failed") and "run.seed" in outcome.reason
    assert list((tmp_path / "outputs" / "state" / "log").iterdir())


def test_runs_by_hand_are_said_beside_the_schedules(settings: ScheduleSettings) -> None:
    with pytest.raises(EmptyCorpus), Noted(name="refresh", out=Path(settings.out)):
        raise EmptyCorpus("收件目录", "没有材料", "请放入文件")
    text = "\n".join(status(settings, datetime.now(SHANGHAI)))
    assert text.count("还没有运行过") == 2 and "手工刷新" in text and "没有材料" in text


def test_a_wrong_cron_line_is_named() -> None:
    with pytest.raises(ValueError, match="每周一"):
        next_times("每周一", datetime.now(SHANGHAI))


def test_status_says_last_next_and_what_failed(settings: ScheduleSettings) -> None:
    out, now = Path(settings.out), datetime(2026, 11, 25, 9, tzinfo=SHANGHAI)
    bad = Outcome(name="corpus", started="2026-11-16T02:00:00+08:00", finished="2026-11-16T02:00:05+08:00", state="failed", reason="没有材料", folder="")
    note(bad, out)
    note(replace(bad, started="2026-11-23T02:00:00+08:00", state="done", reason="", folder="r7"), out)
    with (out / "state" / "runs.jsonl").open("a") as file:
        file.write('{"name": "corp')  # power went here
    with filelock.FileLock(out / ".schedule.lock"):
        text = "\n".join(status(settings, now))
    assert "上次：2026-11-23T02:00:00+08:00 完成，r7" in text
    assert "最近一次失败：2026-11-16T02:00:00+08:00 失败，没有材料" in text
    assert "下次：2026-11-30 02:00+08:00" in text
    assert "还没有运行过" in text


def test_no_time_is_promised_when_nobody_keeps_the_schedule(settings: ScheduleSettings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PREFECT_API_URL", raising=False)
    alone = "\n".join(status(settings, datetime(2026, 11, 25, 9, tzinfo=SHANGHAI)))
    assert alone.count("没有在值守") == 2 and "luxiantu schedule serve" in alone and "2026-11-30" not in alone
    monkeypatch.setenv("PREFECT_API_URL", "http://u:secret@10.0.0.5:4200/api")
    shared = "\n".join(status(settings, datetime(2026, 11, 25, 9, tzinfo=SHANGHAI)))
    assert "2026-11-30 02:00" in shared and "10.0.0.5" in shared and "secret" not in shared


def test_the_file_for_several_machines_says_what_the_settings_say() -> None:
    plans = {d["name"]: d for d in yaml.safe_load((ROOT / "prefect.yaml").read_text("utf-8"))["deployments"]}
    table = tomllib.loads(DEFAULT.read_text("utf-8"))["schedule"]
    assert [plans[n]["schedules"][0]["cron"] for n in ("weekly-corpus", "daily-intake")] == [table["corpus"], table["intake"]]
    for plan in plans.values():
        path, _, name = plan["entrypoint"].partition(":")
        assert f"def {name}(" in (ROOT / path).read_text("utf-8")


@pytest.mark.slow
def test_a_real_server_plans_runs_in_the_settings_zone(settings: ScheduleSettings) -> None:
    """Some versions of SQLAlchemy leave cron deployments without any planned run and say nothing."""
    import socket
    import time

    from prefect.client.orchestration import get_client
    from prefect.client.schemas.filters import FlowRunFilter, FlowRunFilterState, FlowRunFilterStateType
    from prefect.client.schemas.objects import StateType

    from flows.schedule_serving import deployments, prefect_server

    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = int(free.getsockname()[1])
    with prefect_server(port) as address, get_client(sync_client=True) as client:
        assert address.startswith("http://127.0.0.1:")
        assert str(client.api_url).rstrip("/") == address  # and no server of the client's own
        for plan in deployments(settings):
            plan.apply()
        for _ in range(150):
            runs = client.read_flow_runs(flow_run_filter=FlowRunFilter(state=FlowRunFilterState(type=FlowRunFilterStateType(any_=[StateType.SCHEDULED]))))
            if len({r.deployment_id for r in runs} - {None}) == 2:
                break
            time.sleep(1)
        due = sorted(r.expected_start_time for r in runs if r.deployment_id is not None and r.expected_start_time is not None)
        assert {(d.astimezone(SHANGHAI).hour, d.astimezone(SHANGHAI).minute) for d in due} == {(2, 0), (1, 30)}
