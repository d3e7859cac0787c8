"""Facets of small demands written for the test."""

import time
from pathlib import Path

import pytest

from nlp.errors import InvalidSetting, ModelUnavailable
from nlp.records import Target
from nlp.understand.clarity import load_clarity
from nlp.understand.facet_words import load_facet_words
from nlp.understand.facets import find_facets, find_facets_in_text, load_facet_vocabulary

ROOT = Path(__file__).resolve().parents[3]
LEXICON, CLARITY = ROOT / "corpora" / "lexicons" / "facets.toml", ROOT / "models" / "clarity"
VOCABULARY = load_facet_vocabulary(LEXICON, CLARITY)


def target(text: str, quote: str, unit: str, value: float) -> Target:
    start = text.index(quote)
    return Target(demand_id="D1", name=None, operator=">=", low=value, high=value, unit=unit, condition=None, start=start, end=start + len(quote))


CLEAR = "碳化硅衬底抛光\n需求内容：现有抛光液去除速率低，划伤多，无法满足6英寸衬底量产。\n预期目标：去除速率≥1.2μm/h，表面粗糙度≤0.1nm，划伤总长≤5mm。"
MONEY = [
    ("项目总投入3000万元，其中企业自筹2000万元，申请财政资金1000万元，实施期限24个月。", 3000.0, 1000.0, 2.0),
    ("总投资约1.2亿元，其中自筹0.9亿元，申请市级财政支持3000万元，周期3年。", 12000.0, 3000.0, 3.0),
    ("拟投入研发经费500万元，项目周期为2024年1月至2026年12月。", 500.0, None, 3.0),
    ("企业自筹800万元，申请财政专项资金400万元。", 1200.0, 400.0, None),
    ("资金需求总额（万元）：800\n需求时限：2024年至2026年", 800.0, None, 2.0),
    ("研发投入预算（万元）\n650\n攻关时限（年）\n2", 650.0, None, 2.0),
    ("总预算 8,000,000 元，其中财政经费2,000,000元，期限两年半。", 800.0, 200.0, 2.5),
    ("预算三百万元，两年内完成样机研制。", 300.0, None, 2.0),
    ("我公司注册资金5000万元，年销售额3亿元，已投入研发资金600万元，计划再投入400万元。", 400.0, None, None),
    ("产品使用寿命不低于10年，近3年市场规模200亿元。", None, None, None),
    ("设备采购价格约300万美元，拟投入500万元替代。", 500.0, None, None),
    ("通过3到4年的努力，实现工程应用。", None, None, 4.0),
    ("存储温度下保存12个月，质保期3年。每台售价25万元，年产值可达8000万元。", None, None, None),
]


@pytest.mark.parametrize(("text", "budget", "fiscal", "years"), MONEY)
def test_money_and_period(text: str, budget: float | None, fiscal: float | None, years: float | None) -> None:
    facets = find_facets("D1", "某项目", text, vocabulary=VOCABULARY)
    assert (facets.budget_wan, facets.fiscal_wan, facets.period_years) == (budget, fiscal, years)


@pytest.mark.parametrize(("text", "value", "vendors", "countries"), [
    ("该材料长期依赖进口，主要由日本信越供应。", True, ("信越",), ("日本",)),
    ("实现射频电源国产化替代。", True, (), ()),
    ("高端光刻胶被少数国家掌握。", True, (), ()),
    ("泵进口压力0.3MPa，出口压力1MPa，空气进口处设滤网。", False, (), ()),
    ("与国内外高校开展合作，引进国外先进理念。", False, (), ()),
    ("产品远销美国、德国。", False, (), ()),
])
def test_foreign_dependence(text: str, value: bool, vendors: tuple[str, ...], countries: tuple[str, ...]) -> None:
    facets = find_facets("D1", "某项目", text, vocabulary=VOCABULARY)
    assert (facets.foreign_dependence, facets.vendors, facets.countries) == (value, vendors, countries)
    assert (facets.foreign_span is not None) is value


def test_clear_has_reasons_and_a_problem() -> None:
    targets = [target(CLEAR, "去除速率≥1.2μm/h", "μm/h", 1.2), target(CLEAR, "表面粗糙度≤0.1nm", "nm", 0.1), target(CLEAR, "划伤总长≤5mm", "mm", 5)]
    facets = find_facets_in_text("D1", CLEAR, targets=targets, vocabulary=VOCABULARY)
    assert facets.clarity == "clear"
    assert "指标" in facets.reasons[0]
    assert facets.problem is not None
    assert "无法满足" in CLEAR[facets.problem.start : facets.problem.end]


@pytest.mark.parametrize(("text", "clarity"), [
    ("铝合金压铸件气孔\n压铸件内部气孔多，机加工后漏气，废品率较高，目前调整工艺参数效果不理想，无法从根本上解决，影响交货。", "vague"),
    ("石墨烯散热膜技术", "concept"),
    ("石墨烯散热膜技术\n", "concept"),
    ("新型陶瓷刀具\n需要引进高级管理人才、技术人才。", "directionless"),
    ("智慧水务平台\n我公司平台已完成开发并投入运行，深受用户好评，现寻求投资方融资，扩大推广。", "directionless"),
])
def test_clarity(text: str, clarity: str) -> None:
    facets = find_facets_in_text("D1", text, vocabulary=VOCABULARY)
    assert (facets.clarity, bool(facets.reasons)) == (clarity, True)
    assert bool(facets.parts) is (clarity != "directionless")


