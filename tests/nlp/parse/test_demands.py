import json
import random
from collections.abc import Callable
from dataclasses import asdict
from datetime import date

import pytest

from nlp.records import Kind
from tests.nlp import office
from tests.nlp.parse.lexicons import parsed

PROBLEM = "现有临时键合胶在三百摄氏度下开裂，减薄后晶圆翘曲，须更换胶层。"
KEY = "关键技术是低放气树脂合成；主要指标：放气率≤0.5%，耐温≥350℃。"
FORM_A = [
    ["机构全称*", "合肥某键合材料有限公司", "", ""],
    ["所在地域*", "安徽省合肥市", "邮政编码", "230000"],
    ["联系人*", "王小明", "手机*", "13900000000"],
    ["电子信箱*", "wang@example.com", "传真", ""],
    ["技术需求名称*", "低放气临时键合胶", "", ""],
    ["需求时限*（YYYY 年至 YYYY 年）", "2024 年至 2026 年", "", ""],
    ["技术需求概述*", "1、主要问题（限500字以内）", PROBLEM, ""],
    ["", "2、技术关键（所需的关键技术、主要指标）", KEY, ""],
    ["资金需求总额（万元）", "800", "合作意向单位", ""],
    ["技术需求解决方式*", "□独立研发  ☑合作研发  □其他", "", ""],
    ["特别说明的背景材料", "这一段没有已知的标签，但写得很长，说明了为什么晶圆厂在去年更换了供应商。", "", ""],
    ["形式审核意见", "（盖章） 年 月 日", "", ""],
]
TEXT_FORM = f"""企业技术需求表
需求编号：（由征集单位填写）    填报日期：2024年4月7日
单位名称：苏州某装备有限公司
联系电话：0512-00000000
需求名称：静电卡盘温控
技术难题：{PROBLEM}
仍有返修问题，寿命不足。
核心指标：温差≤0.5℃
时限要求：18个月
资金投入：120万元
"""


def test_a_form_in_a_word_table() -> None:
    found = parsed("甲.docx", office.docx(office.table(FORM_A)))
    (submission,), (demand,) = found.submissions, found.demands
    assert found.kind == Kind.DEMAND and not found.rejected
    assert (demand.title, demand.organisation, demand.region) == ("低放气临时键合胶", "合肥某键合材料有限公司", "安徽")
    assert (demand.budget_wan, demand.fiscal_wan, demand.period_years) == (800, None, 2)
    assert demand.text.startswith(f"主要问题\n{PROBLEM}\n技术关键\n{KEY}\n特别说明的背景材料\n这一段")
    assert submission.unused_fields == ("邮政编码", "技术需求解决方式*")
    assert demand.submission_id == submission.submission_id


def test_a_postal_address_tells_the_province_and_enters_no_record() -> None:
    found = parsed("乙.txt", TEXT_FORM.replace("联系电话：0512-00000000", "通讯地址：江苏省苏州市示例路88号3楼"))
    assert found.demands[0].region == "江苏"
    kept = json.dumps([asdict(r) for r in (*found.submissions, *found.demands, *found.fields)], ensure_ascii=False, default=str)
    assert "示例路" not in kept
    assert all("地址" not in f.label for f in found.fields)


def test_contact_values_enter_no_record() -> None:
    found = parsed("甲.docx", office.docx(office.table(FORM_A)))
    stored = json.dumps([asdict(r) for r in (*found.submissions, *found.demands)], ensure_ascii=False, default=str)
    assert not any(secret in stored for secret in ("王小明", "13900000000", "wang@example.com"))


@pytest.mark.parametrize("wrap", [office.control, lambda x: x], ids=["控件", "直接"])
def test_the_same_form_through_content_controls(wrap: Callable[[str], str]) -> None:
    plain = parsed("甲.docx", office.docx(office.table(FORM_A))).demands
    assert parsed("甲.docx", office.docx(wrap(office.table(FORM_A)))).demands == plain


def test_a_form_as_a_worksheet_gives_the_same_demand() -> None:
    word = parsed("甲.docx", office.docx(office.table(FORM_A))).demands[0]
    sheet = parsed("甲.xlsx", office.xlsx({"需求表": FORM_A})).demands[0]
    assert (sheet.demand_id, sheet.text, sheet.budget_wan) == (word.demand_id, word.text, word.budget_wan)


def test_a_form_of_paragraphs() -> None:
    found = parsed("乙.txt", TEXT_FORM)
    (submission,), (demand,) = found.submissions, found.demands
    assert (demand.title, demand.region, demand.budget_wan, demand.period_years) == ("静电卡盘温控", "江苏", 120, 1.5)
    assert demand.text == f"技术难题\n{PROBLEM}\n仍有返修问题，寿命不足。\n核心指标\n温差≤0.5℃"
    assert submission.received == date(2024, 4, 7) and demand.demand_id.startswith("D-")


