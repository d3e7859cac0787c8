"""卡脖子与国产替代: which topics depend on abroad, how badly, on whose word."""

from collections.abc import Iterator

from nlp.citing import body, cell, fact_row, line, note, words
from nlp.material import Material
from nlp.records import Fragment, Grid, Paragraph, Priority, Section, SubstitutionProfile

__all__ = ["substitution"]

_LISTED = (SubstitutionProfile.CUT_OFF, SubstitutionProfile.SINGLE, SubstitutionProfile.CONCENTRATED)
_SAID = (("cut_off", "称已断供的单位 ", " 家"), ("single", "称单一来源的单位 ", " 家"), ("risk", "称有断供风险的单位 ", " 家"), ("dependence", "称依赖进口的单位 ", " 家"))


def substitution(material: Material) -> Section:
    """Topics by the worst situation that has evidence, then by place."""
    listed = [p for p in material.chain_priorities() if p.profile in _LISTED]
    listed.sort(key=lambda p: (_LISTED.index(p.profile) if p.profile in _LISTED else len(_LISTED), p.rank))
    said = note(words("按最坏情形归类：有单位自述已断供的列为“断供”，自述只有单一来源的列为“单一来源”，自述依赖进口或专利集中在国外的列为“高集中”。"
                      "全部出自需求原文与专利的申请人国别；没有提到不等于没有依赖。"))
    content: list[Paragraph | Grid] = [said]
    if listed:
        content.append(Grid(caption="卡脖子与国产替代清单", header=("情形", "主题", "环节", "位次", "依据", "点名的国外供应商", "国外申请人占比"),
                            rows=tuple(row(material, p) for p in listed), widths=(3, 7, 2, 2, 8, 5, 5)))
    else:
        content.append(body(words("本次材料没有主题写明断供、单一来源或对外依赖。")))
    return Section(anchor="substitution", level=1, title=line(words("四、卡脖子与国产替代")), content=tuple(content))


def row(material: Material, p: Priority) -> tuple[Paragraph, ...]:
    topic = material.shelf.topics[p.topic_id]
    return (line(cell("priorities", p.topic_id, "profile", p.profile)), line(cell("topics", p.topic_id, "label", topic.label)),
            line(words(material.segment_name(p.topic_id))), line(cell("priorities", p.topic_id, "rank", p.rank)),
            line(*said(material, p.topic_id)), line(*vendors(material, p.topic_id)), line(*foreign_share(material, p.topic_id)))


def said(material: Material, topic_id: str) -> tuple[Fragment, ...]:
    parts: list[Fragment] = []
    for name, before, after in _SAID:
        if fact := material.shelf.fact(topic_id, name):
            parts += [words(("；" if parts else "") + before), cell("evidence", fact_row(topic_id, name), "value", fact.value), words(after)]
    return tuple(parts) or (words("专利集中在国外"),)


def vendors(material: Material, topic_id: str) -> Iterator[Fragment]:
    """Named in the demands of the topic, each demand's once."""
    found = [f for a in material.shelf.members[topic_id] if (f := material.shelf.facets.get(a.unit_id)) is not None and f.vendors]
    if not found:
        yield words("—")
    for number, facets in enumerate(found[:3]):
        yield words("；" if number else "")
        yield cell("facets", facets.demand_id, "vendors", facets.vendors)


def foreign_share(material: Material, topic_id: str) -> tuple[Fragment, ...]:
    fact, key = material.shelf.fact(topic_id, "foreign_share"), fact_row(topic_id, "foreign_share")
    if fact is None:
        return (words("—"),)
    return (cell("evidence", key, "value", fact.value), words("（"), cell("evidence", key, "low", fact.low), words("–"),
            cell("evidence", key, "high", fact.high), words("）"))
