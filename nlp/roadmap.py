"""Tables of a run -> the roadmap draft in Chinese. Each number and quotation is a fragment that names its cell."""

from collections.abc import Iterable, Sequence

from nlp.cards import card, unit_lines
from nlp.chapters import COMPONENTS, challenges, layers, order, regions, substitution
from nlp.citing import body, bullet, cell, fact_row, line, note, words
from nlp.evidence import DELTA
from nlp.material import Material
from nlp.options import DraftOptions
from nlp.records import Figure, Fragment, Grid, Paragraph, Priority, Rejected, RoadmapDraft, Section, Topic

__all__ = ["KIND_NAMES", "NOTICE", "build"]

NOTICE = "系统草稿，待专家论证"
KIND_NAMES = {"demand": "技术需求", "policy": "政策文件", "clause": "政策条款", "patent": "专利", "project": "历史项目", "notice": "征集通知"}
MEMBER_KINDS = ("demand", "clause", "patent")
LONGEST_LIST = 40
SHOWN_LOOSE = 10
FIRST = 6  # topics named on the first screen


def build(material: Material, *, options: DraftOptions) -> RoadmapDraft:
    """The whole draft: scope, ranking, one chapter a segment, what lies outside, what was set aside, method."""
    sections = [
        digest(material), *([material.changes] if material.changes else []), ranking(material), components(material), order(material), scope(material),
        substitution(material), challenges(material), regions(material),
        *(s for segment in material.segments for s in chapter(material, segment, options)),
        outside(material), set_aside(material), method(material),
    ]
    return RoadmapDraft(title=f"{material.chain}产业链技术路线图", notice=NOTICE, sections=tuple(sections))


def heading(text: str) -> Paragraph:
    return Paragraph(fragments=(words(text),))


def counted(material: Material, name: str) -> Paragraph:
    """A count, where nothing of the kind was counted a dash rather than a zero that nobody measured."""
    return line(counted_cell(material, name))


def counted_cell(material: Material, name: str) -> Fragment:
    return cell("counts", name, "value", material.counts.get(name))


def run_fact(material: Material, name: str) -> Paragraph:
    return line(cell("manifest", name, "value", material.run.get(name)))


# ---- digest -------------------------------------------------------------------------------


def digest(material: Material) -> Section:
    """What a reader must know from the first screen: how much was read, what comes first and why, what is missing."""
    read = [words("截至 "), cell("manifest", "as_of", "value", material.run["as_of"]), words(" 采用")]
    for kind in ("demand", "policy", "patent", "project"):
        if material.counts.get(f"{kind}.kept"):
            read += [words(f"{KIND_NAMES[kind]} "), cell("counts", f"{kind}.kept", "value", material.counts[f"{kind}.kept"]), words(" 份，")]
    return Section(anchor="digest", level=1, title=heading("一、要点"), content=(
        body(*read, words("以下是按战略紧迫度排在最前的主题；依据、区间和组成见后文，材料见各主题卡片。")),
        *(first_line(material, p) for p in material.chain_priorities()[:FIRST]), *gaps(material)))


def first_line(material: Material, priority: Priority) -> Paragraph:
    topic, p = material.shelf.topics[priority.topic_id], ("priorities", priority.topic_id)
    parts: list[Fragment] = []
    for name, before, after in (("organisations", "，提出需求的单位 ", " 家"), ("policies", "，点名的政策文件 ", " 份"), ("families", "，专利族 ", " 个")):
        row = fact_row(topic.topic_id, name)
        if row in material.shelf.facts:
            parts += [words(before), cell("evidence", row, "value", material.shelf.facts[row].value), words(after)]
    quadrant = (words("，象限："), cell(*p, "quadrant", priority.quadrant)) if priority.quadrant else ()
    return bullet(words("位次 "), cell(*p, "rank", priority.rank), words("（区间 "), cell(*p, "rank_p05", priority.rank_p05), words("–"),
                  cell(*p, "rank_p95", priority.rank_p95), words("）　"), cell("topics", topic.topic_id, "label", topic.label),
                  words(f"（{material.segments.get(topic.segment, topic.segment)}）"), *parts, *quadrant,
                  words("，可信度 "), cell(*p, "confidence", priority.confidence), words("。"))


