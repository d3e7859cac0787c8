"""Does a text name the chain as an industry, as one of a list or as its subject?"""

from pathlib import Path

import pytest

from nlp.chain import NONE, Chain, classify, load_chain
from nlp.chain_names import chain_mention, names_chain

ROOT = Path(__file__).parents[2]

CLAUSES = [
    ("subject", "推动集成电路产业补链强链，支持设计企业首轮流片。"),
    ("subject", "积极推动芯片等领域核心技术攻关。"),
    ("subject", "完善半导体芯片产业生态。做强港口经济。"),
    ("subject", "对购买EDA软件的企业给予补贴。"),
    ("subject", "集成电路封测规模居全国前列，旅游收入稳步增长。"),
    ("listed", "加快发展集成电路、生物医药、人工智能三大先导产业。"),
    ("listed", "培育壮大新材料、航空航天、集成电路装备等新兴支柱产业。"),
    ("listed", "布局脑机接口、第四代半导体等未来产业。"),
    ("absent", "建设微流控芯片检测中心。"),
    ("absent", "推广基因芯片筛查。"),
    ("absent", "开放FREEDATA平台。"),
    ("absent", "完善托育服务，新增公办幼儿园。"),
    ("absent", ""),
]


@pytest.fixture(scope="module")
def chain() -> Chain:
    return load_chain(ROOT / "corpora" / "chains" / "ic.toml", ROOT / "corpora" / "lexicons")


@pytest.mark.parametrize(("level", "text"), CLAUSES, ids=[text[:10] for _, text in CLAUSES])
def test_level(chain: Chain, level: str, text: str) -> None:
    assert chain_mention(text, chain=chain).level == level
    assert names_chain(text, chain=chain) == (level != "absent")


def test_naming_words_stand_where_they_say(chain: Chain) -> None:
    text = "集成电路与第三代半导体并重，微流控芯片另行支持。"
    assert [text[s.start : s.end] for s in chain_mention(text, chain=chain).spans] == ["集成电路", "半导体"]


def test_naming_the_industry_names_no_segment(chain: Chain) -> None:
    assert classify("x", "加快发展集成电路、生物医药、人工智能三大先导产业。", chain=chain).segment == NONE


def test_another_chain_has_its_own_names() -> None:
    other = load_chain(ROOT / "corpora" / "chains" / "nev.toml", ROOT / "corpora" / "lexicons")
    assert names_chain("新增公共充电桩一万个。", chain=other)
    assert not names_chain("支持集成电路设计企业流片。", chain=other)
