
import itertools

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import select

from tests.triage.rows import SEGMENTS, add, add_many, row
from triage import history
from triage.database import LabelRow, Store, SubmissionRow
from triage.decisions import Refused, Stale, decide, undo
from triage.shapes import Action, Decide
from triage.splitting import PartsTouched


def do(store: Store, row_id: int, action: str, *, version: int | None = None, actor: str = "张三", **fields: object) -> SubmissionRow:
    with store.writing() as session:
        at = version or session.get_one(SubmissionRow, row_id).row_version
        return decide(session, row_id, Decide.model_validate({"action": action, "row_version": at, **fields}), actor=actor, segments=SEGMENTS)


def take_back(store: Store, row_id: int) -> SubmissionRow:
    with store.writing() as session:
        return undo(session, row_id, session.get_one(SubmissionRow, row_id).row_version, actor="张三")


def problems(store: Store) -> list[str]:
    with store.snapshot() as session:
        return history.verify(session)


@pytest.mark.parametrize(("action", "fields", "state", "changed"), [
    ("接收", {}, "已接收", {}),
    ("退回补正", {"questions": ["请补充指标"]}, "待补正", {}),
    ("合并到", {"merge_into": "S-1"}, "已合并", {"merge_into": "S-1"}),
    ("改环节", {"segment": "design"}, "待处理", {"segment": "design"}),
    ("转其他渠道", {"channel": "金融服务"}, "已转出", {"channel": "金融服务"}),
    ("不予受理", {"opinion": "逾期"}, "不予受理", {"opinion": "逾期"}),
    ("指派专家", {"expert": "王教授"}, "待处理", {"expert": "王教授"}),
    ("拆分", {"parts": [{"title": "甲", "text": "一"}, {"title": "乙", "text": "二"}]}, "已拆分", {}),
])
def test_each_action_changes_the_row_writes_its_event_and_is_undone(store: Store, action: str, fields: dict[str, object], state: str, changed: dict[str, str]) -> None:
    _, mine = add_many(store, 2)
    before = do(store, mine, "指派专家", expert="李教授")
    kept = history.fields_of(before)
    done = do(store, mine, action, **fields)
    assert done.state == state
    assert {name: getattr(done, name) for name in changed} == changed
    assert history.fields_of(take_back(store, mine)) == kept
    assert problems(store) == []


@pytest.mark.parametrize(("action", "fields", "why"), [
    ("退回补正", {}, "没有写明要补正什么"),
    ("合并到", {"merge_into": "S-404"}, "没有编号"),
    ("合并到", {"merge_into": "S-2"}, "不能合并到自己"),
    ("合并到", {}, "没有编号"),
    ("改环节", {"segment": "weapons"}, "没有这个产业链环节"),
    ("改环节", {"segment": "materials"}, "没有变化"),
    ("转其他渠道", {}, "没有写明转到哪里"),
    ("不予受理", {}, "没有写明理由"),
    ("指派专家", {}, "没有写明专家"),
    ("拆分", {"parts": [{"title": "只有一项", "text": ""}]}, "至少要有两项"),
])
def test_an_incomplete_decision_changes_nothing(store: Store, action: str, fields: dict[str, object], why: str) -> None:
    _, mine = add_many(store, 2)
    with store.reading() as session:
        before = history.count(session)
    with pytest.raises(Refused, match=why):
        do(store, mine, action, **fields)
    with store.reading() as session:
        assert history.count(session) == before
        assert session.get_one(SubmissionRow, mine).row_version == 1


def test_a_decision_on_an_older_version_is_stale_and_says_what_happened(store: Store) -> None:
    (mine,) = add_many(store, 1)
    do(store, mine, "接收", version=1, actor="李四")
    with pytest.raises(Stale) as caught:
        do(store, mine, "不予受理", version=1, opinion="逾期")
    assert [(e.actor, e.action) for e in caught.value.events] == [("李四", "接收")]
    assert caught.value.row.state == "已接收"


