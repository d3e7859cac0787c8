import pytest

from nlp.evidence import Sources
from nlp.evidence.demand import intensity
from tests.nlp.evidence.samples import demand, facts_of


@pytest.mark.parametrize(
    ("qualities", "value"),
    [([("甲", 1.0), ("甲", 1.0), ("乙", 0.8)], 1 + 0.25 + 0.8), ([("甲", 1.0)] * 10, 4 / 3), ([("甲", 0.4), ("甲", 1.0)], 1 + 0.25 * 0.4), ([], 0.0)],
)
def test_intensity_by_hand(qualities: list[tuple[str, float]], value: float) -> None:
    """Ten demands of one organisation are worth at most 1 / (1 − 0.25)."""
    assert intensity(qualities, 0.25) == pytest.approx(value, abs=1e-5)


def test_repeats_and_slogans_weigh_less_than_organisations() -> None:
    loud = facts_of(Sources(demands=[demand(i, "甲", clarity="concept") for i in range(10)]))
    wanted = facts_of(Sources(demands=[demand(i, f"单位{i}", clarity="clear") for i in range(3)]))
    assert loud["demand_intensity"].value < 1 < wanted["demand_intensity"].value
    assert (loud["organisations"].value, wanted["organisations"].value) == (1, 3)


def test_provinces_and_leaders() -> None:
    found = facts_of(Sources(demands=[demand(1, "甲", "上海", text="本单位为行业龙头企业"), demand(2, "乙", "江苏"), demand(3, "丙", "江苏"), demand(4, "丁", "未知")]))
    assert (found["organisations_上海"].value, found["organisations_江苏"].value) == (1, 2)
    assert found["leader_share"].value == 0.25
    assert found["delta_provinces"].source_ids == ("d1", "d2", "d3")


def test_periods_are_of_those_that_state_one() -> None:
    found = facts_of(Sources(demands=[demand(1, "甲", years=2.0), demand(2, "乙", years=5.0), demand(3, "丙", years=3.0), demand(4, "丁")]))
    assert (found["period_years"].value, found["period_years"].low, found["period_years"].high) == (3.0, 2.0, 5.0)
    assert found["within_three_years"].value == pytest.approx(2 / 3)
    assert found["within_three_years"].source_ids == ("d1", "d2", "d3")
