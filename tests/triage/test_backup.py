import gzip
from pathlib import Path

import pytest
from sqlalchemy import select

from tests.triage.rows import add, row
from tests.triage.test_decisions import do
from triage import history, migrate
from triage.accounts import Role, add_user, set_password
from triage.backup import BackupError, backup, restore
from triage.database import Base, Store, SubmissionRow, database_url
from triage.settings import read


def filled(store: Store) -> None:
    add(store, row(1, original="未遮盖 13800000000"), row(2))
    do(store, 1, "接收")
    do(store, 2, "合并到", merge_into="S-1")
    with store.writing() as session:
        set_password(session, add_user(session, "张三", Role.REVIEWER, actor="测试"), "correct-horse-battery", read().login)


def contents(store: Store) -> dict[str, list[str]]:
    with store.reading() as session:
        return {name: [str(r) for r in session.execute(select(t).order_by(*t.primary_key))] for name, t in Base.metadata.tables.items()
                if name not in {"sessions", "invitations"}}


def empty(folder: Path) -> Store:
    made = Store(database_url(None, folder))
    migrate.upgrade(made)
    return made


def test_what_is_restored_is_what_was_there(store: Store, tmp_path: Path) -> None:
    filled(store)
    backup(store, tmp_path / "b.jsonl.gz")
    other = empty(tmp_path / "other")
    restore(other, tmp_path / "b.jsonl.gz")
    assert contents(other) == contents(store)
    do(other, 1, "指派专家", expert="甲")
    with other.snapshot() as session:
        assert history.verify(session) == []
    other.close()


def test_a_backup_is_for_its_owner_only_and_never_overwrites(store: Store, tmp_path: Path) -> None:
    path = tmp_path / "b.jsonl.gz"
    backup(store, path)
    assert path.stat().st_mode & 0o077 == 0
    with pytest.raises(BackupError, match="已有同名文件"):
        backup(store, path)


@pytest.mark.parametrize("spoil", ["cut", "changed", "none"])
def test_a_spoilt_backup_restores_nothing(store: Store, tmp_path: Path, spoil: str) -> None:
    filled(store)
    path = tmp_path / "b.jsonl.gz"
    backup(store, path)
    lines = gzip.decompress(path.read_bytes()).splitlines(keepends=True)
    spoilt = {"cut": lines[:-1], "changed": [line.replace("已接收".encode(), "已转出".encode()) for line in lines], "none": [b"hello"]}[spoil]
    path.write_bytes(gzip.compress(b"".join(spoilt)))
    other = empty(tmp_path / "other")
    with pytest.raises(BackupError):
        restore(other, path)
    with other.reading() as session:
        assert session.scalars(select(SubmissionRow)).all() == []
    other.close()


def test_a_database_in_use_is_not_restored_over(store: Store, tmp_path: Path) -> None:
    filled(store)
    backup(store, tmp_path / "b.jsonl.gz")
    with pytest.raises(BackupError, match="不是空的"):
        restore(store, tmp_path / "b.jsonl.gz")
