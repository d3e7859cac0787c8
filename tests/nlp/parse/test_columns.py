import json
import pickle
from pathlib import Path

import pytest

from nlp.errors import InvalidSetting, UnmappedColumns
from nlp.parse.columns import detect_kind, find_header, load_synonyms, map_columns, match_label
from nlp.records import Kind, Table
from tests.nlp.parse.lexicons import synonyms

FORMATS = Path("../shared/data/formats")


@pytest.mark.parametrize(
    ("label", "kind", "canonical", "how"),
    [
        ("技术需求名称", Kind.DEMAND, "demand_title", "exact"),
        ("技术需求名称*", Kind.DEMAND, "demand_title", "normalised"),
        ("1、主要问题（需要解决的重大技术问题，限500字以内）", Kind.DEMAND, "problem", "normalised"),
        ("技术需求概述* 2、技术关键（所需的关键技术、主要指标，限500字以内）", Kind.DEMAND, "key_technology", "normalised"),
        ("3、预期成果及水平", Kind.DEMAND, "target", "normalised"),
        ("拟投入资金总额(万元)", Kind.DEMAND, "budget", "normalised"),
        ("建议财政支持经费（万元）", Kind.DEMAND, "fiscal", "normalised"),
        ("所在省州（县市区）", Kind.DEMAND, "region", "exact"),
        ("联系人身份证号", Kind.DEMAND, "contact", "exact"),
        ("公开(公告)号", Kind.PATENT, "publication_number", "normalised"),
        ("公开（公告）号", Kind.PATENT, "publication_number", "exact"),
        ("标题（中文）", Kind.PATENT, "title", "normalised"),
        ("[标]当前申请(专利权)人", Kind.PATENT, "applicant", "exact"),
        ("ＩＰＣ分类号", Kind.PATENT, "ipc", "normalised"),
        ("承担单位 ", Kind.PROJECT, "undertaker", "exact"),
        ("发文字号\\文号", Kind.POLICY, "doc_number", "exact"),
    ],
)
def test_labels(label: str, kind: Kind, canonical: str, how: str) -> None:
    found = match_label(label, synonyms().kinds[kind], synonyms())
    assert found is not None and (found.canonical, found.how) == (canonical, how)


@pytest.mark.parametrize("label", ["标题(翻译)", "摘要 (英文)", "申请人(翻译)", "标题（小语种原文）", "合享价值度", ""])
def test_columns_that_only_look_alike_are_not_taken(label: str) -> None:
    assert match_label(label, synonyms().kinds[Kind.PATENT], synonyms()) is None


HEADERS = [
    ("id title assignee abstract", Kind.PATENT),
    ("id title ipc", Kind.PATENT),
    ("公开号 申请号 专利名称 申请日 公开日 专利类型 申请人 来源", Kind.PATENT),
    ("申请（专利）号 名称 主分类号 分类号 申请（专利权）人 发明（设计）人 公开（公告）日 公开（公告）号 专利代理机构 代理人 申请日 地址 摘要 国省代码", Kind.PATENT),
    ("# Jurisdiction Kind Title Abstract Applicants Inventors", Kind.PATENT),
    ("publication_number title_localized abstract_localized filing_date assignee_harmonized ipc family_id", Kind.PATENT),
    ("公开（公告）号 公开（公告）日 申请号 申请日 专利号 专利名称 主分类号 国别省市代码 主权项", Kind.PATENT),
    ("province year title source_url publish_date full_text", Kind.POLICY),
    ("来源 标题 文件名称 网址 正文 公文种类 发文机构 发布日期 发文字号 索引号 有效性 附件", Kind.POLICY),
    ("序号 技术需求名称 企业名称 学科分类 填报时间 状态", Kind.DEMAND),
    ("难题名称 难题描述 难题类别 所属行业 联系人 联系方式", Kind.DEMAND),
    ("机构名称 技术需求名称 主要问题 技术关键 预期目标 需求时限 拟投入资金总额(万元)", Kind.DEMAND),
    ("项目编号 项目名称 承担单位 项目负责人 立项年度", Kind.PROJECT),
    ("课题名称 牵头单位 参与单位 起止时间 验收情况", Kind.PROJECT),
    ("立项编号 项目名称 承担单位 推荐单位 计划类别 资助金额", Kind.PROJECT),
    ("id title text", None),
    ("甲 乙 丙", None),
]


