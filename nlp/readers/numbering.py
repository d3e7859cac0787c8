"""Automatic list numbers of a docx, which stand in no text: 第一条, （一）, 1."""

from collections.abc import Mapping
from dataclasses import dataclass, field

from lxml import etree

__all__ = ["Numbering", "Place", "counted", "load_numbering"]

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_DIGITS = "零一二三四五六七八九"
_ROMAN = ((10, "X"), (9, "IX"), (5, "V"), (4, "IV"), (1, "I"))
_CHINESE = {"chineseCounting", "chineseCountingThousand", "japaneseCounting", "ideographDigital", "taiwaneseCounting", "chineseLegalSimplified"}


@dataclass(frozen=True, slots=True, kw_only=True)
class _Level:
    pattern: str  # （%1）
    kind: str  # decimal, chineseCounting, …
    start: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Place:
    """Which list and level a paragraph belongs to."""

    number: str
    level: int


@dataclass(slots=True)
class Numbering:
    """Counts through one document; private to one call of a reader."""

    levels: Mapping[str, Mapping[int, _Level]]  # list id -> level -> its form
    styles: Mapping[str, Place]
    lists: Mapping[str, str] = field(default_factory=dict)  # list id -> the abstract list whose count it goes on with
    counts: dict[str, dict[int, int]] = field(default_factory=dict)

    def label(self, paragraph: etree._Element) -> str:
        """The number Word shows before this paragraph, or "". Must be asked once a paragraph, in order."""
        place = self._place(paragraph)
        known = self.levels.get(place.number) if place else None
        if place is None or known is None or place.level not in known:
            return ""
        counts = self.counts.setdefault(self.lists.get(place.number, place.number), {})
        for deeper in [level for level in counts if level > place.level]:
            del counts[deeper]
        counts[place.level] = counts.get(place.level, known[place.level].start - 1) + 1
        return _shown(known, counts, place.level)

    def _place(self, paragraph: etree._Element) -> Place | None:
        properties = paragraph.find(f"{_W}pPr")
        if properties is None:
            return None
        if (own := _num_pr(properties)) is not None:
            return own if own.number != "0" else None
        style = properties.find(f"{_W}pStyle")
        return None if style is None else self.styles.get(style.get(f"{_W}val", ""))


def load_numbering(numbering: etree._Element | None, styles: etree._Element | None) -> Numbering:
    """From word/numbering.xml and word/styles.xml; either may be missing."""
    if numbering is None:
        return Numbering(levels={}, styles={})
    abstract = {a.get(f"{_W}abstractNumId", ""): _levels(a) for a in numbering.iterfind(f"{_W}abstractNum")}
    lists = {n.get(f"{_W}numId", ""): _value(n.find(f"{_W}abstractNumId")) for n in numbering.iterfind(f"{_W}num")}
    restarted = {n.get(f"{_W}numId", "") for n in numbering.iterfind(f"{_W}num") if n.find(f"{_W}lvlOverride/{_W}startOverride") is not None}
    return Numbering(
        levels={number: abstract.get(of, {}) for number, of in lists.items()},
        styles=_style_places(styles),
        lists={number: of for number, of in lists.items() if number not in restarted},
    )


def _style_places(styles: etree._Element | None) -> dict[str, Place]:
    found = {}
    for style in styles.iterfind(f"{_W}style") if styles is not None else ():
        properties = style.find(f"{_W}pPr")
        if properties is not None and (place := _num_pr(properties)) is not None and place.number != "0":
            found[style.get(f"{_W}styleId", "")] = place
    return found


def _levels(abstract: etree._Element) -> dict[int, _Level]:
    return {
        int(level.get(f"{_W}ilvl", "0")): _Level(
            pattern=_value(level.find(f"{_W}lvlText")),
            kind=_value(level.find(f"{_W}numFmt")) or "decimal",
            start=_int(_value(level.find(f"{_W}start")), 1),
        )
        for level in abstract.iterfind(f"{_W}lvl")
        if level.get(f"{_W}ilvl", "0").isdecimal()
    }


def _num_pr(properties: etree._Element) -> Place | None:
    found = properties.find(f"{_W}numPr")
    number = None if found is None else found.find(f"{_W}numId")
    if found is None or number is None:
        return None
    return Place(number=_value(number), level=_int(_value(found.find(f"{_W}ilvl")), 0))


def _value(element: etree._Element | None) -> str:
    return "" if element is None else element.get(f"{_W}val", "")


def _int(text: str, otherwise: int) -> int:
    return int(text) if text.isdecimal() and len(text) < 6 else otherwise


def _shown(known: Mapping[int, _Level], counts: Mapping[int, int], level: int) -> str:
    if known[level].kind in {"bullet", "none"}:
        return ""
    text = known[level].pattern
    for i in range(level + 1):
        if f"%{i + 1}" in text and i in known:
            text = text.replace(f"%{i + 1}", counted(counts.get(i, known[i].start), known[i].kind))
    return "" if "%" in text else text


def counted(number: int, kind: str) -> str:
    """5 as 五, ⑤, e, E, v, V or 5, by Word's name of the number format."""
    if kind in _CHINESE and 0 < number < 100:
        tens, ones = divmod(number, 10)
        return ("" if tens == 0 else "十" if tens == 1 else _DIGITS[tens] + "十") + (_DIGITS[ones] if ones or not tens else "")
    if kind.startswith("decimalEnclosedCircle") and 0 < number <= 20:
        return chr(0x245F + number)
    if kind in {"lowerLetter", "upperLetter"} and 0 < number <= 26:
        return chr((97 if kind == "lowerLetter" else 65) + number - 1)
    if kind in {"lowerRoman", "upperRoman"} and 0 < number < 40:
        return _roman(number) if kind == "upperRoman" else _roman(number).lower()
    return str(number)


def _roman(number: int) -> str:
    text = ""
    for value, letters in _ROMAN:
        text += letters * (number // value)
        number %= value
    return text
