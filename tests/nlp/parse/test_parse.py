import time
from pathlib import Path

import pytest

from nlp.errors import LuxiantuError, UnmappedColumns, UnreadableDocument
from nlp.records import Kind
from tests.nlp import office
from tests.nlp.parse.lexicons import parsed

SHARED = Path("../shared/data")
NOTICE = "关于征集2024年度键合材料技术需求的通知\n各有关单位：\n一、征集范围\n主要技术考核指标应不少于5项。\n二、要求\n研发投入不低于300万元。\n三、附件"
TEMPLATE = office.table([["单位名称", ""], ["需求名称", ""], ["主要问题", ""], ["联系人", ""]])
GENERIC = '{"id": "1", "title": "甲", "text": "乙"}\n'


def test_a_notice_with_an_empty_form_is_a_notice() -> None:
    body = "".join(map(office.paragraph, NOTICE.split("\n"))) + TEMPLATE
    found = parsed("x.docx", office.docx(body))
    assert found.kind == Kind.NOTICE and not found.submissions
    assert found.calls[0].title.startswith("关于征集") and "联系人" in found.calls[0].text


def test_projects_of_three_layouts() -> None:
    book = office.xlsx({
        "省": [["2023年立项清单", "", "", ""], ["项目编号", "项目名称", "承担单位", "立项年度"], ["A1", "键合胶攻关", "合肥甲公司", 2021]],
        "市": [["课题名称", "牵头单位", "起止时间", "验收情况", "研究内容"], ["卡盘研制", "苏州乙公司；丙大学", "2020.01-2022.12", "已验收", "研究温控。"]],
        "园区": [["名称", "主持单位", "年份", "计划类别", "所在地"], ["抛光液", "丁公司", "2019年", "重点", "上海"]],
    })  # fmt: skip
    found = parsed("p.xlsx", book)
    assert found.kind == Kind.PROJECT and [m.kind for m in found.mappings] == [Kind.PROJECT] * 3
    assert [(p.title, p.organisation, p.region, p.year, p.status) for p in found.projects] == [
        ("键合胶攻关", "合肥甲公司", "安徽", 2021, None), ("卡盘研制", "苏州乙公司", "江苏", 2020, "已验收"), ("抛光液", "丁公司", "上海", 2019, None),
    ]  # fmt: skip
    assert found.projects[0].project_id == "A1" and found.projects[0].source_location == "工作表“省”第3行"


@pytest.mark.parametrize(
    ("name", "kind"),
    [("demands/a.jsonl", Kind.DEMAND), ("2024/技术需求/a.jsonl", Kind.DEMAND), ("政策/a.jsonl", Kind.POLICY), ("专利/a.jsonl", Kind.PATENT), ("projects/a.jsonl", Kind.PROJECT), ("demands.jsonl", Kind.DEMAND)],
)  # fmt: skip
def test_the_folder_breaks_a_tie(name: str, kind: Kind) -> None:
    assert parsed(name, GENERIC).kind == kind


def test_what_cannot_be_told_is_rejected_with_a_remedy() -> None:
    for name, data in (("x/a.jsonl", GENERIC), ("b.txt", "只有一句话。"), ("c.csv", "甲,乙\n1,2\n")):
        found = parsed(name, data)
        assert len(found.rejected) == 1 and "--kind" in found.rejected[0].remedy and not found.demands


def test_the_given_kind_decides_and_a_missing_column_is_an_error() -> None:
    assert parsed("x.jsonl", GENERIC, Kind.DEMAND).demands[0].title == "甲"
    with pytest.raises(UnmappedColumns, match="甲、乙"):
        parsed("c.csv", "甲,乙\n1,2\n", Kind.PATENT)


def test_an_unknown_sheet_beside_a_known_one_is_reported() -> None:
    book = office.xlsx({"需求": [["需求名称", "主要问题"], ["甲", "乙"]], "说明": [["填写人", "版本"], ["x", "y"]]})
    found = parsed("a.xlsx", book)
    assert len(found.demands) == 1 and found.rejected[0].location == "工作表“说明”"


def test_a_policy_with_a_table_keeps_all_its_text() -> None:
    body = "".join(map(office.paragraph, ["某省键合材料行动方案", "一、要求", "二、任务", "三、措施"])) + office.table([["环节", "攻关方向"], ["材料", "低放气键合胶"]])
    found = parsed("a.docx", office.docx(body))
    assert found.kind == Kind.POLICY and any("低放气键合胶" in clause.text for clause in found.clauses) and not found.demands


def test_bad_lines_become_rejected() -> None:
    found = parsed("demands.jsonl", GENERIC + "{坏\n")
    assert len(found.demands) == 1 and found.rejected[0].location == "第2行"


def test_a_citation_list_is_refused_in_words() -> None:
    with pytest.raises(UnreadableDocument, match="题录"):
        parsed("a.txt", "[1]甲,乙. 一种键合胶[P]. 上海：CN1A,2018-08-31.\n\n[2]丙. 卡盘[P]. 北京：CN2A,2018-08-31.\n")


@pytest.mark.parametrize(
    "data", ["<div>" * 200 + "</div>" * 200, '{"title": "' + "长" * 1_700_000 + '"}\n' + GENERIC, ",,,\n,,,\n"], ids=["html", "jsonl", "csv"]
)
def test_hostile_input_is_rejected_in_time(data: str) -> None:
    started = time.perf_counter()
    name = "a.html" if data.startswith("<") else "demands.jsonl" if data.startswith("{") else "a.csv"
    try:
        assert parsed(name, data).rejected
    except LuxiantuError as refusal:
        assert refusal.remedy
    assert time.perf_counter() - started < 2


@pytest.mark.real
def test_every_real_demand_is_read_as_it_stands() -> None:
    path = SHARED / "demands" / "demands.jsonl"
    if not path.exists():
        pytest.skip("没有 ../shared 的真实数据")
    found = parsed("demands/demands.jsonl", path.read_bytes())
    assert len(found.demands) == len(found.submissions) == 192 and not found.rejected


@pytest.mark.parametrize("name", ["patents/a.csv", "patents/a.jsonl"])
def test_a_list_without_rows_does_not_vanish(name: str) -> None:
    """Found by the fuzz: a header and nothing below it became neither a record nor a refusal."""
    data = "公开号,标题,摘要\n" if name.endswith("csv") else '{"公开号": "", "标题": "", "摘要": ""}\n'
    (rejected,) = parsed(name, data).rejected
    assert "没有读出任何记录" in rejected.reason
