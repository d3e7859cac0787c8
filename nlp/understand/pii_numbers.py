"""Numbers that identify a person: mobiles, landlines, 18- and 15-digit identity numbers, by shape, check digit and neighbours.

Every function takes half-width text of the same length as the original and yields spans into it.
"""

import re
from collections.abc import Iterator

from nlp.records import Span
from nlp.understand.pii_words import PiiWords

__all__ = ["id_cards", "is_id18", "landlines", "mobiles"]

_SEP = r"[ ._,*·•\-–—~/‐‑−]{1,2}"
_LEFT, _RIGHT = r"(?<![\dA-Za-z_])(?<!\d[.,\-])(?:(?<!\d/)|(?<=\d{7}/))", r"(?![\dA-Za-z_])(?!\.\d)"
_FOLDS = ((3, 4, 4), (3, 3, 5), (4, 4, 3), (4, 3, 4), (3, 8), (5, 6), (7, 4), (3, 2, 2, 2, 2), (3, 4, 2, 2))
_COUNTRY = r"(?:(?:\((?:\+|00)?86\)|(?:\+|00)?86)[ \-–—]?)?"
_MOBILE = re.compile(
    _LEFT + _COUNTRY + r"(?P<number>1[3-9]\d{9}|"
    + "|".join(rf"1[3-9]\d{{{f[0] - 2}}}" + "".join(rf"{_SEP}\d{{{n}}}" for n in f[1:]) for f in _FOLDS)
    + r"|1(?: ?[3-9])(?: \d){9}|1-[3-9](?:-\d){9})" + _RIGHT
)
_HAN_MOBILE = re.compile(r"(?<![〇零一二三四五六七八九幺])[一幺][三四五六七八九](?:[ \-]?[〇零一二三四五六七八九幺○]){9}(?![〇零一二三四五六七八九幺万亿千百])")
_OCR_MOBILE = re.compile(_LEFT + r"[1lI|][3-9][0-9OoQlI|]{9}" + _RIGHT)
_LABELLED_MOBILE = re.compile(_LEFT + r"1[^\w\n]{0,4}[3-9](?:[^\w\n]{0,4}\d){9}" + _RIGHT)
_EXTENSION = r"(?:[ ]?(?:转|[-–—*#,]|ext\.?|分机号?|[(（]转?)[ :]?\d{1,6}[)）]?(?!\d))?"
_LANDLINE = re.compile(
    r"(?<![\dA-Za-z_.])(?<!\d[-/])" + r"(?:(?:\((?:\+|00)86\)|(?:\+|00)86|86(?=-0))[ \-]?)?[(\[]?(?P<area>0[12]\d|0[3-9]\d{2}|(?<=86[-) ])(?:[12]\d|[3-9]\d{2}))[)\]]?[ ]?[-–—~_.·‐‑−]{0,2}[ ]?"
    r"(?P<number>[1-9]\d{2,3}[ \-–—]?\d{4}|[1-9]\d{6,7})" + _EXTENSION + _RIGHT, re.IGNORECASE
)
_SHORT = re.compile(r"(?<![\dA-Za-z_.])(?P<number>[2-9]\d{2,3}[ \-–—]?\d{4}|[48]00[ \-–—]?\d{3}[ \-–—]?\d{4}|[48]00[ \-–—]?\d{4}[ \-–—]?\d{3})" + _EXTENSION + _RIGHT, re.IGNORECASE)
_ANOTHER = re.compile(r"[ ]?(?:/|、|,|或|和|;)[ ]?(?P<number>[2-9]\d{2,3}[ \-–—]?\d{4}|\d{2,4})" + _RIGHT)
_ID18 = re.compile(_LEFT + r"(?P<number>[1-8]\d{5}[ \-–—]?(?:18|19|20)\d{2}[ \-–—]?[01]\d[ \-–—]?[0-3]\d[ \-–—]?\d{3}[ \-]?[\dXx×✕])(?![\dA-Za-z_])")
_ID18_LOOSE = re.compile(_LEFT + r"(?P<number>[1-8](?:[ \-.·–—]{0,2}\d){16}[ \-.·–—]{0,2}[\dXx×✕])(?![\dA-Za-z_])")
_ID15 = re.compile(_LEFT + r"(?P<number>[1-8]\d{5}[ \-–—]?\d{2}[01]\d[0-3]\d[ \-–—]?\d{3})" + _RIGHT)
_WEIGHTS = (7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2)
_CHECK = "10X98765432"
_LOOK_BACK = 14


def digits_of(text: str) -> str:
    return "".join(c for c in text.upper().replace("×", "X").replace("✕", "X") if c.isdecimal() or c == "X")


