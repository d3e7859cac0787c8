"""Prefect's records, the lock of the output folder, and what the history says; each as it is found after something went wrong."""

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from flows import check_databases
from flows.check_databases import last_runs, prefect_records, run_lock_state
from flows.history import Outcome, note
from flows.run_records import damaged
from flows.store import run_lock


@pytest.fixture
def home(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    for name in ("PREFECT_API_URL", *check_databases.DATABASE_VARIABLES):
        monkeypatch.delenv(name, raising=False)
    with closing(sqlite3.connect(tmp_path / "prefect.db")) as connection:
        connection.execute("create table runs (id text)")
        connection.executemany("insert into runs values (?)", [(f"{n:0200}",) for n in range(20_000)])
        connection.commit()
    return tmp_path


def test_a_whole_one_and_none(home: Path) -> None:
    assert prefect_records(home).state == "ok"
    assert prefect_records(home / "new").state == "ok"


def test_a_damaged_one_is_put_aside_by_the_next_run_so_it_is_no_failure(home: Path) -> None:
    (home / "prefect.db").write_bytes(b"SQLite format 3\0" + b"x" * 4000)
    found = prefect_records(home)
    assert found.state == "warn" and "自动" in found.remedy


def test_what_was_put_aside_and_what_grew_is_said(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (home / "prefect.db.damaged-20261101-020000").write_bytes(bytes(3_000_000))
    assert "3.0 MB" in prefect_records(home).detail
    (home / "prefect.db.damaged-20261101-020000").unlink()
    monkeypatch.setattr(check_databases, "LARGE", 1e6)
    assert prefect_records(home).state == "warn"


def test_a_full_disk(home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(check_databases, "ROOM", 10**18)
    assert (found := prefect_records(home)).state == "fail" and "PREFECT_HOME" in found.remedy


def test_one_that_takes_too_long_to_read_is_not_called_damaged(home: Path) -> None:
    assert damaged(home / "prefect.db", seconds=1e-9) is False


@pytest.mark.parametrize(("variable", "value"), [
    ("PREFECT_API_URL", "http://127.0.0.1:9/api"), ("PREFECT_SERVER_DATABASE_CONNECTION_URL", "postgresql+asyncpg://u:secret@127.0.0.1:9/x")])
def test_a_shared_server_that_does_not_answer(home: Path, monkeypatch: pytest.MonkeyPatch, variable: str, value: str) -> None:
    monkeypatch.setenv(variable, value)
    found = prefect_records(home)
    assert found.state == "fail" and "secret" not in found.detail and found.remedy


def test_the_lock(tmp_path: Path) -> None:
    assert run_lock_state(tmp_path / "none").state == "ok"
    with run_lock(tmp_path):
        (tmp_path / ".work" / "20261125-020000-000").mkdir(parents=True)
        found = run_lock_state(tmp_path)
        assert found.state == "warn" and "20261125-020000-000" in found.detail and "请等它结束" in found.remedy
    left = run_lock_state(tmp_path)
    assert left.state == "warn" and "被强行结束" in left.detail and "自动清理" in left.remedy


def test_the_last_run_that_failed(tmp_path: Path) -> None:
    assert last_runs(tmp_path).state == "ok"
    bad = Outcome(name="corpus", started="2026-11-16T02:00:00+08:00", finished="2026-11-16T02:00:05+08:00", state="failed", reason="没有材料", folder="")
    note(bad, tmp_path)
    assert (found := last_runs(tmp_path)).state == "warn" and "没有材料" in found.detail
    note(Outcome(name="corpus", started="2026-11-23T02:00:00+08:00", finished="", state="done", reason="", folder="r"), tmp_path)
    assert last_runs(tmp_path).state == "ok"