def test_money_takes_its_unit_from_the_group_label() -> None:
    rows = [["单位名称", "甲公司", "", "", ""], ["需求名称", "乙", "", "", ""], ["预期研发投入\n（万元）", "总投资", "2000", "建议财政支持经费", "800"], ["攻关时限", "□1年 ☑2年", "", "", ""], ["1、研究背景和攻关目的、意义", PROBLEM, "", "", ""]]
    (demand,) = parsed("甲.docx", office.docx(office.table(rows))).demands
    assert (demand.budget_wan, demand.fiscal_wan, demand.period_years) == (2000, 800, 2)


LIST = "技术需求名称,机构名称,主要问题,技术关键,拟投入资金总额(元),联系人,填报时间\n"
ROWS = ["低放气胶,合肥甲公司,胶层开裂。,树脂合成。,8000000,王某,2024-03-05", "静电卡盘,苏州乙公司,温差大。,分区控温。,面议,李某,2024-03-06", "抛光液,上海丙公司,划伤多。,粒子合成。,,赵某,"]


def test_list_rows() -> None:
    found = parsed("需求.csv", LIST + "\n".join(ROWS))
    first, second, third = found.demands
    assert first.text == "主要问题\n胶层开裂。\n技术关键\n树脂合成。" and first.source_location == "第2行"
    assert [d.budget_wan for d in found.demands] == [800, None, None]
    assert [d.region for d in found.demands] == ["安徽", "江苏", "上海"]
    assert found.submissions[1].unused_fields == ("拟投入资金总额(元)",)
    assert second.period_years is None and third.title == "抛光液"


def test_ids_do_not_depend_on_row_order() -> None:
    shuffled = ROWS.copy()
    random.Random(1).shuffle(shuffled)
    one, two = (parsed("需求.csv", LIST + "\n".join(rows)).demands for rows in (ROWS, shuffled))
    assert {d.title: d.demand_id for d in one} == {d.title: d.demand_id for d in two}


def test_identical_rows_without_ids_are_a_repetition_and_with_ids_are_both_kept() -> None:
    repeated = parsed("需求.csv", LIST + "\n".join([ROWS[0], ROWS[0]]))
    assert len(repeated.demands) == 1
    (rejected,) = repeated.rejected
    assert rejected.location == "第3行" and "重复" in rejected.reason and "第2行" in rejected.reason
    lines = "\n".join(json.dumps({"id": i, "title": "胶", "text": "开裂"}) for i in ("a", "b"))
    assert [d.demand_id for d in parsed("demands/x.jsonl", lines).demands] == ["a", "b"]


def test_the_same_id_with_different_content_gets_a_suffix_from_the_content() -> None:
    def ids(*texts: str) -> set[str]:
        lines = "\n".join(json.dumps({"id": "a", "title": "胶", "text": t}) for t in texts)
        return {d.demand_id for d in parsed("demands/x.jsonl", lines).demands}

    assert ids("甲", "乙") == ids("乙", "甲") and len(ids("甲", "乙")) == 2 and all(i.startswith("a~") for i in ids("甲", "乙"))


def test_one_bad_row_does_not_stop_the_rest() -> None:
    found = parsed("需求.csv", LIST + ROWS[0] + "\n,合肥丁公司,,,,,\n" + ROWS[1] + ",多,余\n" + ROWS[2])
    assert [d.title for d in found.demands] == ["低放气胶", "抛光液"]
    assert [(r.location, bool(r.reason and r.remedy)) for r in found.rejected] == [("第4行", True), ("第3行", True)]


def test_a_lone_text_is_stored_as_it_is() -> None:
    line = json.dumps({"id": "a", "title": "胶", "text": "要求：\n1、耐温≥350℃，线宽10⁻⁶m"}, ensure_ascii=False)
    assert parsed("demands.jsonl", line).demands[0].text == "要求：\n1、耐温≥350℃，线宽10⁻⁶m"


def test_a_missing_text_keeps_the_demand() -> None:
    (demand,) = parsed("demands.jsonl", '{"id": "a", "title": "胶", "text": null}').demands
    assert (demand.title, demand.text) == ("胶", "")


def test_target_tables_and_merged_rows_inside_a_form_stay_text() -> None:
    rows = [["单位名称", "甲公司", "", ""], ["需求名称", "键合胶", "", ""], ["核心指标", "放气率", "≤0.5%", "350℃"], ["", "翘曲", "≤100μm", "12英寸"], ["联系人", "王某", "手机", "139"]]
    own = office.table([["指标", "要求", "条件"], ["粘接强度", "≥2MPa", "常温测试，按企业标准"], ["残留", "无", "目视"]])
    (demand,) = parsed("甲.docx", office.docx(office.table(rows) + own)).demands
    assert demand.text == "核心指标\n放气率\n≤0.5%\n350℃\n翘曲 ≤100μm 12英寸\n指标 要求 条件\n粘接强度 ≥2MPa 常温测试，按企业标准\n残留 无 目视"


def test_running_text_in_a_demand_folder_is_one_demand_with_all_its_lines() -> None:
    (demand,) = parsed("需求/甲.txt", "键合胶开裂难题\n短句。\n" + PROBLEM).demands
    assert (demand.title, demand.text) == ("键合胶开裂难题", "短句。\n" + PROBLEM)
