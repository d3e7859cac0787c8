"""Provinces: who has how much of what, how alike two of them are, and how they could part the work (同质化与错位)."""

from nlp.citing import body, cell, line, note, words
from nlp.evidence import DELTA
from nlp.material import Material
from nlp.records import Figure, Grid, Paragraph, RegionPair, Section

__all__ = ["regions"]

KINDS = {"demand": "需求", "clause": "政策条款", "family": "专利族"}


def regions(material: Material) -> Section:
    content: list[Paragraph | Grid | Figure] = [note(words(
        "结构相似系数按工业发展组织的算法，数值越接近于一，两地在各环节上的分布越像；只有区间下限也超过界限的才说“同质化”。数量少的地区区间很宽，不能当真。"))]
    content += [grid for kind in KINDS if (grid := matrix_grid(material, kind)) is not None]
    content += material.shown("matrix-demand", "matrix-family")
    pairs = [p for p in material.pairs if p.a in DELTA and p.b in DELTA]
    if pairs:
        content.append(Grid(caption="两地结构的相似与错位", header=("按", "两地", "相似系数", "区间", "判断", "前者更专的环节", "后者更专的环节"),
                            rows=tuple(pair_row(material, p) for p in pairs), widths=(2, 4, 2, 4, 3, 5, 5)))
    if len(content) == 1:
        content.append(body(words("本次材料没有写明地区，不能比较。")))
    return Section(anchor="regions", level=1, title=line(words("六、长三角各地的分工")), content=tuple(content))


def matrix_grid(material: Material, kind: str) -> Grid | None:
    cells = {(c.region, c.segment): c for c in material.matrix if c.kind == kind and c.segment != "none"}
    present = [r for r in DELTA if any(region == r and c.value for (region, _), c in cells.items())]
    if not present:
        return None
    rows = []
    for region in present:
        found = [cells.get((region, s)) for s in material.segments]
        rows.append((line(words(region)), *(line(cell("matrix", c.cell_id, "value", c.value)) if c else line(words("—")) for c in found)))
    return Grid(caption=f"{KINDS[kind]}：省市与环节", header=("地区", *material.segments.values()), rows=tuple(rows))


def pair_row(material: Material, p: RegionPair) -> tuple[Paragraph, ...]:
    key = ("region_pairs", p.pair_id)
    leads = [line(words("、".join(material.segments.get(s, s) for s in names) or "—")) for names in (p.a_leads, p.b_leads)]
    return (line(words(KINDS.get(p.kind, p.kind))), line(cell(*key, "a", p.a), words("与"), cell(*key, "b", p.b)), line(cell(*key, "similarity", p.similarity)),
            line(cell(*key, "low", p.low), words("–"), cell(*key, "high", p.high)), line(words("同质化" if p.alike else "不能断定")), *leads)
