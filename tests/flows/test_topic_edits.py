import sqlite3
import tomllib
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from flows.topic_edits import add_edit, edits_toml, quoted, read_edits
from nlp.records import TopicEditFate


def test_decisions_are_read_in_order_and_by_chain(tmp_path: Path) -> None:
    assert read_edits(tmp_path, "ic") == []
    assert add_edit(tmp_path, chain="ic", topic_id="t1", action="rename", payload=["光刻胶"], reason="太长", who="张工") == 1
    add_edit(tmp_path, chain="nev", topic_id="t9", action="hide")
    assert add_edit(tmp_path, chain="ic", topic_id="t1", action="hide", who="李工") == 3
    first, second = read_edits(tmp_path, "ic")
    assert (first.edit_id, first.action, first.payload, first.reason, first.who) == (1, "rename", ("光刻胶",), "太长", "张工")
    assert (second.action, second.payload, second.at.endswith("+00:00")) == ("hide", (), True)


def test_the_file_is_a_write_ahead_log_and_numbers_are_not_given_twice(tmp_path: Path) -> None:
    add_edit(tmp_path, chain="ic", topic_id="t1", action="hide", who="张工")
    with sqlite3.connect(tmp_path / "state" / "edits.sqlite") as file:
        assert file.execute("PRAGMA journal_mode").fetchone() == ("wal",)
        file.execute("DELETE FROM topic_edits")
    assert add_edit(tmp_path, chain="ic", topic_id="t1", action="show", who="张工") == 2


def test_another_database_is_used_where_one_is_named(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DATABASE_URL", f"sqlite:///{tmp_path / 'other.sqlite'}")
    add_edit(tmp_path / "out", chain="ic", topic_id="t1", action="hide", who="张工")
    assert (tmp_path / "other.sqlite").is_file()
    assert len(read_edits(tmp_path / "out", "ic")) == 1


def test_the_export_says_what_became_of_each(tmp_path: Path) -> None:
    add_edit(tmp_path, chain="ic", topic_id="t1", action="note", payload=['他说“好”，又说"\\n"\n换行'], who="张工")
    edits = read_edits(tmp_path, "ic")
    fate = TopicEditFate(edit_id=1, topic_id="t1", action="note", what="", who="张工", at="", fate="retired", reason="没有这个主题")
    (row,) = tomllib.loads(edits_toml(edits, [fate]))["edit"]
    assert row["payload"] == ['他说“好”，又说"\\n"\n换行']
    assert (row["id"], row["action"], row["fate"], row["why"]) == (1, "note", "retired", "没有这个主题")
    assert "edit" not in tomllib.loads(edits_toml([], []))


@given(st.text())
def test_any_text_can_be_quoted(text: str) -> None:
    assert tomllib.loads(f"x = {quoted(text)}")["x"] == text.encode("utf-8", "replace").decode("utf-8")
