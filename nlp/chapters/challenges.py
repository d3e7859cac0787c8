"""榜单: the topics that pass both gates, each as an entry whose every line is evidence; what nobody stated is 待补充."""

from collections.abc import Iterator, Sequence
from itertools import groupby

from nlp.citing import body, bullet, cell, excerpt, fact_row, line, note, words
from nlp.material import Material
from nlp.options import DraftOptions
from nlp.records import Demand, Fragment, Grid, Paragraph, Priority, Requirement, RoadmapDraft, Section, SourceRef

__all__ = ["book", "candidates", "challenges"]

MISSING = "待补充"
GATES = ("breakthrough", "cross_region")
VERDICTS = {"pass": "通过", "fail": "未通过", "unknown": "无法判断"}
NOTICE = "系统草稿，待专家论证"
_FEWEST = 5  # targets that an entry needs (DOMAIN: 考核指标不少于五项)
_MOST = 12
_QUOTED = 120
_NAMED = 4
_SENTENCE = 15  # characters; less is a heading that the form prints


def candidates(material: Material) -> list[Priority]:
    """Chain topics that somebody demands and that pass both gates, best first."""
    return [p for p in material.chain_priorities() if set(GATES) <= set(p.gates) and material.shelf.topics[p.topic_id].n_demands]


# ---- the chapter --------------------------------------------------------------------------


def challenges(material: Material) -> Section:
    """Every demanded topic with its two gates and the way to organise it; the entries themselves are in challenges.docx."""
    shown = [p for p in material.chain_priorities() if material.shelf.topics[p.topic_id].n_demands]
    said = note(words("榜单候选须通过两道门：近期可取得突破，且需要跨区域协同。两道门与组织方式都按写明的规则判定，规则可以修改，人的决定优先。逐条榜单见 challenges.docx。"))
    content: list[Paragraph | Grid] = [said]
    if shown:
        content.append(Grid(caption="榜单候选", header=("位次", "主题", "环节", "近期突破", "跨区域必要", "建议组织方式", "理由"),
                            rows=tuple(gate_row(material, p) for p in shown), widths=(2, 6, 2, 6, 6, 3, 7)))
    else:
        content.append(body(words("本次材料中没有带需求的链条内主题，不能提出榜单候选。")))
    return Section(anchor="challenges", level=1, title=line(words("五、榜单候选与组织方式")), content=tuple(content))


def gate_row(material: Material, p: Priority) -> tuple[Paragraph, ...]:
    mode = material.shelf.modes.get(p.topic_id)
    how = (line(cell("modes", p.topic_id, "mode", mode.mode)), line(cell("modes", p.topic_id, "rule", mode.rule))) if mode else (line(words("—")), line(words("—")))
    return (line(cell("priorities", p.topic_id, "rank", p.rank)), line(cell("topics", p.topic_id, "label", material.shelf.topics[p.topic_id].label)),
            line(words(material.segment_name(p.topic_id))), *(line(*gate(material, p.topic_id, name)) for name in GATES), *how)


def gate(material: Material, topic_id: str, name: str) -> Iterator[Fragment]:
    found = next((g for g in material.shelf.gates.get(topic_id, ()) if g.gate == name), None)
    if found is None:
        yield words("—")
        return
    yield words(f"{VERDICTS[found.verdict]}：")
    yield cell("gates", found.gate_id, "reason", found.reason)


# ---- the entries --------------------------------------------------------------------------


def book(material: Material, *, options: DraftOptions) -> RoadmapDraft:
    """challenges.docx: one entry a candidate."""
    found = candidates(material)
    said = body(words("本清单由系统依据本次材料自动填写，只写材料里有的内容；没有的写作“待补充”，须由需求单位或专家补齐后方可发布。每项指标后的编号是它所在的需求。"))
    none = body(words("本次没有主题同时通过两道门。各主题的判定与理由见路线图草稿“榜单候选与组织方式”。"))
    front = Section(anchor="front", level=1, title=line(words("说明")), content=(said,) if found else (said, none))
    return RoadmapDraft(title=f"{material.chain}攻关任务榜单", notice=NOTICE, sections=(front, *(entry(material, p, options) for p in found)))


