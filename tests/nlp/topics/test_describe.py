"""What is told of topics, on vectors whose neighbours are known."""

import random

import numpy as np

from nlp.records import Assignment, Topic, TopicYear, Unit
from nlp.topics.describe import Dated, Description, describe, spread_out, yearly
from nlp.topics.naming import NamingRules

AXES = np.eye(16)


def unit(unit_id: str, kind: str = "patent") -> Unit:
    return Unit(unit_id=unit_id, unit_kind=kind, title=unit_id, text=unit_id, region="上海", organisation=None, source_file="a", source_location="b")  # type: ignore[arg-type] # a plain string


def world(topics: int, each: int) -> tuple[list[Topic], list[Assignment], list[Unit], np.ndarray]:
    """Topic i lies on axis i; topics 2j and 2j+1 lean towards each other."""
    chance = np.random.default_rng(1)
    units, rows, homes = [], [], []
    for i in range(topics):
        centre = AXES[i] + 0.8 * AXES[i ^ 1]
        for j in range(each):
            units.append(unit(f"u{i:02}-{j:02}", ("demand", "clause", "patent")[j % 3]))
            rows.append(centre + 0.05 * chance.normal(size=16))
            homes.append(f"t{i:02}")
    made = [Topic(topic_id=f"t{i:02}", segment="design", label=f"名{i}", terms=(f"专{'甲乙丙丁戊己庚辛'[i]}器", f"共{'甲乙丙丁'[i // 2]}胶"), n_demands=each, n_clauses=0,
                  n_patents=0, regions=(), stability=None) for i in range(topics)]
    given = [Assignment(unit_id=u.unit_id, unit_kind=u.unit_kind, segment="design", topic_id=h, method="聚类", similarity=0.5) for u, h in zip(units, homes, strict=True)]
    return made, given, units, np.array(rows)


def told(topics: list[Topic], assignments: list[Assignment], units: list[Unit], vectors: np.ndarray) -> Description:
    return describe(topics, assignments, units, vectors, dated=[], as_of=2026, lag_years=3, rules=NamingRules())


def test_any_order_of_rows_tells_the_same() -> None:
    topics, assignments, units, vectors = world(6, 9)
    order = random.Random(5).sample(range(len(units)), len(units))
    again = told(topics[::-1], assignments[::-1], [units[i] for i in order], vectors[order])
    assert again == told(topics, assignments, units, vectors)


def test_groups_are_nested_neighbours_named_by_what_they_share() -> None:
    groups = told(*world(8, 4)).groups
    assert {frozenset(g.topic_ids) for g in groups if len(g.topic_ids) == 2} >= {frozenset({"t00", "t01"}), frozenset({"t06", "t07"})} or len(groups) == 3
    assert sorted(t for g in groups if g.level == 1 for t in g.topic_ids) == [f"t{i:02}" for i in range(8)]
    assert all("共" in g.name for g in groups if len(g.topic_ids) == 2)
    assert len({g.name for g in groups}) == len({g.group_id for g in groups}) == len(groups)


def test_few_topics_are_not_grouped_and_many_have_two_levels() -> None:
    assert told(*world(3, 4)).groups == ()
    topics, assignments, units, vectors = world(8, 4)
    more = [*topics, *(Topic(**{**{f: getattr(t, f) for f in Topic.__slots__}, "topic_id": f"x{t.topic_id}"}) for t in topics)]
    shifted = [Assignment(unit_id=f"x{a.unit_id}", unit_kind=a.unit_kind, segment="design", topic_id=f"x{a.topic_id}", method="", similarity=None) for a in assignments]
    groups = told(more, [*assignments, *shifted], [*units, *(unit(f"x{u.unit_id}") for u in units)], np.vstack([vectors, vectors[:, ::-1]])).groups
    fine = [g for g in groups if g.level == 2]
    coarse = {g.group_id: g for g in groups if g.level == 1}
    assert fine and all(g.parent_id in coarse and set(g.topic_ids) <= set(coarse[g.parent_id].topic_ids) for g in fine)


def test_examples_are_near_the_centre_and_unlike_one_another() -> None:
    twin = np.array([[1.0, 0.0, 0.0], [1.0, 0.001, 0.0], [0.6, 0.8, 0.0], [0.2, 0.98, 0.0]])
    assert spread_out(np.array([1.0, 0.999, 0.9, 0.2]), twin, count=2) == [0, 2]
    examples = told(*world(2, 18)).examples
    assert {(e.topic_id, e.unit_kind): e.place for e in examples}[("t00", "demand")] == 5
    first = [e for e in examples if e.topic_id == "t01" and e.place == 1]
    assert {e.unit_kind for e in first} == {"demand", "clause", "patent"} and all(e.similarity > 0.9 for e in first)


def test_years_count_families_once_and_mark_the_lag() -> None:
    topics, assignments, *_ = world(1, 6)
    dated = [Dated(unit_id="u00-02", year=2023, once="f"), Dated(unit_id="u00-05", year=2023, once="f"), Dated(unit_id="u00-00", year=2025, once="d"),
             Dated(unit_id="u00-01", year=2025, once="p"), Dated(unit_id="u00-04", year=2025, once="p"), Dated(unit_id="u00-03", year=2030, once="late"),
             Dated(unit_id="nobody", year=1999, once="x")]
    rows = yearly(topics, assignments, dated, as_of=2026, lag_years=3)
    assert rows[0] == TopicYear(year_id="t00/2023", topic_id="t00", year=2023, demands=0, policies=0, families=1, lagged=False)
    assert [(r.year, r.demands, r.policies, r.families, r.lagged) for r in rows[1:]] == [(2024, 0, 0, 0, True), (2025, 1, 1, 0, True), (2026, 0, 0, 0, True)]


def test_every_grouped_unit_has_one_place_inside_its_circle() -> None:
    places = told(*world(5, 7)).places
    circles = {p.topic_id: p for p in places if p.unit_kind == "topic"}
    units = [p for p in places if p.unit_kind != "topic"]
    assert len(circles) == 5 and len({p.place_id for p in places}) == len(places) == 40
    assert all(np.hypot(p.x - circles[p.topic_id].x, p.y - circles[p.topic_id].y) <= (circles[p.topic_id].radius or 0) for p in units)


def test_nothing_and_one_unit() -> None:
    assert told([], [], [], np.zeros((0, 4))) == Description(names=(), examples=(), groups=(), years=(), places=())
    assert len(told(*world(1, 1)).places) == 2
