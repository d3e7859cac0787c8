from pathlib import Path

import pytest

from nlp.errors import UnreadableDocument
from nlp.parse.filings import is_part, joined
from nlp.readers import read
from nlp.readers.cnipa_xml import application_number
from nlp.records import Patent
from tests.nlp.parse.lexicons import parsed

SHARED = Path(__file__).resolve().parents[4] / "shared" / "data" / "patents"
HEAD = '<?xml version="1.0" encoding="UTF-8"?>\n<!DOCTYPE cn-application-body SYSTEM "/dtd/body.dtd">\n<cn-application-body lang="zh" country="CN">'
CLAIMS = f'{HEAD}<cn-claims><claim num="1"><claim-text>一种键合胶，其特征在于：包括树脂<br/>\n和溶剂。</claim-text></claim><claim num="2"><claim-text>按权利要求1所述的键合胶。</claim-text></claim></cn-claims></cn-application-body>'
DESCRIPTION = f"{HEAD}<description><invention-title>一种低温键合胶及其用法<br/></invention-title><p>用于薄晶圆。</p></description></cn-application-body>"
ABSTRACT = f"{HEAD}<cn-abstract><p>本发明提供了一种键合胶，在200℃以下固<br/>\n化。</p></cn-abstract></cn-application-body>"
STEM = "2018103922220_10000"


def patents() -> list[Patent]:
    return [parsed(f"{STEM}{i}_x.xml", content).patents[0] for i, content in ((1, CLAIMS), (2, DESCRIPTION), (4, ABSTRACT))]


def test_each_file_on_its_own() -> None:
    claims, description, abstract = patents()
    assert (claims.patent_id, claims.title, claims.year) == ("CN201810392222.0", "一种键合胶", 2018)
    assert claims.abstract == "1. 一种键合胶，其特征在于：包括树脂和溶剂。\n2. 按权利要求1所述的键合胶。"
    assert (description.title, description.abstract) == ("一种低温键合胶及其用法", "")
    assert (abstract.title, abstract.abstract) == ("一种键合胶", "本发明提供了一种键合胶，在200℃以下固化。")


@pytest.mark.parametrize("order", [(0, 1, 2), (2, 1, 0), (1, 2, 0)])
def test_the_files_of_one_application_become_one_patent(order: tuple[int, ...]) -> None:
    parts = [patents()[i] for i in order]
    whole, reasons = parts[0], []
    for part in parts[1:]:
        found = joined(whole, part)
        assert found is not None
        whole, reasons = found.patent, [*reasons, found.aside.reason]
    assert (whole.title, whole.abstract[:5]) == ("一种低温键合胶及其用法", "本发明提供")
    assert whole.source_location == "说明书摘要、权利要求书、说明书" and all("已并入" in reason for reason in reasons)


def test_a_second_version_is_set_aside_and_other_rows_stay_repetitions() -> None:
    claims = patents()[0]
    again = joined(claims, claims)
    assert again is not None and again.aside.reason == "同一申请的另一份权利要求书，没有采用"
    listed = parsed("a.csv", "公开号,专利名称,摘要\nCN1A,甲,乙\n").patents[0]
    assert joined(listed, listed) is None
    assert (is_part(claims), is_part(listed)) == (True, False)


@pytest.mark.parametrize(
    ("name", "number"),
    [("2010102412224_1.xml", "CN201010241222.4"), ("CN201511036068.6.xml", "CN201511036068.6"), ("2018103922221_1.xml", None), ("claims.xml", None)],
)
def test_the_number_must_have_its_check_digit(name: str, number: str | None) -> None:
    assert application_number(name) == number


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        ('<!DOCTYPE a [<!ENTITY x SYSTEM "file:///etc/passwd">]><cn-application-body>&x;</cn-application-body>', "实体"),
        ("<html/><a>", "损坏"),
        ("<feed><entry/></feed>", "不认识"),
        ("<a>" * 400 + "</a>" * 400, "嵌套"),
    ],
)
def test_other_xml_is_refused(content: str, reason: str) -> None:
    with pytest.raises(UnreadableDocument, match=reason):
        read("a.xml", content.encode())


@pytest.mark.real
def test_real_filings() -> None:
    if not SHARED.exists():
        pytest.skip("没有 ../shared 的真实数据")
    known: dict[str, Patent] = {}
    for path in sorted((SHARED / "cnipa_xml").glob("*.xml")):
        (patent,) = parsed(path.name, path.read_bytes()).patents
        found = joined(known[patent.patent_id], patent) if patent.patent_id in known else None
        known[patent.patent_id] = found.patent if found else patent
    assert len(known) == 3 and all(p.abstract.startswith("本发明") and p.title for p in known.values())