@pytest.mark.parametrize(("header", "kind"), HEADERS, ids=[h[:20] for h, _ in HEADERS])
def test_kind_by_header(header: str, kind: Kind | None) -> None:
    assert detect_kind(header.split(" "), synonyms()) == kind


def test_a_missing_required_column_names_the_columns_seen_and_survives_pickling() -> None:
    with pytest.raises(UnmappedColumns) as refusal:
        map_columns(["公布的号码", "题头"], synonyms(), Kind.PATENT, name="导出.csv")
    copy = pickle.loads(pickle.dumps(refusal.value))
    for text in (str(refusal.value), str(copy)):
        assert "公布的号码" in text and "题头" in text and "导出.csv" in text and "columns.toml" in text


def test_title_rows_above_the_header_are_skipped() -> None:
    rows = (("2024年技术需求汇总表", "", ""), ("单位：万元", "", ""), ("序号", "需求名称", "主要问题"), ("1", "甲", "乙"))
    header = find_header(Table(rows=rows, location="表1"), synonyms(), None)
    assert header is not None and (header.row, header.kind) == (2, Kind.DEMAND)


@pytest.mark.parametrize(("label", "kind", "canonical"), [("公開號", Kind.PATENT, "publication_number"), ("標題", Kind.PATENT, "title"), ("單位名稱", Kind.DEMAND, "organisation"), ("您单位目前的主要技术问题", Kind.DEMAND, "problem"), ("预计投入研发经费（万元）", Kind.DEMAND, "budget"), ("经办人手机", Kind.DEMAND, "contact"), ("申报主体名称", Kind.DEMAND, "organisation"), ("拟支付金额/万元", Kind.DEMAND, "budget"), ("企业拟申请财政资金", Kind.DEMAND, "fiscal"), ("需求解决期限", Kind.DEMAND, "period")])
def test_traditional_and_longer_labels_of_a_header(label: str, kind: Kind, canonical: str) -> None:
    header = {Kind.PATENT: ["专利名称", label], Kind.DEMAND: ["需求名称", label]}[kind]
    (found,) = [c for c in map_columns(header, synonyms(), kind).columns if c.index == 1]
    assert found.canonical == canonical and found.sure <= 1


@pytest.mark.parametrize("label", ["推荐单位名称", "合作单位名称", "注册资金", "自筹资金", "上年度研发投入", "现有产品因材料开裂而存在技术难题，须尽快解决"])
def test_labels_that_end_as_another_one_or_are_sentences_are_not_taken(label: str) -> None:
    mapping = map_columns(["需求名称", label], synonyms(), Kind.DEMAND)
    assert not [c for c in mapping.columns if c.index == 1 and c.canonical in {"organisation", "problem", "budget"}]


def test_unused_labels_are_kept() -> None:
    mapping = map_columns(["标题", "合享价值度", "摘要"], synonyms(), Kind.PATENT)
    assert mapping.unused == ("合享价值度",) and mapping.value(["甲", "9", "乙"], "abstract") == "乙"


@pytest.mark.parametrize("content", ["不是 = = toml", "[words]\n"])
def test_a_broken_synonyms_file_is_an_invalid_setting(tmp_path: Path, content: str) -> None:
    path = tmp_path / "columns.toml"
    path.write_text(content, "utf-8")
    with pytest.raises(InvalidSetting):
        load_synonyms(path)


@pytest.mark.real
def test_every_real_export_header_and_form_label_is_known_as_its_kind() -> None:
    if not FORMATS.exists():
        pytest.skip("没有 ../shared 的真实数据")
    exports = json.loads((FORMATS / "patent_export_headers.json").read_text("utf-8"))
    for name, export in exports.items():
        if name == "note":
            continue
        header = next(export[k] for k in ("columns", "columns_seen", "fields") if k in export)
        assert detect_kind(header, synonyms()) == Kind.PATENT, name
        map_columns(header, synonyms(), Kind.PATENT)
    form = json.loads((FORMATS / "demand_form_fields.json").read_text("utf-8"))
    labels = form["hebei_major_technology_demand_form"]["fields"] + list(form["joint_attack_demand_table"]["fields"])
    unknown = [label for label in labels if match_label(label, synonyms().kinds[Kind.DEMAND], synonyms()) is None]
    assert unknown == []
