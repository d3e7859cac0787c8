"""The map: deterministic, without overlap, neighbours side by side."""

import numpy as np
import pytest

from nlp.topics.layout import arrange, inside, main_axes, push_apart


def directions(k: int, seed: int = 3) -> np.ndarray:
    rows = np.random.default_rng(seed).normal(size=(k, 12))
    return rows / np.linalg.norm(rows, axis=1, keepdims=True)


@pytest.mark.parametrize("k", [1, 2, 5, 40])
def test_circles_lie_on_the_map_and_apart(k: int) -> None:
    circles = arrange(directions(k), np.arange(1, k + 1, dtype=float))
    low, high = circles.centres - circles.radii[:, None], circles.centres + circles.radii[:, None]
    assert low.min() >= -1e-6 and high.max() <= 1 + 1e-6
    apart = np.linalg.norm(circles.centres[:, None] - circles.centres[None], axis=2)
    assert (apart + np.eye(k) * 9 >= circles.radii[:, None] + circles.radii[None] - 1e-3).all()
    assert np.allclose(np.diff(circles.radii**2), np.diff(circles.radii**2)[0] if k > 1 else 0)  # the area is the size


def test_the_same_topics_give_the_same_map() -> None:
    first, again = (arrange(directions(9), np.ones(9)) for _ in range(2))
    assert first.centres.tobytes() == again.centres.tobytes()


def test_neighbours_in_meaning_are_neighbours_on_the_map() -> None:
    pair = directions(2)
    rows = np.vstack([pair[0], pair[0] + 0.2 * directions(1, 5)[0], pair[1], pair[1] + 0.2 * directions(1, 6)[0]])
    rows /= np.linalg.norm(rows, axis=1, keepdims=True)
    places = arrange(rows, np.ones(4)).centres
    apart = np.linalg.norm(places[:, None] - places[None], axis=2)
    assert max(apart[0, 1], apart[2, 3]) < min(apart[0, 2], apart[0, 3], apart[1, 2], apart[1, 3])


def test_no_topics_and_equal_topics() -> None:
    assert arrange(np.zeros((0, 4)), np.zeros(0)).centres.shape == (0, 2)
    same = arrange(np.tile(directions(1), (6, 1)), np.ones(6))
    assert np.isfinite(same.centres).all() and len(np.unique(same.centres.round(3), axis=0)) == 6


def test_units_stand_in_their_circle_the_typical_ones_inside() -> None:
    points = directions(1) + np.linspace(0, 0.5, 20)[:, None] * directions(20, 8)
    points /= np.linalg.norm(points, axis=1, keepdims=True)
    centre = np.array([0.3, 0.6])
    places = inside(points, points[0], centre, 0.2, main_axes(points))
    distance = np.linalg.norm(places - centre, axis=1)
    assert distance.max() < 0.2 and (np.argsort(distance) == np.argsort(np.linalg.norm(points - points[0], axis=1))).all()


def test_marks_that_coincide_are_pushed_apart() -> None:
    moved = push_apart(np.zeros((5, 2)), np.full(5, 10.0))
    apart = np.linalg.norm(moved[:, None] - moved[None], axis=2) + np.eye(5) * 99
    assert apart.min() >= 20
