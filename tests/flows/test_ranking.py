"""Evidence, gates, modes and partners of the sample corpus, as the real flow publishes them."""

import tomllib
from collections import defaultdict
from pathlib import Path

import pytest

from flows.store import load
from nlp.evidence import DELTA
from nlp.records import (
    Acceptability,
    Assignment,
    Demand,
    Fact,
    Flip,
    Gate,
    MatrixCell,
    ModeSuggestion,
    Partner,
    Priority,
    RegionPair,
    ScenarioRank,
    Topic,
)
from tests.flows.test_refresh import grouped

pytestmark = pytest.mark.slow
PLANTED = tomllib.loads((Path(__file__).parents[1] / "data" / "sample_planted.toml").read_text("utf-8"))


def planted_demands() -> dict[str, list[dict[str, object]]]:
    found: dict[str, list[dict[str, object]]] = defaultdict(list)
    for d in PLANTED["demands"]:
        found[d["topic"]].append(d)
    return found


def majority(folder: Path) -> dict[str, str]:
    """Topic id -> planted topic, of the topics inside the chain."""
    inside = {t.topic_id for t in load(Topic, folder / "data" / "topics.parquet") if t.segment != "none"}
    return {t: c.most_common(1)[0][0] for t, c in grouped(folder).items() if t in inside}


def test_gates_are_those_of_what_was_planted(published: Path) -> None:
    """Across regions: demands planted in two provinces of the delta. Breakthrough: half of the stated periods are three years at most."""
    planted, verdict = planted_demands(), {g.gate_id: g.verdict for g in load(Gate, published / "data" / "gates.parquet")}
    for topic_id, name in majority(published).items():
        provinces = {d["region"] for d in planted[name]} & set(DELTA)
        periods = [float(str(d["period_years"])) for d in planted[name] if d.get("period_years")]
        assert (verdict[f"{topic_id}/cross_region"] == "pass") is (len(provinces) >= 2), name
        assert (verdict[f"{topic_id}/breakthrough"] == "pass") is (sum(p <= 3 for p in periods) * 2 >= len(periods)), name


def test_priorities_say_what_the_gates_say(published: Path) -> None:
    passed: dict[str, set[str]] = defaultdict(set)
    for g in load(Gate, published / "data" / "gates.parquet"):
        if g.verdict == "pass":
            passed[g.topic_id].add(g.gate)
    for p in load(Priority, published / "data" / "priorities.parquet"):
        assert set(p.gates) == passed[p.topic_id]
        assert p.cross_region is ("cross_region" in p.gates)


def test_every_source_of_every_table_is_a_record(published: Path) -> None:
    data = published / "data"
    names = {"demands": "demand_id", "clauses": "clause_id", "policies": "policy_id", "patents": "patent_id", "projects": "project_id"}
    import pyarrow.parquet as pq

    known = {i for table, column in names.items() for i in pq.read_table(data / f"{table}.parquet", columns=[column])[column].to_pylist()}
    rows = [*load(Fact, data / "evidence.parquet"), *load(Gate, data / "gates.parquet"), *load(ModeSuggestion, data / "modes.parquet"), *load(Partner, data / "partners.parquet")]
    assert rows
    assert [r for r in rows if not set(r.source_ids) <= known] == []


def test_the_first_column_of_every_table_is_its_key(published: Path) -> None:
    """The draft cites a cell by its row's first column."""
    for kind, name in ((Acceptability, "acceptability"), (Flip, "flips"), (ScenarioRank, "scenarios"), (MatrixCell, "matrix"), (RegionPair, "region_pairs"),
                       (Gate, "gates"), (ModeSuggestion, "modes"), (Partner, "partners")):
        rows = load(kind, published / "data" / f"{name}.parquet")
        keys = [getattr(r, next(iter(kind.__dataclass_fields__))) for r in rows]
        assert rows and len(keys) == len(set(keys)), name


def test_the_matrix_has_every_record(published: Path) -> None:
    cells, assignments = load(MatrixCell, published / "data" / "matrix.parquet"), load(Assignment, published / "data" / "assignments.parquet")
    for kind in ("demand", "clause"):
        assert sum(c.value for c in cells if c.kind == kind) == sum(a.unit_kind == kind for a in assignments)


def test_a_proposed_consortium_spans_two_provinces(published: Path) -> None:
    regions: dict[str, set[str]] = defaultdict(set)
    for p in load(Partner, published / "data" / "partners.parquet"):
        if p.suggested:
            regions[p.topic_id].add(p.region)
    assert regions
    assert all(len(found & set(DELTA)) >= 2 for found in regions.values())


def test_leaning_on_one_organisation_is_seen(published: Path) -> None:
    """Demands of one organisation never add up to more than its damped weight."""
    facts: dict[str, dict[str, float]] = defaultdict(dict)
    for f in load(Fact, published / "data" / "evidence.parquet"):
        facts[f.topic_id][f.fact] = f.value
    assert load(Demand, published / "data" / "demands.parquet")
    for found in facts.values():
        if "demands" in found:
            assert found["demand_intensity"] <= found["organisations"] * 4 / 3 + 1e-9
