from dataclasses import replace

import pytest

from nlp.records import TopicAction, TopicEdit
from nlp.topics.edits import EditedRenewal, edited_ids, fates_of, finish, restructure, split_payload
from nlp.topics.explain import explain, halve
from nlp.topics.identity import refresh
from nlp.topics.registry import Registry
from tests.nlp.topics.subjects import IDENTITY, OPTIONS, UNITS, subject_of, terms_of, units_of, vectors_of

PLAIN = replace(OPTIONS, resamples=0)
ALL = [*UNITS, *units_of("键合", 12)]


def month(registry: Registry | None, edits: list[TopicEdit], *, run_id: str, units: list = ALL) -> EditedRenewal:  # type: ignore[type-arg]
    shaped = restructure(registry, edits, run_id=run_id) if registry else None
    renewal = refresh(shaped, units, vectors_of(units), {u.unit_id: terms_of(u) for u in units}, segment="materials", run_id=run_id, seed=7,
                      options=PLAIN, identity=IDENTITY, protected=edited_ids(shaped, edits) if shaped else frozenset())
    return finish(renewal, edits, registry, shaped)


FIRST = month(None, [], run_id="1")
HOME = {a.unit_id: a.topic_id for a in FIRST.assignments}
ETCH, RESIST = (str(HOME[f"{s}00"]) for s in ("刻蚀机", "光刻胶"))


def edit(number: int, topic: str, action: TopicAction, *payload: str) -> TopicEdit:
    return TopicEdit(edit_id=number, at="2026-11-25T00:00:00+00:00", who="张工", chain="ic", topic_id=topic, action=action, payload=payload, reason="")


def labels(shown: EditedRenewal) -> dict[str, str]:
    return {t.topic_id: t.label for t in shown.topics}


def test_a_name_survives_month_after_month() -> None:
    edits, registry = [edit(1, ETCH, "rename", "等离子刻蚀")], FIRST.registry
    for number in range(2, 5):
        shown = month(registry, edits, run_id=str(number), units=[*ALL, *units_of("离子源", 3 * number)])
        assert labels(shown)[ETCH] == "等离子刻蚀"
        assert [f.fate for f in shown.fates] == ["kept"]
        registry = shown.registry
    assert {e.label for e in shown.events if e.topic_id == ETCH} == {"等离子刻蚀"}


def test_the_last_name_holds_and_the_first_is_said_to_be_replaced() -> None:
    shown = month(FIRST.registry, [edit(1, ETCH, "rename", "甲"), edit(2, ETCH, "rename", "乙")], run_id="2")
    assert labels(shown)[ETCH] == "乙"
    assert [(f.fate, f.reason) for f in shown.fates] == [("retired", "已被后来的第 2 号修改代替"), ("kept", "有效")]


def test_merged_topics_stay_merged_and_new_units_of_both_come_to_the_one() -> None:
    edits, more = [edit(1, ETCH, "merge", RESIST)], [*ALL, *units_of("光刻胶", 8, start=12)]
    second = month(FIRST.registry, edits, run_id="2")
    third = month(second.registry, edits, run_id="3", units=more)
    for shown in (second, third):
        assert RESIST not in labels(shown)
        assert {a.topic_id for a in shown.assignments if HOME.get(a.unit_id) == RESIST} == {ETCH}
        assert [f.fate for f in shown.fates] == ["kept"]
    assert {e.topic_id: e.event for e in second.events}[ETCH] == "merged"
    assert {e.topic_id: (e.event, e.n_after) for e in second.events}[RESIST] == ("retired", 0)
    assert RESIST not in {e.topic_id for e in third.events}


