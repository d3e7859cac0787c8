"""Numbers as they are written in Chinese technical texts, to floats."""

import re

__all__ = ["ARABIC", "HANZI", "POWER", "number", "power_of_ten"]

ARABIC = r"\d{1,3}(?:,\d{3})+(?:\.\d+)?(?!\d)|\d+(?:\.\d+)?"
HANZI = r"[一二两三四五六七八九][零〇一二两三四五六七八九十百千]*(?:点[零〇一二三四五六七八九]+)?|十[一二三四五六七八九]?|半"
# ×10^4, ×10⁴, ×10-4, ×1016 where the superscript was lost, and E-6
POWER = r"(?:\s?[×xX*·]\s?10(?:\^?[({]?[-−–]?[1-9]\d?[)}]?|[⁻⁺]?[⁰¹²³⁴⁵⁶⁷⁸⁹]{1,3})|[eE](?:[-+−–]\d{1,2}|\d{1,2}(?![A-Za-z])))(?![\d.])"

_DIGITS = {char: value for value, char in enumerate("零一二三四五六七八九")} | {"〇": 0, "两": 2}
_PLACES = {"十": 10, "百": 100, "千": 1000}
_SUPERSCRIPTS = str.maketrans("⁰¹²³⁴⁵⁶⁷⁸⁹⁻⁺−–", "0123456789-+--")
_EXPONENT = re.compile(r"(?:10|[eE])\D{0,2}?([-+]?\d{1,3})\D?$")


def number(text: str) -> float:
    """1,200.5, 三百五十, 一点五, 半 as a float. Raises ValueError for anything else."""
    if text[0].isdigit():
        return float(text.replace(",", ""))
    if text == "半":
        return 0.5
    whole, _, decimals = text.partition("点")
    return _whole(whole) + (float("0." + "".join(str(_DIGITS[char]) for char in decimals)) if decimals else 0.0)


def _whole(text: str) -> float:
    if not set(text) & set(_PLACES):
        return float("".join(str(_DIGITS[char]) for char in text))
    total, digit = 0, None
    for char in text:
        if char in _PLACES:
            total, digit = total + (1 if digit is None else digit) * _PLACES[char], None
        else:
            digit = _DIGITS[char]
    return float(total + (digit or 0))


def power_of_ten(text: str) -> int:
    """The exponent of what POWER matched, or of 10⁻⁶, 10^-6, 10-6. Raises ValueError for anything else."""
    found = _EXPONENT.search(text.translate(_SUPERSCRIPTS))
    if found is None:
        raise ValueError(text)
    return int(found[1])
