"""In/out tables: pairs of policies that are versions of one document, and pairs that only look alike."""

from datetime import date
from functools import cache
from pathlib import Path

import pytest

from nlp.errors import InvalidSetting
from nlp.records import Policy
from nlp.understand.versions import PolicyVersion, VersionWords, link_versions, load_version_words, title_key
from tests.nlp.parse.lexicons import parsed

ROOT = Path(__file__).resolve().parents[3]


@cache
def words() -> VersionWords:
    return load_version_words(ROOT / "corpora" / "lexicons" / "policy_versions.toml")


def policy(
    policy_id: str, title: str, status: str = "正式", when: str | None = None, *, issuer: str | None = "江苏省科学技术厅", level: str | None = "省",
    region: str = "江苏", number: str | None = None,
) -> Policy:  # fmt: skip
    return Policy(
        policy_id=policy_id, title=title, doc_number=number, issuer=issuer, level=level, region=region,
        date=date.fromisoformat(when) if when else None, status=status, source_file="a.txt",
    )  # fmt: skip


def pairs(*policies: Policy) -> list[tuple[str, str]]:
    return [(link.policy_id, link.superseded_by) for link in link_versions(policies, words())]


DRAFT = policy("d", "关于公开征求《江苏省键合设备三年行动计划（2023—2025年）（征求意见稿）》意见的公告", "草案", "2023-01-28")
FORMAL = policy("f", "省政府办公厅关于印发江苏省键合设备三年行动计划（2023-2025年）的通知", "正式", "2023-04-18", issuer="江苏省人民政府办公厅", number="苏政办发〔2023〕1号")
TRIAL = policy("t", "江苏省首台套评定办法（试行）", "试行", "2021-03-01")
SETTLED = policy("s", "江苏省首台套评定办法", "正式", "2023-03-01")
CITY = {"level": "市", "region": "江苏"}


@pytest.mark.parametrize(
    ("policies", "expected"),
    [
        ((DRAFT, FORMAL), [("d", "f")]),
        ((FORMAL, DRAFT), [("d", "f")]),
        ((TRIAL, SETTLED), [("t", "s")]),
        ((policy("x", "首台套评定暂行办法", "试行", "2021-03-01"), SETTLED), [("x", "s")]),
        (
            (policy("1", "首台套评定办法（草案）", "草案", "2020-10-01"), TRIAL, SETTLED),
            [("1", "t"), ("t", "s")],
        ),
        # 正式文件修订：旧的正式、修订草案、新的正式
        (
            (policy("old", "首台套评定办法", when="2018-01-01", number="甲"), policy("d2", "首台套评定办法（修订草案）", "草案", "2023-01-01"), SETTLED),
            [("old", "s"), ("d2", "s")],
        ),
        ((policy("1", "芯片若干政策（征求意见稿）", "草案", "2023-01-01"), policy("2", "芯片若干政策（征求意见稿）", "草案", "2023-03-01")), [("1", "2")]),
        ((policy("1", "芯片办法（草案）", "草案"), policy("2", "芯片办法")), [("1", "2")]),
        (
            (policy("1", "芯片办法（草案）", "草案", issuer="苏州市科学技术局", **CITY), policy("2", "芯片办法", issuer="苏州市人民政府", **CITY)),
            [("1", "2")],
        ),
    ],
)  # fmt: skip
def test_versions_of_one_document_are_linked(policies: tuple[Policy, ...], expected: list[tuple[str, str]]) -> None:
    assert pairs(*policies) == expected


