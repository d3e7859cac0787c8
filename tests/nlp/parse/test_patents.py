import csv
import io
import json
from pathlib import Path

import pytest

from nlp.records import Kind
from tests.nlp import office
from tests.nlp.parse.lexicons import parsed

INCOPAT = [
    ["标题 (中文)", "标题(翻译)", "摘要 (中文)", "申请人", "公开（公告）号", "公开（公告）日", "申请号", "申请日", "IPC主分类", "IPC", "申请人国别代码", "申请人省市代码", "简单同族ID", "发明人"],
    ["一种键合胶", "", "耐温高。", "合肥甲公司; 乙大学", "CN 100000001 A", "2024-02-01", "CN202310000001.1", "2023-03-04", "H01L 21/683", "H01L 21/683; C09J 7/00", "CN", "安徽;34", "F1", "甲;乙"],
    ["载片及方法", "", "平整。", "Alpha, Inc.; Beta Co.", "CN100000002A", "2024-02-02", "CN2", "", "H01L21/02", "H01L21/02", "US; JP", "美国;US", "F2", "Smith, John; Lee, Ann"],
]  # fmt: skip
PATSNAP = "公开(公告)号,标题,摘要,申请日,[标]当前申请(专利权)人,当前申请(专利权)人州/省,IPC分类号,发明人\nCN3A,抛光垫,孔径均匀。,2022-05-06,丙公司 | 丁大学,江苏,B24B37/24 | C08G18/00,\"赵, 一|钱, 二\"\n"


def test_incopat() -> None:
    found = parsed("a.xlsx", office.xlsx({"Sheet1": INCOPAT}))
    first, second = found.patents
    assert found.kind == Kind.PATENT and found.mappings[0].unused == ("标题(翻译)",)
    assert (first.patent_id, first.family_id, first.title, first.first_applicant) == ("CN100000001A", "F1", "一种键合胶", "合肥甲公司")
    assert (first.country, first.province, first.year, first.ipc) == ("中国", "安徽", 2023, ("H01L21/683", "C09J7/00"))
    assert (second.country, second.province, second.year) == ("美国", "未知", 2024)


def test_patsnap() -> None:
    (patent,) = parsed("a.csv", PATSNAP).patents
    assert (patent.first_applicant, patent.province, patent.country, patent.ipc) == ("丙公司", "江苏", "中国", ("B24B37/24", "C08G18/00"))


def test_lens_and_bigquery() -> None:
    lens = "#,Jurisdiction,Display Key,Publication Year,Title,Abstract,Applicants,IPCR Classifications\n1,CN,CN 4 A,2020,Wafer chuck,Flat.,Gamma Ltd;;Delta AG,H01L21/683;;H02N13/00\n"
    (patent,) = parsed("lens.csv", lens).patents
    assert (patent.patent_id, patent.first_applicant, patent.country, patent.year) == ("CN4A", "Gamma Ltd", None, 2020)
    row = {"publication_number": "CN-5-A", "title_localized": [{"text": "载台", "language": "zh"}], "abstract_localized": [{"text": "平。", "language": "zh"}], "filing_date": 20190203, "ipc": [{"code": "H01L21/68"}], "family_id": "55"}  # fmt: skip
    (patent,) = parsed("bq.jsonl", json.dumps(row)).patents
    assert (patent.patent_id, patent.title, patent.year, patent.ipc, patent.family_id) == ("CN5A", "载台", 2019, ("H01L21/68",), "55")


LENS = """#,Jurisdiction,Kind,Display Key,Lens ID,Publication Date,Publication Year,Application Number,Application Date,Title,Abstract,Applicants,Inventors,Simple Family Size,IPCR Classifications
1,US,B2,"US 10,000,001 B2",000-111,2018-06-19,2018,US 2016,2016-05-02,Etch chamber,,ALPHA CORP;;BETA UNIV,"DOE, JOHN",2,H01J37/32;;H01L21/3065
"""
BIGQUERY = [
    ["publication_number", "country_code", "family_id", "title_localized", "abstract_localized", "publication_date", "filing_date", "assignee_harmonized", "ipc"],
    ["CN-109000001-A", "CN", "60000001", '[{"text": "Coating unit", "language": "en"}, {"text": "涂布装置", "language": "zh"}]', '[{"text": "涂布均匀。", "language": "zh"}]', "20190115", "20180702",
     '[{"name": "ALPHA CORP", "country_code": "US"}, {"name": "GAMMA LTD", "country_code": "CN"}]', '[{"code": "G03F7/16", "first": true}, {"code": "H01L21/67", "first": false}]'],
]  # fmt: skip
GOOGLE = "search URL:,https://example.org\nid,title,assignee,inventor/author,priority date,filing/creation date,publication date,grant date,result link\nCN-109000001-A,涂布装置,甲公司,\"李一, 王二\",2018-07-02,2018-07-02,2019-01-15,,x\n"
WANFANG = "序号,专利名称,专利类型,申请（专利）号,申请日期,公开（公告）号,主分类号,分类号,申请（专利权）人,发明（设计）人,主申请人地址,国别省市代码,摘要\n1,涂布装置,发明专利,CN201810000011.X,2018-07-02,CN109000001A,G03F7/16(2006.01),G03F7/16(2006.01);H01L21/67(2006.01),甲公司;乙大学,李一;王二,201203 某市某路,上海;31,涂布均匀。\n"


