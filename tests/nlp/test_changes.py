from dataclasses import replace

import pytest

from nlp.changes import arrow, build, event_counts, rank_changes
from nlp.options import Weights
from nlp.provenance import Cells, check
from nlp.records import (
    Grid,
    Priority,
    RoadmapDraft,
    Section,
    SubstitutionProfile,
    Topic,
    TopicChange,
    TopicEditFate,
    TopicEvent,
)

WEIGHTS = Weights(demand=0.4, policy=0.2, patents=0.2, breadth=0.1, foreign=0.05, substitution=0.05)
SEGMENTS = {"materials": "材料"}


def event(topic_id: str, kind: TopicChange, before: int, after: int, *, sources: tuple[str, ...] = (), segment: str = "materials",
          previous: str | None = "20261001") -> TopicEvent:
    return TopicEvent(topic_id=topic_id, event=kind, from_topic_ids=sources or (topic_id,), previous_run=previous, segment=segment, label=f"主题{topic_id}",
                      n_before=before, n_after=after, shared=min(before, after), reason=f"上次 {before} 份，本次 {after} 份")


def topic(topic_id: str, segment: str = "materials") -> Topic:
    return Topic(topic_id=topic_id, segment=segment, label=f"主题{topic_id}", terms=(), n_demands=1, n_clauses=0, n_patents=0, regions=(), stability=None)


def priority(topic_id: str, rank: int, urgency: float, demand: float = 0.5) -> Priority:
    return Priority(topic_id=topic_id, rank=rank, urgency=urgency, advantage=None, quadrant=None, demand=demand, policy=0, patents=0, breadth=0, foreign=None,
                    rank_median=rank, rank_p05=rank, rank_p95=rank, p_top10=1, confidence="C", cross_region=False)


RANKS = rank_changes([topic("a"), topic("b"), topic("c"), topic("x", "none")], [priority("a", 1, 0.6), priority("b", 2, 0.5), priority("c", 3, 0.4), priority("x", 1, 0.9)],
                     [topic("a"), topic("b"), topic("d"), topic("x", "none")], [priority("b", 1, 0.7, 0.9), priority("a", 2, 0.6), priority("d", 3, 0.2), priority("x", 1, 0.9)],
                     weights=WEIGHTS)


def test_places_are_compared_by_id_with_the_reason() -> None:
    assert [(r.topic_id, r.rank_before, r.rank_after, r.places, r.reason) for r in RANKS] == [
        ("b", 2, 1, 1, "需求分量上升"), ("a", 1, 2, -1, "本主题的分量没有变，位次因其他主题升降而变"),
        ("d", None, 3, None, "本次新进入排序"), ("c", 3, None, None, "本次不在排序中")]


def columns(record: object) -> dict[str, object]:
    return {name: getattr(record, name) for name in record.__dataclass_fields__}  # type: ignore[attr-defined]


def findings(section: Section, events: list[TopicEvent], fates: list[TopicEditFate]) -> tuple[object, ...]:
    tables = {"topic_events": Cells(rows={e.topic_id: columns(e) for e in events}), "rank_changes": Cells(rows={r.topic_id: columns(r) for r in RANKS}),  # type: ignore[dict-item]
              "topic_edits": Cells(rows={str(f.edit_id): columns(f) for f in fates}),  # type: ignore[dict-item]
              "counts": Cells(rows={c.name: {"value": c.value} for c in event_counts(events)})}
    return check(RoadmapDraft(title="草稿", notice="草稿", sections=(section,)), tables)


def test_the_page_tells_what_changed_and_every_number_has_its_cell() -> None:
    events = [event("a", "kept", 5, 5), event("b", "grown", 4, 9), event("d", "born", 0, 8, sources=("a", "b")), event("c", "retired", 3, 0), event("x", "born", 0, 4, segment="none")]
    fates = [TopicEditFate(edit_id=1, topic_id="c", action="rename", what="改名为 旧名", who="张工", at="", fate="retired", reason="主题本次没有材料")]
    section = build(events, RANKS, fates, {c.name: c.value for c in event_counts(events)}, segments=SEGMENTS)
    assert findings(section, events, fates) == ()
    texts = [c.text for c in section.content if not isinstance(c, Grid)]
    assert texts[0] == "与运行 20261001 相比，链条内的主题新增 1 个，拆分 0 个，合并 0 个，退出 1 个，增长 1 个，缩减 0 个，沿用 1 个，同一主题前后编号相同。"
    assert texts[1] == "新增　主题d（材料，编号 d）：来自 a、b；上次 0 份，本次 8 份。"
    assert not any("主题x" in t or "主题a（" in t for t in texts)
    assert texts[-1] == "修改失效　c 改名为 旧名：主题本次没有材料。"
    (grid,) = [c for c in section.content if isinstance(c, Grid)]
    assert [row[0].text for row in grid.rows] == ["主题b", "主题a", "主题d", "主题c"]


def test_a_first_run_has_nothing_to_compare() -> None:
    events = [event("a", "born", 0, 5, previous=None)]
    section = build(events, (), (), {}, segments=SEGMENTS)
    assert "没有可比的上次" in section.content[0].text  # type: ignore[union-attr]
    assert findings(section, events, []) == ()


def test_where_nothing_moved_it_says_so() -> None:
    events = [event("a", "kept", 5, 5)]
    same = rank_changes([topic("a")], [priority("a", 1, 0.6)], [topic("a")], [priority("a", 1, 0.6)], weights=WEIGHTS)
    section = build(events, same, (), {c.name: c.value for c in event_counts(events)}, segments=SEGMENTS)
    assert [c.text for c in section.content][1:] == ["各主题的位次与上次相同。"]  # type: ignore[union-attr]


CUT, HIGH = SubstitutionProfile.CUT_OFF, SubstitutionProfile.CONCENTRATED


@pytest.mark.parametrize(("before", "after", "sign"), [
    ((HIGH, 0.5), (CUT, 0.4), "↑"), ((CUT, 0.4), (HIGH, 0.5), "↓"), ((None, 0.5), (HIGH, 0.5), "↑"), ((HIGH, 0.5), (HIGH, 0.6), "↑"), ((HIGH, 0.5), (HIGH, 0.4), "↓"),
    ((HIGH, 0.5), (HIGH, 0.503), "→"), (None, (CUT, 0.5), "新"), ((CUT, 0.5), None, None)])
def test_the_arrow_of_substitution(before: tuple[SubstitutionProfile | None, float] | None, after: tuple[SubstitutionProfile | None, float] | None, sign: str | None) -> None:
    old, new = (None if state is None else replace(priority("a", 1, state[1]), profile=state[0]) for state in (before, after))
    assert arrow(old, new) == sign


def test_both_situations_are_kept() -> None:
    old, new = (replace(priority("a", 1, 0.5), profile=p) for p in (HIGH, CUT))
    (found,) = rank_changes([topic("a")], [old], [topic("a")], [new], weights=WEIGHTS)
    assert (found.profile_before, found.profile_after, found.substitution) == (HIGH, CUT, "↑")
