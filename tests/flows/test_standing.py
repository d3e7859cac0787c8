"""What a run rests on, and when the last one still stands."""

import json
from collections.abc import Callable
from dataclasses import asdict, replace
from datetime import date
from pathlib import Path

import pytest

from flows import standing
from flows.run import Run, code_version, package_versions, start
from flows.settings import read
from flows.standing import asked, standing_intake, standing_run
from flows.store import WORK, digest, point_latest


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    (tmp_path / "in").mkdir()
    (tmp_path / "in" / "a.txt").write_text("需求", "utf-8")
    return tmp_path / "in"


@pytest.fixture
def run(tmp_path: Path, inbox: Path) -> Run:
    """A run to come, beside a published one that was asked the same."""
    made = start(work_root=tmp_path / "out" / WORK, as_of=date(2026, 11, 24), seed=7, chain="ic", settings=read())
    folder = tmp_path / "out" / "r1"
    folder.mkdir(parents=True)
    (folder / "roadmap.md").write_text("草稿", "utf-8")
    manifest = {"as_of": "2026-11-24", "seed": 7, "chain": "ic", "code_version": code_version(), "packages": package_versions(), "settings": asdict(made.settings),
                "asked": asdict(asked([inbox], None, made)), "artefacts": [{"path": "roadmap.md", "sha256": digest(folder / "roadmap.md")}]}
    (folder / "manifest.json").write_text(json.dumps(manifest, ensure_ascii=False), "utf-8")
    point_latest(tmp_path / "out", "r1")
    return made


def test_the_same_again_stands(run: Run, inbox: Path) -> None:
    found = standing_run(asked([inbox], None, run), run)
    assert found is not None and found.name == "r1"


def changed(path: str, text: str) -> Callable[[Run, Path], Run]:
    def change(run: Run, inbox: Path) -> Run:
        (inbox.parent / path).parent.mkdir(parents=True, exist_ok=True)
        (inbox.parent / path).write_text(text, "utf-8")
        return run
    return change


@pytest.mark.parametrize("change", [
    changed("in/a.txt", "另一项需求"), changed("in/b.txt", "又一份"), changed("out/r1/roadmap.md", "改过"), changed("out/r1/manifest.json", "{"), changed("out/state/decisions.jsonl", "{}\n"),
    lambda run, _: replace(run, as_of=date(2026, 11, 25)), lambda run, _: replace(run, seed=8), lambda run, _: replace(run, chain="nev"),
    lambda run, _: replace(run, settings=replace(run.settings, labeller=replace(run.settings.labeller, enabled=True))),
    lambda run, _: replace(run, settings=replace(run.settings, topics=replace(run.settings.topics, floor=9))),
], ids=["file changed", "file more", "output altered", "manifest torn", "decision", "date", "seed", "chain", "labeller", "setting"])
def test_whatever_differs_asks_for_a_run(run: Run, inbox: Path, change: Callable[[Run, Path], Run]) -> None:
    later = change(run, inbox)
    assert standing_run(asked([inbox], None, later), later) is None


def test_an_edited_lexicon_asks_for_a_run(run: Run, inbox: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(standing, "data_files", lambda: [inbox / "a.txt"])
    assert standing_run(asked([inbox], None, run), run) is None


def test_a_file_that_cannot_be_read_does_not_end_the_run_here(run: Run, inbox: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(path: Path) -> str:
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(standing, "digest", broken)
    assert asked([inbox], None, run).files == {"in/a.txt": "读不出来（Permission denied）"}


def test_folders_of_one_name_hide_no_change(run: Run, tmp_path: Path) -> None:
    folders = [tmp_path / "上海" / "收件", tmp_path / "江苏" / "收件"]
    for folder in folders:
        folder.mkdir(parents=True)
        (folder / "a.txt").write_text(folder.parent.name, "utf-8")
    before = asked(folders, None, run)
    for folder in folders:
        (folder / "a.txt").write_text("改过", "utf-8")
        assert asked(folders, None, run) != before
        (folder / "a.txt").write_text(folder.parent.name, "utf-8")
    assert asked(folders, None, run) == before


def test_an_intake_of_another_day_stands_and_a_refresh_does_not(run: Run, inbox: Path) -> None:
    later = replace(run, as_of=date(2026, 11, 25))
    assert standing_intake(asked([inbox], None, later), later) is None  # the last run was no intake
    path = run.out / "r1" / "manifest.json"
    path.write_text(json.dumps(json.loads(path.read_text("utf-8")) | {"kind": "intake"}), "utf-8")
    assert standing_intake(asked([inbox], None, later), later) == run.out / "r1"
    (inbox / "b.txt").write_text("又一份", "utf-8")
    assert standing_intake(asked([inbox], None, later), later) is None
