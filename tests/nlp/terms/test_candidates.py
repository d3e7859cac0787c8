import pytest

from nlp.terms import Lexicon
from nlp.terms.candidates import Grammar
from nlp.terms.segmenter import Cuts, segmenter, tokens


@pytest.fixture(scope="module")
def compounds(lexicon: Lexicon):
    cutter, grammar = segmenter(lexicon.entries), Grammar(lexicon)

    def found(text: str) -> list[str]:
        rules = lexicon.rules
        row = tokens(text, cutter, Cuts(initial=rules.initial, final=rules.final, inside=rules.splitting))
        return [text[c.start : c.end] for c in grammar.candidates(row)]

    return found


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("一种新型浅沟槽隔离结构，", "浅沟槽隔离结构"),  # numeral and evaluation off
        ("所述第一导电通孔的侧壁", "导电通孔"),
        ("SiC MOSFET驱动电路", "SiC MOSFET驱动电路"),  # Latin names stay whole
        ("研究5G基站天线", "5G基站天线"),
        ("采用H13钢作为模具", "H13钢"),
        ("形成P型掺杂区。", "P型掺杂区"),
        ("“余热回收系统”", "余热回收系统"),  # quotation marks are no part
        ("芯片封装方法", "芯片封装"),  # final 方法 off
        ("涉及无线通信技术领域", "无线通信"),
    ],
)
def test_compound(compounds, text: str, expected: str) -> None:
    assert expected in compounds(text)


@pytest.mark.parametrize("text", ["3.5GHz、25℃和10mm", "第一、第二", "，。（）", "", "能够有效提高"])
def test_nothing_there(compounds, text: str) -> None:
    assert compounds(text) == []


def test_no_de_phrase_and_no_coordination(compounds) -> None:
    assert not any("的" in c or "和" in c for c in compounds("光刻胶的显影液和抛光液的清洗剂"))


def test_reference_numerals_are_no_part(compounds) -> None:
    assert {"支撑杆", "连接板"} <= set(compounds("所述支撑杆（12）固定于连接板（3a）"))
