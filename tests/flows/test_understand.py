"""Segments with and without a head; vectors of every unit, of which only some are clustered."""

from dataclasses import replace
from datetime import date
from pathlib import Path

import numpy as np
import pytest

from flows import understand
from flows.run import start
from flows.settings import Settings, read
from flows.store import load, save
from flows.understand import Standing, chain_of, classify_units, head_of, unit_counts, verdicts_of
from flows.vectors import write_vectors
from nlp.chain import classify
from nlp.records import ChainVerdict, Count, Demand, Patent, Unit

TEXTS = {"a": "一种叠层芯片封装结构\n芯片通过引线与载板电连接。", "b": "河道清淤船\n泵吸排泥。", "c": "充电桩散热\n液冷。"}
UNITS = [
    Unit(unit_id=i, unit_kind="demand", title="", text=text, region="未知", organisation=None, source_file="x", source_location="第1行")
    for i, text in TEXTS.items()
]


@pytest.fixture
def settings() -> Settings:
    return read()


def test_a_head_serves_its_chain_and_its_encoder_only(settings: Settings) -> None:
    assert head_of("ic", chain_of("ic"), settings) is not None
    assert head_of("nev", chain_of("nev"), settings) is None
    assert head_of("ic", chain_of("ic"), replace(settings, encoder=replace(settings.encoder, name="other"))) is None


@pytest.mark.parametrize("name", ["ic", "nev"])
def test_rules_alone_in_the_fast_tier(settings: Settings, name: str) -> None:
    fast = replace(settings, terms=replace(settings.terms, tier="fast"))
    assert verdicts_of(UNITS, name, fast) == [classify(u.unit_id, u.text, chain=chain_of(name)) for u in UNITS]


def test_rules_alone_without_the_encoder_or_the_head(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    by_rules = [classify(u.unit_id, u.text, chain=chain_of("ic")) for u in UNITS]
    assert verdicts_of(UNITS, "ic", settings, {}) == by_rules
    monkeypatch.setattr(understand, "head_of", lambda name, chain, settings: None)
    monkeypatch.setattr(understand, "encoder_of", lambda *args: pytest.fail("no head needs no vectors"))
    assert verdicts_of(UNITS, "ic", settings) == by_rules


def test_given_vectors_are_used(settings: Settings) -> None:
    head = head_of("ic", chain_of("ic"), settings)
    assert head is not None
    towards = head.vector[head.labels.index("equipment")] - head.vector[head.labels.index("none")]
    far = {"b": (towards / np.linalg.norm(towards) * 50).astype(np.float32)}
    assert verdicts_of(UNITS, "ic", settings, far)[1].segment == "equipment"


def test_units_are_counted_by_where_they_stand() -> None:
    tally = {Standing("patent", "上海", "design"): 3, Standing("patent", "广东", "none"): 2, Standing("demand", "上海", "design"): 1}
    counts = {c.name: c.value for c in unit_counts(tally, ["design", "materials", "none"])}
    assert (counts["segment.design.units"], counts["segment.materials.units"], counts["segment.none.units"]) == (4, 0, 2)
    assert (counts["patent.in_chain"], counts["patent.outside"], counts["patent.region.其他省份"], counts["demand.outside"]) == (3, 2, 2, 0)


def test_units_judged_as_they_are_read_are_those_judged_from_lists(settings: Settings, tmp_path: Path) -> None:
    """A unit without a vector among them, and a demand whose segment a person chose."""
    run = start(work_root=tmp_path / ".work", as_of=date(2026, 1, 1), seed=1, chain="ic", settings=settings)
    head = head_of("ic", chain_of("ic"), settings)
    assert head is not None
    towards = head.vector[head.labels.index("equipment")] - head.vector[head.labels.index("none")]
    rows = {"b": (towards * 50).astype(np.float32), "c": np.zeros(len(towards), dtype=np.float32)}
    units = [UNITS[0], replace(UNITS[1], unit_kind="patent", region="江苏"), replace(UNITS[2], unit_kind="patent")]
    demand = Demand(demand_id="a", submission_id="s", version=1, superseded_by=None, source_file="x", source_location="y", organisation=None, region="未知", title="", text=TEXTS["a"])
    patents = [Patent(patent_id=i, family_id=None, title="", abstract=TEXTS[i], first_applicant=None, country=None, province="江苏", year=None, ipc=(), source_file="x", source_location="y")
               for i in "bc"]
    found = {"units": save(Unit, units, run.stage("units.parquet")), "patents": save(Patent, patents, run.stage("patents.parquet")),
             "counts": save(Count, [], run.stage("counts.parquet")), "vectors": write_vectors(list(rows), np.stack(list(rows.values())), "toy", run.stage("v.npz"), clustered=())}
    for chosen in (None, "materials"):
        made = classify_units.fn(found | {"demands": save(Demand, [replace(demand, segment=chosen)], run.stage("demands.parquet"))}, run)
        verdicts, (by_list, *others) = load(ChainVerdict, made["verdicts"]), verdicts_of(units, "ic", settings, rows)
        assert verdicts[1:] == others and (verdicts[0] == by_list if chosen is None else verdicts[0].segment == chosen)
        assert [d.segment for d in load(Demand, made["demands"])] == [verdicts[0].segment]
        assert [p.segment for p in load(Patent, made["patents"])] == [v.segment for v in others] and others[0].segment == "equipment"
        assert {c.name: c.value for c in load(Count, made["counts"])}["patent.region.江苏"] == 1
