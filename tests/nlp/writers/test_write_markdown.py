"""The Markdown: escaping by in/out tables, and its shape."""

import re

import pytest

from nlp.writers.markdown import escape, write
from tests.nlp.writers.sample_draft import DRAFT, HOSTILE, draft, hostile, paragraph, section


@pytest.mark.parametrize(
    ("text", "escaped"),
    [
        ("光刻胶 ≤ 2.0 nm（ArF）", "光刻胶 ≤ 2.0 nm（ArF）"), ("n_demands", "n_demands"), ("_斜_", r"\_斜\_"), ("a|b\\", r"a\|b\\"), ("a\\|b", r"a\\\|b"),
        ("<b>&lt;", "&lt;b&gt;&amp;lt;"), ("[甲](javascript:x)", r"\[甲\](javascript:x)"), ("http://x.cn", r"http\://x.cn"), ("www.x.cn", r"www\.x.cn"),
        ("a@b.cn", r"a\@b.cn"), ("`$*~", r"\`\$\*\~"), ("甲\n# 乙\x00\u202e", "甲 # 乙"),
    ],
)
def test_escape(text: str, escaped: str) -> None:
    assert escape(text) == escaped


@pytest.mark.parametrize(
    ("text", "line"), [("# 标题", r"\# 标题"), ("- 项", r"\- 项"), ("+ 项", r"\+ 项"), ("1. 项", r"1\. 项"), ("12) 项", r"12\) 项"), ("===", r"\==="), ("1.5 倍", r"1\.5 倍")]
)
def test_a_line_cannot_start_a_block(text: str, line: str) -> None:
    assert write(draft(section("a", "章", paragraph(text)))).split("\n\n")[-1] == f"{line}\n"


def test_the_whole_draft() -> None:
    lines = write(DRAFT).split("\n")
    assert lines[:5] == ["# 集成电路技术路线图", "", "> 系统草稿，待专家论证", "", "## 范围与口径"]
    assert "- 权重见附录。" in lines and "> 排序供论证参考。" in lines and "### 光刻胶树脂" in lines
    start = lines.index("| 主题 | 需求 | 战略必争 | 占比 |")
    assert lines[start + 1 : start + 4] == ["| --- | ---: | ---: | ---: |", "| 光刻胶树脂 | 12 | 0.62 | 50.1% |", "| 混合键合 3D 封装 | 0 | 1 | 未知 |"]
    assert write(DRAFT) == write(DRAFT)


@pytest.mark.parametrize("label", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_labels_stay_inert(label: str) -> None:
    text = write(hostile(label))
    assert len(text.rstrip("\n").split("\n")) == len(write(hostile("甲")).rstrip("\n").split("\n"))
    assert "<" not in text
    assert not re.search(r"(?<!\\)\]\(|(?<!\\)`|https?://", text)
    rows = [line for line in text.split("\n") if line.startswith("|")]
    assert {len(re.findall(r"(?:\\.|[^|\\])+", row)) for row in rows} == {2}
