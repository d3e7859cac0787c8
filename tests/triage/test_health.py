"""What `luxiantu doctor` says of the page's database, and that it makes and changes nothing by looking."""

import socket
import threading
from pathlib import Path

import pytest

from flows.check import Check
from tests.triage.rows import add, row
from triage import health, migrate
from triage.database import Store, database_url
from triage.health import examine


@pytest.fixture(autouse=True)
def _no_server(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("DATABASE_URL", raising=False)


def path_of(out: Path) -> Path:
    return out / "state" / "triage.sqlite"


def test_none_is_made_by_looking(tmp_path: Path) -> None:
    assert examine(tmp_path).state == "ok"
    assert list(tmp_path.iterdir()) == []


def test_a_whole_one_while_the_page_has_it_open(store: Store, tmp_path: Path) -> None:
    add(store, row(1))
    found = examine(tmp_path)
    assert found.state == "ok" and "0001" in found.detail
    with store.writing():
        assert examine(tmp_path).state == "ok"


def test_an_empty_file(tmp_path: Path) -> None:
    database_url(None, tmp_path)  # makes the file
    assert (found := examine(tmp_path)).state == "ok" and "还没有表" in found.detail


def test_a_damaged_one(store: Store, tmp_path: Path) -> None:
    add(store, *(row(n) for n in range(1, 60)))
    store.close()
    data = bytearray(path_of(tmp_path).read_bytes())
    data[8192:20480] = b"\xa5" * 12288
    path_of(tmp_path).write_bytes(data)
    assert (found := examine(tmp_path)).state == "fail" and "备份" in found.remedy
    path_of(tmp_path).write_bytes(b"no database at all" * 400)
    assert examine(tmp_path).state == "fail"


@pytest.mark.parametrize(("written", "state"), [("0000", "fail"), ("9999", "fail")])
def test_a_schema_that_this_program_does_not_know(store: Store, tmp_path: Path, written: str, state: str) -> None:
    with store.writing() as session:
        session.connection().exec_driver_sql(f"UPDATE alembic_version SET version_num = '{written}'")
    assert (found := examine(tmp_path)).state == state and "比程序新" in found.detail


def test_a_schema_of_before(store: Store, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    later = tmp_path / "migrations"
    (later / "versions").mkdir(parents=True)
    for name in ("env.py", "versions/0001_first.py"):
        (later / name).write_bytes((migrate.FOLDER / name).read_bytes())
    (later / "versions" / "0002_next.py").write_text('revision = "0002"\ndown_revision = "0001"\n', "utf-8")
    monkeypatch.setattr(health, "FOLDER", later)
    assert (found := examine(tmp_path)).state == "warn" and "备份" in found.remedy


def test_an_address_that_is_none_is_not_repeated(tmp_path: Path) -> None:
    found = examine(tmp_path, "postgresql//u:secret@host")
    assert found.state == "fail" and "secret" not in found.detail + found.remedy


def silent(tmp_path: Path) -> Check:
    """A server that takes the connection and says nothing."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        threading.Thread(target=server.accept, daemon=True).start()
        return examine(tmp_path, f"postgresql://u:secret@127.0.0.1:{server.getsockname()[1]}/db")


def test_a_server_that_is_not_there_and_one_that_is_silent(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("pg8000")
    monkeypatch.setattr(health, "PATIENCE", 0.5)
    for found in (examine(tmp_path, "postgresql://u:secret@127.0.0.1:9/db"), silent(tmp_path)):
        assert found.state == "fail" and "127.0.0.1" in found.detail and "secret" not in found.detail


def test_a_real_server(postgres_store: Store, tmp_path: Path) -> None:
    url = postgres_store.url.render_as_string(hide_password=False)
    assert (found := examine(tmp_path, url)).state == "ok" and "0001" in found.detail
    missing = postgres_store.url.set(database="nosuch").render_as_string(hide_password=False)
    assert (found := examine(tmp_path, missing)).state == "fail" and "nosuch" in found.detail