def test_a_split_stays_split() -> None:
    halves = halve(FIRST.registry, ETCH, options=PLAIN)
    assert halves is not None
    edits = [edit(1, ETCH, "split", *split_payload("materials-neu", "静电卡盘", halves.leaves))]
    second = month(FIRST.registry, edits, run_id="2")
    third = month(second.registry, edits, run_id="3", units=[*ALL, *units_of("刻蚀机", 4, start=12)])
    for shown in (second, third):
        home = {a.unit_id: a.topic_id for a in shown.assignments}
        assert {home[u] for u in halves.leaves} == {"materials-neu"}
        assert {home[u] for u in halves.stays} == {ETCH}
        assert [f.fate for f in shown.fates] == ["kept"]
    assert [(e.event, e.from_topic_ids) for e in second.events if e.topic_id == "materials-neu"] == [("split", (ETCH,))]
    assert [e.event for e in third.events if e.topic_id == "materials-neu"] != ["split"]


def test_hidden_is_hidden_until_shown_again_and_notes_add_up() -> None:
    edits = [edit(1, ETCH, "hide"), edit(2, ETCH, "note", "甲"), edit(3, ETCH, "note", "乙")]
    topic = next(t for t in month(FIRST.registry, edits, run_id="2").topics if t.topic_id == ETCH)
    assert (topic.hidden, topic.notes) == (True, ("甲", "乙"))
    shown = month(FIRST.registry, [*edits, edit(4, ETCH, "show")], run_id="2")
    assert not next(t for t in shown.topics if t.topic_id == ETCH).hidden
    assert [f.fate for f in shown.fates] == ["retired", "kept", "kept", "kept"]


@pytest.mark.parametrize(
    ("edits", "reason"),
    [
        ([edit(1, "materials-none", "rename", "x")], "主题登记表中没有这个主题：登记表已重新建立，或编号有误"),
        ([edit(1, RESIST, "rename", "x"), edit(2, ETCH, "merge", RESIST)], f"主题已并入 {ETCH}"),
        ([edit(1, ETCH, "merge", "materials-none")], "没有收入：materials-none 已不在"),
    ],
)
def test_what_cannot_hold_is_retired_with_the_reason(edits: list[TopicEdit], reason: str) -> None:
    shown = month(FIRST.registry, edits, run_id="2")
    assert reason in {f.reason for f in fates_of(edits, shown.fates)}
    assert len(fates_of(edits, shown.fates)) == len(edits)


def test_an_edit_waits_for_its_topic_to_come_back() -> None:
    edits = [edit(1, ETCH, "rename", "等离子刻蚀")]
    without = month(FIRST.registry, edits, run_id="2", units=[u for u in ALL if HOME[u.unit_id] != ETCH])
    assert [(f.fate, f.reason) for f in without.fates] == [("retired", "主题本次没有材料；材料再来时恢复")]
    assert labels(month(without.registry, edits, run_id="3"))[ETCH] == "等离子刻蚀"


def test_edits_do_not_change_what_is_remembered_of_names() -> None:
    renamed = month(FIRST.registry, [edit(1, ETCH, "rename", "甲")], run_id="2")
    assert labels(month(renamed.registry, [], run_id="3"))[ETCH] == labels(FIRST)[ETCH]


def test_explain_puts_the_nearest_first_and_knows_the_neighbours() -> None:
    found = explain(FIRST.registry, ETCH)
    assert [n.cosine for n in found.central] == sorted((n.cosine for n in found.central), reverse=True)
    assert {subject_of(n.id) for n in found.central} == {"刻蚀机"}
    assert ETCH not in {n.id for n in found.neighbours}
    assert found.neighbours
    with pytest.raises(KeyError):
        explain(FIRST.registry, "materials-none")


def test_too_few_units_are_not_halved() -> None:
    few = replace(FIRST.registry, unit_ids=FIRST.registry.unit_ids[:1], points=FIRST.registry.points[:1])
    assert halve(few, ETCH, options=PLAIN) is None


def test_nothing_decided_changes_nothing() -> None:
    again = month(FIRST.registry, [], run_id="2")
    assert again.fates == ()
    assert labels(again) == labels(FIRST)
