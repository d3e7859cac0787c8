"""Every kind of drawing, of any number of topics, with any text in every label."""

from collections.abc import Callable

from nlp.illustrations import Exhibits, illustrate, layers_figure
from nlp.records import (
    Figure,
    Fragment,
    MatrixCell,
    Paragraph,
    Priority,
    Quadrant,
    SourceRef,
    Topic,
    TopicGroup,
    TopicPlace,
    TopicYear,
)
from nlp.writers.layers import LAYERS, PHASES, Box, Link, SolutionState

NAMES = ("面向先进封装的高密度重布线层光敏聚酰亚胺材料及其低温固化工艺", "ArF光刻胶、光致产酸剂", "12英寸大硅片外延生长与缺陷控制技术（COP-free）",
         "碳化硅外延", "混合键合、对准精度优于100nm的晶圆级倒装设备")
Namer = Callable[[int], str]


def long_name(i: int) -> str:
    return f"{NAMES[i % len(NAMES)]}{'甲乙丙丁戊己庚辛'[i // len(NAMES) % 8] if i >= len(NAMES) else ''}"


def cited(text: str, *, table: str = "topics", row: str = "t", column: str = "label") -> Paragraph:
    return Paragraph(fragments=(Fragment(text=text, source=SourceRef(table=table, row=row, column=column)),))


def topic(i: int, name: str) -> Topic:
    return Topic(topic_id=f"t{i:02}", segment="materials", label=name, terms=("光刻胶",), n_demands=2, n_clauses=1, n_patents=i, regions=("上海",), stability=0.5)


def priority(i: int, n: int) -> Priority:
    return Priority(topic_id=f"t{i:02}", rank=i + 1, urgency=1 - i / n, advantage=None if i % 4 == 3 else (i * 7 % 10) / 10, quadrant=Quadrant.LEAD,
                    demand=0.5, policy=0.5, patents=0.5, breadth=0.5, foreign=None, rank_median=i + 1, rank_p05=max(1, i - 1),
                    rank_p95=min(n, i + 4), p_top10=0.5, confidence="B", cross_region=True)


def exhibits(n: int, name: Namer = long_name) -> Exhibits:
    """`n` topics of one segment, two units each, three years, two groups."""
    ids = [f"t{i:02}" for i in range(n)]
    circles = [TopicPlace(place_id=t, segment="materials", topic_id=t, unit_kind="topic", x=(i % 7 + 0.5) / 7, y=(i // 7 + 0.5) / 7, radius=0.06) for i, t in enumerate(ids)]
    units = [TopicPlace(place_id=f"{t}-{kind}", segment="materials", topic_id=t, unit_kind=kind, x=(i % 7 + 0.5 + shift) / 7, y=(i // 7 + 0.5) / 7, radius=None)
             for i, t in enumerate(ids) for kind, shift in (("demand", -0.1), ("patent", 0.1))]
    return Exhibits(
        chain="集成电路", segments={"design": "设计", "materials": "材料"}, topics=[topic(i, name(i)) for i in range(n)],
        priorities={t: priority(i, n) for i, t in enumerate(ids)}, places=[*circles, *units],
        years=[TopicYear(year_id=f"{t}/{y}", topic_id=t, year=y, demands=0, policies=0, families=(i + y) % 5, lagged=y > 2023) for i, t in enumerate(ids) for y in (2022, 2023, 2024)],
        groups=[TopicGroup(group_id=f"g{half}", segment="materials", level=1, name=name(half), terms=(), topic_ids=tuple(ids[half::2]), parent_id=None, similarity=None) for half in (0, 1)] if n > 3 else [],
        matrix=[MatrixCell(cell_id=f"demand/{r}/materials", kind="demand", region=r, segment="materials", value=v, share=0.5, low=0.1, high=0.9) for r, v in (("江苏", 3), ("上海", 5), ("国外", 0))],
        titles={p.place_id: cited(name(1), table="demands", row=p.place_id, column="title") for p in units}, high_urgency=0.45, high_advantage=0.5)


def layered(n: int, name: Namer = long_name) -> Figure:
    states = (None, *SolutionState)
    boxes = [Box(box_id=str(i), layer=LAYERS[i % 5], phase=PHASES[i // 5 % 3], text=cited(name(i)), state=states[i % 5]) for i in range(n)]
    links = [Link(source=str(i), target=str(i + 1)) for i in range(0, n, 2)]
    return layers_figure("materials", "材料", boxes, links, phases=[Paragraph(fragments=(Fragment(text=p),)) for p in PHASES], tables=("topics",))


def every_figure(n: int, name: Namer = long_name) -> list[Figure]:
    return [*illustrate(exhibits(n, name)).values(), layered(3 * n, name)]
