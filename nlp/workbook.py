"""Tables of a run -> the workbook: everything that the draft only cites in part, one sheet a table."""

from collections.abc import Iterable, Sequence

from nlp import requirement_table
from nlp.chapters import substitution
from nlp.citing import body, cell, line, words
from nlp.material import Material
from nlp.options import DraftOptions
from nlp.records import Grid, Paragraph, Policy, RoadmapDraft, Section
from nlp.roadmap import NOTICE, components, ranking, regions_grid, rejected_grid, sources_grid

__all__ = ["build"]

Row = tuple[Paragraph, ...]


def build(material: Material, *, options: DraftOptions) -> RoadmapDraft:
    """Counts, ranking and its parts, every topic, and every demand, clause and patent that has one."""
    sheets = [
        section("scope", "材料", (sources_grid(material), regions_grid(material))),
        ranking(material), components(material), substitution(material),
        listing("topics", "主题", ("编号", "环节", "主题", "术语", "需求", "条款", "专利", "稳定性"), topic_rows(material)),
        listing("requirements", "指标要求", ("主题", *requirement_table.HEADER), requirement_rows(material, options)),
        listing("timetable", "时间表", ("年份", "主题", "环节", "到时应达到", "需求", "提出单位", "地区", "建议组织方式"), timetable_rows(material)),
        listing("demands", "需求", ("主题", "编号", "标题", "单位", "地区", "拟投入（万元）", "文件", "位置"), demand_rows(material)),
        listing("clauses", "条款", ("主题", "编号", "条款", "政策", "文号", "发文机关", "文件"), clause_rows(material)),
        listing("patents", "专利", ("主题", "编号", "名称", "申请人", "地区", "年份", "文件", "位置"), patent_rows(material)),
    ]
    if material.rejected:
        sheets.append(section("set-aside", "搁置", (rejected_grid(material.rejected),)))
    return RoadmapDraft(title=f"{material.chain}产业链技术路线图数据", notice=NOTICE, sections=tuple(sheets))


def section(anchor: str, title: str, content: tuple[Grid | Paragraph, ...]) -> Section:
    return Section(anchor=anchor, level=1, title=line(words(title)), content=content)


def listing(anchor: str, title: str, header: tuple[str, ...], rows: Iterable[Row]) -> Section:
    found = tuple(rows)
    empty = body(words(f"本次没有归入主题的{title}。"))
    return section(anchor, title, (Grid(caption=title, header=header, rows=found),) if found else (empty,))


def columns(table: str, row: str, record: object, names: Sequence[str]) -> Row:
    return tuple(line(cell(table, row, name, getattr(record, name))) for name in names)


def label(material: Material, topic_id: str) -> Paragraph:
    return line(cell("topics", topic_id, "label", material.shelf.topics[topic_id].label))


def members(material: Material, kind: str) -> Iterable[tuple[str, str]]:
    """(topic id, unit id), topics by id, their units most central first."""
    for topic_id, assignments in sorted(material.shelf.members.items()):
        yield from ((topic_id, a.unit_id) for a in assignments if a.unit_kind == kind)


def topic_rows(material: Material) -> Iterable[Row]:
    for topic in (t for s in (*material.segments, "none") for t in material.shelf.ranked(s)):
        name = words(material.segments.get(topic.segment, "链条之外"))
        first, *rest = columns("topics", topic.topic_id, topic, ("topic_id", "label", "terms", "n_demands", "n_clauses", "n_patents", "stability"))
        yield (first, line(name), *rest)


def requirement_rows(material: Material, options: DraftOptions) -> Iterable[Row]:
    for topic_id, found in sorted(material.shelf.requirements.items()):
        for row in requirement_table.rows_of(found, year=material.year, options=options):
            yield (label(material, topic_id), *row)


def timetable_rows(material: Material) -> Iterable[Row]:
    """施工图: what is to be reached by which year, on whose word; figures without a year are in the other sheet."""
    dated = [r for found in material.shelf.requirements.values() for r in found if r.state == "demanded" and r.year is not None]
    for r in sorted(dated, key=lambda r: (r.year or 0, material.shelf.priorities[r.topic_id].rank, r.parameter, r.requirement_id)):
        demand, mode = material.shelf.demands[r.source_id], material.shelf.modes.get(r.topic_id)
        yield (line(cell("requirements", r.requirement_id, "year", r.year)), label(material, r.topic_id), line(words(material.segment_name(r.topic_id))),
               line(cell("requirements", r.requirement_id, "stated", r.stated)), *columns("demands", demand.demand_id, demand, ("demand_id", "organisation", "region")),
               line(cell("modes", r.topic_id, "mode", mode.mode) if mode else words("—")))


def demand_rows(material: Material) -> Iterable[Row]:
    names = ("demand_id", "title", "organisation", "region", "budget_wan", "source_file", "source_location")
    for topic_id, unit_id in members(material, "demand"):
        yield (label(material, topic_id), *columns("demands", unit_id, material.shelf.demands[unit_id], names))


def clause_rows(material: Material) -> Iterable[Row]:
    for topic_id, unit_id in members(material, "clause"):
        clause = material.shelf.clauses[unit_id]
        policy: Policy = material.shelf.policies[clause.policy_id]
        yield (label(material, topic_id), *columns("clauses", unit_id, clause, ("clause_id", "text")),
               *columns("policies", policy.policy_id, policy, ("title", "doc_number", "issuer", "source_file")))


def patent_rows(material: Material) -> Iterable[Row]:
    names = ("patent_id", "title", "first_applicant", "province", "year", "source_file", "source_location")
    for topic_id, unit_id in members(material, "patent"):
        yield (label(material, topic_id), *columns("patents", unit_id, material.shelf.patents[unit_id], names))
