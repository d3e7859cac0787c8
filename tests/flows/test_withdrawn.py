"""What was withdrawn is in no table and no unit; the list itself, and ids that name nothing, are told."""

import json
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from flows import settings as configuration
from flows.inbox import find_files
from flows.ingest import read_inbox
from flows.run import Run, start
from flows.store import load
from flows.summary import unmatched
from flows.withdrawn import Withdrawn, line_of, plain, read_lists
from nlp.records import Clause, Count, Demand, Patent, Policy, Submission, SubmittedField, Unit
from tests.nlp.parse.form_layouts import NEEDS, four_columns, two_columns

PATENTS = "公开号,标题,摘要\nCN100A,一种静电卡盘,陶瓷层厚度均匀。\nCN200A,一种光刻胶,树脂分子量分布窄。\n"
POLICY = "关于支持集成电路产业发展的若干措施\n沪经信〔2024〕12号\n第一条 支持首台套装备攻关，给予研发补助。\n第二条 支持封装测试平台建设，给予投资补助。\n"


@pytest.fixture()
def run(tmp_path: Path) -> Run:
    return start(work_root=tmp_path / "work", as_of=date(2026, 1, 1), seed=1, chain=None, settings=configuration.read())


@pytest.fixture()
def inbox(tmp_path: Path) -> Path:
    folder = tmp_path / "报送"
    (folder / "政策").mkdir(parents=True)
    (folder / "专利.csv").write_text(PATENTS, "utf-8")
    (folder / "政策" / "措施.txt").write_text(POLICY, "utf-8")
    (folder / "甲.docx").write_bytes(two_columns(NEEDS[0]))
    (folder / "丙.docx").write_bytes(four_columns(NEEDS[2]))
    return folder


def test_a_list_is_read_line_by_line(tmp_path: Path) -> None:
    (tmp_path / "撤回.txt").write_bytes("\ufeff# 说明\n\nDM-1\t单位来函撤回\nDM-2  内容 涉密\r\nDM-3\nDM-1 又一次\n".encode())
    (tmp_path / "withdrawn.csv").write_text("DM-9 不是清单")
    found = read_lists(find_files([tmp_path]))
    assert {i: (w.reason, w.line) for i, w in found.items()} == {"DM-1": ("单位来函撤回", 3), "DM-2": ("内容 涉密", 4), "DM-3": ("未写原因", 5)}
    assert isinstance(found["DM-1"], Withdrawn) and found["DM-1"].source.endswith("撤回.txt")


def test_what_is_withdrawn_is_nowhere(inbox: Path, run: Run, tmp_path: Path) -> None:
    first = read_inbox.fn([inbox], None, run)
    demand = next(d for d in load(Demand, first["demands"]) if d.source_file.endswith("甲.docx"))
    (policy,) = load(Policy, first["policies"])
    before = {u.unit_id for u in load(Unit, first["units"])}
    lines = f"{demand.demand_id} 单位撤回\nCN200A 权利人要求\n{policy.policy_id} 已废止\nCN999A 不存在\n"
    (inbox / "政策" / "withdrawn.txt").write_text(lines, "utf-8")
    again = start(work_root=tmp_path / "again", as_of=date(2026, 1, 1), seed=1, chain=None, settings=configuration.read())
    found = read_inbox.fn([inbox], None, again)
    left = {u.unit_id for u in load(Unit, found["units"])}
    assert left < before and {"CN200A", demand.demand_id}.isdisjoint(left) and "CN100A" in left
    assert not load(Policy, found["policies"]) and not load(Clause, found["clauses"])
    assert {p.patent_id for p in load(Patent, found["patents"])} == {"CN100A"}
    kept = {*(s.submission_id for s in load(Submission, found["submissions"])), *(f.submission_id for f in load(SubmittedField, found["fields"]))}
    assert demand.submission_id not in kept and len({s.submission_id for s in load(Submission, found["submissions"])}) == 1
    told = [json.loads(line) for line in (again.work / "rejected.jsonl").read_text("utf-8").splitlines()]
    assert {r["reason"] for r in told} >= {f"编号 {demand.demand_id} 已撤回：单位撤回", "编号 CN200A 已撤回：权利人要求", f"编号 {policy.policy_id} 已撤回：已废止"}
    assert all("withdrawn.txt" in r["remedy"] for r in told if "已撤回" in r["reason"])
    counts = {c.name: c.value for c in load(Count, found["counts"])}
    for kind in ("demand", "policy", "patent"):
        assert counts[f"{kind}.withdrawn"] == 1 and counts[f"{kind}.read"] == counts.get(f"{kind}.kept", 0) + counts[f"{kind}.rejected"]
    (unknown,) = [r for r in told if "CN999A" in r["reason"]]
    assert unknown["location"] == "第 4 行" and "没有撤回" in unknown["reason"] and unknown["remedy"] and unmatched(again.work) == [
        f"- {unknown['source']} 第 4 行：{unknown['reason']}。{unknown['remedy']}。"]
    ids = set(json.loads(Path(found["withdrawn"].path).read_text("utf-8"))["ids"])
    assert ids == (before - left) | {policy.policy_id, "CN999A"}


