import csv
import io
import time
import tomllib
from collections import Counter
from datetime import date
from pathlib import Path

import pytest

from nlp.normalise import clean
from nlp.parse.clauses import Line
from nlp.parse.furniture import strip_furniture
from nlp.records import Clause, Kind
from tests.nlp.parse.lexicons import parsed, synonyms

REAL = Path("../shared/data/policies")
LONG = "推动键合材料上线验证，支持晶圆厂开放产线。" * 20
PLAN = f"""【法宝引证码】 CLI.0.0000000
某市人民政府办公室关于印发《某市键合材料发展办法（试行）》的通知
苏示发〔2023〕7号
各有关单位：
　　现印发给你们，请认真执行。
某市人民政府办公室
2023年5月6日
某市键合材料发展办法（试行）
　第一章　总则　　第一条 　为推动键合材料发展，制定本办法。
一、重点任务
　　（一）突破关键材料。组织实施低放气临时键合胶攻关，到二〇二六年实现批量供货，支持跨省联合体承担任务。
　　1.支持树脂合成。
　　2.支持产线验证；
　　对通过验证的给予奖励，最高五百万元，按年度兑现，资金由市级统筹安排并接受监督。
　　（二）强化平台支撑
　　{LONG}
二、保障措施
　　本办法自印发之日起施行，由市科技局负责解释，执行中的问题及时反馈。
"""


def squeezed(text: str) -> Counter[str]:
    return Counter("".join(text.split()))


def stated(clauses: tuple[Clause, ...]) -> Counter[str]:
    """Clause texts, and each heading once, unless a clause states it itself."""
    texts = [c.text for c in clauses]
    headings: list[str] = []
    for clause in clauses:
        if clause.heading and clause.heading not in texts and clause.heading not in headings:
            headings.append(clause.heading)
    return squeezed("".join(texts + headings))


def test_metadata_and_clauses() -> None:
    found = parsed("文.txt", PLAN)
    (policy,) = found.policies
    assert found.kind == Kind.POLICY
    assert (policy.doc_number, policy.issuer, policy.date, policy.status) == ("苏示发〔2023〕7号", "某市人民政府办公室", date(2023, 5, 6), "试行")
    by_path = {c.path: c for c in found.clauses}
    assert by_path["第一章第一条"].heading == "第一章 总则"
    assert by_path["第一章一、（一）"].heading == "（一）突破关键材料。" and by_path["第一章一、（一）"].text.startswith("组织实施")
    assert by_path["第一章一、（一）2."].text.startswith("对通过验证")
    long = [c for c in found.clauses if c.path == "第一章一、（二）"]
    assert len(long) > 1 and all(len(c.text) <= 300 and c.text.endswith("。") for c in long) and {c.heading for c in long} == {"（二）强化平台支撑"}


def test_every_character_of_the_body_stands_in_one_clause_or_heading() -> None:
    found = parsed("文.txt", PLAN)
    furniture = "【法宝引证码】 CLI.0.0000000某市人民政府办公室关于印发《某市键合材料发展办法（试行）》的通知"
    assert stated(found.clauses) == squeezed(clean(PLAN)) - squeezed(furniture)


def test_clause_ids_are_unique_and_stable() -> None:
    one, two = parsed("文.txt", PLAN).clauses, parsed("文.txt", PLAN).clauses
    assert one == two and len({c.clause_id for c in one}) == len(one)


REPORT = """下载
打印
【字号：
大
中
小
】
2026年某省政府工作报告
——2026年1月27日在某省第十四届人民代表大会第四次会议上
来源：某日报
时间：2026-02-01
省长 甲 乙
各位代表：
现在，我代表省人民政府，向大会报告工作，请予审议，并请省政协委员和其他列席人员提出意见。
一、工作回顾
过去一年，集成电路产业规模稳步增长，关键材料实现批量供货，企业研发投入持续增加，成效明显。
来源：这一行在正文里
新的一年，我们将继续努力。
相关报道：
"""


def test_page_furniture_goes_at_both_ends_only() -> None:
    target = io.StringIO()
    csv.writer(target).writerows([["province", "year", "title", "source_url", "publish_date", "full_text"], ["安徽省", "2026", "2026年某省政府工作报告", "x", "2026-02-01", REPORT]])
    found = parsed("2026_报告.csv", target.getvalue())
    (policy,) = found.policies
    assert (policy.region, policy.level, policy.date) == ("安徽", "省", date(2026, 2, 1))
    text = "\n".join(c.text for c in found.clauses)
    assert text.startswith("各位代表：\n现在") and "来源：这一行在正文里" in text
    assert not any(word in text for word in ("下载", "字号", "相关报道", "会议上", "省长"))


def test_list_of_names_is_no_run_of_headings() -> None:
    names = "\n".join(["专项组成员名单", "张三 省科技厅厅长", "李四 省财政厅厅长", "王五 省工信厅厅长"])
    found = parsed("policies/文.txt", "某省键合材料行动方案\n一、总体要求\n二、成员\n三、附则\n" + names)
    assert sum("张三" in c.text for c in found.clauses) == 1
    assert any("张三" in c.text and "王五" in c.text for c in found.clauses)


