import tomllib

import pytest

from nlp.understand.rules import compile_rules
from tests.nlp.understand.rule_gold import DATA, VOCABULARY, sample


def compiled(text: str) -> list[tuple[str, float | None, tuple[str, ...]]]:
    return [(r.rule, r.number, r.words) for r in compile_rules(text, vocabulary=VOCABULARY)]


@pytest.mark.parametrize(("sentence", "rule", "number"), [
    ("主要技术考核指标应不少于5项", "targets_at_least", 5),
    ("主要考核指标不得少于五项。", "targets_at_least", 5),
    ("每项需求须给出3项以上可量化的技术指标。", "targets_at_least", 3),
    ("应提出不少于４条的量化指标。", "targets_at_least", 4),
    ("技术指标参数不少于5项，须可测试", "targets_at_least", 5),
    ("企业研发投入不低于300万元。", "money_at_least", 300),
    ("单个项目总投入原则上应不低于三百万元。", "money_at_least", 300),
    ("榜额不低于0.1亿元", "money_at_least", 1000),
    ("拟投入资金须在500万元以上。", "money_at_least", 500),
    ("项目总投资最高不超过2000万元", "money_at_most", 2000),
    ("单项需求申请财政支持经费不超过200万元。", "fiscal_at_most", 200),
    ("考核指标少于5项的，退回补正。", "targets_at_least", 5),
    ("研发投入低于300万元的需求不予受理", "money_at_least", 300),
    ("攻关周期自立项之日起不超过36个月。", "period_at_most", 3),
    ("攻关期限超过3年的不予受理。", "period_at_most", 3),
    ("项目实施周期一般不超过2年，最长不超过3年。", "period_at_most", 3),
    ("可考核的技术指标应达到5项及以上。", "targets_at_least", 5),
    ("企业的研发预算应不低于市财政支持额度的4倍", "own_to_fiscal_at_least", 4),
    ("自筹资金与申请财政经费的比例原则上不低于2∶1。", "own_to_fiscal_at_least", 2),
    ("申请财政资金比例不超过总投资的30%。", "fiscal_share_at_most", 30),
    ("6.2020年以来已列入省级及以上科技计划支持的同类内容，请勿再次提出", "not_funded_before", 2020),
    ("请不要将多个需求合并在一张表里填写。", "single_demand", None),
    ("攻关期限不超过3年", "period_at_most", 3),
    ("攻关周期原则上不超过24个月。", "period_at_most", 2),
    ("实施期限应在三年以内。", "period_at_most", 3),
    ("需求须在2年内完成攻关并取得突破。", "period_at_most", 2),
    ("企业研发预算不低于市财政支持额度的4倍。", "own_to_fiscal_at_least", 4),
    ("企业自筹经费须为财政支持经费的四倍以上。", "own_to_fiscal_at_least", 4),
    ("自筹经费与财政资金的比例不低于4:1", "own_to_fiscal_at_least", 4),
    ("财政资金与自筹资金的比例不高于1:3。", "own_to_fiscal_at_least", 3),
    ("申请财政资金不超过项目总投入的30%。", "fiscal_share_at_most", 30),
    ("企业自筹资金占总投入的比例不低于70%", "own_share_at_least", 70),
    ("须明确对标的国际或国内先进水平。", "benchmark_named", None),
    ("应提供技术指标对标分析。", "benchmark_named", None),
    ("2019年以来已立项的相同或相似研发内容不再纳入。", "not_funded_before", 2019),
    ("2021年起已获省级财政支持的内容，不予受理", "not_funded_before", 2021),
    ("已获国家立项支持的内容不得重复申报。", "not_funded_before", None),
    ("需求名称不超过25个字。", "title_length_at_most", 25),
    ("名称应简明准确，不超过三十个汉字。", "title_length_at_most", 30),
    ("每张表限填一项技术需求。", "single_demand", None),
    ("填报时一表一需求，不得合并。", "single_demand", None),
    ("不得将多项需求填写在同一份表内。", "single_demand", None),
])
def test_a_requirement_becomes_its_rule(sentence: str, rule: str, number: float | None) -> None:
    found = compile_rules(sentence, vocabulary=VOCABULARY)
    assert (rule, number) in [(r.rule, r.number) for r in found]
    assert {r.rule for r in found} <= {rule, "unreadable"}
    assert all(r.quote in sentence for r in found)


@pytest.mark.parametrize(("sentence", "rule", "words"), [
    ("名称中不得出现“填补空白”“国际首创”等字样。", "title_without", ("填补空白", "国际首创")),
    ("题目避免使用首创、领先和颠覆性等字样", "title_without", ("首创", "领先", "颠覆性")),
    ("需求名称不得含有单位名称、产品型号。", "title_without_names", ("单位名称", "产品型号")),
    ("需求单位须在安徽省内注册。", "region_in", ("安徽",)),
    ("申报单位应为在长三角三省一市登记的企业。", "region_in", ("上海", "江苏", "浙江", "安徽")),
    ("需求提出单位应在济宁市行政区域内注册", "region_in", ("济宁",)),
    ("仅限人工智能、生物医药领域。", "field_in", ("人工智能", "生物医药")),
    ("不得将融资、用地等诉求作为技术需求申报", "subject_without", ("融资", "用地")),
    ("请于2024年3月1日17:00前报送，逾期不予受理。", "received_by", ("2024-03-01",)),
    ("截止时间为2023年12月31日，以受理时间为准。", "received_by", ("2023-12-31",)),
])
def test_lists_are_kept_as_words(sentence: str, rule: str, words: tuple[str, ...]) -> None:
    assert (rule, words) in [(name, found) for name, _, found in compiled(sentence)]


