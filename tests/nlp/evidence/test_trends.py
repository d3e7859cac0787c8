from datetime import date

import pytest

from nlp.evidence import Sources
from nlp.evidence.trends import emergence, growth
from tests.nlp.evidence.samples import facts_of, patent


@pytest.mark.parametrize(("counts", "slope", "p"), [([1, 2, 3, 4, 5], 1.0, 2 / 120), ([3, 3, 3, 3, 3], 0.0, 1.0), ([5, 4, 3, 2, 1], -1.0, 2 / 120)])
def test_growth_by_hand(counts: list[int], slope: float, p: float) -> None:
    """Five rising years are one of 120 orders, two-sided 2 / 120."""
    found = growth(counts)
    assert (found.slope, found.p) == (pytest.approx(slope), pytest.approx(p))
    assert found.low <= found.slope <= found.high


def test_emergence_by_hand() -> None:
    """√n is 10 each year: active 10/30 − 3/30, recent 10·(8/20 − 4/20), slope 10·(0.4 − 0.2)/3."""
    assert emergence([0, 0, 0, 1, 1, 1, 2, 2, 4, 4], [100] * 10) == pytest.approx(2 * (10 / 30 - 3 / 30) + 2 + 2 / 3)


def test_a_steady_topic_does_not_emerge() -> None:
    assert emergence([2] * 10, [50] * 10) == pytest.approx(0)


def test_years_inside_the_publication_lag_are_marked_and_do_not_count() -> None:
    patents = [patent(100 * y + i, year=2014 + y) for y in range(12) for i in range(y + 1 if y < 10 else 1)]  # 2014..2025, the last two thin
    found = facts_of(Sources(patents=patents, as_of=date(2026, 6, 1)))
    assert found["families_2023"].value == 10
    assert (found["lagged_2024"].value, found["lagged_2025"].value) == (1, 1)
    assert "families_2024" not in found
    assert (found["growth"].value, found["growth_p"].value < 0.001) == (1.0, True)  # the thin years would have bent it
    assert not any(i.startswith(("p1000", "p1100")) for i in found["growth"].source_ids)


def test_too_few_years_have_no_trend() -> None:
    found = facts_of(Sources(patents=[patent(i, year=2021) for i in range(9)], as_of=date(2024, 6, 1)))
    assert "growth" not in found
