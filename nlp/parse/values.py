"""Cells to values: money in 万元, periods in years, dates, years. What is not said stays None."""

import re
from collections.abc import Sequence
from datetime import date, timedelta

from nlp.normalise import key

__all__ = ["money_after", "money_unit", "money_wan", "period_years", "to_date", "to_year"]

_UNITS = {"亿元": 1e4, "亿": 1e4, "万元": 1.0, "万": 1.0, "千元": 0.1, "元": 1e-4}
_MONEY = re.compile(r"(?P<number>\d+(?:,\d{3})+(?:\.\d+)?|\d+(?:\.\d+)?)(?:[-~～—至到]+\d[\d.,]*)?(?P<unit>亿元|万元|千元|亿|万|元)?")
# investment and support_funds are the names of 总投资（万元）and 建议财政支持经费（万元）in the platforms' own exports
_LABEL_UNIT = re.compile(r"[(（\[【:：/,，].{0,6}?(亿元|万元|千元|元)|(?:_(wan)|^(investment|support_funds))$|单位.?(亿元|万元|元)")
_SPAN = re.compile(r"(\d{4})年?[-./]?(\d{1,2})?月?[^-~～—至到]{0,4}[-~～—至到]+(\d{4})年?[-./]?(\d{1,2})?月?")
_MONTHS = re.compile(r"[(（:：/,，](?:单位.?)?个?月|months?$")
_LENGTH = re.compile(r"(\d+(?:\.\d+)?|[一二两三四五六七八九十半]+)个?(年半|年|月)")
_SHORT_LENGTH = re.compile(r"(?:\d{1,2}(?:\.\d)?|[一二两三四五六七八九十半]{1,3})个?(?:年|月)")
_YEARS_MONTHS = re.compile(r"(\d+|[一二两三四五])年零?(\d{1,2}|[一二两三四五六七八九十]{1,2})个月")
_DATE = re.compile(r"(?<!\d)((?:19|20)\d{2})\s*[-年./]\s*(\d{1,2})\s*[-月./]\s*(\d{1,2})")
_COMPACT = re.compile(r"(?<!\d)((?:19|20)\d{2})([01]\d)([0-3]\d)(?!\d)")
_SERIAL = re.compile(r"\d{5}(?:\.\d+)?")
_EPOCH, _FIRST_DAY, _LAST_DAY = date(1899, 12, 30), 36526, 54789  # 2000 to 2050
_YEAR = re.compile(r"(?<!\d)((?:19|20)\d{2})(?!\d{1,3}(?!\d)|\d{5,})")
_NUMERALS = str.maketrans("〇○零一二三四五六七八九", "000123456789")
_FORMAL = str.maketrans("壹贰叁肆伍陆柒捌玖拾佰仟两〇", "一二三四五六七八九十百千二零")
_POWERS = {"十": 10, "百": 100, "千": 1000}
_CHINESE_MONEY = re.compile(r"(?<![\d.])([零一二三四五六七八九十百千两〇壹贰叁肆伍陆柒捌玖拾佰仟]{1,9})(亿元|万元|亿|万)")
_CHINESE_DATE = re.compile(r"([一二]\D{3})年([一二三四五六七八九十]{1,2})月([一二三四五六七八九十]{1,3})日")


def money_unit(label: str) -> str | None:
    """The unit in a label's hint: 资金总额(万元) -> 万元; budget_wan -> 万元; None if there is none."""
    found = _LABEL_UNIT.search(key(label))
    return None if found is None else "万元" if found[2] or found[3] else (found[1] or found[4])


def money_wan(value: str, label_unit: str | None) -> float | None:
    """Amount in 万元; the value's own unit wins over the label's. Of a span the lower end, as the least that is said.

    None when no number is there, or when neither value nor label names a unit.
    """
    found = _MONEY.search(_arabic(key(value)))
    unit = (found["unit"] if found else None) or label_unit
    if found is None or unit is None:
        return None
    return round(float(found["number"].replace(",", "")) * _UNITS[unit], 6)


