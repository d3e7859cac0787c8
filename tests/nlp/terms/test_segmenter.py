import json
from pathlib import Path

import pytest

from nlp.terms import Lexicon
from nlp.terms.segmenter import HAN, Cuts, JiebaSegmenter, RjiebaSegmenter, tokens

TEXTS = [
    "一种稀土掺杂的光伏薄膜材料及其制备方法，将多晶材料溅射到硅基材料表面上，并在氩气氛围于200‑800℃退火。",
    "基于SiC MOSFET的大功率变流器，采用AlN陶瓷基板与银烧结工艺，结温不低于175℃。",
    "面向先进封装的临时键合胶，可耐受300℃以上的工艺温度，解键合后无残留。",
    "提出一种半监督最接近支持向量机，在UCI数据集上的实验显示其分类性能优于k-means。",
    "高镍三元811动力电池电解液的研发，循环2000周容量保持率大于80%。",
    "推动人工智能、量子信息、脑机接口等未来产业，建设智能算力中心。",
    "晶圆级封装结构包括第一焊盘、导电通孔、绝缘层和再布线层，所述通孔暴露部分焊盘。",
    "针对起重机钢丝绳断丝检测难题，研究漏磁检测传感器及信号处理算法。",
]
GOLD = Path(__file__).parents[4] / "shared" / "gold"


@pytest.fixture(scope="module")
def pair(lexicon: Lexicon) -> tuple[RjiebaSegmenter, JiebaSegmenter]:
    return RjiebaSegmenter(lexicon.entries), JiebaSegmenter(lexicon.entries)


@pytest.mark.parametrize("text", TEXTS)
def test_rjieba_cuts_and_tags_as_jieba_with_our_lexicon(pair, text: str) -> None:
    fast, reference = (tokens(text, cutter) for cutter in pair)
    assert [t.word for t in fast] == [t.word for t in reference]
    known = [(a, b) for a, b in zip(fast, reference, strict=True) if pair[1].knows(a.word)]
    assert [a for a, _ in known] == [b for _, b in known]


@pytest.mark.real
def test_rjieba_against_jieba_on_real_texts(pair) -> None:
    if not GOLD.is_dir():
        pytest.skip("没有 ../shared/gold")
    same = total = 0
    for name in ("ic_terms", "demand_terms", "scicn_terms"):
        for line in (GOLD / f"{name}.jsonl").read_text("utf-8").splitlines():
            rows = (tokens(json.loads(line)["text"], cutter) for cutter in pair)
            fast, reference = ({(t.start, t.end) for t in row} for row in rows)
            same += 2 * len(fast & reference)
            total += len(fast) + len(reference)
    assert same / total >= 0.99


def test_tokens_cover_the_text(pair) -> None:
    text = "a\n光刻胶\tSiC‑MOSFET ①😀 \x00末"
    row = tokens(text, pair[0])
    assert "".join(t.word for t in row) == text
    assert all(text[t.start : t.end] == t.word for t in row)
    assert HAN.fullmatch("光刻胶")


@pytest.mark.parametrize(
    ("text", "piece"), [("该光耦合结构", "该"), ("在阳极层上形成", "上"), ("扩散板和光转换材料", "和")]
)
def test_function_characters_are_cut_off_guessed_words(pair, text: str, piece: str) -> None:
    cuts = Cuts(initial=frozenset("该"), final=frozenset("上"), inside=frozenset("和"))
    assert piece in [t.word for t in tokens(text, pair[0], cuts)]
