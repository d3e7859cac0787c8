"""The forms that staff receive: every layout gives the same submission, and every form of a file is found."""

import json
from dataclasses import asdict

import pytest

from nlp.parse import Parsed
from nlp.records import Demand
from tests.nlp import office
from tests.nlp.parse.form_layouts import LAYOUTS, NEEDS, Need, pairs
from tests.nlp.parse.lexicons import parsed


def check(need: Need, found: Parsed, demand: Demand) -> None:
    assert (demand.title, demand.organisation, demand.region) == (need.title, need.organisation, need.region)
    assert (demand.budget_wan, demand.fiscal_wan, demand.period_years) == (float(need.budget), float(need.fiscal), float(need.years))
    assert all(text in demand.text for text in (need.problem, need.key, need.targets)), demand.text
    stored = json.dumps([asdict(r) for r in (*found.submissions, *found.demands, *found.fields)], ensure_ascii=False, default=str)
    assert need.person not in stored and need.phone not in stored and "example.com" not in stored


@pytest.mark.parametrize("need", NEEDS, ids=[n.region for n in NEEDS])
@pytest.mark.parametrize("name", LAYOUTS)
def test_every_layout_gives_the_same_submission(name: str, need: Need) -> None:
    found = parsed(name, LAYOUTS[name](need))
    assert not found.rejected and len(found.submissions) == 1
    (demand,) = found.demands
    check(need, found, demand)


TITLE = office.paragraph("技术需求征集表")
SEVERAL = {
    "each with its title and signature": "".join(
        TITLE + office.paragraph("填报日期：2024年3月5日") + office.table(pairs(n)) + office.paragraph("填表人：甲    审核人：乙") for n in NEEDS
    ),
    "tables alone": "".join(office.table(pairs(n)) for n in NEEDS),
    "stacked in one table": office.table([row for n in NEEDS for row in [("技术需求征集表", ""), *pairs(n)]]),
    "paragraphs": "".join(TITLE + "".join(office.paragraph(f"{a}：{b}") for a, b in pairs(n)) for n in NEEDS),
    "two tables each": "".join(TITLE + office.table(pairs(n)[:4]) + office.paragraph("二、需求内容") + office.table(pairs(n)[4:]) for n in NEEDS),
    "a blank template at the end": "".join(office.table(pairs(n)) for n in NEEDS) + TITLE + office.table([(a, "") for a, _ in pairs(NEEDS[0])]),
}


@pytest.mark.parametrize("body", SEVERAL.values(), ids=SEVERAL)
def test_several_forms_in_one_file(body: str) -> None:
    found = parsed("合并.docx", office.docx(body))
    assert len(found.submissions) == len({s.source_location for s in found.submissions}) == 3
    assert len(found.rejected) == ("技术需求征集表" in body and "表4" in str(found.rejected))
    for need, demand in zip(NEEDS, found.demands, strict=True):
        check(need, found, demand)


def test_a_second_demand_of_one_form_belongs_to_its_submission() -> None:
    found = parsed("两项.docx", office.docx(office.table([*pairs(NEEDS[0]), *pairs(NEEDS[1])[4:]])))
    one, two = found.demands
    assert len(found.submissions) == 1 and one.submission_id == two.submission_id
    assert (two.title, two.organisation, two.budget_wan) == (NEEDS[1].title, NEEDS[0].organisation, 1200.5)


def test_forms_on_sheets_and_in_columns_and_a_list_beside_them() -> None:
    sheets = office.xlsx({f"表{i}": [["技术需求表", ""], *pairs(n)] for i, n in enumerate(NEEDS)})
    columns = office.xlsx({"横排": [[pairs(NEEDS[0])[i][0], *(pairs(n)[i][1] for n in NEEDS)] for i in range(11)]})
    for data in (sheets, columns):
        found = parsed("a.xlsx", data)
        assert not found.rejected
        for need, demand in zip(NEEDS, found.demands, strict=True):
            check(need, found, demand)
    mixed = office.xlsx({"表": pairs(NEEDS[0]), "汇总": [["序号", "企业名称", "技术需求"], ["1", "甲公司", "想要解决开裂"], ["2", "乙公司", "想要降低成本"]]})
    assert [d.title for d in parsed("b.xlsx", mixed).demands] == [NEEDS[0].title, "想要解决开裂", "想要降低成本"]


