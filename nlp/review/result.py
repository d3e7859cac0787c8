"""The panel's tables -> the workbook that shows both orders, the agreement and what became of every nomination."""

from collections.abc import Mapping, Sequence
from dataclasses import asdict

from nlp.citing import body, cell, line, note, words
from nlp.provenance import Cells, TableView
from nlp.records import Agreement, Fragment, Grid, Nomination, PanelScore, Paragraph, Rejected, RoadmapDraft, Section
from nlp.review.panel import CRITERIA

__all__ = ["build", "cells_of"]

NOTICE = "专家意见汇总，与系统次序并列，供会议讨论"
_HOW = ("专家次序按各项评分中位数的平均值排列；评分专家太少的不给位次。分歧是各项四分位距的平均值，越大说明专家意见越不一致。"
        "系统次序没有因专家评分而改变，二者并列，由会议决定。")
_AGREEMENT = "一致性系数越接近于一越好，明显偏低时结论只能作为线索；和谐系数只计所有专家都评了分的条目。"


def build(scores: Sequence[PanelScore], agreed: Sequence[Agreement], nominations: Sequence[Nomination], rejected: Sequence[Rejected],
          names: Mapping[str, str]) -> RoadmapDraft:
    """`names` gives each item its name; cells cite the tables panel, agreement, nominations and rejected."""
    sections = (
        section("orders", "系统与专家的次序", note(words(_HOW)), orders(scores, names)),
        section("agreement", "一致性", note(words(_AGREEMENT)), agreement_grid(agreed)),
        section("nominations", "专家提名", nomination_grid(nominations) if nominations else body(words("没有专家提名。"))),
        section("set-aside", "未计入", set_aside(rejected) if rejected else body(words("交回的评分全部计入。"))))
    return RoadmapDraft(title="专家评审结果", notice=NOTICE, sections=sections)


def section(anchor: str, title: str, *content: Paragraph | Grid) -> Section:
    return Section(anchor=anchor, level=1, title=line(words(title)), content=content)


def orders(scores: Sequence[PanelScore], names: Mapping[str, str]) -> Grid:
    header = ("编号", "名称", "系统位次", "专家位次", "专家评分", "分歧", "评分专家", "回避", *CRITERIA, "意见")
    rows = tuple((
        line(cell("panel", s.item_id, "item_id", s.item_id)), line(name_of(s.item_id, names)),
        *(line(cell("panel", s.item_id, c, getattr(s, c))) for c in ("system_rank", "panel_rank", "score", "spread", "n_experts", "n_recused")),
        *(line(cell("panel", s.item_id, c, m)) for c, m in zip(CRITERIA, s.medians, strict=True)),
        line(cell("panel", s.item_id, "comments", s.comments))) for s in scores)
    return Grid(caption="系统与专家的次序", header=header, rows=rows, widths=(4, 8, 2, 2, 2, 2, 2, 2, *(2,) * len(CRITERIA), 8))


def name_of(item_id: str, names: Mapping[str, str]) -> Fragment:
    return cell("items", item_id, "name", names[item_id])


def agreement_grid(agreed: Sequence[Agreement]) -> Grid:
    rows = tuple(tuple(line(cell("agreement", a.criterion, c, getattr(a, c))) for c in ("criterion", "alpha", "w", "n_experts", "n_items")) for a in agreed)
    return Grid(caption="一致性", header=("评分项", "Krippendorff α", "Kendall W", "评分专家", "评过的条目"), rows=rows)


def nomination_grid(nominations: Sequence[Nomination]) -> Grid:
    columns = ("title", "segment", "reason", "expert", "fate")
    rows = tuple(tuple(line(cell("nominations", str(i), c, getattr(n, c))) for c in columns) for i, n in enumerate(nominations))
    return Grid(caption="专家提名", header=("提名", "环节", "理由与依据", "专家", "处理"), rows=rows, widths=(6, 2, 8, 2, 6))


def set_aside(rejected: Sequence[Rejected]) -> Grid:
    columns = ("source", "location", "reason", "remedy")
    rows = tuple(tuple(line(cell("rejected", str(i), c, getattr(r, c))) for c in columns) for i, r in enumerate(rejected))
    return Grid(caption="未计入的评分", header=("来源", "位置", "原因", "处理办法"), rows=rows)


def cells_of(scores: Sequence[PanelScore], agreed: Sequence[Agreement], nominations: Sequence[Nomination], rejected: Sequence[Rejected],
             names: Mapping[str, str]) -> dict[str, TableView]:
    """The same tables as the provenance checker asks them."""
    panel = {s.item_id: {**asdict(s), **dict(zip(CRITERIA, s.medians, strict=True))} for s in scores}
    return {
        "panel": Cells(rows=panel), "items": Cells(rows={i: {"name": name} for i, name in names.items()}),
        "agreement": Cells(rows={a.criterion: asdict(a) for a in agreed}),
        "nominations": Cells(rows={str(i): asdict(n) for i, n in enumerate(nominations)}),
        "rejected": Cells(rows={str(i): asdict(r) for i, r in enumerate(rejected)})}
