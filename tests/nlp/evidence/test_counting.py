import pytest

from nlp.evidence import share
from nlp.evidence.counting import count, garwood, organisation_keys, wilson


@pytest.mark.parametrize(("hits", "among", "low", "high"), [(75, 150, 0.421, 0.579), (19, 32, 0.423, 0.745), (0, 5, 0.0, 0.434)])
def test_wilson_intervals(hits: int, among: int, low: float, high: float) -> None:
    """The paper's numbers as DOMAIN gives them; 0 of 5: 1.96² / (5 + 1.96²)."""
    assert wilson(hits, among) == pytest.approx((low, high), abs=6e-4)


@pytest.mark.parametrize(("n", "low", "high"), [(0, 0.0, 3.689), (1, 0.025, 5.572), (10, 4.795, 18.390)])
def test_garwood_intervals(n: int, low: float, high: float) -> None:
    """The table of Garwood (1936)."""
    assert garwood(n) == pytest.approx((low, high), abs=1e-3)


def test_a_share_of_nothing_is_absent() -> None:
    assert share("t", "s", [], []) == []
    assert count("t", "n", []) == []


def test_one_organisation_however_it_is_spaced() -> None:
    assert organisation_keys(["甲 公司", "甲公司", None], ["d1", "d2", "d3"]) == ["甲公司", "甲公司", "d3"]