def entry(material: Material, p: Priority, options: DraftOptions) -> Section:
    topic = material.shelf.topics[p.topic_id]
    demands = [material.shelf.demands[a.unit_id] for a in material.shelf.members[p.topic_id] if a.unit_kind == "demand"]
    rows = (
        ("编号", (line(cell("topics", p.topic_id, "topic_id", p.topic_id)),)),
        ("名称", (line(cell("topics", p.topic_id, "label", topic.label)),)),
        ("背景", tuple(background(material, p))),
        ("研究内容", tuple(contents(demands))),
        ("考核指标", tuple(targets(material, p.topic_id))),
        ("期限", (line(*fact_or_missing(material, p.topic_id, "period_years", "需求写明的期限中位数 ", " 年")),)),
        ("经费", (money(material, p.topic_id),)),
        ("要求", tuple(conditions(material, p.topic_id))),
        ("组织方式", tuple(organisation(material, p.topic_id))),
        ("里程碑", tuple(milestones(material, p.topic_id))))
    grid = Grid(caption="榜单条目", header=("项目", "内容"), widths=(1, 7), rows=tuple(
        (line(words(label if i == 0 else "")), paragraph) for label, paragraphs in rows for i, paragraph in enumerate(paragraphs)))
    return Section(anchor=f"challenge-{p.topic_id}", level=1, title=line(cell("topics", p.topic_id, "label", topic.label)), content=(grid,))


def missing(what: str) -> Paragraph:
    return line(words(f"{MISSING}（{what}）"))


def background(material: Material, p: Priority) -> Iterator[Paragraph]:
    parts: list[Fragment] = []
    for name, before, after in (("organisations", "提出需求的单位 ", " 家"), ("delta_provinces", "来自长三角的 ", " 个省市"),
                                ("policies", "点名的政策文件 ", " 份"), ("families", "专利族 ", " 个"), ("foreign_share", "国外申请人占比 ", "（以比例计）")):
        if fact := material.shelf.fact(p.topic_id, name):
            parts += [words(("，" if parts else "") + before), cell("evidence", fact_row(p.topic_id, name), "value", fact.value), words(after)]
    if p.profile:
        parts += [words("；国产替代情形："), cell("priorities", p.topic_id, "profile", p.profile)]
    if parts:
        yield line(*parts, words("。"))
    quoted = [(d, f) for a in material.shelf.members[p.topic_id] if (d := material.shelf.demands.get(a.unit_id)) and (f := material.shelf.facets.get(d.demand_id)) and f.problem]
    for d, f in quoted[:_NAMED]:
        said = f"{d.title}\n{d.text}"[f.problem.start : f.problem.end] if f.problem else ""
        if len(said.strip()) >= _SENTENCE and said.strip() in d.text:
            yield line(words("“"), Fragment(text=said.strip(), source=source_of(d), quote=True), words("”〔"), cell("demands", d.demand_id, "demand_id", d.demand_id), words("〕"))


def source_of(d: Demand) -> SourceRef:
    return SourceRef(table="demands", row=d.demand_id, column="text")


def contents(demands: Sequence[Demand]) -> Iterator[Paragraph]:
    for d in demands[:_NAMED]:
        text = (words("：“"), *excerpt("demands", d.demand_id, "text", d.text, longest=_QUOTED), words("”")) if d.text.strip() else ()
        yield line(words("《"), cell("demands", d.demand_id, "title", d.title, missing="无题"), words("》"), *text, words("〔"),
                   cell("demands", d.demand_id, "demand_id", d.demand_id), words("〕"))
    if not demands:
        yield missing("没有需求写明研究内容")


def demanded(material: Material, topic_id: str) -> list[Requirement]:
    """The figures demanded, those of parameters with more sources first, each parameter's together."""
    found = [r for r in material.shelf.requirements.get(topic_id, ()) if r.state == "demanded"]
    sources = {key: len({r.source_id for r in group}) for key, group in groupby(sorted(found, key=parameter), key=parameter)}
    return sorted(found, key=lambda r: (-sources[parameter(r)], parameter(r), r.requirement_id))


