"""Layouts that offices make up themselves: labels above values, lists under a form's head, questions, one line with several answers."""

import pytest

from nlp.records import Demand
from tests.nlp import office
from tests.nlp.parse.form_layouts import NEEDS, Need
from tests.nlp.parse.lexicons import parsed


def holds(demand: Demand, need: Need, *, money: bool = True) -> None:
    assert (demand.title, demand.organisation, demand.region) == (need.title, need.organisation, need.region)
    assert all(part in demand.text for part in (need.problem, need.targets))
    if money:
        assert (demand.budget_wan, demand.fiscal_wan, demand.period_years) == (float(need.budget), float(need.fiscal), float(need.years))


def test_labels_stand_above_their_values() -> None:
    n = NEEDS[0]
    rows = [["技术需求登记卡"], ["单位名称", "所在地区", "总投资（万元）", "财政资金（万元）", "研发周期（月）"], [n.organisation, n.region, n.budget, n.fiscal, str(int(n.years) * 12)],
            ["需求名称", "主要问题", "技术关键", "考核指标", ""], [n.title, n.problem, n.key, n.targets, ""]]
    (demand,) = parsed("卡.xlsx", office.xlsx({"a": rows})).demands
    holds(demand, n)


def test_a_list_takes_its_sender_from_the_head_above_it() -> None:
    head = [["填报单位", NEEDS[0].organisation, "", "所在省份", NEEDS[0].region], ["联系人", "王小明", "", "手机", "13900000001"]]
    labels = ["序号", "需求名称", "技术问题", "攻关任务", "验收指标", "总额（万元）", "申请财政（万元）", "期限（年）"]
    rows = [[str(i), n.title, n.problem, n.key, n.targets, n.budget, n.fiscal, n.years] for i, n in enumerate(NEEDS, 1)]
    found = parsed("表.xlsx", office.xlsx({"a": [*head, labels, *rows]})).demands
    assert [d.title for d in found] == [n.title for n in NEEDS] and {d.organisation for d in found} == {NEEDS[0].organisation}
    assert [d.period_years for d in found] == [float(n.years) for n in NEEDS]


def test_numbered_titles_over_labelled_lines() -> None:
    text = "2024年技术需求\n" + "".join(
        f"\n{i}. {n.title}\n需求单位：{n.organisation}\n所在地：{n.region}\n需求描述：{n.problem}\n技术指标：{n.targets}\n"
        f"资金：总投资{n.budget}万元，申请财政资金{n.fiscal}万元\n期限：{n.years}年\n" for i, n in enumerate(NEEDS, 1))
    found = parsed("多条.txt", text.encode()).demands
    for demand, need in zip(found, NEEDS, strict=True):
        holds(demand, need)


def test_a_questionnaire() -> None:
    n = NEEDS[1]
    answers = [("贵单位名称是？", n.organisation), ("所在省市？", n.region), ("技术需求名称？", n.title), ("目前遇到的主要技术问题？", n.problem), ("希望突破的关键技术？", n.key),
               ("期望达到的技术指标？", n.targets), ("计划投入资金（万元）？", n.budget), ("拟申请财政支持（万元）？", n.fiscal), ("期望完成时限？", f"{n.years}年")]
    body = office.paragraph("企业技术需求问卷") + "".join(office.paragraph(f"{i}. {q}") + office.paragraph(a) for i, (q, a) in enumerate(answers, 1))
    (demand,) = parsed("问卷.docx", office.docx(body)).demands
    holds(demand, n)


@pytest.mark.parametrize("cell", ["总投资：800万元；申请财政资金：200万元；实施周期：2年", "总投资：800万元\n申请财政资金：200万元\n实施周期：24个月"])
def test_one_cell_with_several_answers(cell: str) -> None:
    n = NEEDS[0]
    rows = [("单位名称", n.organisation), ("所在地", n.region), ("需求名称", n.title), ("主要问题", n.problem), ("考核指标", n.targets), ("资金与周期", cell)]
    (demand,) = parsed("表.docx", office.docx(office.table(rows))).demands
    holds(demand, n)
