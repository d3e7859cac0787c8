"""Every run leaves one line, however it ended and whoever began it."""

import multiprocessing
from collections import Counter
from pathlib import Path

import pytest

from flows.history import Noted, Outcome, append, counted, history, note
from flows.store import Locked
from nlp.errors import EmptyCorpus


def test_how_it_ended(tmp_path: Path) -> None:
    with Noted(name="refresh", out=tmp_path) as noted:
        noted.folder = "r1"
    for error in (Locked(), EmptyCorpus("收件目录", "没有材料", "请放入文件"), OSError(28, "No space left on device", "x"), KeyError("y"), KeyboardInterrupt()):
        with pytest.raises(type(error)), Noted(name="refresh", out=tmp_path):
            raise error
    found = history(tmp_path)
    assert [o.state for o in found] == ["done", "skipped", "failed", "failed", "failed", "failed"]
    assert found[0].folder == "r1" and {o.by for o in found} == {"hand"}
    assert [word in o.reason for o, word in zip(found[1:], ("另一次运行", "没有材料", "磁盘空间", "KeyError", "已中断"), strict=True)] == [True] * 5


def test_who_began_a_run_notes_it_and_nobody_else(tmp_path: Path) -> None:
    with pytest.raises(Locked), Noted(name="corpus", out=tmp_path, by="schedule"), Noted(name="refresh", out=tmp_path):
        raise Locked
    with Noted(name="refresh", out=tmp_path):
        pass
    assert [(o.name, o.by, o.state) for o in history(tmp_path)] == [("corpus", "schedule", "skipped"), ("refresh", "hand", "done")]


def test_lines_from_before_there_were_runs_by_hand(tmp_path: Path) -> None:
    append('{"name":"corpus","started":"a","finished":"b","state":"done","reason":"","folder":"r"}', tmp_path / "state" / "runs.jsonl")
    assert history(tmp_path) == [Outcome(name="corpus", started="a", finished="b", state="done", reason="", folder="r", by="schedule")]


def test_a_history_that_cannot_be_written_hides_no_error(tmp_path: Path) -> None:
    (tmp_path / "state").write_text("a file", "utf-8")
    with pytest.raises(ZeroDivisionError), Noted(name="refresh", out=tmp_path):
        raise ZeroDivisionError


def write_many(path: Path) -> None:
    for n in range(200):
        append("x" * 2000 + f" {n}", path)


def test_lines_of_several_processes_do_not_mix(tmp_path: Path) -> None:
    writers = [multiprocessing.get_context("spawn").Process(target=write_many, args=(tmp_path / "lines",)) for _ in range(3)]
    for writer in writers:
        writer.start()
    for writer in writers:
        writer.join()
    assert Counter((tmp_path / "lines").read_text().splitlines()) == Counter({"x" * 2000 + f" {n}": 3 for n in range(200)})


def test_counts_by_kind(tmp_path: Path) -> None:
    for name, state in (("corpus", "done"), ("refresh", "failed"), ("refresh", "skipped"), ("intake", "done")):
        note(Outcome(name=name, started="", finished="", state=state, reason="", folder=""), tmp_path)  # type: ignore[arg-type]
    assert counted(tmp_path, "refresh") == {"done": 1, "failed": 1, "skipped": 1}
    assert counted(tmp_path, "intake") == {"done": 1}


def test_a_line_behind_one_that_was_cut_is_not_lost(tmp_path: Path) -> None:
    whole = [Outcome(name="refresh", started=str(n), finished="", state="failed", reason='他说“{"name"”', folder="") for n in range(3)]
    note(whole[0], tmp_path)
    with (tmp_path / "state" / "runs.jsonl").open("a", encoding="utf-8") as file:
        file.write('{"name": "refr')
    note(whole[1], tmp_path)
    note(whole[2], tmp_path)
    assert history(tmp_path) == whole