# ---- scope --------------------------------------------------------------------------------


def scope(material: Material) -> Section:
    facts = (("产业链", "chain_name"), ("截止日期", "as_of"), ("运行编号", "run_id"), ("随机种子", "seed"), ("句向量模型", "encoder"))
    front = Grid(caption="本次运行", header=("项目", "内容"), widths=(1, 4),
                 rows=tuple((line(words(label)), run_fact(material, name)) for label, name in facts))
    return Section(anchor="scope", level=1, title=heading("三、范围与材料"), content=(
        body(words("本草稿由系统依据下列材料生成，供分析人员修改、供专家论证。文中每个数字都取自本次运行 data 目录下的数据表，"
                   "每条引文都注明来自哪份材料的什么位置；材料里没有的内容写作“—”或“未知”，不写成零。")),
        front, sources_grid(material), *only_named(material), regions_grid(material)))


def only_named(material: Material) -> Iterable[Paragraph]:
    """Clauses that speak for the chain as a whole and so for none of its topics."""
    if material.counts.get("clause.names_chain"):
        yield body(words("另有政策条款 "), counted_cell(material, "clause.names_chain"), words(f" 条点名{material.chain}产业而没有说到哪个环节，不计入任何主题的政策依据。"))


def sources_grid(material: Material) -> Grid:
    rows = []
    for kind in ("demand", "policy", "clause", "patent", "project", "notice"):
        cells = [counted(material, f"{kind}.{state}") for state in ("read", "kept", "rejected", "in_chain", "outside", "grouped")]
        rows.append((line(words(KIND_NAMES[kind])), *cells))
    return Grid(caption="材料的去向", header=("材料", "读入", "采用", "搁置", "属于本链条", "链条之外", "归入主题"),
                rows=tuple(rows), widths=(2, 1, 1, 1, 1, 1, 1))


def regions_grid(material: Material) -> Grid:
    rows = [(line(words(region)), *(counted(material, f"{kind}.region.{region}") for kind in MEMBER_KINDS))
            for region in (*DELTA, "其他省份", "未知")]
    return Grid(caption="材料的地区", header=("地区", *(KIND_NAMES[k] for k in MEMBER_KINDS)), rows=tuple(rows), widths=(2, 1, 1, 1))


def gaps(material: Material) -> Iterable[Paragraph]:
    """What a reader must know is missing before reading on."""
    counts = material.counts
    for kind in ("demand", "policy", "patent", "project"):
        if not counts.get(f"{kind}.kept"):
            yield bullet(words(f"缺口：本次没有{KIND_NAMES[kind]}，凡依靠它的结论都不完整。"))
    for kind in MEMBER_KINDS:
        total, unknown = counts.get(f"{kind}.kept", 0), counts.get(f"{kind}.region.未知", 0)
        if total and unknown * 2 > total:
            yield bullet(words(f"缺口：{KIND_NAMES[kind]}中有 "), cell("counts", f"{kind}.region.未知", "value", unknown),
                         words(" 份未写明地区，分地区的比较和区域优势只能参考。"))
    if counts.get("patent.kept") and not counts.get("patent.dated"):
        yield bullet(words("缺口：专利没有申请或公开日期，无法判断趋势。"))


# ---- ranking ------------------------------------------------------------------------------


def ranking(material: Material) -> Section:
    ordered = material.chain_priorities()
    header = ("位次", "主题", "环节", "紧迫度", "位次区间", "区域优势", "象限", "需求", "条款", "专利", "可信度")
    grid = Grid(caption="主题排序", header=header, rows=tuple(ranking_row(material, p) for p in ordered[:LONGEST_LIST]),
                widths=(2, 10, 3, 3, 4, 3, 3, 2, 2, 2, 3))
    empty = body(words("本次材料没有形成链条内的主题：请检查材料是否属于本产业链，或数量是否太少。"))
    return Section(anchor="ranking", level=1, title=heading("二、优先方向"), content=(
        note(words("按战略紧迫度排序；位次区间是在权重和计数都有疑问时该主题名次的九成区间，区间越宽越不能当真。"
                   "区域优势是专利申请人落在长三角的比例（国外申请人计入分母），没有地区信息时为“—”，此时不分象限。可信度由材料份数、种类和稳定性决定，A 最高。")),
        grid if ordered else empty, *material.shown("ranks", "quadrants")))


