import numpy as np
import pytest
from sklearn.metrics import adjusted_rand_score

from nlp.options import TopicOptions
from nlp.topics.partition import Bounds, absorb, bounds, carry, cut, partition, smooth
from nlp.topics.space import unit_rows

OPTIONS = TopicOptions(floor=8, smallest=3, average=6, nearest=0.0, term_weight=0.5, dimensions=20, resamples=2, top_terms=5, apart=0.4)


def made(groups: int, size: int, *, noise: float, seed: int = 3) -> tuple[np.ndarray, np.ndarray]:
    chance = np.random.default_rng(seed)
    centres = chance.normal(size=(groups, 20))
    truth = np.repeat(np.arange(groups), size)
    return unit_rows(centres[truth] + noise * chance.normal(size=(groups * size, 20))), truth


@pytest.mark.parametrize(("n", "average", "expected"), [
    (8, 18, Bounds(low=2, high=2)), (40, 18, Bounds(low=2, high=2)), (400, 18, Bounds(low=17, high=22)), (4000, 18, Bounds(low=54, high=73))])
def test_bounds(n: int, average: int, expected: Bounds) -> None:
    assert bounds(n, average) == expected


def test_groups_are_found_and_their_number_is_the_datas() -> None:
    points, truth = made(6, 40, noise=0.5)
    labels = partition(points, Bounds(low=2, high=20), options=OPTIONS)
    assert adjusted_rand_score(truth, labels) == 1
    assert labels.max() == 5


@pytest.mark.parametrize(("low", "high", "at_least", "at_most"), [(10, 14, 10, 14), (2, 3, 2, 3)])
def test_the_number_stays_within_the_bounds(low: int, high: int, at_least: int, at_most: int) -> None:
    points, _ = made(6, 40, noise=0.9)
    assert at_least <= partition(points, Bounds(low=low, high=high), options=OPTIONS).max() + 1 <= at_most


def test_nine_tenths_of_the_rows_give_nearly_the_same_groups() -> None:
    points, _ = made(12, 30, noise=1.0)
    whole, scores = partition(points, bounds(360, 6), options=OPTIONS), []
    for seed in range(4):
        rows = np.sort(np.random.default_rng(seed).choice(360, 324, replace=False))
        scores.append(adjusted_rand_score(whole[rows], partition(points[rows], bounds(324, 6), options=OPTIONS)))
    assert np.mean(scores) > 0.85


def test_smoothing_brings_neighbours_together_and_leaves_few_rows_alone() -> None:
    points, truth = made(5, 30, noise=0.8)
    moved = smooth(points)
    same = truth[:, None] == truth[None]
    assert (moved @ moved.T)[same].mean() > (points @ points.T)[same].mean() + 0.1
    assert np.allclose(np.linalg.norm(moved, axis=1), 1)
    assert np.allclose(smooth(points[:5]), points[:5])


def test_small_groups_join_the_nearest_large_one() -> None:
    points = unit_rows(np.array([[1, 0], [1, 0.1], [1, -0.1], [0, 1], [0.1, 1], [-0.1, 1], [0.6, 1.0]], dtype=float))
    assert absorb(points, np.array([0, 0, 0, 2, 2, 2, 1]), 3).tolist() == [0, 0, 0, 1, 1, 1, 1]


def test_equal_rows_are_one_group() -> None:
    assert set(cut(np.ones((10, 3)) / np.sqrt(3), Bounds(low=2, high=2), options=OPTIONS).tolist()) == {0}


def test_groups_of_a_sample_are_carried_to_all_rows() -> None:
    points, truth = made(6, 200, noise=0.6)
    labels = carry(points, points[::4], truth[::4])
    assert adjusted_rand_score(truth, labels) > 0.98
