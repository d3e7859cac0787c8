"""The experts' round over a small published run, with sheets filled in as experts fill them."""

import io
import json
from datetime import date
from pathlib import Path

import openpyxl
import pytest

from flows.review import export_sheet, import_sheets, run_folder
from flows.store import load, point_latest, save
from nlp.errors import EmptyCorpus
from nlp.records import (
    Agreement,
    Assignment,
    Clause,
    Count,
    Demand,
    Facets,
    Fact,
    Flip,
    Gate,
    MatrixCell,
    ModeSuggestion,
    Nomination,
    PanelScore,
    Partner,
    Patent,
    Policy,
    Priority,
    Project,
    RegionPair,
    Requirement,
    ScenarioRank,
    Topic,
)
from nlp.review import CRITERIA

LABELS = ("ArF光刻胶、光致产酸剂", "混合键合", "=1+1 静电卡盘")
EMPTY = {"assignments": Assignment, "clauses": Clause, "counts": Count, "demands": Demand, "patents": Patent, "policies": Policy, "projects": Project,
         "requirements": Requirement, "facets": Facets, "gates": Gate, "modes": ModeSuggestion, "partners": Partner, "flips": Flip,
         "scenarios": ScenarioRank, "matrix": MatrixCell, "region_pairs": RegionPair}


@pytest.fixture
def out(tmp_path: Path) -> Path:
    folder = tmp_path / "outputs" / "r1"
    (folder / "data").mkdir(parents=True)
    topics = [Topic(topic_id=f"materials-{i}", segment="materials", label=label, terms=tuple(label.split("、")), n_demands=2, n_clauses=1,
                    n_patents=3, regions=("上海",), stability=0.8) for i, label in enumerate(LABELS)]
    ranked = [Priority(topic_id=t.topic_id, rank=i + 1, urgency=0.5, advantage=None, quadrant=None, demand=0.5, policy=0.2, patents=0.1, breadth=0.5,
                       foreign=None, rank_median=i + 1, rank_p05=1, rank_p95=3, p_top10=1.0, confidence="C", cross_region=True) for i, t in enumerate(topics)]
    fact = Fact(topic_id="materials-0", fact="organisations", value=2, low=None, high=None, source_ids=("d1", "d2"))
    for kind, records in ((Topic, topics), (Priority, ranked), (Fact, [fact])):
        save(kind, records, folder / "data" / f"{ {Topic: 'topics', Priority: 'priorities', Fact: 'evidence'}[kind]}.parquet")
    for name, kind in EMPTY.items():
        save(kind, [], folder / "data" / f"{name}.parquet")
    (folder / "rejected.jsonl").write_text("", "utf-8")
    (folder / "manifest.json").write_text(json.dumps({"run_id": "r1", "chain": "ic", "as_of": "2026-11-01"}), "utf-8")
    point_latest(tmp_path / "outputs", "r1")
    return tmp_path / "outputs"


def fill(sheet: Path, target: Path, expert: str, scores: dict[str, list[int | str | None]], *, recused: str = "", nomination: str = "") -> None:
    """What an expert does in Excel."""
    book = openpyxl.load_workbook(io.BytesIO(sheet.read_bytes()))
    page, second = book.worksheets
    header = [c.value for c in page[5]]
    page.cell(4, 2, expert)
    for row in page.iter_rows(min_row=6):
        item = row[0].value
        if item == recused:
            row[header.index("回避")].value = "是"
        for criterion, score in zip(CRITERIA, scores.get(str(item), [None] * 6), strict=True):
            row[header.index(criterion)].value = score
    if nomination:
        for column, text in enumerate((nomination, "材料", "行业急需"), 1):
            second.cell(2, column, text)
    book.save(target)


def test_a_round(out: Path, tmp_path: Path) -> None:
    folder, sent = run_folder(out, None), tmp_path / "sent.xlsx"
    export_sheet(folder, sent, blind=False)
    back = tmp_path / "back"
    back.mkdir()
    low, high = [2] * 6, [5] * 6
    fill(sent, back / "a.xlsx", "甲", {"materials-0": low, "materials-1": high, "materials-2": [3] * 6}, nomination="ArF光刻胶用树脂")
    fill(sent, back / "b.xlsx", "乙", {"materials-0": low, "materials-1": high, "materials-2": [4] * 6}, recused="materials-2", nomination="氦气回收")
    fill(sent, back / "c.xlsx", "丙", {"materials-0": [1] * 6, "materials-1": [4] * 6, "materials-2": ["6", 1, 1, 1, 1, 1]})
    fill(sent, back / "c2.xlsx", "丙", {"materials-0": high})
    (back / "broken.xlsx").write_bytes(b"PK\x03\x04 no workbook")

    outcome = import_sheets([back], folder, tmp_path / "result")
    panel = {s.item_id: s for s in load(PanelScore, tmp_path / "result" / "data" / "panel.parquet")}

    assert outcome.ballots == 3
    assert {(r.source, r.location) for r in outcome.rejected} == {("broken.xlsx", None), ("c.xlsx", "第8行"), ("c2.xlsx", None)}
    assert (panel["materials-1"].system_rank, panel["materials-1"].panel_rank, panel["materials-1"].score) == (2, 1, 5.0)
    assert (panel["materials-0"].panel_rank, panel["materials-0"].n_experts) == (2, 3)
    assert panel["materials-2"].panel_rank is None  # one recused, one not counted
    assert (panel["materials-2"].n_experts, panel["materials-2"].n_recused) == (1, 1)
    agreed = {a.criterion: a for a in load(Agreement, tmp_path / "result" / "data" / "agreement.parquet")}
    assert agreed["必要性"].w == 1.0
    fates = {n.title: n for n in load(Nomination, tmp_path / "result" / "data" / "nominations.parquet")}
    assert fates["ArF光刻胶用树脂"].topic_id == "materials-0"
    assert fates["氦气回收"].topic_id is None and "保留" in fates["氦气回收"].fate


@pytest.mark.parametrize("blind", [True, False])
def test_a_blind_sheet_hides_what_the_system_thinks(out: Path, tmp_path: Path, blind: bool) -> None:
    export_sheet(run_folder(out, "r1"), tmp_path / "s.xlsx", blind=blind)
    page = openpyxl.load_workbook(tmp_path / "s.xlsx").worksheets[0]
    text = " ".join(str(c.value) for row in page.iter_rows() for c in row if c.value is not None)
    assert ("系统位次 1" in text) is not blind
    assert all(c.data_type != "f" for row in page.iter_rows() for c in row)


def test_the_same_run_gives_the_same_sheet(out: Path, tmp_path: Path) -> None:
    sheets = [export_sheet(run_folder(out, None), tmp_path / f"{i}.xlsx", blind=True) for i in range(2)]
    assert sheets[0].sha256 == sheets[1].sha256


def test_a_sheet_of_another_run_is_not_counted(out: Path, tmp_path: Path) -> None:
    export_sheet(run_folder(out, None), tmp_path / "s.xlsx", blind=True)
    manifest = out / "r1" / "manifest.json"
    manifest.write_text(json.dumps({"run_id": "r2", "chain": "ic", "as_of": date(2026, 11, 1).isoformat()}), "utf-8")
    with pytest.raises(EmptyCorpus, match="出自运行 r1"):
        import_sheets([tmp_path / "s.xlsx"], out / "r1", tmp_path / "result")


def test_no_run_yet(tmp_path: Path) -> None:
    with pytest.raises(EmptyCorpus, match="luxiantu refresh"):
        run_folder(tmp_path, None)