def money_after(value: str, words: Sequence[str]) -> float | None:
    """The amount, in 万元 and with its own unit, that stands behind one of the words: 自筹1050万元，合计1300万元."""
    text = _arabic(key(value))
    marks = "|".join(map(re.escape, words))
    for found in re.finditer(rf"(?:{marks})[^\d。；;，,（(]{{0,8}}(?=\d)", text):
        amount = _MONEY.match(text, found.end())
        if amount and amount["unit"]:
            return money_wan(amount[0], None)
    return None


def _arabic(text: str) -> str:
    """五百万元 and 伍佰万元 as 500万元; only amounts that stand wholly in numerals."""
    return _CHINESE_MONEY.sub(lambda m: f"{_amount(m[1])}{m[2]}", text)


def _amount(text: str) -> int:
    """Numerals below ten thousand: 一千二百, 壹仟贰佰."""
    total, digit = 0, 0
    for c in text.translate(_FORMAL):
        if c in _POWERS:
            total += (digit or 1) * _POWERS[c]
            digit = 0
        else:
            digit = "零一二三四五六七八九".index(c)
    return total + digit


def period_years(value: str, label: str = "") -> float | None:
    """2年 -> 2, 24个月 -> 2, 2024年至2026年 -> 2, 2024年1月至2026年12月 -> 3 (months counted to their ends), 3年（2025—2027） -> 3.

    A bare number below ten is years, and one below a hundred months where the label says so: 研发周期（月）.
    """
    text = key(value)
    if (span := _SPAN.search(text)) and not _SHORT_LENGTH.match(text):
        first, last = int(span[1]) * 12, int(span[3]) * 12
        months = last - first if not (span[2] and span[4]) else last + int(span[4]) - first - int(span[2]) + 1
        return round(months / 12, 2) if months > 0 else None
    if both := _YEARS_MONTHS.search(text):
        return round(_number(both[1]) + _number(both[2]) / 12, 2)
    if length := _LENGTH.search(text):
        number = _number(length[1])
        years = {"年": number, "年半": number + 0.5, "月": number / 12}[length[2]]
        return round(years, 2) if years > 0 else None
    if _MONTHS.search(key(label)):
        return round(float(text) / 12, 2) if re.fullmatch(r"[1-9]\d?(?:\.\d)?", text) else None
    return float(text) if re.fullmatch(r"[1-9](?:\.\d)?|0\.[1-9]", text) else None


def _number(text: str) -> float:
    """Arabic, or Chinese numerals up to 九十九; 半 is 0.5."""
    if text[0].isdecimal():
        return float(text)
    if text == "半":
        return 0.5
    tens, ten, ones = text.replace("两", "二").partition("十") if "十" in text else ("", "", text.replace("两", "二"))
    digits = [int(part[:1].translate(_NUMERALS)) if part[:1].translate(_NUMERALS).isdecimal() else 0 for part in (tens, ones)]
    return float(((digits[0] or 1) * 10 if ten else 0) + digits[1])


def to_date(text: str) -> date | None:
    """The first full date: 2026-02-09, 2022年4月14日, 2022/4/14, 20220414, 二〇二六年一月二十七日, or a spreadsheet's
    day number and nothing else (45356 is 2024-03-05: days since 1899-12-30, ECMA-376 part 1, 18.17.4.1)."""
    if _SERIAL.fullmatch(text.strip()) and _FIRST_DAY <= int(float(text)) <= _LAST_DAY:
        return _EPOCH + timedelta(days=int(float(text)))
    for pattern in (_DATE, _COMPACT):
        if found := pattern.search(text):
            return _valid(int(found[1]), int(found[2]), int(found[3]))
    if found := _CHINESE_DATE.search(text):
        year = found[1].translate(_NUMERALS)
        return _valid(int(year), int(_number(found[2])), int(_number(found[3]))) if year.isdecimal() else None
    return None


def _valid(year: int, month: int, day: int) -> date | None:
    try:
        return date(year, month, day)
    except ValueError:
        return None


def to_year(text: str) -> int | None:
    """The year of a date in any of the forms above, or a bare year."""
    full = to_date(text)
    found = _YEAR.search(text)
    return full.year if full else int(found[1]) if found else None
