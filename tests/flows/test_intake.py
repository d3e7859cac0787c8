import json
from datetime import date
from pathlib import Path

import pytest

from flows.store import latest, load
from nlp.errors import EmptyCorpus
from nlp.readers import read
from nlp.records import Call, ChainVerdict, Demand, Duplicate, RuleVerdict, Submission, Target
from nlp.understand.rules import from_toml
from nlp.writers import triage_sheet

ROOT = Path(__file__).resolve().parents[2]
SAMPLE = ROOT / "corpora" / "sample"


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    from flows.intake import intake

    out = tmp_path_factory.mktemp("收件 out")
    return intake([SAMPLE / "demands", SAMPLE / "projects"], SAMPLE / "notices" / "征集通知.docx", out=out, as_of=date(2024, 5, 1))


def test_the_same_material_on_another_day_is_not_judged_again(folder: Path) -> None:
    from flows.intake import intake

    given = ([SAMPLE / "demands", SAMPLE / "projects"], SAMPLE / "notices" / "征集通知.docx")
    assert intake(*given, out=folder.parent, as_of=date(2024, 5, 2), again=False) == folder
    assert len([p for p in folder.parent.iterdir() if (p / "manifest.json").is_file()]) == 1


def test_every_submission_has_its_row_and_none_was_changed(folder: Path) -> None:
    found = triage_sheet.read((folder / "triage.xlsx").read_bytes())
    assert {d.submission_id for d in found.decisions} == {s.submission_id for s in load(Submission, folder / "data" / "submissions.parquet")}
    assert len(found.decisions) == len(load(Demand, folder / "data" / "demands.parquet")) == 50
    assert found.changed == () and found.missing == 0


def test_planted_cases_get_the_planned_suggestion(folder: Path) -> None:
    title = {d.submission_id: d.title for d in load(Demand, folder / "data" / "demands.parquet")}
    suggested = {title[d.submission_id]: d.suggested for d in triage_sheet.read((folder / "triage.xlsx").read_bytes()).decisions}
    assert suggested["生鲜食品冷链运输温度全程监控与预冷技术"] == "不予受理"  # another province
    assert suggested["先进工艺EDA工具寄生参数提取精度与效率提升"] == "不予受理"  # funded in 2021
    assert suggested["公司半导体业务发展资金支持"] == "转其他渠道"
    assert suggested["填补空白的晶圆缺陷检测设备产业化"] == "退回补正"
    assert suggested["ArF浸没式光刻胶光敏树脂合成及批次稳定性控制"] == "合并到"


def test_a_doubtful_segment_is_said_to_be_one(folder: Path) -> None:
    (table,) = read("triage.xlsx", (folder / "triage.xlsx").read_bytes()).tables
    header = next(i for i, row in enumerate(table.rows) if "建议环节" in row)
    shown = [row[table.rows[header].index("建议环节")] for row in table.rows[header + 1 :] if row[0].strip()]
    doubtful = [v for v in load(ChainVerdict, folder / "data" / "verdicts.parquet") if v.doubtful]
    assert 0 < len(doubtful) < len(shown)
    assert sum("存疑" in cell for cell in shown) == len(doubtful)


def test_a_letter_for_each_that_is_sent_back(folder: Path) -> None:
    decisions = triage_sheet.read((folder / "triage.xlsx").read_bytes()).decisions
    wanted = {d.submission_id for d in decisions if d.suggested in ("退回补正", "拆分")}
    letters = sorted((folder / "letters").glob("*.docx"))
    assert {p.name.split("_")[0] for p in letters} == wanted
    assert any("通知要求" in block.text for block in read(letters[0].name, letters[0].read_bytes()).blocks)


def test_the_tables_are_there_and_say_the_same(folder: Path) -> None:
    verdicts, rules = load(RuleVerdict, folder / "data" / "rules.parquet"), from_toml((folder / "rule_pack.toml").read_text("utf-8"))
    assert len(verdicts) == 50 * len(rules)
    assert load(Target, folder / "data" / "targets.parquet")
    assert load(Duplicate, folder / "data" / "duplicates.parquet")
    notice = read("n.docx", (SAMPLE / "notices" / "征集通知.docx").read_bytes())
    text = "\n".join(block.text for block in notice.blocks)
    assert all(v.quote in text for v in verdicts)
    body = {d.submission_id: f"{d.title}\n{d.text}" for d in load(Demand, folder / "data" / "demands.parquet")}
    assert all(v.evidence is None or v.evidence.end <= len(body[v.submission_id]) for v in verdicts)


def test_the_manifest_names_what_was_made(folder: Path) -> None:
    manifest = json.loads((folder / "manifest.json").read_text("utf-8"))
    assert manifest["kind"] == "intake" and manifest["inputs"]
    paths = {a["path"] for a in manifest["artefacts"]}
    assert {"triage.xlsx", "rule_pack.toml", "data/rules.parquet", "data/duplicates.parquet", "data/targets.parquet"} <= paths
    assert all((folder / path).is_file() for path in paths)
    assert (folder / "rejected.jsonl").is_file() and not (folder / ".stage").exists()


def test_latest_stays_with_the_roadmap(folder: Path) -> None:
    assert latest(folder.parent) is None


def test_contact_data_are_in_no_file_that_leaves(folder: Path) -> None:
    texts = [cell for table in read("t.xlsx", (folder / "triage.xlsx").read_bytes()).tables for line in table.rows for cell in line]
    texts += [b.text for p in (folder / "letters").glob("*.docx") for b in read(p.name, p.read_bytes()).blocks]
    assert not any("13800000" in text for text in texts)


def test_a_rule_pack_can_stand_for_the_notice(folder: Path, tmp_path: Path) -> None:
    from flows.intake import read_rules

    assert read_rules(folder / "rule_pack.toml", []) == read_rules(SAMPLE / "notices" / "征集通知.docx", [])
    assert read_rules(None, []) == ()


def test_two_notices_and_no_choice_is_an_error() -> None:
    from flows.intake import read_rules

    calls = [Call(call_id=str(i), title="t", text="x", source_file="f") for i in range(2)]
    with pytest.raises(EmptyCorpus, match="不知道按哪一份核对"):
        read_rules(None, calls)


def test_an_inbox_without_demands_says_so(tmp_path: Path) -> None:
    from flows.intake import intake

    with pytest.raises(EmptyCorpus):
        intake([SAMPLE / "projects"], None, out=tmp_path)
    assert not list(tmp_path.glob("2*"))
