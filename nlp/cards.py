"""One topic -> its card: what it is, what was measured, which sources speak for it, what is missing."""

from collections.abc import Iterator, Mapping, Sequence

from nlp import requirement_table
from nlp.citing import body, bullet, cell, excerpt, fact_row, note, words
from nlp.material import Shelf
from nlp.options import DraftOptions
from nlp.records import (
    Assignment,
    Clause,
    Demand,
    Fragment,
    Grid,
    Paragraph,
    Patent,
    Policy,
    Project,
    Section,
    Topic,
)

__all__ = ["card", "unit_lines"]

QUOTED = 90  # characters of a clause that a card shows


def card(shelf: Shelf, topic: Topic, *, year: int, options: DraftOptions) -> Section:
    content: tuple[Paragraph | Grid, ...] = (place(shelf, topic), *noted(topic), body(words("术语："), cell("topics", topic.topic_id, "terms", topic.terms)),
               *measured(shelf, topic), *required(shelf, topic, year, options), *cited(shelf, topic, options), *missing(topic))
    title = Paragraph(fragments=(cell("topics", topic.topic_id, "label", topic.label),))
    return Section(anchor=f"topic-{topic.topic_id}", level=2, title=title, content=content)


def place(shelf: Shelf, topic: Topic) -> Paragraph:
    p, key = shelf.priorities[topic.topic_id], ("priorities", topic.topic_id)
    return body(words("位次 "), cell(*key, "rank", p.rank), words("（九成区间 "), cell(*key, "rank_p05", p.rank_p05), words("–"),
                cell(*key, "rank_p95", p.rank_p95), words("），紧迫度 "), cell(*key, "urgency", p.urgency), words("，区域优势 "),
                cell(*key, "advantage", p.advantage), words("，象限 "), cell(*key, "quadrant", p.quadrant), words("，可信度 "),
                cell(*key, "confidence", p.confidence), words("，进入前十的概率 "), cell(*key, "p_top10", p.p_top10), words("，稳定性 "),
                cell("topics", topic.topic_id, "stability", topic.stability), words("。主题编号 "),
                cell("topics", topic.topic_id, "topic_id", topic.topic_id), words("。"))


def noted(topic: Topic) -> Iterator[Paragraph]:
    """What analysts wrote on the topic (luxiantu topics note)."""
    if topic.notes:
        yield body(words("分析人员备注："), cell("topics", topic.topic_id, "notes", topic.notes))


# ---- measured -----------------------------------------------------------------------------

MEASURES = (
    ("organisations", "提出需求的单位 ", " 家"), ("delta_provinces", "来自长三角的 ", " 个省市"), ("budget_wan", "写明的拟投入资金合计 ", " 万元"),
    ("policies", "点名的政策文件 ", " 份"), ("clauses", "相关条款 ", " 条"), ("families", "专利族 ", " 个"),
    ("first_year", "申请年份自 ", " 年"), ("last_year", "至 ", " 年"), ("projects", "相关历史项目 ", " 个"),
)


def measured(shelf: Shelf, topic: Topic) -> Iterator[Paragraph]:
    parts: list[Fragment] = []
    for name, before, after in MEASURES:
        row = fact_row(topic.topic_id, name)
        if row in shelf.facts:
            parts += [words("；" if parts else "证据："), words(before), cell("evidence", row, "value", shelf.facts[row].value), words(after)]
    if parts:
        yield body(*parts, words("。"))
    for name, text in (("foreign_share", "国外申请人占专利族的比例 "), ("delta_share", "长三角申请人占比 ")):
        row = fact_row(topic.topic_id, name)
        if row in shelf.facts:
            fact = shelf.facts[row]
            yield body(words(text), cell("evidence", row, "value", fact.value), words("（九五置信区间 "), cell("evidence", row, "low", fact.low),
                       words("–"), cell("evidence", row, "high", fact.high), words("，以比例计）。"))


def required(shelf: Shelf, topic: Topic, year: int, options: DraftOptions) -> Iterator[Grid | Paragraph]:
    return requirement_table.table(shelf.requirements.get(topic.topic_id, ()), "指标要求", year=year, options=options)


