"""Names of a requirement table's rows, from the words that stand before figures."""

from pathlib import Path

import pytest

from nlp.errors import InvalidSetting
from nlp.understand.parameter_names import load_parameter_names

LEXICONS = Path(__file__).resolve().parents[3] / "corpora" / "lexicons"


@pytest.mark.parametrize(("words", "name"), [
    ("击穿电压", "击穿电压"),
    ("形成年产", "年产"),
    ("目标为降低刻蚀机整机成本", "刻蚀机整机成本"),
    ("所研制的电源装置可以将纹波", "纹波"),
    ("内存占用较现有版本", "内存占用"),
    ("储存温度需保存", "储存温度"),
    ("互连节距需要缩", "互连节距"),
    ("使用寿命", "使用寿命"),
    ("重点研究", None), ("支持", None), ("/", None), ("16", None), ("合同生效后", None), (None, None), ("", None),
    ("操作人员在夜间通过手持终端逐一核对货位与批次", None),
])
def test_verbs_go_and_sentences_are_no_names(words: str | None, name: str | None) -> None:
    assert load_parameter_names(LEXICONS).of(words) == name


def test_a_table_that_cannot_be_read_is_named(tmp_path: Path) -> None:
    (tmp_path / "target_cues.toml").write_text("[names]\nbefore = '('\nafter = 'b'\nnothing = 'c'\nlongest = 9\n", "utf-8")
    with pytest.raises(InvalidSetting, match=r"target_cues\.toml"):
        load_parameter_names(tmp_path)
