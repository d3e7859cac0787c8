import pytest

from nlp.evidence import Sources
from nlp.evidence.patents import concentration
from tests.nlp.evidence.samples import facts_of, patent


@pytest.mark.parametrize(("counts", "hhi", "cr4"), [([3, 1], 0.625, 1.0), ([1] * 10, 0.1, 0.4), ([5], 1.0, 1.0), ([4, 3, 2, 1, 0], 0.3, 1.0)])
def test_concentration_by_hand(counts: list[int], hhi: float, cr4: float) -> None:
    assert concentration(counts) == pytest.approx((hhi, cr4))


PATENTS = [patent(1, family="x", holder="东 电", country="日本"), patent(2, family="x", holder="东电", country="日本"), patent(3, holder="甲", country="中国", province="上海"),
           patent(4, holder="甲", country="中国", province="上海"), patent(5, holder="乙", country="中国", province="北京"), patent(6, holder="东电", country="日本"), patent(7)]


def test_shares_are_over_families_whose_holder_is_known() -> None:
    found = facts_of(Sources(patents=PATENTS))
    assert found["foreign_share"].value == 2 / 5  # x and p6 of x, p3, p4, p5, p6; p7 has no country
    assert found["delta_share"].value == 2 / 3  # p3, p4 of p3, p4, p5
    assert found["delta_held_share"].value == 2 / 5  # families abroad are not the delta's
    assert found["foreign_share"].source_ids == ("p1", "p3", "p4", "p5", "p6")


def test_holders() -> None:
    found = facts_of(Sources(patents=PATENTS))
    assert (found["holders"].value, found["domestic_holders"].value, found["domestic_families"].value) == (3, 2, 3)
    assert found["holder_hhi"].value == pytest.approx((4 + 4 + 1) / 25)
    assert found["country_hhi"].value == pytest.approx((4 + 9) / 25)
    assert (found["foreign_top_share"].value, found["domestic_top_share"].value) == (2 / 5, pytest.approx(2 / 3))


def test_what_one_publication_leaves_open_another_of_the_family_tells() -> None:
    found = facts_of(Sources(patents=[patent(1, family="x", year=2018), patent(2, family="x", holder="甲", country="中国", province="江苏", year=2019)]))
    assert (found["families"].value, found["patents_江苏"].value, found["first_year"].value) == (1, 1, 2018)


def test_few_families_give_no_concentration() -> None:
    found = facts_of(Sources(patents=[patent(1, holder="甲", country="日本"), patent(2, holder="甲", country="日本")]))
    assert not {"holder_hhi", "country_hhi", "holder_cr4", "foreign_top_share"} & set(found)


def test_routes_need_their_own_leaders() -> None:
    two = [patent(i, holder="甲" if i < 5 else "乙", ipc=("H01L21/02" if i < 5 else "H01L21/67",)) for i in range(10)]
    one = [patent(i, holder="甲", ipc=("H01L21/02" if i < 5 else "H01L21/67",)) for i in range(10)]
    assert facts_of(Sources(patents=two))["routes"].value == 2
    assert facts_of(Sources(patents=one))["routes"].value == 1
