"""One submission in the layouts that staff receive: the same label–value pairs, another file each."""

import csv
import io
from collections.abc import Sequence
from dataclasses import dataclass

from tests.nlp import office

__all__ = ["LAYOUTS", "NEEDS", "Need"]


@dataclass(frozen=True, kw_only=True)
class Need:
    organisation: str
    address: str
    region: str
    title: str
    problem: str
    key: str
    targets: str
    budget: str  # 万元
    fiscal: str
    years: str
    person: str
    phone: str


NEEDS = (
    Need(organisation="合肥示例键合材料有限公司", address="安徽省合肥市示例路1号", region="安徽", title="低放气临时键合胶",
         problem="现有临时键合胶在三百摄氏度下开裂，减薄后晶圆翘曲，须更换胶层材料。", key="低放气树脂合成、界面应力调控与激光解键合工艺，材料体系须自主。",
         targets="放气率≤0.5%；耐温≥350℃；翘曲≤100μm", budget="800", fiscal="200", years="2", person="王小明", phone="13900000001"),
    Need(organisation="苏州示例精密装备股份有限公司", address="江苏省苏州市示例街2号", region="江苏", title="静电卡盘多温区控温",
         problem="多温区静电卡盘边缘温差大，刻蚀均匀性不达标，返修周期长达四十周。", key="陶瓷共烧与多区加热体埋入，配合边缘补偿控制算法，寿命须验证。",
         targets="温差≤±0.5℃；吸附力≥4kPa；寿命≥3年", budget="1200.5", fiscal="300", years="3", person="李小红", phone="13900000002"),
    Need(organisation="上海示例光电研究所", address="上海市示例区3号", region="上海", title="深紫外光源稳频",
         problem="深紫外光源长期漂移，曝光剂量重复性差，停机校准频繁影响产能。", key="腔体温控与压电反馈联合稳频，光学薄膜抗辐照处理，器件小型化。",
         targets="漂移≤10⁻⁹/h；功率≥20W", budget="560", fiscal="100", years="1", person="赵小军", phone="13900000003"),
)  # fmt: skip


def pairs(need: Need) -> list[tuple[str, str]]:
    return [
        ("单位名称", need.organisation), ("通讯地址", need.address), ("联系人", need.person), ("手机", need.phone),
        ("需求名称", need.title), ("主要问题", need.problem), ("技术关键", need.key), ("考核指标", need.targets),
        ("总投资（万元）", need.budget), ("建议财政支持经费（万元）", need.fiscal), ("攻关时限", f"{need.years}年"),
    ]  # fmt: skip


def two_columns(need: Need) -> bytes:
    return office.docx(office.paragraph("技术需求征集表") + office.table(pairs(need)))


def four_columns(need: Need) -> bytes:
    p = dict(pairs(need))
    rows = [
        ["单位名称", p["单位名称"], "通讯地址", p["通讯地址"]], ["联系人", need.person, "手机", need.phone],
        ["需求名称", need.title, "攻关时限", p["攻关时限"]], ["主要问题", need.problem], ["技术关键", need.key], ["考核指标", need.targets],
        ["总投资（万元）", need.budget, "建议财政支持经费（万元）", need.fiscal],
    ]  # fmt: skip
    xml = "".join("<w:tr>" + (office.cell(r[0]) + office.cell(r[1], '<w:gridSpan w:val="3"/>') if len(r) == 2 else "".join(map(office.cell, r))) + "</w:tr>" for r in rows)
    return office.docx(office.paragraph("技术需求征集表") + f"<w:tbl>{xml}</w:tbl>")


def upright(need: Need) -> bytes:
    """Labels over values, descriptions under full-width labels."""
    wide = '<w:gridSpan w:val="3"/>'
    rows = [
        [("单位名称", ""), ("通讯地址", ""), ("需求名称", "")], [(need.organisation, ""), (need.address, ""), (need.title, "")],
        [("总投资（万元）", ""), ("建议财政支持经费（万元）", ""), ("攻关时限", "")], [(need.budget, ""), (need.fiscal, ""), (f"{need.years}年", "")],
        [("主要问题", wide)], [(need.problem, wide)], [("技术关键", wide)], [(need.key, wide)], [("考核指标", wide)], [(need.targets, wide)],
        [("联系人", ""), ("手机", ""), ("电子信箱", "")], [(need.person, ""), (need.phone, ""), ("a@example.com", "")],
    ]  # fmt: skip
    return office.docx("<w:tbl>" + "".join("<w:tr>" + "".join(office.cell(*c) for c in r) + "</w:tr>" for r in rows) + "</w:tbl>")


