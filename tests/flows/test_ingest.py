"""Every file of an inbox is accounted for: archives opened, refusals with their reasons, notes and mappings saved."""

import io
import json
import os
import sys
import zipfile
from dataclasses import replace
from datetime import date
from pathlib import Path

import pytest

from flows import settings as configuration
from flows.ingest import InboxFile, read_inbox, received
from flows.run import Run, start
from flows.store import load
from nlp.records import ColumnUse, Count, Demand, Patent, ReadingNote, ScanCrop, SubmittedField
from tests.nlp import office
from tests.nlp.parse.form_layouts import NEEDS, four_columns, pairs, sheet_form, two_columns
from tests.nlp.readers.hostile import encrypted


def packed(files: dict[str, bytes]) -> bytes:
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as archive:
        for name, data in files.items():
            archive.writestr(name, data)
    return target.getvalue()


@pytest.fixture()
def run(tmp_path: Path) -> Run:
    return start(work_root=tmp_path / "work", as_of=date(2026, 1, 1), seed=1, chain=None, settings=configuration.read())


def test_an_inbox_of_files_and_archives(tmp_path: Path, run: Run) -> None:
    inbox = tmp_path / "报送"
    inbox.mkdir()
    inner = packed({"乙.xlsx": sheet_form(NEEDS[1])})
    (inbox / "区县.zip").write_bytes(packed({"甲.docx": two_columns(NEEDS[0]), "内层.zip": inner, "../外.docx": b"x", "密.docx": encrypted()}))
    (inbox / "丙.doc").write_bytes(four_columns(NEEDS[2]))
    (inbox / "坏.xlsx").write_bytes(b"\x00\x01\x02" * 100)
    (inbox / "合并.docx").write_bytes(office.docx("".join(office.table(pairs(n)).replace("胶", "胶料") for n in NEEDS[:1])))
    with (inbox / "太大.pdf").open("wb") as large:
        large.truncate(201 * 1024 * 1024)
    found = read_inbox.fn([inbox], None, run)
    demands = load(Demand, Path(found["demands"].path))
    assert {d.source_file for d in demands} == {"报送/区县.zip!/甲.docx", "报送/区县.zip!/内层.zip!/乙.xlsx", "报送/丙.doc", "报送/合并.docx"}
    rejected = [json.loads(line) for line in (run.work / "rejected.jsonl").read_text("utf-8").splitlines()]
    by_file = {r["source"].split("/")[-1]: r["reason"] for r in rejected}
    (old,) = [d for d in demands if d.superseded_by]  # 合并.docx is 甲.docx of the same organisation, sent again with other words
    assert old.source_file == "报送/区县.zip!/甲.docx" and "取代" in by_file.pop("甲.docx")
    assert {name: reason[:4] for name, reason in by_file.items()} == {"外.docx": "文件名指", "密.docx": "文件有密", "坏.xlsx": by_file["坏.xlsx"][:4], "太大.pdf": "文件超过"}
    counts = {c.name: c.value for c in load(Count, Path(found["counts"].path))}
    assert (counts["file.read"], counts["file.kept"], counts["file.rejected"]) == (8, 4, 4)
    assert any("已按内容读取" in n.note for n in load(ReadingNote, Path(found["reading_notes"].path)))
    fields = load(SubmittedField, Path(found["fields"].path))
    assert {f.canonical for f in fields} >= {"organisation", "demand_title", "problem", "budget"} and not any(f.canonical == "contact" for f in fields)
    assert any(c.canonical == "organisation" and c.how == "exact" for c in load(ColumnUse, Path(found["columns"].path)))


