"""A second chain is a file and nothing else. First-try agreement with our own 53 texts: 53; the texts and the file have one author."""

import tomllib
from pathlib import Path

import pytest

from nlp.chain import Chain, classify, load_chain, sub_segment

ROOT = Path(__file__).parents[2]
TEXTS = [(segment, text) for segment, texts in tomllib.loads((ROOT / "tests" / "data" / "nev_texts.toml").read_text("utf-8")).items() for text in texts]

# border cases that came up when real titles were read after the first try; our wording
BORDER = [
    ("none", "防毒面具外壳用三元共混材料\n改善韧性。"),
    ("none", "大型拖车机组液压系统\n牵引吨位40吨。"),
    ("none", "电动叉车变速箱\n优化换挡。"),
    ("battery", "电池模组外壳及其卡扣结构\n用于固定电芯，装配方便。"),
    ("charging", "防撞型充电桩及其安装底座"),
    ("intelligent", "车道线检测方法、装置及存储介质\n对道路图像提取特征并拟合曲线。"),
]


@pytest.fixture(scope="module")
def chain() -> Chain:
    return load_chain(ROOT / "corpora" / "chains" / "nev.toml", ROOT / "corpora" / "lexicons")


@pytest.mark.parametrize(("segment", "text"), [*TEXTS, *BORDER], ids=[text[:12] for _, text in [*TEXTS, *BORDER]])
def test_segment(chain: Chain, segment: str, text: str) -> None:
    assert classify("x", text, chain=chain).segment == segment


def test_every_segment_has_texts_and_chinese_names(chain: Chain) -> None:
    assert {segment for segment, _ in TEXTS} == {*(s.id for s in chain.segments), "none"}
    assert all(not s.name.isascii() and s.sub for s in chain.segments)


def test_ipc_and_sub_segment(chain: Chain) -> None:
    assert classify("x", "一种支架\n包括底座。", chain=chain, ipc=("B60L53/16",)).segment == "charging"
    assert sub_segment(classify("x", "软包电芯叠片机\n电芯叠片精度高。", chain=chain), chain) == "cell"