@pytest.mark.parametrize(("lines", "gone"), [
    ("cn 200a", ()), ("ＣＮ２００Ａ 全角", ("CN200A",)), ("cn200a", ("CN200A",)), ("CN-200-A", ("CN200A",)), ("沪经信[2024]12号 废止", ("policy",)), ("沪经信（2024）12号", ("policy",))])
def test_numbers_as_people_write_them(inbox: Path, run: Run, lines: str, gone: tuple[str, ...]) -> None:
    (inbox / "撤回.txt").write_text(lines, "utf-8")
    found = read_inbox.fn([inbox], None, run)
    left = {p.patent_id for p in load(Patent, found["patents"])} | ({"policy"} if load(Policy, found["policies"]) else set())
    assert {"CN100A", "CN200A", "policy"} - left == set(gone)
    assert len(unmatched(run.work)) == (not gone)


def test_the_number_in_the_triage_sheet_withdraws_all_demands_of_the_form(inbox: Path, run: Run, tmp_path: Path) -> None:
    demand = next(d for d in load(Demand, read_inbox.fn([inbox], None, run)["demands"]) if d.source_file.endswith("甲.docx"))
    assert demand.submission_id != demand.demand_id
    (inbox / "撤回.txt").write_text(demand.submission_id, "utf-8")
    again = start(work_root=tmp_path / "again", as_of=date(2026, 1, 1), seed=1, chain=None, settings=configuration.read())
    found = read_inbox.fn([inbox], None, again)
    assert demand.submission_id not in {*(d.submission_id for d in load(Demand, found["demands"])), *(s.submission_id for s in load(Submission, found["submissions"]))}
    assert unmatched(again.work) == [] and demand.submission_id in (again.work / "rejected.jsonl").read_text("utf-8")


def test_a_form_is_withdrawn_with_its_versions_and_a_demand_alone(inbox: Path, run: Run, tmp_path: Path) -> None:
    need = NEEDS[0]
    (inbox / "甲改.docx").write_bytes(two_columns(replace(need, key=f"{need.key}另需批次稳定。")))
    both = [d for d in load(Demand, read_inbox.fn([inbox], None, run)["demands"]) if "甲" in d.source_file]
    assert sorted(d.version for d in both) == [1, 2]
    for n, (number, left) in enumerate([(both[0].submission_id, []), (both[1].submission_id, []), (both[0].demand_id, [both[1].demand_id])]):
        (inbox / "撤回.txt").write_text(number, "utf-8")
        again = start(work_root=tmp_path / f"again{n}", as_of=date(2026, 1, 1), seed=1, chain=None, settings=configuration.read())
        found = load(Demand, read_inbox.fn([inbox], None, again)["demands"])
        assert [d.demand_id for d in found if "甲" in d.source_file] == left


def demand_of(**ids: str) -> Demand:
    return Demand(version=1, superseded_by=None, source_file="a", source_location="", organisation=None, region="", title="", text="", **ids)


def test_our_own_numbers_are_taken_to_the_letter() -> None:
    why = Withdrawn(record_id="A-11-1", reason="", source="撤回.txt", line=1)
    lists = {"A-11-1": why}, {plain("A-11-1"): why}
    assert line_of("A-1-11", demand_of(demand_id="A-1-11", submission_id="A-1"), *lists) is None
    assert line_of("A-11-1", demand_of(demand_id="A-11-1", submission_id="A-11"), *lists) is why