@pytest.mark.parametrize(
    "policies",
    [
        (policy("1", "键合设备三年行动计划（2020—2022年）", when="2020-01-01"), policy("2", "键合设备三年行动计划（2023—2025年）", when="2023-01-01")),
        (policy("1", "键合设备行动计划（2020—2022年）（征求意见稿）", "草案", "2020-01-01"), policy("2", "键合设备行动计划（2023—2025年）", when="2020-06-01")),
        (policy("1", "攻关项目榜单（第一批）", when="2023-01-01"), policy("2", "攻关项目榜单（第二批）", when="2023-05-01")),
        (policy("1", "若干政策（集成电路专项）", when="2023-01-01"), policy("2", "若干政策（生物医药专项）", when="2023-05-01")),
        (DRAFT, policy("z", "浙江省键合设备三年行动计划（2023—2025年）", when="2023-05-01", issuer="浙江省科学技术厅", region="浙江")),
        (DRAFT, policy("z", "键合设备三年行动计划（2023—2025年）", when="2023-05-01", issuer="工业和信息化部", level="国家", region="未知")),
        # 草案晚于正式：是修订的草案，不是被正式取代
        (policy("1", "芯片办法（征求意见稿）", "草案", "2024-01-01"), policy("2", "芯片办法", when="2022-01-01")),
        # 草案太旧
        (policy("1", "芯片办法（征求意见稿）", "草案", "2015-01-01"), policy("2", "芯片办法", when="2022-01-01")),
        # 两个城市、两个区的同名文件
        (policy("1", "芯片若干政策（草案）", "草案", issuer="苏州市科学技术局", **CITY), policy("2", "芯片若干政策", issuer="无锡市科学技术局", **CITY)),
        (
            policy("1", "芯片若干政策（草案）", "草案", issuer="上海市浦东新区人民政府", level="市", region="上海"),
            policy("2", "芯片若干政策", issuer="上海市徐汇区人民政府", level="市", region="上海"),
        ),
        (policy("1", "芯片若干政策（草案）", "草案", issuer=None, level=None, region="未知"), policy("2", "芯片若干政策", issuer=None, level=None, region="未知")),
        # 同一份文件的两份拷贝
        (policy("1", "芯片办法", when="2022-01-01", number="苏〔2022〕1号"), policy("2", "芯片办法", when="2022-01-05", number="苏〔2022〕1号")),
        # 年年都发
        (policy("1", "政府工作报告", when="2024-01-20"), policy("2", "政府工作报告", when="2025-01-20")),
        # 没有日期，又有两份正式文件，说不清是哪一份
        (policy("1", "芯片办法（草案）", "草案"), policy("2", "芯片办法", when="2020-01-01", number="甲"), policy("3", "芯片办法", when="2020-01-01", number="乙")),
    ],
)  # fmt: skip
def test_documents_that_only_look_alike_stay_apart(policies: tuple[Policy, ...]) -> None:
    assert pairs(*policies) == []


def test_the_reason_names_the_later_document() -> None:
    (link,) = link_versions([DRAFT, FORMAL], words())
    assert link == PolicyVersion(policy_id="d", superseded_by="f", reason=link.reason)
    assert link.reason == f"草案已有正式版本：{FORMAL.title}（苏政办发〔2023〕1号）"


@pytest.mark.parametrize(
    ("title", "expected"),
    [
        ("某厅关于印发《芯片办法（试行）》的通知", "芯片办法"),
        ("关于公开征求《芯片计划（2023—2025年）（征求意见稿）》意见的公告", "芯片计划20232025年"),
        ("某市人民政府办公室关于印发芯片若干政策的通知", "芯片若干政策"),
        ("芯片项目指南（第二批）", "芯片项目指南第二批"),
        ("芯片管理暂行办法", "芯片管理办法"),
        ("某厅关于公开征求芯片实施意见（征求意见稿）意见的公告", "芯片实施意见"),
        ("某厅关于印发芯片实施意见的通知", "芯片实施意见"),
    ],
)
def test_title_key(title: str, expected: str) -> None:
    assert title_key(title, words()) == expected


def test_the_sample_holds_one_draft_and_its_plan() -> None:
    folder = ROOT / "corpora" / "sample" / "policies"
    policies = [p for path in sorted(folder.iterdir()) for p in parsed(f"policies/{path.name}", path.read_bytes()).policies]
    files = {p.policy_id: p.source_file.split("/")[-1] for p in policies}
    assert len(policies) == 9
    assert [(files[v.policy_id], files[v.superseded_by]) for v in link_versions(policies, words())] == [
        ("江苏省_关键技术攻关三年行动计划_征求意见稿.txt", "江苏省_关键技术攻关三年行动计划.docx")
    ]


def test_a_broken_word_file_is_refused(tmp_path: Path) -> None:
    (tmp_path / "v.toml").write_text('months = "三"', "utf-8")
    with pytest.raises(InvalidSetting):
        load_version_words(tmp_path / "v.toml")
