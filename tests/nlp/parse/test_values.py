from datetime import date

import pytest

from nlp.parse.patents import split_values
from nlp.parse.values import money_unit, money_wan, period_years, to_date, to_year
from tests.nlp.parse.lexicons import regions


@pytest.mark.parametrize(
    ("label", "value", "wan"),
    [
        ("拟投入资金总额(万元)", "500", 500),
        ("拟投入资金总额(元)", "5000000", 500),
        ("拟投入资金总额（万元）", "300万元", 300),
        ("总投资", "1.2亿元", 12000),
        ("总投资（亿元）", "1.2", 12000),
        ("总投资（单位：万元）", "1,200.5", 1200.5),
        ("资金投入", "800-1000万元", 800),
        ("budget_wan", "42", 42),
        ("investment", "42", 42),
        ("资金投入", "800", None),
        ("资金投入（万元）", "面议", None),
        ("资金投入（万元）", "", None),
    ],
)
def test_money(label: str, value: str, wan: float | None) -> None:
    assert money_wan(value, money_unit(label)) == wan


@pytest.mark.parametrize(
    ("text", "years"),
    [("2年", 2), ("24个月", 2), ("18个月", 1.5), ("2024年至2026年", 2), ("2024 年至 2026 年", 2), ("2024年1月至2026年12月", 3),
     ("2024.01-2025.12", 2), ("三年", 3), ("两年", 2), ("一年半", 1.5), ("半年", 0.5), ("3", 3), ("2026年至2024年", None), ("尽快", None), ("", None)],
)  # fmt: skip
def test_period(text: str, years: float | None) -> None:
    assert period_years(text) == years


@pytest.mark.parametrize(
    ("label", "value", "years"),
    [("研发周期（月）", "18", 1.5), ("时限(个月)", "24", 2), ("时限（年）", "3", 3), ("周期", "0.5", 0.5), ("研发周期（月）", "2年", 2), ("周期", "18", None)],
)
def test_the_unit_of_a_period_may_stand_in_its_label(label: str, value: str, years: float | None) -> None:
    assert period_years(value, label) == years


@pytest.mark.parametrize(
    ("text", "day"),
    [("2026-02-09", date(2026, 2, 9)), ("2022年4月14日", date(2022, 4, 14)), ("2022/4/14", date(2022, 4, 14)), ("20220414", date(2022, 4, 14)),
     ("二〇二六年一月二十七日", date(2026, 1, 27)), ("2022-13-40", None), ("0", None), ("2022年", None)],
)  # fmt: skip
def test_date(text: str, day: date | None) -> None:
    assert to_date(text) == day


@pytest.mark.parametrize(("text", "year"), [("2021", 2021), ("2021年度", 2021), ("20210304", 2021), ("2021-03至2023-02", 2021), ("0", None)])
def test_year(text: str, year: int | None) -> None:
    assert to_year(text) == year


@pytest.mark.parametrize(
    ("cell", "values"),
    [("Smith, John|Müller, Eva", ("Smith, John", "Müller, Eva")), ("甲公司 | 乙大学", ("甲公司", "乙大学")), ("A Corp;;B Inc", ("A Corp", "B Inc")),
     ("甲公司;乙大学", ("甲公司", "乙大学")), ("Tokyo Electron, Ltd.", ("Tokyo Electron, Ltd.",)), ("", ())],
)  # fmt: skip
def test_multiple_values(cell: str, values: tuple[str, ...]) -> None:
    assert split_values(cell) == values


@pytest.mark.parametrize(
    ("text", "province"),
    [("江苏省苏州市工业园区", "江苏"), ("合肥市长江西路88号", "安徽"), ("上海市浦东新区", "上海"), ("中芯国际集成电路制造（北京）有限公司", "北京"),
     ("昆山某电子有限公司", "江苏"), ("杭州海康", "浙江"), ("浙江西子", "浙江"), ("吉林大学", "吉林"), ("白银回收公司", "未知"), ("白银市", "甘肃"), ("某某公司", "未知")],
)  # fmt: skip
def test_province(text: str, province: str) -> None:
    assert regions().province(text) == province


@pytest.mark.parametrize(
    ("code", "province", "country"),
    [("上海;31", "上海", "中国"), ("31", "上海", "中国"), ("CN310115", "上海", None), ("美国;US", "未知", "美国"), ("US", "未知", "美国"), ("中国台湾;71", "台湾", "中国"), ("", "未知", None)],
)  # fmt: skip
def test_codes(code: str, province: str, country: str | None) -> None:
    assert regions().province_of_code(code) == province
    assert regions().country(code) == country