@pytest.mark.skipif(sys.platform != "linux", reason="其他系统的文件名总是 Unicode")
@pytest.mark.parametrize(("name", "shown"), [("需求表.csv".encode("gb18030"), "需求表.csv"), (b"\xff\xfe.csv", "��.csv"), ("需求表.csv".encode(), "需求表.csv")], ids=["gb18030", "none", "utf-8"])
def test_a_name_in_another_encoding_stops_no_batch(tmp_path: Path, run: Run, name: bytes, shown: str) -> None:
    inbox = tmp_path / "报送"
    inbox.mkdir()
    Path(os.fsdecode(os.fsencode(inbox) + b"/" + name)).write_text("公开号,标题,摘要,申请人\nCN1A,涂布,均匀,甲公司\n", "utf-8")
    (patent,) = load(Patent, read_inbox.fn([inbox], None, run)["patents"])
    assert patent.source_file == f"报送/{shown}"


def test_a_cut_archive_is_one_refusal(tmp_path: Path) -> None:
    path = tmp_path / "断.zip"
    path.write_bytes(packed({"甲.docx": b"x" * 1000})[:500])
    (item,) = received(InboxFile(path=path, name="断.zip"))
    assert item.refused is not None and item.refused.remedy


def test_pictures_of_a_scan_are_kept_beside_its_fields(tmp_path: Path, run: Run) -> None:
    inbox = tmp_path / "报送"
    inbox.mkdir()
    (inbox / "扫描.png").write_bytes((Path(__file__).parents[1] / "data" / "scanned_form.png").read_bytes())
    found = read_inbox.fn([inbox], None, run)
    crops = load(ScanCrop, Path(found["scan_crops"].path))
    assert {c.canonical for c in crops} >= {"organisation", "demand_title", "budget"} and {c.state for c in crops} == {"待人工核对"}
    assert all((run.work / c.file).read_bytes().startswith(b"\x89PNG") and c.file in found for c in crops)
    assert sum((run.work / c.file).stat().st_size for c in crops) < 300_000
    assert not any("联系人" in c.text or "手机" in c.text for c in crops)


def test_a_large_export_is_read_in_parts_with_the_same_result(tmp_path: Path, run: Run) -> None:
    from nlp.readers import blocks

    inbox = tmp_path / "patents"
    inbox.mkdir()
    lines = [f'CN{i}A,涂布装置{i},"涂布均匀，\n厚度{i}{"。" * 200}",甲公司' for i in range(4000)]
    (inbox / "导出.csv").write_text("公开号,标题,摘要,申请人\n" + "\n".join([*lines, ",缺标题的行,,,多"]), "gb18030")
    found, accounts = [], []
    for whole_mb in (200, 1):
        settings = replace(run.settings, reading=replace(run.settings.reading, whole_mb=whole_mb, workers=2))
        again = replace(run, settings=settings, work=run.work / str(whole_mb))
        with pytest.MonkeyPatch.context() as patch:
            patch.setattr("flows.reading.cut", lambda name, source: blocks.cut(name, source, size=100_000))
            made = read_inbox.fn([inbox], None, again)
        found.append({name: made[name].sha256 for name in ("patents", "units", "counts", "inputs")})
        accounts.append((again.work / "rejected.jsonl").read_bytes())
    assert found[0] == found[1] and accounts[0] == accounts[1] and accounts[0].count(b"\n") == 1


def test_a_file_that_the_disk_does_not_give_is_one_refusal(tmp_path: Path) -> None:
    (item,) = received(InboxFile(path=tmp_path / "没了.csv", name="没了.csv"))
    assert item.refused is not None and "读不出来" in item.refused.reason and item.refused.remedy


def test_a_large_file_that_cannot_be_cut_is_told_what_to_do(tmp_path: Path) -> None:
    path = tmp_path / "导出.csv"
    with path.open("wb") as large:
        large.write(b"a,b\n")
        large.truncate(3 * 1024 * 1024)
    (item,) = received(InboxFile(path=path, name="导出.csv"), whole_mb=1, largest_mb=2)
    assert item.refused is not None and "reading.largest_mb" in item.refused.remedy and item.size == 3 * 1024 * 1024