@pytest.mark.parametrize("sentence", [
    "付给揭榜方的资金不低于财政支持经费的40%。",
    "攻关期限一般为2—3年，不得随意变更。",
    "建议名称不得出现明显限制性要素。",
    "近三年内已立项的内容不再纳入。",
    "每个单位限报2项需求。",
    "上年度研发投入不低于300万元的企业须附审计报告。",
    "企业注册资本应不低于500万元。",
    "研发投入不超过三千。",
    "单位名称不超过30字，须与公章一致。",
    "揭榜方须在江苏省内注册。",
    "研发投入占营业收入的比例不低于3%。",
    "须符合国家产业政策。",
    "每市推荐指标不超过5个。",
    "项目负责人年龄不超过55岁。",
    "成立时间应满3年以上",
    "研发周期：2—3年",
    "对研发投入不低于1000万元的项目，应给予最高200万元支持。",
    "研发投入不低于500万元的单位须附审计报告",
    "市财政支持资金的40%以上须支付给揭榜方",
    "同一企业申报需求原则上不超过2项",
    "避免语句不通顺、字词重复、丢字少字以及错别字。",
    "不属于重点产业、行业已解决、企业自己有能力解决的，不予受理。",
])
def test_what_is_not_understood_is_shown_and_not_guessed(sentence: str) -> None:
    found = compile_rules(sentence, vocabulary=VOCABULARY)
    assert [r.rule for r in found] == ["unreadable"]
    assert found[0].quote == sentence.rstrip("。")


@pytest.mark.parametrize("sentence", [
    "鼓励两个以上省（市）的单位组成联合体。",
    "本次征集聚焦2-3年可取得突破的创新需求。",
    "征集到的需求不作为立项依据，须经论证。",
    "各市科技主管部门应对材料进行审核。",
    "集成电路产业规模超过3000亿元，供应链应用广泛。",
    "联系人：某某，电话0512-00000000",
    "为做好攻关需求凝练工作，现向你单位征集需求，要求如下：",
])
def test_what_asks_nothing_of_a_submission_is_no_rule(sentence: str) -> None:
    assert compile_rules(sentence, vocabulary=VOCABULARY) == ()


EXPECTED_A = {
    ("targets_at_least", 5.0, ()), ("money_at_least", 300.0, ()), ("period_at_most", 3.0, ()), ("own_to_fiscal_at_least", 4.0, ()),
    ("benchmark_named", None, ()), ("not_funded_before", 2019.0, ()), ("title_length_at_most", 30.0, ()), ("single_demand", None, ()),
    ("title_without", None, ("填补空白", "国际首创", "世界领先", "打破垄断")), ("title_without_names", None, ("企业名称", "产品型号")),
    ("region_in", None, ("上海", "江苏", "浙江", "安徽")), ("subject_without", None, ("资金", "土地", "人才引进", "市场推广")),
    ("field_in", None, ("芯片设计", "EDA工具", "制造工艺", "封装测试", "关键材料", "核心装备", "零部件", "厂务配套")),
    ("received_by", None, ("2024-05-10",)),
}
EXPECTED_B = {
    ("targets_at_least", 6.0, ()), ("money_at_least", 500.0, ()), ("period_at_most", 2.0, ()), ("own_to_fiscal_at_least", 3.0, ()),
    ("benchmark_named", None, ()), ("not_funded_before", 2021.0, ()), ("title_length_at_most", 25.0, ()), ("single_demand", None, ()),
    ("title_without", None, ("首创", "领先", "填补空白", "颠覆性")), ("region_in", None, ("江苏",)),
    ("field_in", None, ("集成电路材料", "半导体装备", "零部件")), ("received_by", None, ("2024-04-12",)),
}


def test_both_notices_are_read_whole_and_no_rule_is_invented() -> None:
    for text, expected in ((sample().notice, EXPECTED_A), ((DATA / "notice_b.txt").read_text("utf-8"), EXPECTED_B)):
        rules = compile_rules(text, vocabulary=VOCABULARY)
        assert {(r.rule, r.number, r.words) for r in rules if r.rule != "unreadable"} == expected
        assert all(r.quote in text for r in rules)


MORE = tomllib.loads((DATA / "notices_more.toml").read_text("utf-8"))["notice"]


@pytest.mark.parametrize("notice", MORE, ids=[n["name"] for n in MORE])
def test_notices_in_other_words(notice: dict[str, object]) -> None:
    text = str(notice["text"])
    rules = compile_rules(text, vocabulary=VOCABULARY)
    written = [" ".join([r.rule, "-" if r.number is None else f"{r.number:g}", *r.words]) for r in rules if r.rule != "unreadable"]
    assert written == notice["rules"]
    assert all(r.quote in text for r in rules)
