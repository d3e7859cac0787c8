"""Pieces of a scan beside the fields that were read from them: kept, shown to those who compare, never anything else."""

from pathlib import Path

import pytest

from flows.store import save
from nlp.records import ScanCrop, SubmittedField
from tests.triage.conftest import Enter
from tests.triage.rows import add, row
from tests.triage.test_importing import FIRST, publish
from triage.accounts import Role
from triage.database import SubmissionRow
from triage.office import Office
from triage.scans import crop_of, scan_of
from triage.shapes import Crop, Detail
from triage.worker import read_in

PNG = b"\x89PNG\r\n\x1a\n" + b"\0" * 20
PLACES = ("crops/ab12cd34/p1-b1.png", "crops/ab12cd34/p1-b2.png")


def piece(file: str, canonical: str, label: str, text: str, sure: float) -> ScanCrop:
    return ScanCrop(source_file=FIRST.source_file, source_location="第1页", file=file, text=text, sure=sure, submission_id="S-1", canonical=canonical, label=label)


def scanned(out: Path) -> Path:
    folder = publish(out, "01", [FIRST])
    save(ScanCrop, [piece(PLACES[0], "budget", "*总投入（万元）", "500", 0.97), piece(PLACES[1], "demand_title", "需求名称", "抛光液颗粒控制", 0.61)], folder / "data" / "scan_crops.parquet")
    save(SubmittedField, [SubmittedField(submission_id="S-1", canonical="budget", label="*总投入（万元）", text="500", source_file=FIRST.source_file, source_location="表1")],
         folder / "data" / "fields.parquet")
    for place in PLACES:
        (folder / place).parent.mkdir(parents=True, exist_ok=True)
        (folder / place).write_bytes(PNG)
    return folder


def test_each_piece_stands_beside_its_field(enter: Enter, office: Office, tmp_path: Path) -> None:
    folder = scanned(tmp_path / "runs")
    read_in(office.store, folder, out=office.out, actor="测试")
    (folder / PLACES[0]).unlink()  # the run's folder may be cleared away
    client = enter(Role.REGISTRAR)
    page = client.get("/rows/1").text
    budget = page.split('<th scope="row">总投入（万元）</th>')[1].split("</tr>")[0]
    assert "/rows/1/crops/0" in budget
    assert "把握 97%" in budget
    assert 'class="read warn">识别为：抛光液颗粒控制（把握 61%）' in page.split('<th scope="row">需求名称</th>')[1].split("</tr>")[0]
    found = client.get("/rows/1/crops/0")
    assert (found.status_code, found.content, found.headers["content-type"]) == (200, PNG, "image/png")
    assert client.get("/rows/1/crops/2").status_code == client.get("/rows/1/crops/-1").status_code == 404


def test_who_only_reads_sees_the_masked_text_alone(enter: Enter, office: Office, tmp_path: Path) -> None:
    read_in(office.store, scanned(tmp_path / "runs"), out=office.out, actor="测试")
    client = enter(Role.READER)
    assert "/crops/" not in client.get("/rows/1").text
    assert client.get("/rows/1/crops/0").status_code == 403


@pytest.mark.parametrize("file", ["../secret.png", "crops/../../secret.png", "crops/a/b/c.png", "/etc/passwd", "crops/secret.png", "crops/ab/x.txt"])
def test_nothing_outside_of_the_pieces_is_served(office: Office, file: str) -> None:
    for place in ("secret.png", "crops/secret.png", "crops/ab/x.txt", "crops/a/b/c.png", "../secret.png"):
        made = office.state / place
        made.parent.mkdir(parents=True, exist_ok=True)
        made.write_bytes(PNG)
    one = row(1)
    crop = Crop(file=file, label="需求名称", text="甲", sure=0.9, location="第1页")
    one.detail = Detail.model_validate_json(one.detail).model_copy(update={"crops": (crop,)}).model_dump_json()
    add(office.store, one)
    with office.store.reading() as session:
        kept = session.get_one(SubmissionRow, 1)
    assert crop_of(office.state, kept, 0) is None
    assert scan_of(office.state, kept) is None
