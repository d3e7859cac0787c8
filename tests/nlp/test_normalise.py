import pytest

from nlp import normalise

SUPERSCRIPT = "优于10⁻⁶Pa，面积5㎡，温度≤80℃"


@pytest.mark.parametrize(
    ("raw", "clean"),
    [
        ("ＡＢ１２ｚ", "AB12z"),
        ("指标：≥９５％，（Ａ类）", "指标：≥95％，（A类）"),
        (SUPERSCRIPT, SUPERSCRIPT),
        ("一\r\n二\r三", "一\n二\n三"),
        ("\ufeff光\u200b刻\x00胶\x07", "光刻胶"),
        ("光刻\u3000胶\xa0树脂", "光刻 胶 树脂"),
        ("光刻胶  \n树脂 ", "光刻胶\n树脂"),
        ("光刻\n胶", "光刻胶"),
        ("光刻\n胶。", "光刻胶。"),
        ("大\n中\n小", "大\n中\n小"),
        ("下载\n打印\n全屏", "下载\n打印\n全屏"),
        ("一、总体要求\n为加快发展", "一、总体要求\n为加快发展"),
        ("主要问题\n1、线宽不足", "主要问题\n1、线宽不足"),
        ("单位名称\n地址：合肥", "单位名称\n地址：合肥"),
        ("CMOS\nsensor", "CMOS\nsensor"),
    ],
)
def test_clean(raw: str, clean: str) -> None:
    assert normalise.clean(raw) == clean


def test_a_text_filled_to_one_width_is_rejoined() -> None:
    sentence = "为加快推进集成电路材料的国产化替代工作进程并形成稳定可靠的供应能力现就有关事项提出如下意见请各单位认真落实到位"
    wrapped = "\n".join(sentence[i : i + 20] for i in range(0, len(sentence), 20))
    assert normalise.clean(wrapped) == sentence


@pytest.mark.parametrize("text", [SUPERSCRIPT, "甲\n乙丙\n丁", "ＡＢ　１２\r\n", "一、总则\n（一）目标"])
def test_cleaning_twice_changes_nothing(text: str) -> None:
    once = normalise.clean(text)
    assert normalise.clean(once) == once


@pytest.mark.parametrize(
    ("text", "key"), [("公开（公告）号", "公开(公告)号"), (" IPC 主分类 ", "ipc主分类"), ("１０⁻⁶", "10−6"), ("ＡＢ\u200bc", "abc")]
)
def test_key(text: str, key: str) -> None:
    assert normalise.key(text) == key
