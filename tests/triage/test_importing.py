"""A published intake folder into the queue: made small here, with the tables that `intake` writes."""

import json
from collections.abc import Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select

from flows.facts import load_finder, load_masker
from flows.store import save
from nlp.records import Demand, Duplicate, Facets, Project, Rule, Submission, SubmittedField, Target
from nlp.understand.facets import find_facets, load_facet_vocabulary
from nlp.understand.rules import to_toml
from nlp.understand.targets import find_targets, load_target_vocabulary
from tests.triage.test_decisions import do, take_back
from triage import history
from triage.database import Store, SubmissionRow
from triage.importing import Imported, import_run, pending_runs
from triage.judging import LEXICONS, Judge
from triage.settings import ROOT
from triage.shapes import Detail

TEXT = "现有抛光液在化学机械抛光后残留划伤，良率受限。要求：颗粒粒径不大于60 nm，大颗粒数不超过100 个/mL，去除速率不低于3000 Å/min。两年内完成，总投入500万元。"
OTHER = "晶圆搬运机械手在真空腔内定位漂移。要求重复定位精度优于±0.05 mm，真空度优于10⁻⁶ Pa。三年内完成，总投入800万元。"
RULES = (Rule(rule="period_at_most", quote="攻关期限不超过3年", number=3.0, words=()), Rule(rule="targets_at_least", quote="指标不少于5项", number=5.0, words=()))


def demand(number: int, title: str, text: str, organisation: str = "甲公司", region: str = "上海") -> Demand:
    return Demand(demand_id=f"D-{number}", submission_id=f"S-{number}", version=1, superseded_by=None, source_file=f"批/表{number}.docx", source_location="表1",
                  organisation=organisation, region=region, title=title, text=text)


def publish(out: Path, run: str, demands: Sequence[Demand]) -> Path:
    folder, figures = out / run, load_target_vocabulary(LEXICONS)
    words = load_facet_vocabulary(LEXICONS / "facets.toml", ROOT / "models" / "clarity")
    targets = {d.demand_id: find_targets(d.demand_id, f"{d.title}\n{d.text}", vocabulary=figures) for d in demands}
    facets = [find_facets(d.demand_id, d.title, d.text, targets=targets[d.demand_id], vocabulary=words) for d in demands]
    submissions = [Submission(submission_id=d.submission_id, source_file=d.source_file, source_location="表1", organisation=d.organisation, region=d.region,
                              received=date(2026, 3, int(run))) for d in demands]
    for kind, records in ((Demand, demands), (Submission, submissions), (Target, [t for some in targets.values() for t in some]), (Facets, facets),
                          (SubmittedField, []), (Duplicate, []), (Project, [])):
        name = {"Target": "targets", "Facets": "facets", "SubmittedField": "fields"}.get(kind.__name__, kind.__name__.lower() + "s")
        save(kind, records, folder / "data" / f"{name}.parquet")
    (folder / "rule_pack.toml").write_bytes(to_toml(RULES).encode())
    (folder / "triage.xlsx").write_bytes(b"")
    (folder / "manifest.json").write_text(json.dumps({"chain": "ic"}))
    return folder


def take(store: Store, folder: Path, originals: dict[str, str] | None = None) -> Imported:
    return import_run(store, folder, judge=Judge("ic", load_masker()), finder=load_finder(), actor="测试", originals=originals)


def queue(store: Store) -> list[tuple[str, int, str, bool, str, str | None]]:
    with store.reading() as session:
        return [(r.submission_id, r.version, r.state, r.latest, r.suggested, r.suggested_merge) for r in session.scalars(select(SubmissionRow).order_by(SubmissionRow.id))]


FIRST = demand(1, "抛光液颗粒控制", TEXT)


