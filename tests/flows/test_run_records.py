"""Prefect's database before a run: whole, damaged, and no room for it."""

import os
import sqlite3
import subprocess
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from flows.run_records import ROOM, RunRecordsUnusable, damaged, ready


@pytest.fixture
def database(tmp_path: Path) -> Path:
    with closing(sqlite3.connect(tmp_path / "prefect.db")) as connection:
        connection.execute("create table runs (id text)")
        connection.executemany("insert into runs values (?)", [(f"{n:0200}",) for n in range(500)])
        connection.commit()
    return tmp_path / "prefect.db"


def test_a_whole_database_stays_where_it_is(database: Path) -> None:
    assert ready(database.parent) is None
    assert [p.name for p in database.parent.iterdir()] == ["prefect.db"]


@pytest.mark.parametrize("spoil", [b"\0" * 200, b"SQLite format 3\0" + b"x" * 4000], ids=["no header", "no pages"])
def test_a_damaged_one_is_put_aside_and_kept(database: Path, spoil: bytes) -> None:
    database.write_bytes(spoil)
    (database.parent / "prefect.db-wal").write_bytes(b"of the damaged one")
    kept = ready(database.parent)
    assert kept is not None and kept.read_bytes() == spoil
    assert {p.name for p in database.parent.iterdir()} == {kept.name, f"{kept.name}-wal"}


@pytest.mark.parametrize(("code", "said"), [("CANTOPEN", "unable to open database file"), ("IOERR_READ", "disk I/O error"), ("READONLY", "attempt to write a readonly database"),
                                            ("BUSY", "database is locked")])
def test_what_the_disk_refuses_is_no_damage(database: Path, monkeypatch: pytest.MonkeyPatch, code: str, said: str) -> None:
    def refuse(*arguments: object, **named: object) -> sqlite3.Connection:
        error = sqlite3.OperationalError(said)
        error.sqlite_errorcode = getattr(sqlite3, f"SQLITE_{code}")
        raise error

    monkeypatch.setattr(sqlite3, "connect", refuse)
    assert not damaged(database)
    assert ready(database.parent) is None and database.is_file()


def test_a_torn_page_is_damage(database: Path) -> None:
    data = bytearray(database.read_bytes())
    data[8192:12288] = os.urandom(4096)
    database.write_bytes(data)
    assert damaged(database)


def test_a_locked_one_is_not_damaged(database: Path) -> None:
    with closing(sqlite3.connect(database, isolation_level=None)) as connection:
        connection.execute("begin exclusive")
        assert not damaged(database)


def test_a_path_that_cannot_be_a_folder_is_refused(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("x", "utf-8")
    with pytest.raises(RunRecordsUnusable, match="写不进去"):
        ready(tmp_path / "file" / "home")


@pytest.fixture
def small_disk(tmp_path: Path) -> Iterator[Path]:
    folder = tmp_path / "disk"
    folder.mkdir()
    mounted = subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={ROOM // 2}", "tmpfs", folder], capture_output=True, check=False)
    if mounted.returncode:
        pytest.skip("挂载小磁盘需要管理员权限")
    yield folder
    subprocess.run(["umount", folder], check=True)


@pytest.mark.skipif(os.name == "nt", reason="tmpfs 只在 Linux 上有")
def test_a_full_disk_is_said_before_anything_begins(small_disk: Path) -> None:
    with pytest.raises(RunRecordsUnusable, match="清理磁盘"):
        ready(small_disk)
    assert list(small_disk.iterdir()) == []