def one_cell_sections(need: Need) -> bytes:
    """Sub-headings with their answers in one cell, money and its unit in a group label, options in boxes."""
    body = f"1、主要问题：{need.problem}\n2、技术关键：{need.key}\n3、考核指标：{need.targets}"
    rows = [
        ["单位名称", need.organisation, "", "", ""], ["所在地域", need.address[:6], "联系人", need.person, ""], ["联系电话", need.phone, "", "", ""],
        ["需求名称", need.title, "", "", ""], ["技术需求概述", body, "", "", ""],
        ["预期研发投入（万元）", "总投资", need.budget, "建议财政支持经费", need.fiscal],
        ["攻关时限", "　".join(f"{'☑' if str(n) == need.years else '□'}{n}年" for n in (1, 2, 3)), "", "", ""],
        ["合作方式", "独立研发□ 合作研发☑", "", "", ""],
    ]  # fmt: skip
    return office.docx(office.table(rows))


def framed(need: Need) -> bytes:
    """The form inside a frame of one cell, through content controls, with prompts in the unfilled ones."""
    prompt = '<w:sdt><w:sdtPr><w:showingPlcHdr/></w:sdtPr><w:sdtContent><w:r><w:t>单击此处输入文字</w:t></w:r></w:sdtContent></w:sdt>'
    extra = "<w:tr>" + office.cell("传真") + f"<w:tc><w:tcPr/><w:p>{prompt}</w:p></w:tc></w:tr>"
    inner = office.table(pairs(need)).replace("</w:tbl>", extra + "</w:tbl>")
    frame = f"<w:tbl><w:tr><w:tc><w:tcPr/>{office.paragraph('企业技术需求表')}{office.control(inner)}<w:p/></w:tc></w:tr></w:tbl>"
    return office.docx(frame)


def two_tables(need: Need) -> bytes:
    p = pairs(need)
    body = office.paragraph("一、基本情况") + office.table(p[:4]) + office.paragraph("二、需求内容") + office.table(p[4:])
    return office.docx(body)


def paragraphs(need: Need) -> bytes:
    return office.docx("".join(office.paragraph(f"{label}：{value}") for label, value in pairs(need)))


def headings(need: Need) -> bytes:
    """Each label on its own line, numbered, its value below."""
    body = "".join(office.paragraph(f"{i}、{label}") + office.paragraph(value) for i, (label, value) in enumerate(pairs(need), 1))
    return office.docx(body)


def text(need: Need) -> bytes:
    return "\n".join(["技术需求表", *(f"{label}：{value}" for label, value in pairs(need))]).encode("gb18030")


def sheet_form(need: Need) -> bytes:
    return office.xlsx({"Sheet1": [["企业技术需求征集表", "", "", ""], *([label, value, "", ""] for label, value in pairs(need))]})


def csv_form(need: Need) -> bytes:
    return _csv(pairs(need)).encode("utf-8-sig")


def page(need: Need) -> bytes:
    rows = "".join(f"<tr><td>{label}</td><td colspan=3>{value}</td></tr>" for label, value in pairs(need))
    return f"<html><body><h1>技术需求表</h1><table>{rows}</table></body></html>".encode()


def _csv(rows: Sequence[Sequence[str]]) -> str:
    target = io.StringIO()
    csv.writer(target).writerows(rows)
    return target.getvalue()


LAYOUTS = {
    "two_columns.docx": two_columns, "four_columns.docx": four_columns, "upright.docx": upright, "one_cell_sections.docx": one_cell_sections,
    "framed.docx": framed, "two_tables.docx": two_tables, "paragraphs.docx": paragraphs, "headings.docx": headings, "text.txt": text,
    "sheet_form.xlsx": sheet_form, "csv_form.csv": csv_form, "page.html": page, "page_named.doc": page, "docx_named.doc": two_columns,
}  # fmt: skip