def ranking_row(material: Material, priority: Priority) -> tuple[Paragraph, ...]:
    topic = material.shelf.topics[priority.topic_id]
    p, t = ("priorities", priority.topic_id), ("topics", topic.topic_id)
    return (
        line(cell(*p, "rank", priority.rank)), line(cell(*t, "label", topic.label)),
        line(words(material.segments.get(topic.segment, topic.segment))), line(cell(*p, "urgency", priority.urgency)),
        line(cell(*p, "rank_p05", priority.rank_p05), words("–"), cell(*p, "rank_p95", priority.rank_p95)),
        line(cell(*p, "advantage", priority.advantage)), line(cell(*p, "quadrant", priority.quadrant)),
        line(cell(*t, "n_demands", topic.n_demands)), line(cell(*t, "n_clauses", topic.n_clauses)),
        line(cell(*t, "n_patents", topic.n_patents)), line(cell(*p, "confidence", priority.confidence)))


def components(material: Material) -> Section:
    rows = []
    for p in material.chain_priorities()[:LONGEST_LIST]:
        values = ((c, getattr(p, c)) for c in COMPONENTS)
        rows.append((line(cell("topics", p.topic_id, "label", material.shelf.topics[p.topic_id].label)),
                     *(line(cell("priorities", p.topic_id, name, value)) for name, value in values)))
    weights = [line(cell("manifest", f"settings.priority.weights.{c}", "value", material.run.get(f"settings.priority.weights.{c}")))
               for c in COMPONENTS]
    grid = Grid(caption="紧迫度的组成", header=("主题", *COMPONENTS.values()),
                rows=((line(words("（权重）")), *weights), *rows), widths=(8, *(2 for _ in COMPONENTS)))
    return Section(anchor="components", level=2, title=heading("紧迫度由什么组成"), content=(
        note(words("紧迫度是各分量按权重之和；分量按固定上限归一，与其他主题无关，所以增删主题不会改变这里的数。")), grid))


# ---- segments -----------------------------------------------------------------------------


def chapter(material: Material, segment: str, options: DraftOptions) -> list[Section]:
    """One segment: how much material, its topics in order, a card for the first of them."""
    found = material.shelf.ranked(segment)
    name = material.segments[segment]
    units = material.counts.get(f"segment.{segment}.units", 0)
    content: list[Paragraph | Grid | Figure] = [body(
        words(f"{name}环节的材料共 "), cell("counts", f"segment.{segment}.units", "value", units), words(" 份，形成主题 "),
        cell("counts", f"segment.{segment}.topics", "value", material.counts.get(f"segment.{segment}.topics", 0)),
        words(" 个，未归入主题的 "),
        cell("counts", f"segment.{segment}.unassigned", "value", material.counts.get(f"segment.{segment}.unassigned", 0)),
        words(" 份。"))]
    if not found:
        content += too_few(material, segment)
    content += material.shown(f"ranks-{segment}", f"years-{segment}", f"map-{segment}")
    cards = [card(material.shelf, topic, year=material.year, options=options) for topic in found[: options.topics_per_segment]]
    if len(found) > len(cards):
        content.append(topic_grid(f"{name}环节其余主题", found[len(cards):]))
    head = Section(anchor=f"segment-{segment}", level=1, title=heading(f"{name}环节"), content=tuple(content))
    return [head, *layered(material, segment, options), *cards]


def layered(material: Material, segment: str, options: DraftOptions) -> Iterable[Section]:
    """The one-page chart, on a page of its own."""
    if figure := layers(material, segment, options=options):
        yield Section(anchor=f"layers-{segment}", level=2, title=heading(f"{material.segments[segment]}：分层路线图"), content=(figure,))


