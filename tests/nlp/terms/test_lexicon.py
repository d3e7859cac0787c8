from pathlib import Path

import pytest

from nlp.errors import InvalidSetting
from nlp.terms import Lexicon, load_lexicon


def folder(tmp_path: Path, **files: str) -> Path:
    for stem, text in files.items():
        (tmp_path / stem.replace("__", ".")).write_text(text, "utf-8")
    return tmp_path


def test_each_file_is_a_hint_and_general_gives_way(tmp_path: Path) -> None:
    lexicon = load_lexicon(
        folder(tmp_path, ic_materials__txt="# 材料\n光刻胶 1000 nz\nSiC MOSFET 1000 nz\n", general__txt="光刻胶\n传感器 5\n")
    )
    assert dict(lexicon.terms) == {"光刻胶": "ic_materials", "SiC MOSFET": "ic_materials", "传感器": "general"}
    assert [(e.freq, e.tag) for e in lexicon.entries] == [(1000, "nz"), (1000, "nz"), (5, "n")]


def test_words_of_the_other_files(tmp_path: Path) -> None:
    lexicon = load_lexicon(folder(tmp_path, stopterms__txt="方法\n", stripped_prefixes__txt="一\n一种\n", boilerplate__txt="新质生产力"))
    assert lexicon.stop_terms == {"方法"}
    assert lexicon.prefixes == ("一种", "一")
    assert lexicon.boilerplate == ("新质生产力",)
    assert lexicon.entries == ()


@pytest.mark.parametrize("line", ["光刻胶 很多 nz", "光刻胶 1000 名词", "光刻 胶 1000 nz", "1000"])
def test_a_bad_line_is_named(tmp_path: Path, line: str) -> None:
    with pytest.raises(InvalidSetting, match=r"general\.txt.*第2行"):
        load_lexicon(folder(tmp_path, general__txt=f"传感器 1000 nz\n{line}\n"))


@pytest.mark.parametrize(
    ("name", "text"),
    [
        ("synonyms__toml", "[[group]]\nname = 1\n"),
        ("synonyms__toml", "[[group]"),
        ("candidate_rules__toml", "[tags]\nnominal = []\n"),
        ("candidate_rules__toml", "tags = 1"),
    ],
)
def test_a_bad_table_is_named(tmp_path: Path, name: str, text: str) -> None:
    with pytest.raises(InvalidSetting, match=name.split("__")[0]):
        load_lexicon(folder(tmp_path, **{name: text}))


def test_no_folder(tmp_path: Path) -> None:
    with pytest.raises(InvalidSetting, match="没有这个词表文件夹"):
        load_lexicon(tmp_path / "nowhere")


def test_ours_is_large_enough_and_has_every_segment(lexicon: Lexicon) -> None:
    assert len(lexicon.terms) >= 1500
    assert {"ic_design", "ic_manufacturing", "ic_packaging_test", "ic_materials", "ic_equipment", "general"} <= set(
        lexicon.terms.values()
    )
