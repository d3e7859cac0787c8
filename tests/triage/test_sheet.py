import io
from collections.abc import Mapping
from datetime import date

import openpyxl
import pytest
from sqlalchemy import select

from tests.triage.rows import SEGMENTS, add, row
from tests.triage.test_decisions import do
from triage import history
from triage.database import Store, SubmissionRow, database_url
from triage.migrate import upgrade
from triage.sheet import export_sheet, import_sheet

CHOICES: Mapping[str, Mapping[str, str]] = {
    "S-1": {"决定": "接收"}, "S-2": {"决定": "退回补正", "意见": "请先电话联系"}, "S-3": {"决定": "合并到", "合并到（编号）": "S-1"},
    "S-4": {"决定": "不予受理", "意见": "逾期"}, "S-5": {"决定": "转其他渠道", "意见": "人才服务"}, "S-6": {"决定": "拆分"}}


def fill(data: bytes, choices: Mapping[str, Mapping[str, str]]) -> bytes:
    book = openpyxl.load_workbook(io.BytesIO(data))
    sheet = book.active
    header = [str(c.value) for c in sheet[3]]
    for line in sheet.iter_rows(min_row=4):
        for name, value in choices.get(str(line[0].value), {}).items():
            line[header.index(name)].value = value
    buffer = io.BytesIO()
    book.save(buffer)
    return buffer.getvalue()


def exported(store: Store) -> bytes:
    with store.reading() as session:
        return export_sheet(session, SEGMENTS, date(2026, 1, 1))


def standing(store: Store) -> dict[str, tuple[object, ...]]:
    with store.reading() as session:
        return {r.submission_id: (r.state, r.merge_into, r.channel, r.segment) for r in session.scalars(select(SubmissionRow).order_by(SubmissionRow.id))}


def rows() -> list[SubmissionRow]:
    return [row(n, parts=n == 6) for n in range(1, 8)]


def test_the_sheet_gives_what_the_page_gives(store: Store, tmp_path: "object") -> None:
    add(store, *rows())
    outcome = import_sheet(store, fill(exported(store), CHOICES), actor="张三", segments=SEGMENTS)
    assert (outcome.done, outcome.open, outcome.problems) == (6, 1, ())
    other = Store(database_url(None, tmp_path / "other"))  # type: ignore[operator]
    upgrade(other)
    add(other, *rows())
    do(other, 1, "接收")
    do(other, 2, "退回补正", questions=["请补充可考核的技术指标。"], opinion="请先电话联系")
    do(other, 3, "合并到", merge_into="S-1")
    do(other, 4, "不予受理", opinion="逾期")
    do(other, 5, "转其他渠道", channel="人才服务")
    do(other, 6, "拆分", parts=[{"title": "前驱体纯化", "text": "前驱体纯化\n去除金属"}, {"title": "灌装阀门", "text": "灌装阀门\n不挂料"}])
    assert standing(store) == standing(other)
    other.close()
    with store.snapshot() as session:
        assert history.verify(session) == []


def test_the_same_sheet_twice_changes_nothing_more(store: Store) -> None:
    add(store, *rows())
    filled = fill(exported(store), CHOICES)
    import_sheet(store, filled, actor="张三", segments=SEGMENTS)
    before = standing(store)
    outcome = import_sheet(store, filled, actor="张三", segments=SEGMENTS)
    assert (outcome.done, outcome.same) == (0, 6)
    assert standing(store) == before


def test_what_was_decided_on_the_page_since_is_kept_and_named(store: Store) -> None:
    add(store, *rows())
    filled = fill(exported(store), {"S-1": {"决定": "不予受理", "意见": "逾期"}})
    do(store, 1, "接收", actor="李四")
    outcome = import_sheet(store, filled, actor="张三", segments=SEGMENTS)
    assert outcome.problems == ("S-1：在页面上已经是“已接收”，表中的“不予受理”没有采用",)
    assert standing(store)["S-1"][0] == "已接收"


@pytest.mark.parametrize("text", ["=1+1", "@SUM(A1)", "+cmd|' /C calc'!A0"])
def test_no_title_becomes_a_formula(store: Store, text: str) -> None:
    add(store, row(1, title=text, text=f"{text}\n正文"))
    sheet = openpyxl.load_workbook(io.BytesIO(exported(store))).active
    assert {c.data_type for line in sheet.iter_rows() for c in line} <= {"s", "n"}
