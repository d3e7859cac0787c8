from pathlib import Path

import numpy as np
import pytest

from nlp.embed import HashEncoder
from nlp.records import Term
from nlp.terms import load_lexicon
from nlp.terms.canonical import comparison_key, simplifier
from nlp.terms.proposals import propose_merges, veto
from nlp.terms.variants import VariantRules

RULES = load_lexicon(Path(__file__).parents[3] / "corpora" / "lexicons").variants


def term(number: int, name: str) -> Term:
    return Term(term_id=f"t{number}", name=name, variants=(), n_mentions=1, n_units=number)


@pytest.mark.parametrize(
    ("first", "second", "reason"),
    [
        ("化学机械抛光液", "化学机械抛光垫", "词尾"),
        ("正性光刻胶", "负性光刻胶", "相反"),
        ("干法刻蚀", "湿法刻蚀", "相反"),
        ("n型硅片", "p型硅片", "英文"),
        ("前道工艺", "后道工艺", "相反"),
        ("28纳米工艺", "14纳米工艺", "数字"),
        ("sio2薄膜", "sin薄膜", "数字"),
        ("sic衬底", "gan衬底", "英文"),
        ("光刻胶", "arf光刻胶", "限定"),
        ("芯片封装", "封装芯片", "次序"),
        ("易失性存储器", "非易失性存储器", "限定"),
        ("三相电机", "五相电机", "数字"),
    ],
)
def test_veto(first: str, second: str, reason: str) -> None:
    assert reason in str(veto(first, second, RULES))
    assert reason in str(veto(second, first, RULES))


@pytest.mark.parametrize(
    "pair", [("刻蚀机", "刻蚀设备"), ("cvd", "化学气相沉积"), ("划片工艺", "划片技术"), ("抛光浆料", "抛光料浆料")]
)
def test_no_veto(pair: tuple[str, str]) -> None:
    assert veto(*pair, RULES) is None


def test_proposals_are_near_not_vetoed_and_only_proposals() -> None:
    terms = [term(n, name) for n, name in enumerate(["等离子刻蚀机", "等离子刻蚀设备", "正极材料", "负极材料", "工业机器人", "小麦育种"], 1)]
    found = propose_merges(terms, HashEncoder().encode([t.name for t in terms]), RULES, threshold=0.3)
    assert [(p.first, p.second) for p in found] == [("等离子刻蚀设备", "等离子刻蚀机")]


def test_rows_must_fit() -> None:
    with pytest.raises(ValueError, match="2 terms"):
        propose_merges([term(1, "甲"), term(2, "乙")], np.zeros((1, 3), np.float32), VariantRules())


def test_keys_of_the_rules_are_stable() -> None:
    key = comparison_key(simplifier(RULES.kept), RULES)
    assert all(key(key(text)) == key(text) for text in ("28 nm工艺", "μLED", "扇出式封装", "矽光子", "行程开关", "12英寸硅片"))
