import argparse
from pathlib import Path

import pytest

from tests.triage.rows import add, row
from tests.triage.test_decisions import do
from triage import history, migrate
from triage.command import ChainBroken, add_arguments
from triage.database import Store, database_url


def run(*words: str) -> None:
    parser = argparse.ArgumentParser()
    add_arguments(parser)
    options = parser.parse_args(list(words))
    options.call(options)


@pytest.fixture
def out(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.delenv("DATABASE_URL", raising=False)
    store = Store(database_url(None, tmp_path))
    migrate.upgrade(store)
    add(store, row(1), row(2))
    do(store, 1, "接收")
    store.close()
    return tmp_path


def test_verify_says_what_holds_and_fails_for_what_does_not(out: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run("verify", "--out", str(out))
    assert "3 条处理记录完好" in capsys.readouterr().out
    store = Store(database_url(None, out))
    with store.writing() as session:
        session.connection().exec_driver_sql("UPDATE submissions SET state='不予受理' WHERE id=1")
    store.close()
    with pytest.raises(ChainBroken):
        run("verify", "--out", str(out))


def test_backup_and_restore(out: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run("backup", str(tmp_path / "b.gz"), "--out", str(out))
    run("restore", str(tmp_path / "b.gz"), "--out", str(tmp_path / "other"))
    assert "已恢复" in capsys.readouterr().out
    run("verify", "--out", str(tmp_path / "other"))


def test_export_writes_the_sheet_the_decisions_and_the_labels_and_import_takes_the_sheet(out: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    run("export", "-o", str(tmp_path / "x" / "triage.xlsx"), "--out", str(out))
    assert (out / "state" / "decisions.jsonl").read_text().count("\n") == 3
    assert (out / "state" / "labels.jsonl").read_text() == ""
    run("import", str(tmp_path / "x" / "triage.xlsx"), "--out", str(out))
    assert "采用 0 项决定" in capsys.readouterr().out


def test_adduser_shows_a_link_and_for_a_known_user_a_new_one(out: Path, capsys: pytest.CaptureFixture[str]) -> None:
    for _ in range(2):
        run("adduser", "张三", "--role", "登记", "--out", str(out), "--url", "https://office.example/")
        assert "https://office.example/welcome#" in capsys.readouterr().out
    store = Store(database_url(None, out))
    with store.snapshot() as session:
        assert history.verify(session) == []
    store.close()


@pytest.mark.parametrize(("given", "driver"), [
    (None, "sqlite"), ("postgres://u@h/d", "postgresql+pg8000"), ("postgresql://u@h/d", "postgresql+pg8000"), ("sqlite:////x/y.sqlite", "sqlite")])
def test_where_the_database_is(tmp_path: Path, given: str | None, driver: str) -> None:
    assert database_url(given, tmp_path).drivername == driver
