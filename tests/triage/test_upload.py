"""Files sent in the page: read by the real readers in a process of their own, masked, and in the queue."""

import time

import pytest
from sqlalchemy import select

from tests.triage.conftest import Enter
from triage.accounts import Role
from triage.database import SubmissionRow
from triage.office import Office
from triage.shapes import Detail
from triage.upload import BadUpload, checked_name

LIST = """技术需求名称,单位名称,所在地域,主要问题,技术关键,需求时限,拟投入资金总额(万元)
抛光垫修整器金刚石把持力提升,常州示例精工有限公司,江苏省常州市,金刚石颗粒脱落造成晶圆划伤，联系人手机13912345678。,颗粒脱落率≤0.1%；修整寿命≥40小时；平面度≤10 μm。,2年,600
晶圆探针卡针尖清洁,合肥示例测试有限公司,安徽省合肥市,针尖沾污后接触电阻漂移。,接触电阻≤0.5 Ω；清洁间隔≥5万次。,3年,450
"""


@pytest.mark.slow
def test_uploaded_files_are_read_masked_and_queued_and_bad_ones_set_aside(enter: Enter, office: Office) -> None:
    client = enter(Role.REGISTRAR)
    sent = client.post("/uploads", files=[("files", ("需求汇总.csv", LIST.encode())), ("files", ("坏的.docx", b"not a document"))]).json()
    said: dict[str, object] = {"state": "排队"}
    for _ in range(600):
        said = client.get(f"/uploads/{sent['id']}").json()
        if said["state"] not in {"排队", "读取中"}:
            break
        time.sleep(0.5)
    assert said["state"] == "完成", said
    outcome = said["outcome"]
    assert isinstance(outcome, dict)
    assert outcome["added"] == 2
    assert any("坏的.docx" in r["source"] for r in outcome["rejected"])
    with office.store.reading() as session:
        rows = list(session.scalars(select(SubmissionRow).order_by(SubmissionRow.title)))
    assert [r.province for r in rows] == ["江苏", "安徽"]
    assert "13912345678" not in rows[0].masked
    assert rows[0].original is not None
    assert "13912345678" in rows[0].original
    assert len(rows[0].original) == len(rows[0].masked)
    assert rows[1].original is None  # nothing in it was masked
    assert Detail.model_validate_json(rows[0].detail).source_file.startswith(sent["id"])
    assert "13912345678" not in client.get(f"/rows/{rows[0].id}").text
    assert "13912345678" in client.post(f"/rows/{rows[0].id}/original").text
    page = client.get("/uploads").text
    assert "坏的.docx" in page


@pytest.mark.parametrize("name", ["需求表.docx", "a b（1）.XLSX", "扫描.PDF"])
def test_ordinary_names_are_taken(name: str) -> None:
    assert checked_name(name) == name


@pytest.mark.parametrize("name", [None, "", "..", "../a.docx", "a/b.docx", "a\\b.docx", ".a.docx", "~$a.docx", "a.exe", "docx", "a\x00.docx", "长" * 200 + ".docx", "a?.docx"])
def test_odd_names_are_refused(name: str | None) -> None:
    with pytest.raises(BadUpload):
        checked_name(name)
