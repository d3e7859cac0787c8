from collections import Counter
from dataclasses import replace

import numpy as np
import pytest

from nlp.records import Unit
from nlp.topics.identity import refresh
from nlp.topics.sampling import fitting_rows
from tests.nlp.topics.subjects import IDENTITY, OPTIONS, subject_of, terms_of, units_of, vectors_of

MANY = [*units_of("光刻胶", 60), *units_of("刻蚀机", 60), *units_of("键合", 60)]
MIXED = [replace(u, unit_kind="demand") if i % 10 == 0 else u for i, u in enumerate(MANY)]


def drawn(units: list[Unit], limit: int) -> set[str]:
    return {units[i].unit_id for i in fitting_rows(units, limit)}


@pytest.mark.parametrize(("limit", "size"), [(0, 180), (180, 180), (500, 180), (100, 100), (16, 22)])
def test_how_many_are_drawn(limit: int, size: int) -> None:
    """Demands, 18 of them, are always in; patents keep a quarter of the limit."""
    assert len(drawn(MIXED, limit)) == size
    assert {u.unit_id for u in MIXED if u.unit_kind == "demand"} <= drawn(MIXED, limit)


def test_order_makes_no_difference_and_growth_little() -> None:
    assert drawn(MIXED, 90) == drawn(MIXED[::-1], 90)
    assert len(drawn(MIXED, 90) & drawn([*MIXED, *units_of("离子源", 9)], 90)) >= 80


def run(units: list[Unit], *, registry=None, run_id: str = "r1", fit_units: int = 0):
    return refresh(registry, units, vectors_of(units), {u.unit_id: terms_of(u) for u in units}, segment="materials", run_id=run_id, seed=7, options=OPTIONS,
                   identity=IDENTITY, fit_units=fit_units)


def homes(renewal) -> dict[str, str | None]:
    return {a.unit_id: a.topic_id for a in renewal.grouping.assignments}


def purity(found: dict[str, str | None]) -> float:
    groups: dict[str, Counter[str]] = {}
    for unit_id, topic in found.items():
        groups.setdefault(topic or "", Counter())[subject_of(unit_id)] += 1
    return sum(max(c.values()) for c in groups.values()) / len(found)


def test_a_limit_above_the_units_changes_nothing() -> None:
    assert run(MIXED, fit_units=180).grouping == run(MIXED).grouping


def test_all_units_are_placed_and_counted() -> None:
    found = run(MIXED, fit_units=90)
    assert set(homes(found)) == {u.unit_id for u in MIXED}
    assert purity(homes(found)) > 0.95
    sizes = Counter(t for t in homes(found).values() if t)
    assert {t.topic_id: t.n_demands + t.n_clauses + t.n_patents for t in found.grouping.topics} == dict(sizes)
    assert {a.method for a in found.grouping.assignments} >= {"聚类", "归入"}
    assert {t.topic_id: t.sizes for t in found.registry.topics} == {t: (n,) for t, n in sizes.items()}


def test_row_order_makes_no_difference() -> None:
    first, again = run(MIXED, fit_units=90), run(MIXED[::-1], fit_units=90)
    assert first.grouping == again.grouping
    assert (first.registry.points == again.registry.points).all()


def test_the_next_run_keeps_everybody_and_places_the_new() -> None:
    first = run(MIXED, fit_units=90)
    again = run([*MIXED, *units_of("键合", 20, start=60)], registry=first.registry, run_id="r2", fit_units=90)
    was, now = homes(first), homes(again)
    assert {u: now[u] for u in was} == was
    assert sum(now[f"键合{i}"] in {was[f"键合{j:02}"] for j in range(60)} for i in range(60, 80)) >= 18


def test_a_new_subject_is_found_in_the_sample_and_joined_by_the_rest() -> None:
    first = run(MIXED, fit_units=90)
    more = units_of("离子源", 60)
    again = run([*MIXED, *more], registry=first.registry, run_id="r2", fit_units=120)
    new = {now for u, now in homes(again).items() if subject_of(u) == "离子源"} - {None, *homes(first).values()}
    assert new
    joined = [homes(again)[u.unit_id] in new for u in more]
    assert np.mean(joined) > 0.8
