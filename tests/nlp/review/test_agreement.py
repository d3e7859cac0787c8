"""The worked examples of the sources, and the edges."""

import numpy as np
import pytest

from nlp.review.agreement import alpha, concordance, quartiles

X = float("nan")
# Krippendorff (2011): four observers, twelve units; the ordinal alpha of these data is 0.815
KRIPPENDORFF = np.array([
    [1, 2, 3, 3, 2, 1, 4, 1, 2, X, X, X],
    [1, 2, 3, 3, 2, 2, 4, 1, 2, 5, X, 3],
    [X, 3, 3, 3, 2, 3, 4, 2, 2, 5, 1, X],
    [1, 2, 3, 3, 2, 4, 4, 1, 2, 5, 1, X],
])


def test_alpha_of_the_worked_example() -> None:
    assert alpha(KRIPPENDORFF) == pytest.approx(0.815, abs=5e-4)


@pytest.mark.parametrize(("ratings", "expected"), [
    ([[1, 2, 3], [1, 2, 3]], 1.0),
    ([[1, X, X], [X, 2, 3]], None),  # nothing was rated twice
    ([[4, 4], [4, 4]], None),  # nobody tells anything apart
    ([[1, 5], [5, 1]], -0.5),
])
def test_alpha(ratings: list[list[float]], expected: float | None) -> None:
    found = alpha(np.array(ratings, dtype=float))
    assert found == (None if expected is None else pytest.approx(expected))


@pytest.mark.parametrize(("ratings", "expected"), [
    ([[1, 2, 3, 4], [1, 2, 3, 4], [1, 2, 3, 4]], 1.0),
    ([[1, 2, 3], [3, 2, 1]], 0.0),
    ([[1, 6, 3, 2, 5, 4], [1, 5, 6, 4, 2, 3], [6, 3, 2, 5, 4, 1]], 0.1619),  # Siegel's example: s = 25.5
    ([[1, 2, X], [2, 1, 3]], 0.0),  # the third item was not rated by all
    ([[1, 2, 3]], None),
    ([[2, 2], [2, 2]], None),
])
def test_concordance(ratings: list[list[float]], expected: float | None) -> None:
    found = concordance(np.array(ratings, dtype=float))
    assert found == (None if expected is None else pytest.approx(expected, abs=5e-4))


def test_concordance_is_friedmans_statistic_with_ties() -> None:
    from scipy.stats import friedmanchisquare

    ratings = np.random.default_rng(3).integers(1, 6, size=(5, 8)).astype(float)
    statistic = friedmanchisquare(*ratings.T).statistic
    assert concordance(ratings) == pytest.approx(statistic / (5 * 7))


def test_quartiles() -> None:
    assert quartiles([1, 2, 3, 4, 5]) == (2.0, 4.0)
    with pytest.raises(ValueError, match="no score"):
        quartiles([])
