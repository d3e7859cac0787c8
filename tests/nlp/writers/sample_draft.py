"""A small draft with everything in it, its tables, and labels that mean harm."""

from datetime import date
from typing import Literal

from nlp.provenance import Cell, Cells, format_share, format_value
from nlp.records import Fragment, Grid, Paragraph, RoadmapDraft, Section, SourceRef

AS_OF = date(2026, 3, 1)
TITLE, NOTICE = "集成电路技术路线图", "系统草稿，待专家论证"
TOPICS: dict[str, dict[str, Cell]] = {
    "t-a": {
        "topic_id": "t-a", "label": "光刻胶树脂", "n_demands": 12, "urgency": 0.62, "share": 0.501,
        "regions": ("上海", "江苏"), "text": "要求 LWR ≤ 2.0 nm，良率不低于 95%。",
    },
    "t-b": {
        "topic_id": "t-b", "label": "混合键合 3D 封装", "n_demands": 0, "urgency": 1.0, "share": None,
        "regions": (), "text": "对准精度优于 100 nm",
    },
}
TABLES = {"topics": Cells(rows=TOPICS)}
HOSTILE = {
    "formula": '=HYPERLINK("http://evil.example/","点我")',
    "script": "<script>alert('x')</script><img src=x onerror=alert(document.cookie)>",
    "attribute": "\" onmouseover=\"alert('x')\" x=\"",
    "template": "{{ draft.title }}{% raw %}",
    "markdown link": "[点我](javascript:alert(document.domain)) ![x](http://evil.example/x.png)",
    "bare link": "http://evil.example/ www.evil.example mail@evil.example",
    "table": "甲|乙\\|丙 \\",
    "lines": "第一行\n# 标题\r\n- 项目\n\n```\n代码",
    "emphasis": "*粗* _斜_ ~~删~~ `码` $x$ &lt; <!-- -->",
    "control": "甲\x00\x07\x0b\x1b[31m乙\x7f\x85\ufffe",
    "surrogate": "甲\ud800乙",
    "direction": "\u202e甲乙\u202c\u2066丙\u2069\u200f\u200e\ufeff",
    "long": "光刻胶" * 1667,
    "long word": "X" * 5000,
    "comment": "]]> --> </td></table></body>",
    "at": "@SUM(A:A)",
    "plus": "+cmd|' /C calc'!A",
}


def fixed(text: str) -> Fragment:
    return Fragment(text=text)


def value(row: str, column: str) -> Fragment:
    return Fragment(text=format_value(TOPICS[row][column]), source=SourceRef(table="topics", row=row, column=column))


def share(row: str) -> Fragment:
    number = TOPICS[row]["share"]
    text = format_share(number if isinstance(number, float) else None)
    return Fragment(text=text, source=SourceRef(table="topics", row=row, column="share"))


def quote(row: str, text: str) -> Fragment:
    return Fragment(text=text, source=SourceRef(table="topics", row=row, column="text"), quote=True)


def paragraph(*fragments: Fragment | str, style: Literal["body", "bullet", "note"] = "body") -> Paragraph:
    return Paragraph(fragments=tuple(f if isinstance(f, Fragment) else fixed(f) for f in fragments), style=style)


def section(anchor: str, title: Paragraph | str, *content: Paragraph | Grid, level: int = 1) -> Section:
    heading = paragraph(title) if isinstance(title, str) else title
    return Section(anchor=anchor, title=heading, level=level, content=content)


def draft(*sections: Section) -> RoadmapDraft:
    return RoadmapDraft(title=TITLE, notice=NOTICE, sections=sections)


def ranking(*rows: str) -> Grid:
    cells = tuple(
        (paragraph(value(r, "label")), paragraph(value(r, "n_demands")), paragraph(value(r, "urgency")), paragraph(share(r)))
        for r in rows
    )
    return Grid(caption="主题排序", header=("主题", "需求", "战略必争", "占比"), rows=cells, widths=(4, 1, 1, 1))


def detail(row: str) -> Grid:
    cells = (paragraph(value(row, "topic_id")), paragraph(quote(row, "nm"), "……"))
    return Grid(caption="证据", header=("编号", "摘录"), rows=(cells,))


DRAFT = draft(
    section(
        "scope", "范围与口径",
        paragraph("共有需求 ", value("t-a", "n_demands"), " 条，地区：", value("t-a", "regions"), "。"),
        paragraph("写作“未知”的地方表示材料中没有。", style="bullet"),
        paragraph("权重见附录。", style="bullet"),
        paragraph("排序供论证参考。", style="note"),
    ),
    section("topics", "优先主题", paragraph("下表按名次排列。"), ranking("t-a", "t-b")),
    section("t-a", paragraph(value("t-a", "label")), paragraph("原文：“", quote("t-a", "良率不低于 95%"), "”"), detail("t-a"), level=2),
    section("t-b", paragraph(value("t-b", "label")), detail("t-b"), level=2),
)


def hostile(label: str) -> RoadmapDraft:
    """The label in every place that a writer fills."""
    fragment = Fragment(text=label, source=SourceRef(table=label, row=label, column=label))
    cell = Paragraph(fragments=(fragment,))
    grid = Grid(caption=label, header=(label, "列"), rows=((cell, paragraph("格")),))
    content = (cell, Paragraph(fragments=(fragment,), style="bullet"), Paragraph(fragments=(fragment,), style="note"), grid)
    return RoadmapDraft(title=label, notice=label, sections=(Section(anchor="a", title=cell, level=1, content=content),))
