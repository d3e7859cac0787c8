"""What the chapters say, and that they say 待补充 or nothing where nothing was stated."""

from dataclasses import replace

import pytest

from nlp.chapters.challenges import book, candidates, challenges
from nlp.chapters.order import order
from nlp.chapters.regions import regions
from nlp.chapters.substitution import substitution
from nlp.options import DraftOptions
from nlp.provenance import check
from nlp.records import (
    Fact,
    Grid,
    MatrixCell,
    Paragraph,
    Partner,
    RankChange,
    RegionPair,
    RoadmapDraft,
    Section,
    SubstitutionProfile,
)
from tests.nlp.chapters.shelves import material, requirement, shelf

OPTIONS = DraftOptions(topics_per_segment=1, sources_per_card=1, requirements_per_card=2, near_years=3, middle_years=5)


def rows(section: Section) -> list[list[str]]:
    return [[cell.text for cell in row] for item in section.content if isinstance(item, Grid) for row in item.rows]


def entry(draft: RoadmapDraft) -> dict[str, list[str]]:
    """label -> paragraphs of the first entry."""
    found: dict[str, list[str]] = {}
    for label, text in rows(draft.sections[1]):
        label = label or list(found)[-1]
        found.setdefault(label, []).append(text)
    return found


def test_only_a_demanded_topic_that_passes_both_gates_is_a_candidate() -> None:
    assert [p.topic_id for p in candidates(material(shelf()))] == ["a"]


def test_the_chapter_shows_verdict_and_reason_of_both_gates() -> None:
    assert rows(challenges(material(shelf()))) == [
        ["1", "主题a", "装备", "通过：多数在三年以内", "通过：两地都有需求", "赛马制", "至少两条技术路线且紧迫"]]


def test_what_nobody_stated_is_to_be_supplied() -> None:
    found = entry(book(material(shelf()), options=OPTIONS))
    for label in ("考核指标", "期限", "经费", "里程碑"):
        assert all(text.startswith("待补充") for text in found[label]), label
    assert found["背景"][-1] == "“国产样件温度均匀性差，装机后晶圆边缘良率低，制约零部件国产化”〔d1〕"


def test_an_entry_is_filled_from_evidence() -> None:
    facts = (Fact(topic_id="a", fact="period_years", value=3, low=2, high=4, source_ids=("d1",)), Fact(topic_id="a", fact="budget_wan", value=800, low=None, high=None, source_ids=("d1",)))
    partners = (Partner(partner_id="a/demand/甲", topic_id="a", role="demand", organisation="甲公司", region="上海", n=1, source_ids=("d1",), suggested=True),
                Partner(partner_id="a/patent/乙", topic_id="a", role="patent", organisation="乙研究所", region="安徽", n=4, source_ids=("p",), suggested=False))
    figures = (requirement(1, "≥40 kPa", conflict=True), requirement(2, "≥50 kPa", conflict=True, source_id="d2", year=None))
    found = entry(book(material(shelf(facts=facts, requirements=figures, partners=partners)), options=OPTIONS))
    assert found["期限"] == ["需求写明的期限中位数 3 年（最短 2，最长 4）"]
    assert found["经费"] == ["需求写明的拟投入合计 800 万元"]
    assert found["考核指标"] == ["吸附力：≥40 kPa〔d1〕；≥50 kPa〔d2〕（各方不一致，待论证取值）", "待补充（写明的考核指标太少，须由需求单位补充）"]
    assert found["组织方式"] == ["赛马制（规则：至少两条技术路线且紧迫）", "建议联合：甲公司（上海，提出需求 1 件）"]
    assert found["里程碑"] == ["截至 2029 年：吸附力≥40 kPa"]


def test_fixed_wording_holds_no_number() -> None:
    found = material(shelf(requirements=(requirement(1, "≥40 kPa"),)))
    sections = (challenges(found), order(found), substitution(found), regions(found), *book(found, options=OPTIONS).sections)
    problems = [f for f in check(RoadmapDraft(title="t", notice="n", sections=sections), {}) if "没有出处" in f.problem or "没有内容" in f.problem]
    assert problems == []


def test_what_would_change_the_order() -> None:
    flips, places = (item for item in order(material(shelf())).content if isinstance(item, Grid))
    assert [c.text for c in flips.rows[0]] == ["主题b", "主题a", "0.1", "2", "—", "—", "政策由 0.2 改为 0.3"]
    assert [c.text for c in places.rows[0]] == ["主题a", "1", "2"]


def test_substitution_names_who_says_so() -> None:
    facts = (Fact(topic_id="a", fact="cut_off", value=1, low=None, high=None, source_ids=("d1",)), Fact(topic_id="a", fact="foreign_share", value=0.5, low=0.2, high=0.8, source_ids=("p",)))
    assert rows(substitution(material(shelf(facts=facts)))) == [["断供", "主题a", "装备", "1", "称已断供的单位 1 家", "某外商", "0.5（0.2–0.8）"]]


def test_substitution_shows_the_change_against_the_last_run_and_what_left_the_list() -> None:
    facts = (Fact(topic_id="a", fact="cut_off", value=1, low=None, high=None, source_ids=("d1",)),)
    moved = RankChange(topic_id="a", label="主题a", rank_before=2, rank_after=1, places=1, urgency_before=0.4, urgency_after=0.5, reason="", profile_before=SubstitutionProfile.CONCENTRATED,
                       profile_after=SubstitutionProfile.CUT_OFF, substitution="↑")
    gone = RankChange(topic_id="z", label="主题z", rank_before=1, rank_after=None, places=None, urgency_before=0.6, urgency_after=None, reason="", profile_before=SubstitutionProfile.SINGLE)
    first = substitution(material(shelf(facts=facts)))
    assert "没有可比的运行，不标升降" in "".join(p.text for p in first.content if isinstance(p, Paragraph))
    found = substitution(replace(material(shelf(facts=facts)), rank_changes={"a": moved, "z": gone}))
    assert rows(found)[0][0] == "↑（高集中 0.4）"
    assert [p.text for p in found.content if isinstance(p, Paragraph)][-1] == "退出清单　主题z：上次 单一来源，紧迫度 0.6；本次 不再是本次的主题。"
    new = replace(moved, substitution="新", rank_before=None, urgency_before=None, profile_before=None)
    assert rows(substitution(replace(material(shelf(facts=facts)), rank_changes={"a": new})))[0][0] == "新"


@pytest.mark.parametrize(("alike", "said"), [(True, "同质化"), (False, "不能断定")])
def test_provinces_are_called_alike_only_where_that_is_sure(alike: bool, said: str) -> None:
    cell = MatrixCell(cell_id="demand/上海/equipment", kind="demand", region="上海", segment="equipment", value=3, share=1, low=0.4, high=1)
    pair = RegionPair(pair_id="demand/上海-江苏", kind="demand", a="上海", b="江苏", n_a=3, n_b=4, similarity=0.9, low=0.5, high=0.95, krugman=0.2, finger_kreinin=0.9, alike=alike,
                      a_leads=("equipment",), b_leads=())
    assert rows(regions(material(shelf(), matrix=(cell,), pairs=(pair,)))) == [
        ["上海", "3"], ["需求", "上海与江苏", "0.9", "0.5–0.95", said, "装备", "—"]]


def test_without_material_a_chapter_says_so() -> None:
    assert [item.text for item in regions(material(shelf())).content if not isinstance(item, Grid)][-1] == "本次材料没有写明地区，不能比较。"
