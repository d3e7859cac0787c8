"""A sheet to draw on: shapes and labels -> SVG. The same calls give the same bytes; a label can hold nothing but text.

Coordinates are in the drawing's own units, y downwards, one unit of type size being one unit of length.
"""

import re
import unicodedata
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Final, Literal
from xml.etree.ElementTree import Element, SubElement, tostring

from nlp.provenance import excerpt
from nlp.records import Paragraph
from nlp.writers.inert import one_line

__all__ = ["FONT", "GREY", "INK", "LINE", "PALE", "PALETTE", "SOFT", "Drawing", "Point", "Sheet", "Wrapped", "text_width", "wrap"]

FONT: Final = "Noto Sans SC"
_FAMILY = f"'{FONT}', 'Source Han Sans SC', 'Noto Sans CJK SC', 'Microsoft YaHei', 'PingFang SC', sans-serif"
INK, SOFT, GREY, LINE, PALE = "#1d2129", "#5c6470", "#9aa1ab", "#d5d9df", "#f1f3f5"
PALETTE: Final = ("#2b6ca3", "#c8632b", "#3f8f5f", "#8c5aa8", "#b8922a", "#a83246", "#3a9aa8", "#6b7280")
ELLIPSIS: Final = "…"
LEADING = 1.3
_CLOSING, _OPENING = "，。、；：？！）》】”’%…", "（《【“‘"
_TOKEN = re.compile(rf"[{_OPENING}]*(?:[!-$&-~]+|.)[{_CLOSING}]*")
_NARROW = frozenset("ijlfrtI.,:;'|!()[]{} -")