def test_merging_in_a_circle_or_into_a_merged_row_is_refused(store: Store) -> None:
    first, second, third = add_many(store, 3)
    do(store, second, "合并到", merge_into="S-1")
    with pytest.raises(Refused, match="已合并到 S-1"):
        do(store, first, "合并到", merge_into="S-2")
    with pytest.raises(Refused, match="请合并到仍然有效的一份"):
        do(store, third, "合并到", merge_into="S-2")


def test_the_parts_of_a_split_wait_in_the_queue_and_are_withdrawn_with_it(store: Store) -> None:
    (mine,) = add_many(store, 1)
    do(store, mine, "拆分", parts=[{"title": "甲", "text": "一"}, {"title": "乙", "text": "二"}])
    with store.reading() as session:
        parts = {p.submission_id: p.id for p in session.scalars(select(SubmissionRow).where(SubmissionRow.id != mine))}
    assert list(parts) == ["S-1-1", "S-1-2"]
    do(store, parts["S-1-1"], "接收")
    with pytest.raises(PartsTouched):
        take_back(store, mine)
    take_back(store, parts["S-1-1"])
    assert take_back(store, mine).state == "待处理"
    again = do(store, mine, "拆分", parts=[{"title": "丙", "text": "三"}, {"title": "丁", "text": "四"}])
    assert again.state == "已拆分"
    with store.reading() as session:
        assert [(p.submission_id, p.version, p.latest) for p in session.scalars(select(SubmissionRow).where(SubmissionRow.submission_id == "S-1-1"))] == [
            ("S-1-1", 1, False), ("S-1-1", 2, True)]
    assert problems(store) == []


def test_corrections_become_labels_and_undone_ones_do_not(store: Store) -> None:
    add(store, row(1), row(2, suggested="合并到", merge="S-1"), row(3, suggested="合并到", merge="S-1"))
    do(store, 2, "合并到", merge_into="S-1")
    do(store, 3, "改环节", segment="equipment")
    do(store, 3, "接收")
    take_back(store, 2)
    with store.reading() as session:
        found = [(r.kind, r.demand_id, r.other, r.value, r.suggested, r.undone) for r in session.scalars(select(LabelRow).order_by(LabelRow.id))]
    assert found == [("pair", "D-2", "D-1", "duplicate", "duplicate", True), ("segment", "D-3", "", "equipment", "materials", False),
                     ("pair", "D-3", "D-1", "different", "duplicate", False)]


NUMBERS = itertools.count(1)  # the database stays between examples
STEPS = st.lists(st.sampled_from([
    ("接收", {}), ("退回补正", {"questions": ["请补充"]}), ("合并到", {"merge_into": "S-1"}), ("改环节", {"segment": "design"}), ("改环节", {"segment": "equipment"}),
    ("转其他渠道", {"channel": "人才服务"}), ("不予受理", {"opinion": "逾期"}), ("指派专家", {"expert": "甲"}), ("指派专家", {"expert": "乙"})]), max_size=8)


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(steps=STEPS)
def test_undoing_everything_gives_back_the_beginning(store: Store, steps: list[tuple[str, dict[str, object]]]) -> None:
    number = next(NUMBERS)
    mine, _ = add(store, row(2 * number), row(2 * number + 1))
    with store.reading() as session:
        start = history.fields_of(session.get_one(SubmissionRow, mine))
    taken = 0
    for action, fields in steps:
        try:
            do(store, mine, action, **({"merge_into": f"S-{2 * number + 1}"} if action == "合并到" else fields))
            taken += 1
        except Refused:
            pass
    for _ in range(taken):
        take_back(store, mine)
    with store.reading() as session:
        assert history.fields_of(session.get_one(SubmissionRow, mine)) == start
        assert session.get_one(SubmissionRow, mine).decided_by is None
    with pytest.raises(Refused, match="没有可以撤销的决定"):
        take_back(store, mine)
    assert problems(store) == []


def test_every_action_has_a_plan() -> None:
    from triage.decisions import _PLANS

    assert set(_PLANS) == set(Action)