def is_id18(number: str) -> bool:
    """True for 17 digits and the check character of GB 11643-1999 (ISO 7064 MOD 11-2), with a possible birth date."""
    if not re.fullmatch(r"\d{17}[\dX]", number) or not _is_date(number[6:14]):
        return False
    return _CHECK[sum(w * int(d) for w, d in zip(_WEIGHTS, number, strict=False)) % 11] == number[17]


def _is_date(digits: str) -> bool:
    year, month, day = int(digits[:-4]), int(digits[-4:-2]), int(digits[-2:])
    longest = (31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31)
    return (len(digits) == 6 or 1880 <= year <= 2035) and 1 <= month <= 12 and 1 <= day <= longest[month - 1]


def _before(text: str, start: int) -> str:
    return text[max(0, start - _LOOK_BACK) : start]


# ---- identity numbers ---------------------------------------------------------------------


def id_cards(text: str, words: PiiWords) -> Iterator[Span]:
    """18 digits with a right check digit anywhere; with a wrong one, or of 15 digits, as its neighbours allow."""
    for found in _ID18.finditer(text):
        if _accepts_id18(digits_of(found["number"]), text, found.start("number"), words):
            yield Span(start=found.start("number"), end=found.end("number"))
    for found in _ID18_LOOSE.finditer(text):
        if words.id_label.search(_before(text, found.start())) and _is_date(digits_of(found["number"])[6:14]):
            yield Span(start=found.start("number"), end=found.end("number"))
    for found in _ID15.finditer(text):
        number, before = digits_of(found["number"]), _before(text, found.start())
        if number[:2] in words.provinces and _is_date(number[6:12]) and not (_is_other(before, words) or words.unit.match(text, found.end())):
            yield Span(start=found.start("number"), end=found.end("number"))


def _accepts_id18(number: str, text: str, start: int, words: PiiWords) -> bool:
    before = _before(text, start)
    if words.id_label.search(before):
        return _is_date(number[6:14])
    return number[:2] in words.provinces and is_id18(number) and not _is_other(before, words)


def _is_other(before: str, words: PiiWords) -> bool:
    """The number has the label of something else (项目编号) and not one of a person's documents."""
    return bool(words.number_label.search(before)) and not words.id_label.search(before)


# ---- mobiles ------------------------------------------------------------------------------


def mobiles(text: str, words: PiiWords) -> Iterator[Span]:
    """1[3-9] and nine digits, also in groups, with +86, in Chinese numerals, or (after a label) with OCR's letters."""
    for found in _MOBILE.finditer(text):
        before = _before(text, found.start())
        labelled = bool(words.phone_label.search(before))
        if labelled or not (words.number_label.search(before) or words.unit.match(text, found.end()) or _is_listing(text, found)):
            yield Span(start=found.start(), end=found.end())
    yield from (Span(start=m.start(), end=m.end()) for m in _HAN_MOBILE.finditer(text))
    for pattern in (_LABELLED_MOBILE, _OCR_MOBILE):
        for found in pattern.finditer(text):
            if words.phone_label.search(_before(text, found.start())):
                yield Span(start=found.start(), end=found.end())


def _is_listing(text: str, found: re.Match[str]) -> bool:
    """135-2020-2021 among other numbers: a comma or slash list, a sum, a ratio."""
    number = found["number"]
    if number.isdecimal():
        return text[found.end() : found.end() + 1] in {"=", "×", "+", "±", "^"} or text[found.start() - 1 : found.start()] in {"=", "±", "≥", "≤", "#"}
    if all(group.endswith("0") for group in re.split(r"\D+", number)):  # 130 1500 2000: round figures, not a telephone
        return True
    return bool(re.search(r"[,/~*]", number)) and bool(re.match(r"[ ]?[,/~*][ ]?\d", text[found.end() :]))


# ---- landlines ----------------------------------------------------------------------------


def landlines(text: str, words: PiiWords) -> Iterator[Span]:
    """Area code and number, a second number after it, and, only after a label, numbers without an area code."""
    for found in _LANDLINE.finditer(text):
        if _is_landline(found, text, words):
            yield Span(start=found.start(), end=found.end())
            yield from _others(text, found.end())
    for found in _SHORT.finditer(text):
        if words.phone_label.search(_before(text, found.start())):
            yield Span(start=found.start(), end=found.end())
            yield from _others(text, found.end())


def _others(text: str, at: int) -> Iterator[Span]:
    while another := _ANOTHER.match(text, at):
        yield Span(start=another.start("number"), end=another.end("number"))
        at = another.end()


def _is_landline(found: re.Match[str], text: str, words: PiiWords) -> bool:
    area, number = found["area"], digits_of(found["number"])
    area = area if area.startswith("0") else "0" + area
    if not words.area.fullmatch(area) or not 10 <= len(area) + len(number) <= 12 or (len(area) == 3 and len(number) != 8):
        return False
    before = _before(text, found.start())
    if words.phone_label.search(before):
        return True
    return not (words.number_label.search(before) or words.unit.match(text, found.end()))