def test_several_demands_are_split() -> None:
    text = "两项需求\n需求一：开发耐高温密封圈，寿命差。\n需求二：开发自动上料装置，效率低。"
    facets = find_facets_in_text("D1", text, vocabulary=VOCABULARY)
    assert [text[p.start : p.end] for p in facets.parts] == ["需求一：开发耐高温密封圈，寿命差", "需求二：开发自动上料装置，效率低"]


@pytest.mark.parametrize(("text", "parts"), [
    ("两个难题\n我厂遇到两处困难。难题1为刀具磨损快，难以加工；难题2为切屑缠绕，无法连续生产。", ["难题1为刀具磨损快，难以加工", "难题2为切屑缠绕，无法连续生产"]),
    ("榜单汇总\n需求名称：轴承钢纯净度控制\n主要问题：夹杂物多。\n需求名称：热处理变形预测\n主要问题：翘曲大。",
     ["需求名称：轴承钢纯净度控制\n主要问题：夹杂物多", "需求名称：热处理变形预测\n主要问题：翘曲大"]),
    ("矿车改造\n一、需求内容：\n1、车载称重装置。需求技术服务。\n2、轮胎测温方法。需求技术咨询。\n二、工作基础：\n1、公司有改造经验。",
     ["1、车载称重装置。需求技术服务", "2、轮胎测温方法。需求技术咨询"]),
    ("泵车研究\n研究内容：1）叶轮水力设计方法；2）轴封失效机理。\n研究目标：1）效率提高3%；2）泄漏减少一半。", ["1）叶轮水力设计方法", "2）轴封失效机理"]),
    ("酒糟饲料技术\n1、酒糟烘干成套设备研制；\n2、低盐酱油发酵工艺研究；\n3、果渣膳食纤维提取技术。",
     ["1、酒糟烘干成套设备研制", "2、低盐酱油发酵工艺研究", "3、果渣膳食纤维提取技术"]),
    ("铆接\n热铆后头部开裂；镀层表面有气泡", ["热铆后头部开裂", "镀层表面有气泡"]),
    ("菌种发酵技术、有机肥造粒技术\n希望引进。", ["菌种发酵技术", "有机肥造粒技术"]),
    # tasks of one thing are one demand
    ("土压力算法研究\n（1）支挡结构土压力影响机制研究；\n（2）支挡结构土压力简化计算方法；\n（3）支挡结构土压力软件开发。", None),
    ("换型设备\n存在的问题：\n1、换型时间长；\n2、噪声大；\n3、故障多。", None),
    ("泵研制\n预期目标：\n1、效率≥80%；\n2、寿命≥5000小时。", None),
])
def test_a_form_is_split_only_where_it_asks_for_several_things(text: str, parts: list[str] | None) -> None:
    found = [text[p.start : p.end] for p in find_facets_in_text("D1", text, vocabulary=VOCABULARY).parts]
    assert (found if len(found) > 1 else None) == parts


def test_both_ways_in_agree() -> None:
    title, _, body = CLEAR.partition("\n")
    assert find_facets("D1", title, body, vocabulary=VOCABULARY) == find_facets_in_text("D1", CLEAR, vocabulary=VOCABULARY)


@pytest.mark.parametrize(("text", "now", "after"), [
    ("技术就绪度（TRL）：现状4级，攻关后7级。", 4, 7), ("目前TRL 3，目标达到TRL6。", 3, 6), ("技术成熟度由4级提升至7级", 4, 7), ("已完成中试。", None, None)])
def test_readiness(text: str, now: int | None, after: int | None) -> None:
    facets = find_facets("D1", "某项目", text, vocabulary=VOCABULARY)
    assert (facets.trl_now, facets.trl_after) == (now, after)


def test_cooperation_and_benchmark() -> None:
    facets = find_facets("D1", "某项目", text := "希望与高校联合开发，可购买专利；性能对标信越同类产品，成本更低。", vocabulary=VOCABULARY)
    stored = f"某项目\n{text}"
    assert facets.cooperation == "合作开发、技术引进"
    assert facets.benchmark is not None
    assert stored[facets.benchmark.start : facets.benchmark.end] == "性能对标信越同类产品"


@pytest.mark.parametrize("text", ["", "\n", "   \n\n", "。", "标题", "\ud800坏字符\n正文"])
def test_odd_texts_do_not_fail(text: str) -> None:
    assert find_facets_in_text("D1", text, vocabulary=VOCABULARY).reasons


def test_speed() -> None:
    started = time.process_time()
    for _ in range(100):
        find_facets_in_text("D1", CLEAR * 4, vocabulary=VOCABULARY)
    assert time.process_time() - started < 1.0


def test_broken_files_are_named(tmp_path: Path) -> None:
    (tmp_path / "facets.toml").write_text("[headings]\n", "utf-8")
    with pytest.raises(InvalidSetting, match="facets"):
        load_facet_words(tmp_path / "facets.toml")
    with pytest.raises(ModelUnavailable):
        load_clarity(tmp_path)


def test_a_run_of_digits_costs_no_square() -> None:
    """Found by the fuzz: seconds became minutes."""
    import time

    from nlp.understand.clarity_features import _FIGURE

    began = time.process_time()
    assert not _FIGURE.findall("9" * 20_000) and _FIGURE.findall("粘度1000±50 mPa·s，偏差≤2%")
    assert time.process_time() - began < 2
