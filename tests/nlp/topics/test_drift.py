import numpy as np
import pytest

from nlp.options import IdentityOptions
from nlp.topics.drift import births, centroids_of, merges, recent, splits
from nlp.topics.space import unit_rows

OPTIONS = IdentityOptions(born_from=5)


def cloud(*parts: tuple[int, int], spread: float = 0.15) -> np.ndarray:
    """(axis, n) -> n unit rows near that axis of eight."""
    chance = np.random.default_rng(3)
    return unit_rows(np.vstack([np.eye(8)[axis] + spread * chance.normal(size=(n, 8)) for axis, n in parts]))


@pytest.mark.parametrize(("since", "late"), [([0, 0, 0, 0], [0, 0, 0, 0]), ([0, 0, 0, 1], [0, 0, 0, 1]), ([0, 1, 1, 2], [0, 0, 0, 1]), ([0, 0, 1, 2], [0, 0, 1, 1]), ([], [])])
def test_recent_units_are_at_most_half(since: list[int], late: list[int]) -> None:
    assert recent(np.array(since, dtype=np.int64)).astype(int).tolist() == late


def test_a_new_group_of_recent_units_is_born_with_its_sources() -> None:
    points, placed = cloud((0, 20), (1, 20), (2, 10)), np.array([0] * 20 + [1] * 20 + [0] * 7 + [1] * 3)
    groups, loose = np.array([0] * 20 + [1] * 20 + [2] * 10), np.array([False] * 40 + [True] * 10)
    (found,) = births(points, placed, groups, loose, size=2, fixed=frozenset(), options=OPTIONS)
    assert np.flatnonzero(found.rows).tolist() == list(range(40, 50))
    assert found.sources == (0, 1)
    assert found.target is None


def test_old_units_in_a_group_of_their_own_are_no_new_topic() -> None:
    points, placed = cloud((0, 20), (1, 20), (2, 10)), np.array([0] * 20 + [1] * 20 + [0] * 10)
    groups, loose = np.array([0] * 20 + [1] * 20 + [2] * 10), np.array([True, False] * 25)
    assert list(births(points, placed, groups, loose, size=2, fixed=frozenset(), options=OPTIONS)) == []


def test_an_edited_topic_loses_only_recent_units() -> None:
    points, placed = cloud((0, 20), (1, 20), (2, 12)), np.array([0] * 20 + [1] * 20 + [0] * 12)
    groups, loose = np.array([0] * 20 + [1] * 20 + [2] * 12), np.array([False] * 42 + [True] * 10)
    (free,) = births(points, placed, groups, loose, size=2, fixed=frozenset(), options=OPTIONS)
    (kept,) = births(points, placed, groups, loose, size=2, fixed=frozenset({0}), options=OPTIONS)
    assert free.rows.sum() == 12
    assert kept.rows.sum() == 10


def test_a_topic_splits_only_when_it_has_grown() -> None:
    points, placed = cloud((0, 20), (1, 12), (2, 20)), np.array([0] * 32 + [1] * 20)
    groups = np.array([0] * 20 + [1] * 12 + [2] * 20)
    assert list(splits(points, placed, groups, founded={0: 30, 1: 20}, options=OPTIONS)) == []
    (found,) = splits(points, placed, groups, founded={0: 20, 1: 20}, options=OPTIONS)
    assert (np.flatnonzero(found.rows).tolist(), found.sources, found.split) == (list(range(20, 32)), (0,), True)


def test_two_topics_on_one_spot_merge_unless_edited() -> None:
    points, placed, groups = cloud((0, 20), (1, 20)), np.array([0] * 12 + [1] * 8 + [2] * 20), np.array([0] * 20 + [1] * 20)
    (found,) = merges(points, placed, groups, size=3, fixed=frozenset(), options=OPTIONS)
    assert (found.target, found.sources) == (0, (0, 1))
    assert list(merges(points, placed, groups, size=3, fixed=frozenset({1}), options=OPTIONS)) == []


def test_a_label_without_rows_has_no_centre() -> None:
    assert centroids_of(cloud((0, 4)), np.array([1, 1, 1, -1]), 3)[[0, 2]].any() == np.False_