def parameter(r: Requirement) -> tuple[str, str]:
    return r.parameter, r.unit


def targets(material: Material, topic_id: str) -> Iterator[Paragraph]:
    found = demanded(material, topic_id)
    for key, group in [(k, list(g)) for k, g in groupby(found, key=parameter)][:_MOST]:
        parts: list[Fragment] = [cell("requirements", group[0].requirement_id, "parameter", key[0]), words("：")]
        for i, r in enumerate(group):
            parts += [words("；" if i else ""), cell("requirements", r.requirement_id, "figure", r.figure), words("〔"),
                      cell("requirements", r.requirement_id, "source_id", r.source_id), words("〕")]
        yield line(*parts, words("（各方不一致，待论证取值）" if any(r.conflict for r in group) else ""))
    if len({parameter(r) for r in found}) < _FEWEST:
        yield missing("写明的考核指标太少，须由需求单位补充" if found else "需求没有写明可考核的指标")


def fact_or_missing(material: Material, topic_id: str, name: str, before: str, after: str) -> tuple[Fragment, ...]:
    fact, key = material.shelf.fact(topic_id, name), fact_row(topic_id, name)
    if fact is None:
        return (words(f"{MISSING}（需求没有写明）"),)
    spread = () if fact.low is None or fact.low == fact.high else (words("（最短 "), cell("evidence", key, "low", fact.low), words("，最长 "), cell("evidence", key, "high", fact.high), words("）"))
    return (words(before), cell("evidence", key, "value", fact.value), words(after), *spread)


def money(material: Material, topic_id: str) -> Paragraph:
    parts: list[Fragment] = []
    for name, before in (("budget_wan", "需求写明的拟投入合计 "), ("fiscal_wan", "申请财政资金合计 ")):
        if fact := material.shelf.fact(topic_id, name):
            parts += [words(("；" if parts else "") + before), cell("evidence", fact_row(topic_id, name), "value", fact.value), words(" 万元")]
    return line(*parts) if parts else missing("需求没有写明经费")


def conditions(material: Material, topic_id: str) -> Iterator[Paragraph]:
    for name, label in zip(GATES, ("近期突破", "跨区域必要"), strict=True):
        yield line(words(f"{label}　"), *gate(material, topic_id, name))
    yield missing("对申报单位的资格要求由主管部门确定")


def organisation(material: Material, topic_id: str) -> Iterator[Paragraph]:
    if mode := material.shelf.modes.get(topic_id):
        chosen = words("（人工确定；规则建议 ") if mode.overridden else words("（规则：")
        detail = cell("modes", topic_id, "suggested", mode.suggested) if mode.overridden else cell("modes", topic_id, "rule", mode.rule)
        yield line(cell("modes", topic_id, "mode", mode.mode), chosen, detail, words("）"))
    suggested = [p for p in material.shelf.partners.get(topic_id, ()) if p.suggested]
    roles = {"demand": "提出需求", "patent": "持有专利", "project": "承担过项目"}
    if not suggested:
        yield missing("现有材料不足以提出跨省市的联合体")
    for p in suggested:
        yield bullet(words("建议联合："), cell("partners", p.partner_id, "organisation", p.organisation), words("（"),
                     cell("partners", p.partner_id, "region", p.region), words(f"，{roles[p.role]} "), cell("partners", p.partner_id, "n", p.n), words(" 件）"))


def milestones(material: Material, topic_id: str) -> Iterator[Paragraph]:
    """The figures by the year in which they are demanded."""
    dated = sorted((r for r in demanded(material, topic_id) if r.year is not None), key=lambda r: (r.year or 0, r.parameter, r.requirement_id))
    for _, group in groupby(dated, key=lambda r: r.year):
        first, *others = list(group)
        parts = [words("截至 "), cell("requirements", first.requirement_id, "year", first.year), words(" 年：")]
        for i, r in enumerate([first, *others][:_FEWEST]):
            parts += [words("；" if i else ""), cell("requirements", r.requirement_id, "stated", r.stated)]
        yield line(*parts, words("等" if len(others) >= _FEWEST else ""))
    if not dated:
        yield missing("需求没有写明期限，无法排出里程碑")
