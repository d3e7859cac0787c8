"""Names of topics: nothing but their terms, no two alike."""

from pathlib import Path

import pytest

from nlp.errors import InvalidSetting
from nlp.records import Topic
from nlp.topics.naming import NamingRules, group_name, load_naming, name_topics

RULES = NamingRules(generic=frozenset({"集成电路", "半导体器件"}), measures=("速率", "电阻", "率"))
LEXICON = Path(__file__).parents[3] / "corpora" / "lexicons" / "naming.toml"


def topic(topic_id: str, *terms: str, units: int = 5) -> Topic:
    return Topic(topic_id=topic_id, segment="materials", label="", terms=terms, n_demands=units, n_clauses=0, n_patents=0, regions=(), stability=None)


def named(*topics: Topic, **kept: str) -> list[str]:
    return [n.name for n in name_topics(topics, rules=RULES, kept=kept)]


@pytest.mark.parametrize(
    ("terms", "name"),
    [
        (("抛光液", "研磨粒子", "垫片"), "抛光液、研磨粒子"),
        (("ArF光刻胶", "光刻胶", "KrF光刻胶", "产酸剂"), "光刻胶、产酸剂"),  # the umbrella leads
        (("ArF光刻胶", "光刻胶"), "ArF光刻胶"),  # one contains the other
        (("刻蚀设备", "刻蚀机", "静电吸盘"), "刻蚀设备、静电吸盘"),  # a partner that shares no pair of characters
        (("刻蚀设备", "刻蚀机"), "刻蚀设备、刻蚀机"),
        (("集成电路", "抛光液", "去除速率", "接触电阻", "误报率"), "抛光液"),  # generic terms and quantities
        (("集成电路",), "集成电路"),  # nothing else is there
        ((), "（无术语）（a）"),
        (("面向先进封装的高密度重布线层光敏材料", "低温固化工艺装备"), "面向先进封装的高密度重布线层光敏材料"),  # long enough alone
    ],
)
def test_a_name(terms: tuple[str, ...], name: str) -> None:
    assert named(topic("a", *terms)) == [name]


def test_no_two_share_a_name_and_the_larger_chooses_first() -> None:
    same = ("光刻胶", "产酸剂", "溶剂")
    assert named(topic("a", *same), topic("b", *same, units=9), topic("c", *same)) == ["光刻胶、溶剂", "光刻胶、产酸剂", "产酸剂、溶剂"]
    many = named(*(topic(f"t{i:02}", *same) for i in range(20)))
    assert len(set(many)) == 20 and many[-1] == "光刻胶（t19）"


def test_the_order_of_topics_makes_no_difference() -> None:
    topics = [topic("a", "光刻胶", "产酸剂"), topic("b", "光刻胶", "产酸剂", "溶剂"), topic("c", "抛光液")]
    assert dict(zip("abc", named(*topics), strict=True)) == dict(zip("cba", named(*reversed(topics)), strict=True))


def test_a_term_of_most_topics_tells_none_apart() -> None:
    topics = [topic(f"t{i}", "晶圆", own) for i, own in enumerate(("光刻胶", "抛光液", "靶材", "特气"))]
    assert named(*topics) == ["光刻胶", "抛光液", "靶材", "特气"]


def test_a_persons_name_stays_and_is_taken() -> None:
    found = name_topics([topic("a", "光刻胶", "产酸剂"), topic("b", "光刻胶", "溶剂", "产酸剂")], rules=RULES, kept={"b": "光刻胶、产酸剂"})
    assert [(n.name, n.how, n.terms) for n in found] == [("光刻胶", "terms", ("光刻胶",)), ("光刻胶、产酸剂", "kept", ("光刻胶", "产酸剂"))]


def test_a_group_is_named_after_what_its_topics_share() -> None:
    topics = [topic("a", "ArF光刻胶", "产酸剂"), topic("b", "光刻胶", "产酸剂"), topic("c", "KrF光刻胶", "树脂")]
    names = {n.topic_id: n for n in name_topics(topics, rules=RULES)}
    assert group_name(topics, names, rules=RULES, taken=set()) == ("光刻胶", "产酸剂")
    apart = [topic("a", "抛光液"), topic("b", "靶材", units=9)]
    names = {n.topic_id: n for n in name_topics(apart, rules=RULES)}
    assert group_name(apart, names, rules=RULES, taken=set()) == ("靶材", "抛光液")


def test_the_rules_are_a_file_that_staff_edit(tmp_path: Path) -> None:
    rules = load_naming(LEXICON, stop_terms=["装置"])
    assert rules.dull("装置") and rules.dull("去除速率") and not rules.dull("光刻胶")
    (tmp_path / "naming.toml").write_text("generic = ''", "utf-8")
    with pytest.raises(InvalidSetting, match="measures"):
        load_naming(tmp_path / "naming.toml")