@pytest.mark.parametrize(
    ("title", "status", "level"),
    [("上海市某规划（草案）", "草案", "省"), ("苏州市某办法（暂行）", "试行", "市"), ("国务院关于某事的意见", "正式", "国家"), ("合肥高新区某若干政策", "正式", "园区"), ("上海市浦东新区人民政府某规定", "正式", "市"),
     ("江苏省关于促进开发区高质量发展的意见", "正式", "省"), ("江苏省省级开发区条例", "正式", "省"), ("关于公开征求某办法意见的公告", "草案", None),
     ("安徽省开展某试点工作方案", "正式", "省"), ("工业和信息化部等七部门关于某事的通知", "正式", "国家")],
)  # fmt: skip
def test_status_and_level(title: str, status: str, level: str) -> None:
    (policy,) = parsed("a.txt", f"{title}\n一、甲\n二、乙\n三、丙\n正文正文").policies
    assert (policy.title, policy.status, policy.level) == (title, status, level)


@pytest.mark.parametrize(
    ("signed", "issuer", "level"),
    [
        ("江苏省科学技术厅", "江苏省科学技术厅", "省"),
        ("安徽省科学技术厅（代章）\n安徽省财政厅", "安徽省科学技术厅（代章）、安徽省财政厅", "省"),
        ("科技部　财政部", None, None),  # 三个字以内的简称太容易认错
        ("科学技术部　国家发展改革委", "科学技术部、国家发展改革委", "国家"),
        ("苏州工业园区管理委员会", "苏州工业园区管理委员会", "园区"),
        ("芜湖市人民政府办公室", "芜湖市人民政府办公室", "市"),
        ("联系人：科技处办公室", None, None),
        ("由市科技局、财政局负责解释，自印发之日起施行。", None, None),
    ],
)
def test_the_signature_above_the_date_names_the_issuer(signed: str, issuer: str | None, level: str | None) -> None:
    body = "\n".join(f"（{n}）推动键合材料上线验证，支持晶圆厂开放产线。" for n in "一二三四五")
    text = f"关于支持键合材料的若干措施\n一、重点任务\n{body}\n{signed}\n2023年5月6日\n附件：任务表\n一、第一项\n二、第二项\n三、第三项"
    (policy,) = parsed("policies/a.txt", text).policies
    assert (policy.issuer, policy.level, policy.date) == (issuer, level, date(2023, 5, 6))


@pytest.mark.parametrize(
    ("line", "number"),
    [
        ("（苏示发〔2023〕7号）", "苏示发〔2023〕7号"),
        ("沪示规[2021] 18 号", "沪示规[2021] 18 号"),
        ("某省人民政府令第52号", "某省人民政府令第52号"),
        ("某部公告 2022年第5号", "某部公告 2022年第5号"),
        ("根据苏示发〔2023〕7号文件要求", None),
        ("2023年第5次会议", None),
    ],
)
def test_document_number(line: str, number: str | None) -> None:
    (policy,) = parsed("policies/a.txt", f"某省键合材料办法\n{line}\n一、总则\n二、任务\n三、附则").policies
    assert policy.doc_number == number


def test_a_government_report_speaks_for_its_government() -> None:
    rows = [["province", "title", "publish_date", "full_text"], ["云南省", "2026年政府工作报告", "2026-02-03", "各位代表：\n我代表省人民政府，向大会报告工作。"]]
    target = io.StringIO()
    csv.writer(target).writerows(rows)
    (policy,) = parsed("2026_报告.csv", target.getvalue()).policies
    assert (policy.issuer, policy.level, policy.region) == ("云南省人民政府", "省", "云南")


def test_the_planted_metadata_of_the_sample() -> None:
    root = Path(__file__).resolve().parents[3]
    planted = tomllib.loads((root / "tests" / "data" / "sample_planted_documents.toml").read_text("utf-8"))["policies"]
    assert len(planted) == 9
    for want in planted:
        (policy,) = parsed(f"policies/{want['file']}", (root / "corpora" / "sample" / "policies" / want["file"]).read_bytes()).policies
        got = (policy.title, policy.issuer, policy.doc_number, policy.date, policy.level, policy.region, policy.status)
        assert got == tuple(want.get(name) for name in ("title", "issuer", "doc_number", "date", "level", "region", "status"))


def lines_of(path: Path) -> list[Line]:
    if path.suffix == ".csv":
        text = list(csv.reader(io.StringIO(path.read_text("utf-8-sig"), newline="")))[1][5]
    else:
        text = path.read_text("utf-8")
    return [Line(text=part.strip(), location="") for part in clean(text).split("\n") if part.strip()]


@pytest.mark.real
def test_thirty_real_policies_are_covered_to_the_character() -> None:
    if not REAL.exists():
        pytest.skip("没有 ../shared 的真实数据")
    started, total = time.perf_counter(), 0
    paths = sorted(REAL.glob("*/*"))
    for path in paths:
        found = parsed(path.name, path.read_bytes())
        (policy,) = found.policies
        body = strip_furniture(lines_of(path), policy.title, synonyms().words)
        assert stated(found.clauses) == squeezed("".join(line.text for line in body.lines)), path.name
        assert sum(len(line.text) for line in body.furniture) < 600 and policy.date and not found.rejected
        total += len(found.clauses)
    assert len(paths) == 30 and total > 3000 and time.perf_counter() - started < 30
