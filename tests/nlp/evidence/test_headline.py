"""The paper's headline numbers, from rows."""

import pytest

from nlp.evidence.headline import compare, proportion, reconcile, tally

DEMANDS_2021 = ["集成电路"] * 75 + ["人工智能"] * 40 + ["生物医药"] * 35
TASKS_2022 = ["集成电路"] * 19 + ["其他"] * 13
# the 2024 round: 29 projects by province, city and field
ROUND_2024 = [
    *(("江苏", city, field) for city, field in zip(["苏州"] * 5 + ["南京"] * 4 + ["南通"] * 2 + ["无锡"], ["集成电路"] * 4 + ["人工智能"] * 3 + ["生物医药"] * 4 + ["未来产业"], strict=True)),
    *[("上海", "上海", "")] * 3, *[("浙江", "", "")] * 7, *[("安徽", "", "")] * 7]


def test_the_papers_shares_have_intervals_and_do_not_differ() -> None:
    before, after = proportion(DEMANDS_2021, "集成电路"), proportion(TASKS_2022, "集成电路")
    assert before is not None and after is not None
    assert (before.hits, before.n, before.value) == (75, 150, 0.5)
    assert (round(before.low, 3), round(before.high, 3)) == (0.421, 0.579)
    assert (after.hits, after.n, round(after.value, 3)) == (19, 32, 0.594)
    assert (round(after.low, 3), round(after.high, 3)) == (0.423, 0.745)
    found = compare(before, after)
    assert (round(found.z, 2), found.significant) == (0.96, False)
    assert found.p == pytest.approx(0.335, abs=0.002)


def test_the_round_of_2024_reconciles() -> None:
    assert len(ROUND_2024) == 29
    assert tally(r[0] for r in ROUND_2024) == {"上海": 3, "安徽": 7, "江苏": 12, "浙江": 7}
    assert reconcile({"江苏": 12, "上海": 3, "浙江": 7, "安徽": 7}, ROUND_2024) == ()
    jiangsu = [r for r in ROUND_2024 if r[0] == "江苏"]
    assert reconcile({"苏州": 5, "南京": 4, "南通": 2, "无锡": 1}, jiangsu, level=1) == ()
    assert reconcile({"集成电路": 4, "人工智能": 3, "生物医药": 4, "未来产业": 1}, jiangsu, level=2) == ()


def test_a_total_that_does_not_add_up_is_named() -> None:
    (wrong,) = reconcile({"江苏": 11, "上海": 3, "浙江": 7, "安徽": 7}, ROUND_2024)
    assert (wrong.whole, wrong.stated, wrong.parts) == ("江苏", 11, 12)


def test_no_rows_no_share() -> None:
    assert proportion([], "集成电路") is None