Anchor = Literal["start", "middle", "end"]
Point = tuple[float, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Drawing:
    """A finished sheet with all that it says: `labels` in words and values, `ticks` the bare numbers of its scales."""

    svg: bytes
    labels: tuple[Paragraph, ...]
    ticks: tuple[str, ...]
    width: int
    height: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Wrapped:
    lines: tuple[str, ...]
    cut: bool  # the last line ends in … because not all of the text had room


# ---- text ---------------------------------------------------------------------------------


def _em(character: str) -> float:
    if unicodedata.east_asian_width(character) in "WFA":
        return 1.0
    if character in _NARROW:
        return 0.36
    return 0.68 if character.isupper() or character in "mw%@&—" else 0.57


def text_width(text: str, size: float) -> float:
    """About how wide a text is; fonts differ, so leave a little room."""
    return size * sum(map(_em, text))


def wrap(text: str, *, size: float, width: float, lines: int) -> Wrapped:
    """At most `lines` lines, broken between characters but not inside a number or Latin word that fits on a line."""
    done, current, rest = list[str](), "", _tokens(one_line(text), size, width)
    while rest:
        if text_width((current + rest[0]).rstrip(), size) <= width or not current:
            current = (current + rest.pop(0)).lstrip()
        elif len(done) + 1 == lines:
            return Wrapped(lines=(*done, _shortened(current, size, width)), cut=True)
        else:
            done.append(current.rstrip())
            current = ""
    return Wrapped(lines=(*done, current.rstrip()) if current.strip() or not done else tuple(done), cut=False)


def _tokens(text: str, size: float, width: float) -> list[str]:
    """Runs that stay together; one that is wider than a line falls into its characters."""
    found: list[str] = []
    for token in _TOKEN.findall(text):
        found += [token] if text_width(token, size) <= width else list(token)
    return found


def _shortened(text: str, size: float, width: float) -> str:
    kept = text.rstrip()
    while kept and text_width(kept + ELLIPSIS, size) > width:
        shorter = excerpt(kept, len(kept) - 1)
        kept = shorter if len(shorter) < len(kept) else kept[:-1]
    return kept + ELLIPSIS


# ---- the sheet ----------------------------------------------------------------------------


def _number(value: float | str) -> str:
    """Two decimals at most, so that the last bit of a sum never shows."""
    if isinstance(value, str):
        return value
    text = f"{value:.2f}".rstrip("0").rstrip(".")
    return "0" if text == "-0" else text


class Sheet:
    """Collects what is drawn, in the order in which it lies on the paper."""

    def __init__(self, width: int, height: int, *, alt: str) -> None:
        self.width, self.height = width, height
        self.root = Element("svg", {"xmlns": "http://www.w3.org/2000/svg", "viewBox": f"0 0 {width} {height}", "width": str(width),
                                    "height": str(height), "role": "img", "aria-label": one_line(alt), "font-family": _FAMILY})
        self.labels: dict[Paragraph, None] = {}
        self.ticks: dict[str, None] = {}
        self.rect((0, 0), width, height, fill="#ffffff")

    def add(self, tag: str, *, title: Paragraph | None = None, **attributes: float | str) -> None:
        """One shape; `title` is what a pointer resting on it shows."""
        shape = SubElement(self.root, tag, {name.replace("_", "-"): _number(value) for name, value in attributes.items()})
        if title is not None and one_line(title.text):
            self.labels[title] = None
            SubElement(shape, "title").text = one_line(title.text)

    def rect(self, at: Point, width: float, height: float, *, title: Paragraph | None = None, **look: float | str) -> None:
        self.add("rect", title=title, x=at[0], y=at[1], width=width, height=height, **look)

    def circle(self, at: Point, radius: float, *, title: Paragraph | None = None, **look: float | str) -> None:
        self.add("circle", title=title, cx=at[0], cy=at[1], r=radius, **look)

    def line(self, start: Point, end: Point, **look: float | str) -> None:
        plain: dict[str, float | str] = {"stroke": LINE, "stroke_width": 1.0}
        self.add("line", title=None, x1=start[0], y1=start[1], x2=end[0], y2=end[1], **(plain | look))

    def polygon(self, points: Iterable[Point], *, title: Paragraph | None = None, **look: float | str) -> None:
        self.add("polygon", title=title, points=" ".join(f"{_number(x)},{_number(y)}" for x, y in points), **look)

    def write(self, label: Paragraph, at: Point, *, size: float = 12, width: float | None = None, lines: int = 1, anchor: Anchor = "start",
              colour: str = INK, halo: bool = False) -> int:
        """Write a label, its first line centred on `at`; returns how many lines it took. What is cut stands in full in its title.

        `halo` keeps it legible where it lies on other shapes.
        """
        text = one_line(label.text)
        if not text:
            return 0
        self.labels[label] = None
        wrapped = wrap(text, size=size, width=width, lines=lines) if width else Wrapped(lines=(text,), cut=False)
        self._text(wrapped.lines, at, size, anchor, colour, full=text if wrapped.cut else None, halo=halo)
        return len(wrapped.lines)

    def middle(self, label: Paragraph, at: Point, *, size: float = 12, width: float, lines: int = 2, anchor: Anchor = "start", colour: str = INK) -> None:
        """As `write`, the whole block centred on `at`."""
        taken = len(wrap(one_line(label.text), size=size, width=width, lines=lines).lines)
        self.write(label, (at[0], at[1] - (taken - 1) * size * LEADING / 2), size=size, width=width, lines=lines, anchor=anchor, colour=colour)

    def tick(self, text: str, at: Point, *, size: float = 10.5, anchor: Anchor = "middle") -> None:
        """A bare number of a scale."""
        self.ticks[text] = None
        self._text((text,), at, size, anchor, SOFT, full=None)

    def _text(self, lines: Sequence[str], at: Point, size: float, anchor: Anchor, colour: str, *, full: str | None, halo: bool = False) -> None:
        group = SubElement(self.root, "g")
        if full is not None:
            SubElement(group, "title").text = full
        text = SubElement(group, "text", {"font-size": _number(size), "fill": colour, "text-anchor": anchor})
        if halo:
            text.attrib |= {"stroke": "#ffffff", "stroke-width": "3", "stroke-opacity": "0.85", "paint-order": "stroke"}
        for row, line in enumerate(lines):
            y = at[1] + size * 0.36 + row * size * LEADING
            SubElement(text, "tspan", {"x": _number(at[0]), "y": _number(y)}).text = line

    def finish(self) -> Drawing:
        return Drawing(svg=tostring(self.root, encoding="unicode").encode("utf-8"), labels=tuple(self.labels), ticks=tuple(self.ticks),
                       width=self.width, height=self.height)
