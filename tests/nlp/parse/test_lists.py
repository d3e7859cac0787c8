"""Lists as staff receive them: headers of two rows, merged cells, units above, notes below."""

import csv
import io
from collections.abc import Sequence

import pytest

from nlp.errors import UnmappedColumns
from nlp.parse import Parsed
from nlp.records import Kind
from tests.nlp.parse.lexicons import parsed

Cell = str | float | None
LIST: list[list[Cell]] = [
    ["2024年度技术需求汇总表", *[None] * 7],
    ["填报单位：合肥市科技局", None, None, None, None, None, "单位：万元", None],
    ["序号", "单位名称", "需求名称", "主要问题", "投入经费", None, "联系方式", None],
    [None, None, None, None, "总投资", "申请财政资金", "姓名", "电话"],
    [1, "合肥甲公司", "键合胶", "胶层开裂。", 800, 200, "王某", "13900000001"],
    [2, None, "抛光液", "划伤多。", 300, None, "王某", "13900000001"],
    [3, "苏州乙公司", "卡盘", "温差大。", 1200.5, None, "李某", "13900000002"],
    [None, "合计", None, None, 2300.5, 200, None, None],
    ["注：1.请于3月底前报送", *[None] * 7],
]
MERGES = ["A1:H1", "A2:F2", "G2:H2", "A3:A4", "B3:B4", "C3:C4", "D3:D4", "E3:F3", "G3:H3", "B5:B6", "A9:H9"]


def book(rows: Sequence[Sequence[Cell]], merges: Sequence[str] = ()) -> bytes:
    from openpyxl import Workbook

    workbook = Workbook()
    sheet = workbook.active
    assert sheet is not None
    sheet.title = "汇总"
    for row in rows:
        sheet.append(list(row))
    for merge in merges:
        sheet.merge_cells(merge)
    target = io.BytesIO()
    workbook.save(target)
    return target.getvalue()


def as_csv(rows: Sequence[Sequence[Cell]]) -> bytes:
    target = io.StringIO()
    csv.writer(target).writerows(["" if c is None else c for c in row] for row in rows)
    return target.getvalue().encode("gb18030")


def rows(found: Parsed) -> list[tuple[str, str | None, float | None, float | None]]:
    return [(d.title, d.organisation, d.budget_wan, d.fiscal_wan) for d in found.demands]


def test_a_header_of_two_rows_with_merged_cells() -> None:
    found = parsed("a.xlsx", book(LIST, MERGES))
    assert rows(found) == [("键合胶", "合肥甲公司", 800, 200), ("抛光液", "合肥甲公司", 300, None), ("卡盘", "苏州乙公司", 1200.5, None)]
    assert [n.note.split("：")[0] for n in found.notes] == ["工作表“汇总”第8行是说明、合计或分组标题，没有当作记录", "工作表“汇总”第9行是说明、合计或分组标题，没有当作记录"]
    assert not found.rejected and ("投入经费/总投资", "budget") in {(c.column, c.canonical) for c in found.columns}
    assert ("联系方式/姓名", "contact") in {(c.column, c.canonical) for c in found.columns}


def test_the_same_list_as_csv_without_merges() -> None:
    assert rows(parsed("a.csv", as_csv(LIST))) == [("键合胶", "合肥甲公司", 800, 200), ("抛光液", None, 300, None), ("卡盘", "苏州乙公司", 1200.5, None)]


def test_group_headings_and_numbered_blank_rows_are_no_demands() -> None:
    data = [["序号", "企业名称", "技术难题", "关键技术", "预算（元）"], ["一、新材料", *[None] * 4], [1, "甲公司", "开裂", "树脂", 200000], ["二、装备", *[None] * 4], [2, "乙公司", "温差", "控温", 3], [3, *[None] * 4]]
    found = parsed("a.xlsx", book(data, ["A2:E2", "A4:E4"]))
    assert rows(found)[0] == ("开裂", "甲公司", 20, None) and len(found.demands) == 2 and len(found.notes) == 3 and not found.rejected


def test_a_plain_list_without_distinctive_columns_is_a_list_of_demands() -> None:
    found = parsed("x.xlsx", book([["序号", "企业名称", "技术需求", "联系人"], [1, "甲公司", "解决胶层开裂", "王某"], [2, "乙公司", "降低温差", "李某"]]))
    assert [(d.title, d.organisation) for d in found.demands] == [("解决胶层开裂", "甲公司"), ("降低温差", "乙公司")]


def test_columns_are_known_by_their_values_where_the_header_says_nothing() -> None:
    data = [["需求名称", "主要问题", "谁", "何处", "哪天", "号"], *[[f"胶{i}", "开裂", f"合肥第{i}示例材料有限公司", "安徽合肥", f"2024-03-0{i}", f"1390000000{i}"] for i in range(1, 5)]]
    found = parsed("x.xlsx", book(data))
    assert {(d.organisation, d.region) for d in found.demands} == {(f"合肥第{i}示例材料有限公司", "安徽") for i in range(1, 5)}
    assert {c.column: (c.canonical, c.how) for c in found.columns if c.how == "sniffed"} == {
        "谁": ("organisation", "sniffed"), "何处": ("region", "sniffed"), "哪天": ("received", "sniffed"), "号": ("contact", "sniffed"),
    }  # fmt: skip
    assert all(s.received for s in found.submissions) and not any("1390000" in f.text for f in found.fields)


def test_lost_leading_zeros_are_doubted_and_day_numbers_are_dates() -> None:
    data = [["需求编号", "需求名称", "主要问题", "填报日期"], ["0123", "甲", "开裂", 45356], ["0456", "乙", "温差", 45357], ["78", "丙", "划伤", 45358]]
    found = parsed("x.xlsx", book(data))
    assert found.submissions[0].received is not None and found.submissions[0].received.isoformat() == "2024-03-05"
    assert "前面的零" in found.notes[0].note


def test_a_missing_required_column_is_refused_with_the_columns_seen() -> None:
    with pytest.raises(UnmappedColumns, match="单位名称、联系人"):
        parsed("x.xlsx", book([["单位名称", "联系人"], ["甲公司", "王某"]]), Kind.DEMAND)
