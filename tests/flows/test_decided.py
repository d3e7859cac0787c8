"""Decisions of the triage page in the next run: what goes on, what is left out and counted, what a person chose stands."""

import json
from pathlib import Path

import pytest

from flows.ingest import Gathered, settle
from flows.refresh import standing_decisions
from flows.spilled import SpilledPatents
from flows.understand import by_staff
from nlp.records import ChainVerdict, Demand
from nlp.understand.decisions import text_sha256

NEEDS = {"a": "静电卡盘吸附力≥40 kPa", "b": "光刻胶用树脂分子量分布≤1.3", "c": "碳化硅外延片缺陷密度≤0.5 个/cm²", "d": "混合键合对准精度≤100 nm"}


def demand(name: str) -> Demand:
    return Demand(demand_id=name, submission_id=f"S-{name}", version=1, superseded_by=None, source_file="a.docx", source_location="表1", organisation=f"{name}公司",
                  region="上海", title=NEEDS[name], text=f"{NEEDS[name]}。")


def line(d: Demand, state: str, *, segment: str = "equipment", sha256: str | None = None) -> str:
    return json.dumps({"seq": 1, "hash": "x", "at": "2026-11-25T00:00:00+00:00", "action": "a", "submission_id": d.submission_id, "version": 1, "demand_id": d.demand_id,
                       "text_sha256": sha256 or text_sha256(d), "state": state, "segment": segment, "merge_into": None}) + "\n"


@pytest.fixture
def gathered(tmp_path: Path) -> Gathered:
    found = Gathered(patents=SpilledPatents(tmp_path))
    found.demands = {n: demand(n) for n in "abcd"}
    found.counts = {"demand.read": 4, "demand.kept": 4}
    return found


def test_what_staff_refused_is_left_out_and_every_demand_is_still_accounted_for(gathered: Gathered, tmp_path: Path) -> None:
    (tmp_path / "state").mkdir()
    a, b, c = (demand(n) for n in "abc")
    lines = [line(a, "不予受理"), line(b, "已接收", segment="materials"), line(b, "已接收", segment="equipment"), line(c, "不予受理", sha256="0" * 64)]
    (tmp_path / "state" / "decisions.jsonl").write_text("".join(lines), "utf-8")
    settle(gathered, standing_decisions(tmp_path))
    assert sorted(gathered.demands) == ["b", "c", "d"]
    assert gathered.demands["b"].segment == "equipment"  # the person chose it against the suggestion
    assert gathered.demands["d"].segment is None
    assert gathered.counts["demand.read"] == gathered.counts["demand.kept"] + gathered.counts["demand.rejected"]
    assert (gathered.counts["demand.rejected"], gathered.counts["demand.decided"]) == (1, 2)
    assert [r.location for r in gathered.rejected] == ["表1"]
    assert ["c" in n.note for n in gathered.notes] == [True]  # its text is not the one that was decided on


def test_without_a_triage_page_nothing_is_decided(gathered: Gathered, tmp_path: Path) -> None:
    settle(gathered, standing_decisions(tmp_path))
    assert sorted(gathered.demands) == ["a", "b", "c", "d"] and not gathered.rejected


def test_a_chosen_segment_is_not_judged_again() -> None:
    verdict = ChainVerdict(unit_id="a", segment="none", score=0.6, alternatives=(), evidence=("x",), doubtful=True)
    chosen = by_staff(verdict, "materials")
    assert (chosen.segment, chosen.doubtful, chosen.evidence) == ("materials", False, ("工作人员判定",))
    assert by_staff(verdict, None) is verdict
