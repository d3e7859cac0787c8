"""What demands say is kept: nothing is looked at twice, one changed file costs its own demands, and the tables are the same."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from flows import scattering
from flows.facts import understand_demands
from flows.run import Run, start
from flows.settings import read
from flows.store import Artefact, load, save
from nlp.records import Demand, Facets, Project, Target
from tests.flows.partition_cases import texts


def demands(per_file: int = 4) -> list[Demand]:
    return [Demand(demand_id=f"D{i:03}", submission_id=f"S{i}", version=1, superseded_by=None, source_file=f"{i // per_file}.xlsx", source_location="第1行", organisation=None,
                   region="未知", title=text[:8], text=f"{text[8:]}要求厚度≤{i + 1}μm，经费{i + 100}万元。") for i, (_, text) in enumerate(texts(12))]


def understood(folder: Path, name: str, found: list[Demand], **scale: object) -> tuple[Run, dict[str, Artefact]]:
    settings = read()
    run = start(work_root=folder / ".work", as_of=date(2026, 1, 1), seed=1, chain=None, settings=replace(settings, scale=replace(settings.scale, **scale)), run_id=name)
    before = {"demands": save(Demand, found, run.stage("demands.parquet")), "projects": save(Project, [], run.data("projects"))}
    return run, understand_demands.fn(before, run)


def test_nothing_is_looked_at_twice(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    first, made = understood(tmp_path, "first", demands())
    monkeypatch.setattr(scattering, "understand", lambda *args, **more: pytest.fail("all of it is kept"))
    second, again = understood(tmp_path, "second", demands())
    assert (first.cache.computed, second.cache.computed, second.cache.reused) == (12, 0, 12)
    assert {name: a.sha256 for name, a in made.items()} == {name: a.sha256 for name, a in again.items()}
    assert {t.demand_id for t in load(Target, made["targets"])} == {f.demand_id for f in load(Facets, made["facets"])} == {d.demand_id for d in demands()}


def test_a_changed_file_costs_its_own_demands(tmp_path: Path) -> None:
    first, _ = understood(tmp_path, "first", demands())
    kept = {p: p.stat().st_mtime_ns for p in first.cache.folder.rglob("*.parquet")}
    changed = [replace(d, text=d.text + "另需提高良率。") if d.demand_id == "D001" else d for d in demands()]
    second, made = understood(tmp_path, "second", changed)
    assert second.cache.computed == 1 and sum(p.stat().st_mtime_ns != moment for p, moment in kept.items()) == 1 < len(kept)
    _, alone = understood(tmp_path / "alone", "alone", changed)
    assert {name: a.sha256 for name, a in made.items()} == {name: a.sha256 for name, a in alone.items()}


def test_equal_in_partitions(tmp_path: Path) -> None:
    whole, cut = (understood(tmp_path / name, "run", demands(), **scale) for name, scale in {"whole": {}, "cut": {"partition": 5, "executor": "process", "workers": 2}}.items())
    assert {name: a.sha256 for name, a in whole[1].items()} == {name: a.sha256 for name, a in cut[1].items()}
