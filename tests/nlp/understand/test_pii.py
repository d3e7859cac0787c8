"""Personal data: every written case found, nothing else; masks keep all offsets."""

import json
import tomllib
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from nlp.errors import InvalidSetting
from nlp.understand.pii import MASK, find_pii, mask
from nlp.understand.pii_numbers import is_id18
from nlp.understand.pii_words import load_pii_words

ROOT = Path(__file__).resolve().parents[3]
WORDS = load_pii_words(ROOT / "corpora" / "lexicons" / "pii.toml")
CASES = tomllib.loads((ROOT / "tests" / "data" / "pii_cases.toml").read_text("utf-8"))
SHARED = ROOT.parent / "shared" / "data"


def found(text: str) -> list[str]:
    return [f"{m.kind}:{text[m.start : m.end]}" for m in find_pii("D1", text, WORDS)]


def test_the_list_is_long_enough() -> None:
    assert len(CASES["positive"]) >= 200
    assert len(CASES["negative"]["texts"]) >= 200


@pytest.mark.parametrize("case", CASES["positive"], ids=lambda case: case["text"])
def test_every_written_case_is_found(case: dict[str, object]) -> None:
    assert found(str(case["text"])) == case["found"]


@pytest.mark.parametrize("text", CASES["negative"]["texts"])
def test_numbers_that_are_not_personal_are_left(text: str) -> None:
    assert found(text) == []


@pytest.mark.parametrize(("number", "right"), [("11010519491231002X", True), ("110105194912310021", False), ("110105194913310021", False), ("1", False)])
def test_the_check_digit(number: str, right: bool) -> None:
    assert is_id18(number) is right


def test_a_mask_keeps_length_and_the_rest() -> None:
    text = "联系人：张三，电话：138 0000 1234。指标：线宽≤7nm"
    masked = mask(text, find_pii("D1", text, WORDS))
    assert masked == f"联系人：{MASK * 2}，电话：{MASK * 13}。指标：线宽≤7nm"
    assert found(masked) == []


@given(st.text(alphabet="联系人电话：张三0123456789@.-（）X微信ab \n", max_size=80))
def test_mentions_lie_inside_and_apart(text: str) -> None:
    mentions = find_pii("D1", text, WORDS)
    assert all(0 <= m.start < m.end <= len(text) for m in mentions)
    assert all(a.end <= b.start for a, b in pairwise(mentions))
    assert len(mask(text, mentions)) == len(text)


def test_a_broken_file_is_named(tmp_path: Path) -> None:
    (tmp_path / "pii.toml").write_text("[contact]\nperson = []\n", "utf-8")
    with pytest.raises(InvalidSetting, match="pii"):
        load_pii_words(tmp_path / "pii.toml")


@pytest.mark.real
@pytest.mark.skipif(not SHARED.exists(), reason="没有 ../shared 的真实数据")
@pytest.mark.parametrize("name", ["demands/demands.jsonl", "patents/patents.jsonl"])
def test_real_texts_hold_no_personal_data(name: str) -> None:
    lines = (SHARED / name).read_text("utf-8").splitlines()
    alarms = [a for line in lines for a in found("\n".join(str(v) for v in json.loads(line).values()))]
    assert len(alarms) <= 0.005 * len(lines)
