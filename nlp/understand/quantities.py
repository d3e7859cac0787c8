"""Every figure of a text with its unit and operator, whatever it is there for."""

import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from nlp.records import Operator
from nlp.understand.numerals import ARABIC, HANZI, POWER, number, power_of_ten
from nlp.understand.units_table import UnitTable, alternation, scale_between

__all__ = ["Quantity", "QuantityReader"]

# one character for one, so that offsets stay
_SAME = str.maketrans("．，％＋－＞＜＝／～∼〜˜﹥﹤µ", ".,%+-><=/~~~~><μ") | {
    ord(full): ord(full) - 0xFEE0 for start, end in ("０９", "ＡＺ", "ａｚ") for full in map(chr, range(ord(start), ord(end) + 1))
}
_BEFORE = 16  # characters before a number in which its operator stands
_LIST_NUMBER = re.compile(r"(?:^|[\n。；;：:，,\s（(])\s*[（(]?$")
_RANGE = r"\s?(?:~{1,2}|-{1,3}|–|—{1,2}|―|−|至|到|─)\s?"
_INSIDE = r"(?!内[部径外容存蒙燃涵置销设壁])"


@dataclass(frozen=True, slots=True, kw_only=True)
class Quantity:
    """A number or range; start and end enclose the number and its unit, lead is where its operator begins."""

    start: int
    end: int
    lead: int
    tail: int  # end of what follows and belongs to it (以上, 左右)
    low: float
    high: float
    unit: str  # as written, without the scale of the number
    kind: str  # of the unit, see UnitTable.kind
    operator: Operator | None  # None where only the number stands
    symbol: bool  # the operator is a sign (≥) or stands in for one (±)
    linked: str  # the weak word before it: 为, 达到, :
    after: bool  # the operator stands after the number
    hanzi: bool
    attached: str = ""  # Ra, φ, HRC before the number


@dataclass(frozen=True, slots=True, kw_only=True)
class _Operator:
    operator: Operator | None
    start: int
    symbol: bool
    linked: str
    held: bool = False  # 控制在: what stands after the number decides, if anything does


