"""卡脖子与国产替代: which topics depend on abroad, how badly, on whose word."""

from collections.abc import Iterator

from nlp.citing import body, bullet, cell, fact_row, line, note, words
from nlp.material import Material
from nlp.records import Fragment, Grid, Paragraph, Priority, RankChange, Section, SubstitutionProfile

__all__ = ["substitution"]

_LISTED = (SubstitutionProfile.CUT_OFF, SubstitutionProfile.SINGLE, SubstitutionProfile.CONCENTRATED)
_SAID = (("cut_off", "称已断供的单位 ", " 家"), ("single", "称单一来源的单位 ", " 家"), ("risk", "称有断供风险的单位 ", " 家"), ("dependence", "称依赖进口的单位 ", " 家"))


def substitution(material: Material) -> Section:
    """Topics by the worst situation that has evidence, then by place."""
    listed = [p for p in material.chain_priorities() if p.profile in _LISTED]
    listed.sort(key=lambda p: (_LISTED.index(p.profile) if p.profile in _LISTED else len(_LISTED), p.rank))
    said = note(words("按最坏情形归类：有单位自述已断供的列为“断供”，自述只有单一来源的列为“单一来源”，自述依赖进口或专利集中在国外的列为“高集中”。"
                      "全部出自需求原文与专利的申请人国别；没有提到不等于没有依赖。"))
    content: list[Paragraph | Grid] = [said, compared(material)]
    if listed:
        header: tuple[str, ...] = ("情形", "主题", "环节", "位次", "依据", "点名的国外供应商", "国外申请人占比")
        widths: tuple[int, ...] = (3, 7, 2, 2, 7, 4, 6)
        if material.rank_changes:
            header, widths = ("变化", *header), (5, *widths)
        content.append(Grid(caption="卡脖子与国产替代清单", header=header, rows=tuple(row(material, p) for p in listed), widths=widths))
    else:
        content.append(body(words("本次材料没有主题写明断供、单一来源或对外依赖。")))
    content += [left(r) for r in material.rank_changes.values() if r.profile_before in _LISTED and r.profile_after not in _LISTED]
    return Section(anchor="substitution", level=1, title=line(words("四、卡脖子与国产替代")), content=tuple(content))


def row(material: Material, p: Priority) -> tuple[Paragraph, ...]:
    topic = material.shelf.topics[p.topic_id]
    moved = (line(*change(material.rank_changes.get(p.topic_id))),) if material.rank_changes else ()
    return (*moved, line(cell("priorities", p.topic_id, "profile", p.profile)), line(cell("topics", p.topic_id, "label", topic.label)),
            line(words(material.segment_name(p.topic_id))), line(cell("priorities", p.topic_id, "rank", p.rank)),
            line(*said(material, p.topic_id)), line(*vendors(material, p.topic_id)), line(*foreign_share(material, p.topic_id)))


def compared(material: Material) -> Paragraph:
    if not material.rank_changes:
        return note(words("本产业链此前没有可比的运行，不标升降。"))
    return note(words("变化与上次运行相比：↑ 比上次紧迫，↓ 比上次缓和，→ 没有变化，新 为上次没有的主题；先看情形，情形相同看紧迫度。括号内是上次的情形与紧迫度。"))


def change(found: RankChange | None) -> tuple[Fragment, ...]:
    """↑（高集中 0.4）"""
    if found is None or found.substitution is None:
        return (words("—"),)
    key = ("rank_changes", found.topic_id)
    mark = cell(*key, "substitution", found.substitution)
    return (mark,) if found.urgency_before is None else (mark, words("（"), *before(found, "", " "), words("）"))


def before(found: RankChange, first: str = "上次 ", between: str = "，紧迫度 ") -> tuple[Fragment, ...]:
    key = ("rank_changes", found.topic_id)
    return (words(first), cell(*key, "profile_before", found.profile_before, missing="无数据"), words(between), cell(*key, "urgency_before", found.urgency_before))


def left(found: RankChange) -> Paragraph:
    """A topic of the last list that is on this one no more."""
    key = ("rank_changes", found.topic_id)
    now = cell(*key, "profile_after", found.profile_after, missing="不再是本次的主题" if found.rank_after is None else "无数据")
    return bullet(words("退出清单　"), cell(*key, "label", found.label), words("："), *before(found), words("；本次 "), now, words("。"))


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