@pytest.mark.parametrize(
    ("name", "data", "patent_id", "title", "applicant", "country", "year", "ipc"),
    [
        ("lens.csv", LENS, "US10000001B2", "Etch chamber", "ALPHA CORP", None, 2016, ("H01J37/32", "H01L21/3065")),
        ("bigquery.csv", BIGQUERY, "CN109000001A", "涂布装置", "ALPHA CORP", "美国", 2018, ("G03F7/16", "H01L21/67")),
        ("google.csv", GOOGLE, "CN109000001A", "涂布装置", "甲公司", None, 2018, ()),
        ("wanfang.csv", WANFANG, "CN109000001A", "涂布装置", "甲公司", "中国", 2018, ("G03F7/16", "H01L21/67")),
    ],
)
def test_exports_of_other_databases(name: str, data: "str | list[list[str]]", patent_id: str, title: str, applicant: str, country: "str | None", year: int, ipc: tuple[str, ...]) -> None:
    if isinstance(data, list):
        target = io.StringIO()
        csv.writer(target).writerows(data)
        data = target.getvalue()
    (patent,) = parsed(name, data).patents
    assert (patent.patent_id, patent.title, patent.first_applicant, patent.country, patent.year, patent.ipc) == (patent_id, title, applicant, country, year, ipc)


def test_bigquery_lines_keep_the_language_and_the_country() -> None:
    row = {"publication_number": "CN-6-A", "filing_date": 20190203, "title_localized": [{"text": "Chuck", "language": "en"}, {"text": "卡盘", "language": "zh"}], "assignee_harmonized": [{"name": "丁公司", "country_code": "JP"}]}
    (patent,) = parsed("bq.jsonl", json.dumps(row)).patents
    assert (patent.title, patent.first_applicant, patent.country) == ("卡盘", "丁公司", "日本")


def test_cnipa_with_province_code_and_utility_model() -> None:
    text = "申请（专利）号,名称,主分类号,分类号,申请（专利权）人,公开（公告）日,公开（公告）号,申请日,地址,摘要,国省代码\n1,一种卡盘,H01L21/683(2006.01),H01L21/683(2006.01)I;H02N13/00,甲,2024.05.06,CN2U,2023.11.02,200000 某路,实用新型公开了。,上海;31\n"
    (patent,) = parsed("cnipa.csv", text.encode("gb18030")).patents
    assert (patent.province, patent.country, patent.ipc, patent.year) == ("上海", "中国", ("H01L21/683", "H02N13/00"), 2023)


def test_the_publication_prefix_and_the_name_say_nothing_of_place() -> None:
    (patent,) = parsed("x.jsonl", json.dumps({"id": "CN1A", "title": "甲", "assignee": "上海某公司", "abstract": "乙"})).patents
    assert (patent.country, patent.province, patent.patent_id) == (None, "未知", "CN1A")


def test_rows_without_a_title_and_repetitions_are_rejected() -> None:
    found = parsed("a.csv", PATSNAP + "CN4A,,摘要,,,,,\n" + PATSNAP.split("\n")[1] + "\n")
    assert len(found.patents) == 1
    assert [(r.location, r.reason[:2]) for r in found.rejected] == [("第3行", "缺少"), ("第4行", "重复")]


@pytest.mark.real
@pytest.mark.parametrize(("name", "rows"), [("patents.jsonl", 2041), ("titles_ipc.jsonl", 4819)])
def test_real_patents_are_all_accounted_for(name: str, rows: int) -> None:
    path = Path("../shared/data/patents") / name
    if not path.exists():
        pytest.skip("没有 ../shared 的真实数据")
    found = parsed(name, path.read_bytes())
    assert len(found.patents) + len(found.rejected) == rows and len({p.patent_id for p in found.patents}) == len(found.patents)