class QuantityReader:
    """Compiled once from the unit table and the operator words."""

    def __init__(self, units: UnitTable, operators: Mapping[str, Sequence[str]], not_figures: Sequence[str]) -> None:
        self.units = units
        arabic = rf"(?:10[⁻⁺]?[⁰¹²³⁴⁵⁶⁷⁸⁹]{{1,3}}|10\^[({{]?[-−+]?\d{{1,2}}[)}}]?|{ARABIC})"
        unit = units.unit
        second = rf"(?P<second_sign>[-−+]|零下)?(?P<second>{arabic}|{HANZI})(?P<second_power>{POWER})?"
        self._value = re.compile(
            rf"(?:(?P<parts>[百千万])分之)?(?P<sign>±|\+/-|[-−–—]|零下|负)?(?:(?P<first>{arabic})|(?P<hanzi>{HANZI}))(?P<power>{POWER})?"
            rf"(?P<more>余|多)?\s?(?P<unit>{unit})?"
            rf"(?:(?:{_RANGE}|[和与](?=[^，,。；;\n]{{1,12}}之间)){second}\s?(?P<second_unit>{unit})?(?:\s?[)）]\s?(?P<outer_unit>{unit}))?)?"
        )
        self._tolerance = re.compile(rf"\s?(?:±|\+/-)\s?(?P<by>{ARABIC})\s?(?P<unit>{unit})?(?:\s?[)）](?P<power>{POWER})?\s?(?P<outer_unit>{unit}))?")
        self._between = re.compile(
            rf"(?P<low>{ARABIC})\s?(?P<low_unit>{unit})?\s?[<≤≦⩽]=?\s?(?P<name>[A-Za-z\u4e00-\u9fff]{{1,10}})\s?[<≤≦⩽]=?\s?(?P<high>{ARABIC})\s?(?P<unit>{unit})?"
        )
        self._before = _before_pattern(operators)
        self._after = _after_pattern(operators)
        self._attached = re.compile(rf"(?<![A-Za-z])(?P<attached>(?P<prefix_unit>{units.prefix_units})|{units.prefix_names})\s?\Z")
        self._named_unit = re.compile(rf"(?:[（(/\s]|(?<=[\u4e00-\u9fff])(?=[A-Za-z]{{2}}))(?P<unit>{unit})\s?[)）]?\s?[:：]?\s?\Z")
        self._skip = re.compile("|".join(not_figures)) if not_figures else None

    def read(self, text: str) -> list[Quantity]:
        """In order of offset; offsets are those of `text`."""
        plain = text.translate(_SAME)
        masked = [found.span() for found in self._skip.finditer(plain)] if self._skip else []
        found: list[Quantity] = []
        end = 0
        for start in _starts(plain):
            if start < end or any(low <= start < high for low, high in masked):
                continue
            quantity = self._at(plain, start)
            if quantity is not None:
                found.append(replace(quantity, unit=_as_written(text, plain, quantity)))
                end = quantity.end
            else:
                end = max(end, _token_end(plain, start))
        return _shared_units(plain, found, self.units)

    def _at(self, text: str, start: int) -> Quantity | None:
        if (between := self._between.match(text, start)) and float(between["low"]) < float(between["high"]):
            return self._open_range(between)
        match = self._value.match(text, start)
        if match and match["unit"] and match["second_unit"] and not self._same_measure(match):
            match = self._value.match(text, start, match.end("unit"))
        if match is None or not _may_begin(text, match):
            return None
        attached = self._attached.search(text, max(0, start - 8), start)
        if start and text[start - 1].isascii() and text[start - 1].isalpha() and not attached:
            return None
        return self._quantity(text, match, attached)

    def _same_measure(self, match: re.Match[str]) -> bool:
        """25℃-30℃ is a range, 38℃-20150W is not."""
        first, second = match["unit"], match["second_unit"]
        return scale_between(first, second) is not None or self.units.kind(first) == self.units.kind(second) != "technical"

    def _open_range(self, match: re.Match[str]) -> Quantity:
        unit = match["unit"] or match["low_unit"] or ""
        return Quantity(
            start=match.start(), end=match.end(), lead=match.start(), tail=match.end(), low=float(match["low"]), high=float(match["high"]),
            unit=unit or (match["name"] if re.fullmatch(self.units.prefix_units, match["name"]) else ""), kind=self.units.kind(unit),
            operator="range", symbol=True, linked="", after=False, hanzi=False,
        )

    def _quantity(self, text: str, match: re.Match[str], attached: re.Match[str] | None) -> Quantity | None:
        end, unit, low, high = _values(match)
        if match["hanzi"] and not self._hanzi_counts(unit, match):
            return None
        wide = self._tolerance.match(text, end) if match["second"] is None else None
        if wide:
            end, by, other = wide.end(), float(wide["by"].replace(",", "")), wide["outer_unit"] or wide["unit"] or ""
            if not (unit and other) or unit == other:  # 220V±10% stays 220V
                power = 10.0 ** power_of_ten(wide["power"]) if wide["power"] else 1.0
                unit, low, high = unit or other, _times(low - by, power), _times(low + by, power)
        start = attached.start() if attached else match.start()
        before, after = self._operator_before(text, start), self._after.match(text, end)
        if not unit and (named := self._named_unit.search(text, max(0, before.start - 14), before.start)):
            unit, before = named["unit"], replace(before, start=named.start())
        if not unit and attached and attached["prefix_unit"]:
            unit = attached["prefix_unit"]
        if not unit and (before.symbol or (before.operator and text[end : end + 1].isascii())) and (unknown := _UNKNOWN_UNIT.match(text, end)):
            unit, end = unknown["unit"], unknown.end()
        if not unit and (before.linked in (":", "：", "") and _LISTED.match(text, end)):
            return None
        said = before.operator or before.linked or attached or after or match["second"]
        if not unit and not _JOINS_ON.match(text, end) and (not said or (_runs_on(text, end) and not after)):
            return None
        if match["power"] is None and not before.operator and "." in match[0] and unit and self.units.kind(unit) == "count" and low == high:
            return None  # 1.3对: a list number
        kind = self.units.kind(unit) if not (attached and attached["prefix_unit"]) else "technical"
        plus_minus = match["sign"] in ("±", "+/-") or wide is not None
        return Quantity(
            start=start, end=end, lead=before.start, tail=after.end() if after else end, low=low, high=high, unit=unit, kind=kind,
            operator=_operator(before, after, match["more"], low, high), symbol=before.symbol or plus_minus, linked=before.linked,
            after=after is not None, hanzi=bool(match["hanzi"]), attached=attached["attached"] if attached else "",
        )

    def _hanzi_counts(self, unit: str, match: re.Match[str]) -> bool:
        """一种 and 三个方面 are no figures: only listed units make one of a Chinese numeral."""
        if match["parts"]:
            return True
        bare = unit[found.end() :] if (found := self.units.scale.match(unit)) else unit
        return bool(unit) and (not bare or found is not None or bare in self.units.hanzi_units)

    def _operator_before(self, text: str, start: int) -> _Operator:
        match = self._before.search(text, max(0, start - _BEFORE), start)
        if match is None:
            return _Operator(operator=None, start=start, symbol=False, linked="")
        name = match.lastgroup or ""
        word = match[name] if name else ""
        operator = _NAMES.get(name)
        return _Operator(operator=operator, start=match.start(), symbol=operator is not None and not _is_word(word),
                         linked="" if operator else word, held=name == "held")


