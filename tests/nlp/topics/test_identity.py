import random
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from nlp.records import Unit
from nlp.topics.identity import Renewal, new_topic_id, refresh
from nlp.topics.registry import Registry
from tests.nlp.topics.subjects import IDENTITY, OPTIONS, UNITS, subject_of, terms_of, units_of, vectors_of

PLAIN = replace(OPTIONS, resamples=0)


def run(registry: Registry | None, units: Sequence[Unit], *, run_id: str = "r", encoder: str = "e", turn: np.ndarray | None = None,
        protected: frozenset[str] = frozenset()) -> Renewal:
    vectors = vectors_of(units)
    return refresh(registry, units, vectors if turn is None else (vectors @ turn).astype(np.float32), {u.unit_id: terms_of(u) for u in units},
                   segment="materials", run_id=run_id, seed=7, options=PLAIN, identity=IDENTITY, encoder=encoder, protected=protected)


def homes(renewal: Renewal) -> dict[str, str | None]:
    return {a.unit_id: a.topic_id for a in renewal.grouping.assignments}


FIRST = run(None, UNITS, run_id="1")


def test_the_first_run_discovers_and_says_that_all_is_new() -> None:
    assert {e.event for e in FIRST.events} == {"born"}
    assert {e.topic_id for e in FIRST.events} == {t.topic_id for t in FIRST.grouping.topics}
    assert {e.previous_run for e in FIRST.events} == {None}


def test_the_same_units_again_change_nothing() -> None:
    again = run(FIRST.registry, UNITS, run_id="2")
    assert homes(again) == homes(FIRST)
    assert {(t.topic_id, t.label) for t in again.grouping.topics} == {(t.topic_id, t.label) for t in FIRST.grouping.topics}
    assert {e.event for e in again.events} == {"kept"}
    assert {e.previous_run for e in again.events} == {"1"}


def test_units_that_were_far_from_all_stay_so_while_the_frame_stands() -> None:
    strict = replace(PLAIN, nearest=0.75)
    terms = {u.unit_id: terms_of(u) for u in UNITS}
    first = refresh(None, UNITS, vectors_of(UNITS), terms, segment="m", run_id="1", seed=7, options=strict, identity=IDENTITY)
    again = refresh(first.registry, UNITS, vectors_of(UNITS), terms, segment="m", run_id="2", seed=7, options=strict, identity=IDENTITY)
    assert None in homes(first).values()
    assert homes(again) == homes(first)


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(seed=st.integers(0, 10_000), extra=st.integers(0, 10))
def test_row_order_never_matters(seed: int, extra: int) -> None:
    more = [*UNITS, *units_of("光刻胶", extra, start=12)]
    shuffled = random.Random(seed).sample(more, len(more))
    assert run(FIRST.registry, shuffled).grouping == run(FIRST.registry, more).grouping
    assert run(FIRST.registry, shuffled).events == run(FIRST.registry, more).events


@settings(max_examples=8, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(gone=st.sets(st.integers(0, len(UNITS) - 1), max_size=14))
def test_a_unit_that_was_placed_stays_when_others_go_and_when_they_come_back(gone: set[int]) -> None:
    rest = [u for i, u in enumerate(UNITS) if i not in gone]
    fewer = run(FIRST.registry, rest, run_id="2")
    assert all(homes(fewer)[u.unit_id] == homes(FIRST)[u.unit_id] for u in rest)
    assert homes(run(fewer.registry, UNITS, run_id="3")) == homes(FIRST)


def test_new_units_join_their_subject() -> None:
    grown = run(FIRST.registry, [*UNITS, *units_of("光刻胶", 4, start=12)], run_id="2")
    home = homes(grown)
    old = {homes(FIRST)[u.unit_id] for u in UNITS if subject_of(u.unit_id) == "光刻胶"}
    assert {home[u] for u in home if u not in homes(FIRST)} <= old
    assert {a.method for a in grown.grouping.assignments} == {"沿用", "归入"}


def test_an_unseen_subject_becomes_a_topic_and_no_old_unit_moves() -> None:
    more = [*UNITS, *units_of("键合", 12)]
    renewal = run(FIRST.registry, more, run_id="2")
    born = [e.topic_id for e in renewal.events if e.event == "born"]
    assert born
    assert {subject_of(u) for u, t in homes(renewal).items() if t in born} == {"键合"}
    assert all(homes(renewal)[u] == t for u, t in homes(FIRST).items())


def test_an_id_is_never_given_twice() -> None:
    assert new_topic_id("materials", "u1", set(), "2") != new_topic_id("materials", "u1", {new_topic_id("materials", "u1", set(), "1")}, "2")
    registry, seen = FIRST.registry, {t.topic_id for t in FIRST.registry.topics}
    for number, subject in enumerate(("键合", "离子源"), 2):
        renewal = run(registry, [*UNITS, *units_of(subject, 12)], run_id=str(number))
        born = {e.topic_id for e in renewal.events if e.event == "born"}
        assert not born & seen
        registry, seen = renewal.registry, seen | born


def test_a_topic_without_units_is_retired_and_comes_back_under_its_id() -> None:
    without = run(FIRST.registry, [u for u in UNITS if subject_of(u.unit_id) == "光刻胶"], run_id="2")
    gone = {e.topic_id for e in without.events if e.event == "retired"}
    assert gone == {homes(FIRST)[u.unit_id] for u in UNITS if subject_of(u.unit_id) == "刻蚀机"}
    back = run(without.registry, UNITS, run_id="3")
    assert homes(back) == homes(FIRST)
    assert {e.topic_id: e.reason for e in back.events if e.event == "born"}.keys() == gone


def test_topics_survive_a_change_of_encoder() -> None:
    turn = np.linalg.qr(np.random.default_rng(1).normal(size=(256, 256)))[0]
    other = run(FIRST.registry, UNITS, run_id="2", encoder="another", turn=turn)
    assert homes(other) == homes(FIRST)
    assert other.registry.encoder == "another"


def test_topics_that_cannot_be_continued_are_retired_by_name() -> None:
    others = units_of("键合", 12) + units_of("离子源", 12)
    fresh = run(FIRST.registry, others, run_id="2", encoder="another")
    assert {e.topic_id for e in fresh.events if e.event == "retired"} == {t.topic_id for t in FIRST.grouping.topics}
    assert {t.topic_id for t in fresh.grouping.topics}.isdisjoint(t.topic_id for t in FIRST.grouping.topics)


@pytest.mark.parametrize("n", [0, 1, 2, 5, 7])
def test_few_units_without_a_past_are_too_few_and_with_one_are_placed(n: int) -> None:
    assert run(None, UNITS[:n]).grouping.topics == ()
    later = run(FIRST.registry, UNITS[:n], run_id="2")
    assert homes(later) == {u.unit_id: homes(FIRST)[u.unit_id] for u in UNITS[:n]}


def test_every_unit_is_accounted_for_once_and_counts_agree() -> None:
    more = [*UNITS, *units_of("离子源", 9)]
    renewal = run(FIRST.registry, more, run_id="2")
    assert sorted(homes(renewal)) == sorted(u.unit_id for u in more)
    assert sum(t.n_patents for t in renewal.grouping.topics) == sum(t is not None for t in homes(renewal).values())
    sizes = {e.topic_id: e.n_after for e in renewal.events}
    assert all(sizes[t.topic_id] == t.n_patents for t in renewal.grouping.topics)
