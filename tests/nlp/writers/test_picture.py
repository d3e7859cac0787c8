"""PNG from SVG: the shipped font, the same bytes, no empty boxes."""

import io
from importlib.resources import files

import pytest
from PIL import Image

from nlp.writers.picture import FONT_FILE, paint, printable


def svg(text: str) -> bytes:
    return f'<svg xmlns="http://www.w3.org/2000/svg" width="120" height="30"><text x="4" y="20" font-size="16" font-family="Noto Sans SC">{text}</text></svg>'.encode()


def ink(data: bytes) -> int:
    return sum(1 for pixel in Image.open(io.BytesIO(data)).convert("RGBA").get_flattened_data() if pixel[3] > 128)


def test_the_same_drawing_gives_the_same_bytes() -> None:
    assert paint(svg("光刻胶 10⁻⁶")) == paint(svg("光刻胶 10⁻⁶"))
    assert Image.open(io.BytesIO(paint(svg("甲"), zoom=3))).size == (360, 90)


@pytest.mark.parametrize("text", ["光刻胶", "積體電路", "ArF", "10⁻⁶", "≥5µm", "（℃）"])
def test_what_figures_need_can_be_shown(text: str) -> None:
    assert printable(text) == text and ink(paint(svg(text))) > 50


def test_a_character_without_type_is_marked() -> None:
    assert printable("甲\U00020000乙☃") == "甲〓乙〓"


def test_the_font_ships_with_its_licence_and_is_small() -> None:
    folder = files("nlp.writers").joinpath("fonts")
    assert "SIL OPEN FONT LICENSE" in folder.joinpath("OFL.txt").read_text("utf-8").upper()
    assert len(folder.joinpath(FONT_FILE).read_bytes()) < 4_000_000