_NAMES: Mapping[str, Operator] = {"ge": ">=", "le": "<=", "held": "<=", "gt": ">", "lt": "<", "about": "~"}
_AFTER_NAMES: Mapping[str, Operator] = {"after_ge": ">=", "after_le": "<=", "after_gt": ">", "after_about": "~"}


def _is_word(text: str) -> bool:
    return "\u4e00" <= text[0] <= "\u9fff"


def _starts(text: str) -> Iterator[int]:
    for match in _START.finditer(text):
        yield match.start()


_START = re.compile(r"[百千万]分之|(?:(?<![\d\w%℃°）)—–-])[-−–—](?=\d)|(?<=[\u4e00-\u9fff])[-−–—](?=\d))|±|\+/-|零下(?=\d)|负(?=\d)|(?<![\d.])\d|[一二两三四五六七八九十半]")


def _token_end(text: str, start: int) -> int:
    match = _TOKEN.match(text, start)
    return match.end() if match else start + 1


_TOKEN = re.compile(r"[\d.]+(?:[A-Za-z]+[\d.]*)*")


def _may_begin(text: str, match: re.Match[str]) -> bool:
    """Not inside a code (COVID-19), a ratio, an ordinal, a date or a vague amount (数十)."""
    start, end = match.start(), match.end()
    before = text[start - 1] if start else ""
    if before and (before in "第.#_" or (before in "数几上" and match["hanzi"]) or (before == "-" and start > 1 and text[start - 2].isalnum())):
        return False
    return not _DATE.match(text, start) and not _RATIO.match(text, end)


_RATIO = re.compile(r"[:：]\d")
_DATE = re.compile(r"(?:19|20)\d\d\s?(?:年|[-./]\d{1,2})|\d{1,2}\s?月(?!以|内)|(?:19|20)\d\d\s?[-~—–至到]\s?(?:19|20)\d\d")


def _runs_on(text: str, end: int) -> bool:
    following = text[end : end + 1]
    return bool(following) and (following.isalnum() or following in "_#") and not text.startswith(("之间", "范围", "的范围"), end)


def _values(match: re.Match[str]) -> tuple[int, str, float, float]:
    """(end, unit, low, high) of what the value pattern took; a lost superscript (10-6) is a power, not a range."""
    first = match["first"] or match["hanzi"]
    unit = match["outer_unit"] or match["second_unit"] or match["unit"] or ""
    if match["parts"]:
        unit = {"百": "%", "千": "‰", "万": "‱"}[match["parts"]]
    low = _float(first, match["power"])
    if match["unit"] and match["second_unit"] and not match["outer_unit"]:
        low *= scale_between(match["unit"], match["second_unit"]) or 1.0
    low = -low if match["sign"] in ("-", "−", "–", "—", "零下", "负") else low
    if match["second"] is None:
        bound = abs(low)
        return match.end(), unit, *((-bound, bound) if match["sign"] in ("±", "+/-") else (low, low))
    high = _float(match["second"], match["second_power"])
    if first == "10" and not match["unit"] and match["second"].isdigit() and high < 10:
        return match.end(), unit, *((10.0 ** -high,) * 2)
    if match["power"] is None and match["second_power"]:
        low *= 10.0 ** power_of_ten(match["second_power"]) if low < high else 1.0
    high = -high if match["second_sign"] in ("-", "−", "零下") else high
    return match.end(), unit, min(low, high), max(low, high)


