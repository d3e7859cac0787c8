from pathlib import Path

import pytest

from nlp.errors import InvalidSetting
from nlp.terms.lexicon import load_lexicon
from nlp.understand.differences import presence
from nlp.understand.wordlists import load_duplicate_words, uncommon
from tests.nlp.understand.duplicate_pairs import LEXICONS

WORDS = load_duplicate_words(LEXICONS / "duplicates.toml", load_lexicon(LEXICONS))


@pytest.mark.parametrize(
    ("a", "b", "excluded"),
    [
        ("玉米", "小麦", True),
        ("氮化铝", "氧化铝", True),
        ("正极材料", "负极材料", True),
        ("谐波减速器", "rv", True),
        ("玉米", "玉米", False),
        ("贮藏", "储藏", False),
        ("玉米", "钛合金", False),
    ],
)
def test_exclude(a: str, b: str, excluded: bool) -> None:
    assert WORDS.exclude(a, b) == WORDS.exclude(b, a) == excluded


@pytest.mark.parametrize(("a", "b", "parts"), [("猪瘟病", "猪丹毒病", ("瘟", "丹毒")), ("氮化铝", "氧化铝", ("氮", "氧")), ("甲", "甲", ("", ""))])
def test_uncommon(a: str, b: str, parts: tuple[str, str]) -> None:
    assert uncommon(a, b) == parts


@pytest.mark.parametrize(("word", "share"), [("传感器", 1.0), ("压力传感器", 0.6), ("轴承", 0.0), ("gps", 0.0)])
def test_presence(word: str, share: float) -> None:
    assert presence(word, "温度传感器gp") == pytest.approx(share)


@pytest.mark.parametrize("content", ["generic = 3", "generic = [1]", "contrasts = {a = 1}", "[factors]\nlength = 1", "x = ["])
def test_a_slip_is_told(tmp_path: Path, content: str) -> None:
    path = tmp_path / "duplicates.toml"
    path.write_text(content, "utf-8")
    with pytest.raises(InvalidSetting, match=r"duplicates\.toml"):
        load_duplicate_words(path, load_lexicon(LEXICONS))
