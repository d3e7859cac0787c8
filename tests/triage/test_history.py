from collections.abc import Callable
from pathlib import Path

import pytest
from sqlalchemy import text
from sqlalchemy.exc import DBAPIError
from sqlalchemy.orm import Session

from tests.triage.rows import add_many
from tests.triage.test_decisions import do
from triage import history, labels
from triage.database import Store

Tamper = Callable[[Session], object]


def sql(*statements: str) -> Tamper:
    return lambda session: [session.execute(text(s)) for s in statements]


TAMPERING: dict[str, tuple[Tamper, str]] = {
    "another decision": (sql("UPDATE events SET action='不予受理' WHERE seq=3"), "第 3 条记录的内容被改动"),
    "another actor": (sql("UPDATE events SET actor='李四' WHERE seq=3"), "第 3 条记录的内容被改动"),
    "another time": (sql("UPDATE events SET at='2020-01-01T00:00:00.000+00:00' WHERE seq=3"), "第 3 条记录的内容被改动"),
    "another reason, hash and all": (lambda s: forge(s), "第 4 条记录没有接在前一条之后"),
    "a line gone": (sql("DELETE FROM events WHERE seq=3"), "第 3 条至第 3 条记录缺失"),
    "the last lines gone": (sql("DELETE FROM events WHERE seq>4", "UPDATE submissions SET state='待处理', row_version=1 WHERE id=2"), "库外留存"),
    "two lines exchanged": (sql("UPDATE events SET seq=100 WHERE seq=3", "UPDATE events SET seq=3 WHERE seq=4", "UPDATE events SET seq=4 WHERE seq=100"), "第 3 条"),
    "a state without an event": (sql("UPDATE submissions SET state='已接收' WHERE id=2"), "的现状与"),
    "another text": (sql("UPDATE submissions SET masked='别的' WHERE id=2"), "的正文被改动"),
    "a row from nowhere": (sql("INSERT INTO submissions SELECT 9,'X',version,row_version,latest,demand_id,state,province,organisation,title,segment,verdict,suggested,"
                               "suggested_reason,complete,opinion,masked,text_sha256,detail,run_id,arrived_at,received,suggested_merge,merge_into,channel,expert,original,"
                               "decided_at,decided_by FROM submissions WHERE id=2"), "没有来历记录"),
}


def forge(session: Session) -> None:
    from triage.database import EventRow

    event = session.get_one(EventRow, 3)
    event.payload = event.payload.replace("已接收", "不予受理")
    event.hash = history.hash_of(event)
    session.flush()


@pytest.fixture
def decided(store: Store, tmp_path: Path) -> Path:
    add_many(store, 2)
    do(store, 1, "接收")
    do(store, 1, "指派专家", expert="甲")
    do(store, 2, "不予受理", opinion="逾期")
    with store.reading() as session:
        labels.export_decisions(session, tmp_path / "decisions.jsonl")
    return tmp_path / "decisions.jsonl"


@pytest.mark.parametrize("name", TAMPERING)
def test_tampering_shows(store: Store, decided: Path, name: str) -> None:
    tamper, expected = TAMPERING[name]
    with store.writing() as session:
        for verb in ("update", "delete"):
            session.execute(text(f"DROP TRIGGER events_no_{verb}"))
        tamper(session)
    with store.snapshot() as session:
        found = history.verify(session, labels.anchors(decided))
    assert any(expected in problem for problem in found), found


def test_an_honest_history_verifies(store: Store, decided: Path) -> None:
    with store.snapshot() as session:
        assert history.verify(session, labels.anchors(decided)) == []


@pytest.mark.parametrize("statement", ["UPDATE events SET actor='x'", "DELETE FROM events"])
def test_the_database_itself_refuses_to_rewrite_history(store: Store, decided: Path, statement: str) -> None:
    with pytest.raises(DBAPIError, match="append-only"), store.writing() as session:
        session.execute(text(statement))


def test_decisions_are_appended_once_and_a_cut_line_is_written_again(store: Store, decided: Path) -> None:
    whole = decided.read_bytes()
    with store.reading() as session:
        assert labels.export_decisions(session, decided) == 0
        decided.write_bytes(whole[:-20])
        assert labels.export_decisions(session, decided) == 1
    assert decided.read_bytes() == whole
    do(store, 2, "指派专家", expert="乙")
    with store.reading() as session:
        assert labels.export_decisions(session, decided) == 1
    assert decided.read_bytes().startswith(whole)
