"""The same on PostgreSQL: decisions of many at once, one chain, backups that go from one kind of database into the other."""

import threading
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from tests.triage.rows import SEGMENTS, add_many
from tests.triage.test_backup import contents, empty, filled
from tests.triage.test_decisions import do, problems, take_back
from triage import history
from triage.backup import backup, restore
from triage.database import Store
from triage.decisions import Stale
from triage.office import Office
from triage.queue import Filters, counts, lines
from triage.settings import read
from triage.shapes import Decide


def test_decisions_undo_and_the_queue(postgres_store: Store) -> None:
    add_many(postgres_store, 4)
    do(postgres_store, 1, "接收")
    do(postgres_store, 2, "合并到", merge_into="S-1")
    take_back(postgres_store, 2)
    assert problems(postgres_store) == []
    with postgres_store.reading() as session:
        assert [line.submission_id for line in lines(session, Filters(state="待处理"))] == ["S-2", "S-3", "S-4"]
        assert counts(session, Filters())["state"] == {"待处理": 3, "已接收": 1}
        assert [line.id for line in lines(session, Filters(q="号前驱体"))] == [1, 2, 3, 4]
        assert lines(session, Filters(q="%")) == []


@pytest.mark.parametrize("kind", ["sqlite", "postgres"])
def test_many_at_once_lose_nothing_and_do_not_fork_the_chain(kind: str, request: pytest.FixtureRequest) -> None:
    store: Store = request.getfixturevalue("store" if kind == "sqlite" else "postgres_store")
    add_many(store, 40)
    outcomes: list[tuple[int, str]] = []

    def decide_all(actor: str) -> None:
        from triage.decisions import decide

        for row_id in range(1, 41):
            try:
                with store.writing() as session:
                    decide(session, row_id, Decide.model_validate({"action": "接收", "row_version": 1}), actor=actor, segments=SEGMENTS)
                outcomes.append((row_id, actor))
            except Stale:
                pass

    threads = [threading.Thread(target=decide_all, args=(f"用户{n}",)) for n in range(6)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert sorted(row_id for row_id, _ in outcomes) == list(range(1, 41))
    assert problems(store) == []
    with store.reading() as session:
        assert history.count(session) == 80


@pytest.mark.parametrize("statement", ["UPDATE events SET actor='x'", "DELETE FROM events"])
def test_the_server_refuses_to_rewrite_history(postgres_store: Store, statement: str) -> None:
    add_many(postgres_store, 1)
    with pytest.raises(DBAPIError, match="append-only"), postgres_store.writing() as session:
        session.execute(text(statement))


def test_a_backup_goes_from_either_into_the_other(store: Store, postgres_store: Store, tmp_path: Path) -> None:
    filled(store)
    backup(store, tmp_path / "a.gz")
    restore(postgres_store, tmp_path / "a.gz")
    assert contents(postgres_store) == contents(store)
    add_many(postgres_store, 1, start=50)  # the counters go on behind the restored rows
    backup(postgres_store, tmp_path / "b.gz")
    back = empty(tmp_path / "back")
    restore(back, tmp_path / "b.gz")
    assert contents(back) == contents(postgres_store)
    assert problems(back) == []
    back.close()


def test_the_page_answers(postgres_store: Store, tmp_path: Path) -> None:
    from tests.triage.conftest import anonymous
    from triage.accounts import first_link
    from triage.app import create

    add_many(postgres_store, 3)
    office = Office(store=postgres_store, settings=read(), out=tmp_path, segments=SEGMENTS)
    with postgres_store.writing() as session:
        token = first_link(session, office.settings.login)
    client = anonymous(create(office))
    assert client.post("/welcome", json={"token": token, "password": "correct-horse-battery"}).status_code == 200
    page = client.get("/").text
    client.headers["X-CSRF-Token"] = page.split('name="csrf" content="')[1].split('"')[0]
    assert client.post("/rows/1/decide", json={"action": "接收", "row_version": 1}).json()["state"] == "已接收"
    assert client.post("/rows/1/decide", json={"action": "接收", "row_version": 1}).status_code == 409
    assert client.get("/rows/1").status_code == client.get("/numbers").status_code == client.get("/sheet").status_code == 200


def test_a_restarted_server_fails_no_request(postgres_store: Store) -> None:
    add_many(postgres_store, 2)
    other = Store(postgres_store.url)
    with other.reading() as session:  # what a restart does to every connection that the pool holds
        ended = session.scalars(text("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = current_database() AND pid <> pg_backend_pid()")).all()
    other.close()
    assert ended
    do(postgres_store, 1, "接收")
    with postgres_store.reading() as session:
        assert counts(session, Filters())["state"] == {"待处理": 1, "已接收": 1}