def too_few(material: Material, segment: str) -> Iterable[Paragraph]:
    """A segment without topics still shows what it has."""
    loose = material.shelf.loose.get(segment, ())
    if not loose:
        yield body(words("本次没有属于本环节的材料。"))
        return
    yield body(words("样本太少，不足以形成主题；现有材料如下。"))
    yield from unit_lines(material.shelf, loose[:SHOWN_LOOSE])
    if len(loose) > SHOWN_LOOSE:
        yield note(words("其余见数据表 assignments。"))


def topic_grid(caption: str, topics: Sequence[Topic]) -> Grid:
    rows = tuple((line(cell("topics", t.topic_id, "label", t.label)), line(cell("topics", t.topic_id, "terms", t.terms)),
                  *(line(cell("topics", t.topic_id, c, getattr(t, c))) for c in ("n_demands", "n_clauses", "n_patents")))
                 for t in topics)
    return Grid(caption=caption, header=("主题", "术语", "需求", "条款", "专利"), rows=rows, widths=(6, 10, 2, 2, 2))


# ---- annexes ------------------------------------------------------------------------------


def outside(material: Material) -> Section:
    found = material.shelf.ranked("none")
    content: list[Paragraph | Grid] = [body(
        words("不属于本产业链的材料另行归组，供转其他渠道或其他产业链时参考，不参加上面的排序。共 "),
        cell("counts", "segment.none.units", "value", material.counts.get("segment.none.units", 0)), words(" 份，形成 "),
        cell("counts", "segment.none.topics", "value", material.counts.get("segment.none.topics", 0)), words(" 组。"))]
    if found:
        content.append(topic_grid("链条之外的主题", found[:LONGEST_LIST]))
    if len(found) > LONGEST_LIST:
        content.append(note(words("其余各组见 roadmap.xlsx 与数据表 topics。")))
    return Section(anchor="outside", level=1, title=heading("附录一　链条之外"), content=tuple(content))


def set_aside(material: Material) -> Section:
    reasons = sorted(name for name in material.counts if name.startswith("unassigned."))
    grid = Grid(caption="未归入主题的材料", header=("原因", "份数"), widths=(4, 1),
                rows=tuple((line(words(name.removeprefix("unassigned."))), counted(material, name)) for name in reasons))
    content: list[Paragraph | Grid] = [grid] if reasons else [body(words("采用的材料全部归入了主题。"))]
    content += [rejected_grid(material.rejected)] if material.rejected else [body(words("没有被搁置的输入。"))]
    if len(material.rejected) > LONGEST_LIST:
        content.append(note(words("其余见 rejected.jsonl。")))
    return Section(anchor="set-aside", level=1, title=heading("附录二　未归类与搁置"), content=tuple(content))


def rejected_grid(rejected: Sequence[Rejected]) -> Grid:
    rows = tuple(tuple(line(cell("rejected", str(i), column, getattr(r, column))) for column in ("source", "location", "reason", "remedy"))
                 for i, r in enumerate(rejected[:LONGEST_LIST]))
    return Grid(caption="被搁置的输入", header=("来源", "位置", "原因", "处理办法"), rows=rows, widths=(4, 2, 4, 4))


def method(material: Material) -> Section:
    points = (
        "术语：用词表在原文字符上匹配，并从词性序列中提取名词短语，按语料统计取舍，再按确定的规则合并写法；每处术语都记有原文位置。",
        "环节：按产业链文件中的种子词、专利分类号和排除规则判定；判为链条之外的不参加排序。",
        "主题：需求、政策条款和专利一起聚类；主题编号取自最居中的材料，材料次序变化不影响结果；稳定性是反复抽取九成材料重聚后的重合程度。",
        "排序：见上文；名次区间由反复抽取权重与计数得到。它衡量的是现有材料的不确定，不包括没有收集到的材料。",
        "局限：专利公开滞后，近年的数量偏少；地区只取自材料写明的地址或代码；政策条款按字面归类，不代表政策态度。",
        "能改变排序的因素：补充需求单位与地区、补充专利的申请人地区与国别、调整设置文件中的权重，以及专家对主题的合并与否决。",
    )
    return Section(anchor="method", level=1, title=heading("附录三　方法与局限"), content=tuple(bullet(words(p)) for p in points))