def test_instructions_are_no_answers() -> None:
    notes = "".join(map(office.paragraph, ["填表说明：", "1.需求名称：不超过20字，应体现技术内容。", "2.主要问题：描述需要解决的问题，不超过500字，真实准确。"]))
    found = parsed("a.docx", office.docx(TITLE + office.table(pairs(NEEDS[0])) + notes))
    (demand,) = found.demands
    assert "真实准确" not in demand.text
    check(NEEDS[0], found, demand)


def test_every_label_is_kept_with_its_value_and_reported() -> None:
    rows = [*pairs(NEEDS[0]), ("合作方式", "独立研发□ 委托研发☑"), ("所属领域", "√新材料 装备 其他"), ("自编栏目", "某值"), ("经手人", "张三"), ("备用号", "13900000009")]
    found = parsed("a.docx", office.docx(office.table(rows)))
    stated = {f.label: (f.canonical, f.text) for f in found.fields}
    assert stated["合作方式"] == ("mode", "委托研发") and stated["所属领域"] == ("field", "新材料") and stated["自编栏目"] == (None, "某值")
    assert not {"联系人", "手机", "经手人", "备用号"} & set(stated)
    assert {(c.column, c.canonical) for c in found.columns} >= {("单位名称", "organisation"), ("自编栏目", None)}


TRL_FORM = [
    ["单 位 名 称（盖章）", "某某芯片（苏州）有限公司", "所在市州（县市区）", "江苏省苏州市"], ["联系人姓名", "张三", "联系人身份证号", "340000199001010011"],
    ["需求名称\n（不超过20字）", "高速接口IP", "所属领域", "☑集成电路 □人工智能"], ["技术成熟度等级", "当前等级", "3", "攻关后等级：7"],
    ["攻关类型（可多选）", "☑卡脖子技术 ☑国产化替代 □其他____", "", ""], ["预期研发投入\n（万元）", "总投资：1500", "建议财政支持经费：300", ""],
    ["建议项目类型", "□重大项目 ☑重点项目", "攻关时限", "□1年 □2年 ☑3年"], ["1、研究背景和攻关目的意义（限800字）", "", "", ""],
    ["接口授权长期受限，供应不确定。", "", "", ""], ["2、拟解决的关键科技问题、技术指标及可行性", "速率≥112Gbps，误码率≤10⁻¹²。", "", ""],
]  # fmt: skip


def test_a_form_with_maturity_levels_options_and_money_in_one_cell() -> None:
    found = parsed("b.docx", office.docx(office.table(TRL_FORM)))
    (demand,) = found.demands
    assert (demand.title, demand.organisation, demand.budget_wan, demand.fiscal_wan, demand.period_years) == ("高速接口IP", "某某芯片（苏州）有限公司", 1500, 300, 3)
    assert demand.text.startswith("研究背景和攻关目的意义\n接口授权长期受限，供应不确定。\n拟解决的关键科技问题")
    stated = {f.label: f.text for f in found.fields}
    assert (stated["当前等级"], stated["攻关后等级"], stated["攻关类型（可多选）"]) == ("3", "7", "卡脖子技术、国产化替代")
    assert not any("张三" in f.text or "34000019" in f.text for f in found.fields)


def test_a_text_under_numbered_headings_takes_its_headline_as_name() -> None:
    lines = ["高纯石英件寿命提升", "一、企业名称", "连云港某石英公司", "二、技术难题", "石英件羟基含量高，影响寿命。", "三、技术指标", "1、羟基≤5ppm", "2、气泡0级", "四、投入资金", "自筹200万元，申请财政资金100万元，合计300万元"]
    (demand,) = parsed("需求/c.txt", "\n".join(lines)).demands
    assert (demand.title, demand.organisation, demand.region, demand.budget_wan, demand.fiscal_wan) == ("高纯石英件寿命提升", "连云港某石英公司", "江苏", 300, 100)
    assert demand.text == "技术难题\n石英件羟基含量高，影响寿命。\n技术指标\n1、羟基≤5ppm\n2、气泡0级"
