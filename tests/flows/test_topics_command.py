"""`luxiantu topics`: both forms, and each action on a small published run."""

from dataclasses import replace
from pathlib import Path

import pytest

from flows.chinese_help import Parser
from flows.registry import ChainMemory, write_memory
from flows.store import point_latest, save, write_json
from flows.topic_edits import read_edits
from flows.topics_command import add_topics, route
from nlp.errors import LuxiantuError
from nlp.records import Clause, Demand, Patent, Term, TermMention, Topic, TopicEvent
from nlp.topics.identity import refresh
from tests.nlp.topics.subjects import IDENTITY, OPTIONS, UNITS, terms_of, vectors_of


@pytest.fixture(scope="module")
def published(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """An output folder with one run: its registry and the tables that the actions read."""
    out = tmp_path_factory.mktemp("outputs")
    renewal = refresh(None, UNITS, vectors_of(UNITS), {u.unit_id: terms_of(u) for u in UNITS}, segment="materials", run_id="20261101", seed=7,
                      options=replace(OPTIONS, resamples=0), identity=IDENTITY, encoder="hash-256")
    folder = out / "20261101"
    write_memory(ChainMemory(encoder="hash-256", segments={"materials": renewal.registry}), folder)
    write_json({"chain": "ic"}, folder / "manifest.json")
    for kind, name, rows in ((Topic, "topics", renewal.grouping.topics), (TopicEvent, "topic_events", renewal.events), (Demand, "demands", ()), (Clause, "clauses", ()),
                             (Patent, "patents", ()), (Term, "terms", ()), (TermMention, "mentions", ())):
        save(kind, rows, folder / "data" / f"{name}.parquet")  # type: ignore[type-var]
    point_latest(out, folder.name)
    return out


def topics(out: Path, *arguments: str) -> None:
    parser = Parser(prog="luxiantu")
    add_topics(parser.add_commands())
    options = parser.parse_args(route(["topics", arguments[0], *arguments[1:], "--out", str(out), "--chain", "ic"]))
    options.call(options)


def ids(out: Path, capsys: pytest.CaptureFixture[str]) -> list[str]:
    topics(out, "list")
    return [line.split("　")[0] for line in capsys.readouterr().out.splitlines() if line.startswith("materials-")]


@pytest.mark.parametrize(
    ("given", "routed"),
    [
        (["topics", "in.jsonl", "-o", "out.jsonl"], ["topics", "in.jsonl", "-o", "out.jsonl"]),
        (["topics", "rename", "t1", "新名"], ["topic", "rename", "t1", "新名"]),
        (["topics", "./list", "-o", "x"], ["topics", "./list", "-o", "x"]),
        (["topics"], ["topics"]),
        (["refresh", "list"], ["refresh", "list"]),
        ([], []),
    ],
)
def test_actions_are_told_from_files(given: list[str], routed: list[str]) -> None:
    assert route(given) == routed


def test_a_file_is_still_a_file() -> None:
    parser = Parser(prog="luxiantu")
    add_topics(parser.add_commands())
    options = parser.parse_args(route(["topics", "in.jsonl", "-o", "out.jsonl"]))
    assert (options.source, options.output) == (Path("in.jsonl"), Path("out.jsonl"))


def test_each_decision_is_noted_with_its_reason(published: Path, capsys: pytest.CaptureFixture[str]) -> None:
    first, second, *_ = ids(published, capsys)
    for arguments in (("rename", first, "新 名称", "--why", "旧名不清", "--who", "张工"), ("hide", second), ("note", first, "待核实"), ("show", second)):
        topics(published, *arguments)
    assert "下次 luxiantu refresh 时生效" in capsys.readouterr().out
    edits = read_edits(published, "ic")
    assert [(e.action, e.payload) for e in edits] == [("rename", ("新 名称",)), ("hide", ()), ("note", ("待核实",)), ("show", ())]
    assert (edits[0].reason, edits[0].who) == ("旧名不清", "张工")


def test_a_split_is_shown_before_it_is_noted(published: Path, capsys: pytest.CaptureFixture[str]) -> None:
    first, before = ids(published, capsys)[0], len(read_edits(published, "ic"))
    topics(published, "split", first, "--dry-run")
    assert "可分为两块" in capsys.readouterr().out
    assert len(read_edits(published, "ic")) == before
    topics(published, "split", first, "--name", "分出的")
    edit = read_edits(published, "ic")[-1]
    assert (edit.action, edit.payload[1], len(edit.payload) > 3) == ("split", "分出的", True)


def test_a_topic_is_explained_in_chinese(published: Path, capsys: pytest.CaptureFixture[str]) -> None:
    topics(published, "explain", ids(published, capsys)[1])
    said = capsys.readouterr().out
    assert all(part in said for part in ("术语：", "最居中的材料", "相邻主题", "历次变化", "20261101　新增", "稳定性"))


@pytest.mark.parametrize("arguments", [("rename", "materials-none", "x"), ("note", "FIRST", " "), ("merge", "FIRST", "FIRST"), ("merge", "FIRST", "materials-none")])
def test_what_makes_no_sense_is_refused_and_not_noted(published: Path, capsys: pytest.CaptureFixture[str], arguments: tuple[str, ...]) -> None:
    first, before = ids(published, capsys)[0], len(read_edits(published, "ic"))
    with pytest.raises(LuxiantuError):
        topics(published, *(first if a == "FIRST" else a for a in arguments))
    assert len(read_edits(published, "ic")) == before


def test_without_a_run_it_says_what_to_do(tmp_path: Path) -> None:
    with pytest.raises(LuxiantuError, match="luxiantu refresh"):
        topics(tmp_path, "list")