# ---- cited --------------------------------------------------------------------------------


def cited(shelf: Shelf, topic: Topic, options: DraftOptions) -> Iterator[Paragraph]:
    most, shown = options.sources_per_card, 0
    for kind in ("demand", "clause", "patent"):
        first = [a for a in shelf.members[topic.topic_id] if a.unit_kind == kind][:most]
        shown += len(first)
        yield from unit_lines(shelf, first)
    yield from (project_line(p) for p in shelf.projects.get(topic.topic_id, ())[:most])
    if topic.n_demands + topic.n_clauses + topic.n_patents > shown:
        yield note(words("以上为最居中的若干份；全部材料见 roadmap.xlsx 与数据表 assignments。"))


def unit_lines(shelf: Shelf, assignments: Sequence[Assignment]) -> Iterator[Paragraph]:
    """One cited line a unit, in the order given."""
    for a in assignments:
        if a.unit_kind == "demand":
            yield demand_line(shelf.demands[a.unit_id])
        elif a.unit_kind == "clause":
            yield clause_line(shelf.clauses[a.unit_id], shelf.policies)
        else:
            yield patent_line(shelf.patents[a.unit_id])


def origin(table: str, row: str, *places: tuple[str, str | None]) -> tuple[Fragment, ...]:
    """〔编号〕（文件，位置）"""
    parts = [part for column, value in places if value for part in (words("，"), cell(table, row, column, value))][1:]
    return (words("〔"), cell(table, row, f"{table[:-1]}_id", row), words("〕"), *((words("（"), *parts, words("）")) if parts else ()))


def demand_line(d: Demand) -> Paragraph:
    key = ("demands", d.demand_id)
    return bullet(words("需求　《"), cell(*key, "title", d.title, missing="无题"), words("》，"), cell(*key, "organisation", d.organisation, missing="单位未写明"),
                  words("，"), cell(*key, "region", d.region), *stated(d),
                  *origin(*key, ("source_file", d.source_file), ("source_location", d.source_location)))


def stated(d: Demand) -> tuple[Fragment, ...]:
    """The demand in its submitter's own words, cut short."""
    return (words("：“"), *excerpt("demands", d.demand_id, "text", d.text, longest=QUOTED), words("”")) if d.text.strip() else ()


def clause_line(c: Clause, policies: Mapping[str, Policy]) -> Paragraph:
    policy = policies[c.policy_id]
    return bullet(words("条款　“"), *excerpt("clauses", c.clause_id, "text", c.text, longest=QUOTED), words("”，《"),
                  cell("policies", policy.policy_id, "title", policy.title), words("》"), cell("clauses", c.clause_id, "path", c.path, missing=""),
                  *origin("clauses", c.clause_id), words("，文件 "), cell("policies", policy.policy_id, "source_file", policy.source_file))


def patent_line(p: Patent) -> Paragraph:
    key = ("patents", p.patent_id)
    year = (words("，"), cell(*key, "year", p.year), words(" 年")) if p.year else ()
    return bullet(words("专利　《"), cell(*key, "title", p.title, missing="无题"), words("》，"), cell(*key, "first_applicant", p.first_applicant, missing="申请人未写明"),
                  *year, *origin(*key, ("source_file", p.source_file), ("source_location", p.source_location)))


def project_line(p: Project) -> Paragraph:
    key = ("projects", p.project_id)
    year = (words("，"), cell(*key, "year", p.year), words(" 年")) if p.year else ()
    return bullet(words("历史项目　《"), cell(*key, "title", p.title), words("》，"), cell(*key, "organisation", p.organisation, missing="单位未写明"), *year,
                  words("，"), cell(*key, "status", p.status, missing="状态未写明"),
                  *origin(*key, ("source_file", p.source_file), ("source_location", p.source_location)))


def missing(topic: Topic) -> Iterator[Paragraph]:
    lacks = [name for name, n in (("企业需求", topic.n_demands), ("点名的政策条款", topic.n_clauses), ("专利", topic.n_patents)) if not n]
    if lacks:
        yield bullet(words(f"缺口　本次材料中没有{'、'.join(lacks)}；补充后位次可能改变。"))