def test_a_batch_comes_into_the_queue_once(store: Store, tmp_path: Path) -> None:
    folder = publish(tmp_path, "01", [FIRST, demand(2, "真空机械手", OTHER, "乙公司", "江苏")])
    assert pending_runs(store, tmp_path) == [folder]
    done = take(store, folder, {"D-1": f"{FIRST.title}\n{TEXT}联系人13812345678"})
    assert (done.added, done.known, done.reopened) == (2, 0, 0)
    assert pending_runs(store, tmp_path) == []
    again = take(store, folder)
    assert (again.added, again.known) == (0, 2)
    with store.reading() as session:
        row = session.get_one(SubmissionRow, 1)
        detail = Detail.model_validate_json(row.detail)
        assert row.original and row.original.endswith("13812345678")
        assert [c.verdict for c in detail.checks] == ["pass", "fail"]
        assert {m.kind for m in detail.marks} >= {"target", "money", "object", "period"}
        period = next(f for f in detail.facts if f.label == "期限")
        assert period.start is not None
        assert row.masked[period.start : period.end] == "两年"
        assert all(row.masked[m.start : m.end].strip() for m in detail.marks)
        assert detail.questions
        assert history.verify(session) == []


def test_what_is_sent_again_changed_opens_its_row_with_the_difference(store: Store, tmp_path: Path) -> None:
    take(store, publish(tmp_path, "01", [FIRST]))
    do(store, 1, "退回补正", questions=["请补充"])
    edited = replace(demand(7, FIRST.title, TEXT.replace("60 nm", "40 nm")), demand_id="D-7")
    done = take(store, publish(tmp_path, "02", [edited]))
    assert (done.added, done.reopened) == (1, 1)
    assert [(s, v, state, latest) for s, v, state, latest, _, _ in queue(store)] == [("S-1", 1, "旧版本", False), ("S-1", 2, "待处理", True)]
    with store.reading() as session:
        changes = Detail.model_validate_json(session.get_one(SubmissionRow, 2).detail).changes
        assert any("60" in c and "40" in c for c in changes)
        assert history.verify(session) == []
    with pytest.raises(Exception, match="没有可以撤销的决定"):
        take_back(store, 1)


def test_what_another_firm_says_is_suggested_for_merging(store: Store, tmp_path: Path) -> None:
    take(store, publish(tmp_path, "01", [FIRST]))
    take(store, publish(tmp_path, "02", [demand(8, "抛光液颗粒控制", TEXT, "丙公司", "浙江")]))
    assert queue(store)[1][4:] == ("合并到", "S-1")
    with store.reading() as session:
        near = [Detail.model_validate_json(session.get_one(SubmissionRow, n).detail).neighbours for n in (1, 2)]
        assert history.verify(session) == []
    assert [[(n.ident, n.kind, n.label, n.region) for n in some] for some in near] == [[("S-8", "外省", "重复", "浙江")], [("S-1", "外省", "重复", "上海")]]
    assert queue(store)[0][4:] != ("合并到", "S-8")  # it came first
    take(store, tmp_path / "02")  # a batch that was cut short is taken again
    with store.reading() as session:
        assert [Detail.model_validate_json(session.get_one(SubmissionRow, n).detail).neighbours for n in (1, 2)] == near


def test_differences_are_read_from_each_rows_own_side(store: Store, tmp_path: Path) -> None:
    take(store, publish(tmp_path, "01", [FIRST]))
    other = TEXT.replace("60 nm", "45 nm").replace("3000 Å/min", "4200 Å/min")
    take(store, publish(tmp_path, "02", [demand(8, FIRST.title, other, "丙公司", "浙江")]))
    with store.reading() as session:
        first, second = (Detail.model_validate_json(session.get_one(SubmissionRow, n).detail).neighbours[0] for n in (1, 2))
    assert any("60" in d.split(" ↔ ")[0] and "45" in d.split(" ↔ ")[1] for d in first.differences)
    assert any("45" in d.split(" ↔ ")[0] and "60" in d.split(" ↔ ")[1] for d in second.differences)