def _times(number: float, power: float) -> float:
    """Without the last digits that binary fractions add: 6.2 * 1e-6 is 6.2e-06."""
    return float(f"{number * power:.12g}")


def _float(text: str, power: str | None) -> float:
    if text.startswith("10") and len(text) > 2 and not text[2].isdigit() and text[2] not in ".,":
        return float(f"1e{power_of_ten(text)}")
    return float(f"{number(text):.12g}e{power_of_ten(power)}") if power else number(text)


def _operator(before: _Operator, after: re.Match[str] | None, more: str | None, low: float, high: float) -> Operator | None:
    if low != high:
        return "range"
    if after and (before.operator in (None, "~") or before.held):
        return _AFTER_NAMES[after.lastgroup or ""]
    return before.operator or (">" if more else None)


def _shared_units(text: str, found: list[Quantity], units: UnitTable) -> list[Quantity]:
    """10、20mm: the first takes the unit of the second."""
    shared = list(found)
    for i in range(len(shared) - 2, -1, -1):
        this, following = shared[i], shared[i + 1]
        if not this.unit and not this.after and following.unit and _JOINED.fullmatch(text, this.tail, following.start):
            shared[i] = replace(this, unit=following.unit, kind=following.kind)
            if this.operator not in (None, "range") and following.operator is None and not following.linked:
                shared[i + 1] = replace(following, operator=this.operator, symbol=this.symbol)
    return [this for this in shared if this.unit or this.operator or this.linked or this.attached]


# what follows a number with a sign, if it is short enough to be a unit that the table lacks: ≥1000射频小时；
_UNKNOWN_UNIT = re.compile(r"[ ]?(?![以左及之内或和时后])(?P<unit>[A-Za-zμµΩ°][A-Za-zμµΩ°/·²³⁻¹]{0,11}|[\u4e00-\u9fff]{1,4}(?=[，,。；;、\n（()）]|\Z))")
_LISTED = re.compile(r"\s?[.．、)）]\s?(?!\d)")
_JOINS_ON = re.compile(r"\s?[、,，/和与及或×xX*]\s?\d")
_JOINED = re.compile(r"\s?[、,，/和与及或×xX*]\s?")


def _as_written(text: str, plain: str, quantity: Quantity) -> str:
    at = plain.rfind(quantity.unit, quantity.lead, quantity.end) if quantity.unit else -1
    return text[at : at + len(quantity.unit)] if at >= 0 else quantity.unit


def _before_pattern(operators: Mapping[str, Sequence[str]]) -> re.Pattern[str]:
    """不低于国外同类工具的80%: a comparison may stand some words before its number; 为, 达到 and : stand next to it."""
    firm, near = ("|".join(f"(?P<{name}>{alternation(operators[name])})" for name in names) for names in (("ge", "le", "gt", "lt"), ("held", "about", "equal")))
    return re.compile(
        rf"(?:(?:{firm})(?:[一-龥]{{2,8}}的)?|{near}|(?<!\d)~)[ ]?(?:在|为|是|:|：|到|达|了|其)?[ ]?[（(]?[ ]?约?(?:每[一-龥]{{1,2}})?\Z"
    )


def _after_pattern(operators: Mapping[str, Sequence[str]]) -> re.Pattern[str]:
    groups = "|".join(f"(?P<{name}>{alternation(operators[name])})" for name in _AFTER_NAMES)
    return re.compile(rf"\s?(?:[（(][^（）()\n]{{1,10}}[)）]|[)）])?\s?{_INSIDE}(?:{groups})")
