"""SVG -> PNG with the font that we ship and no other, so that every machine gives the same bytes. Only file with resvg."""

from functools import cache
from importlib.resources import as_file, files
from typing import Final

from nlp.writers.drawing import FONT

__all__ = ["FONT_FILE", "paint", "printable"]

FONT_FILE: Final = "NotoSansSC-figures.ttf"
MISSING: Final = "〓"  # how Chinese typesetting marks a character that it has no type for


@cache
def characters() -> frozenset[str]:
    """What the font can show: GB 2312, the first level of Big5, Latin, Greek and the signs of measurement."""
    return frozenset(files("nlp.writers").joinpath("fonts", "characters.txt").read_text("utf-8"))


def printable(text: str) -> str:
    """With 〓 for each character that the font lacks; never an empty box."""
    return "".join(c if c in characters() or c.isspace() else MISSING for c in text)


def paint(svg: bytes, *, zoom: float = 2.0) -> bytes:
    """A PNG of `zoom` pixels a unit."""
    from resvg_py import svg_to_bytes

    with as_file(files("nlp.writers").joinpath("fonts", FONT_FILE)) as font:
        return svg_to_bytes(svg_string=printable(svg.decode("utf-8")), skip_system_fonts=True, font_files=[str(font)],
                            font_family=FONT, sans_serif_family=FONT, zoom=zoom)
