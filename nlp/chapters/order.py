"""What would change the order: the smallest change that lets a topic pass its neighbour, and its place under other weights."""

from collections.abc import Iterator

from nlp.changes import COMPONENTS
from nlp.citing import body, cell, line, note, words
from nlp.material import Material
from nlp.records import Flip, Fragment, Grid, Paragraph, Section

__all__ = ["COMPONENTS", "order"]

_SHOWN = 20


def order(material: Material) -> Section:
    """Two tables: by how little the order turns, and where each topic stands under the scenarios of the settings."""
    grids = [grid for grid in (flip_grid(material), scenario_grid(material)) if grid is not None]
    said = note(words("位次是现有材料与现有权重的结果。下表写明每个主题要超过紧挨在前的主题，最少要补上什么，或权重改到多少；写不出的，表示单靠它改不了。"))
    content: list[Paragraph | Grid] = [said, *grids] if grids else [body(words("链条内的主题太少，没有先后可比。"))]
    return Section(anchor="order", level=2, title=line(words("什么会改变这个次序")), content=tuple(content))


def flip_grid(material: Material) -> Grid | None:
    ranked = [p.topic_id for p in material.chain_priorities()[:_SHOWN]]
    rows = tuple(flip_row(material, flip) for t in ranked if (flip := material.shelf.flips.get(t)) is not None)
    header = ("主题", "要超过", "相差", "再有几家单位提出", "再有几份政策点名", "再有几个专利族", "或把权重")
    return Grid(caption="位次翻转所需的最小变化", header=header, rows=rows, widths=(7, 7, 2, 3, 3, 3, 7)) if rows else None


def flip_row(material: Material, flip: Flip) -> tuple[Paragraph, ...]:
    topics = material.shelf.topics
    more = (line(cell("flips", flip.topic_id, name, getattr(flip, name))) for name in ("more_organisations", "more_policies", "more_families"))
    return (line(cell("topics", flip.topic_id, "label", topics[flip.topic_id].label)), line(cell("topics", flip.ahead_id, "label", topics[flip.ahead_id].label)),
            line(cell("flips", flip.topic_id, "gap", flip.gap)), *more, line(*weight_change(flip)))


def weight_change(flip: Flip) -> Iterator[Fragment]:
    if flip.component is None or flip.weight_needed is None:
        yield words("—")
        return
    yield words(f"{COMPONENTS.get(flip.component, flip.component)}由 ")
    yield cell("flips", flip.topic_id, "weight", flip.weight)
    yield words(" 改为 ")
    yield cell("flips", flip.topic_id, "weight_needed", flip.weight_needed)


def scenario_grid(material: Material) -> Grid | None:
    ranked = [p for p in material.chain_priorities()[:_SHOWN] if material.shelf.scenarios.get(p.topic_id)]
    names = list(dict.fromkeys(s.scenario for p in ranked for s in material.shelf.scenarios[p.topic_id]))
    rows = []
    for p in ranked:
        places = {s.scenario: s for s in material.shelf.scenarios[p.topic_id]}
        rows.append((line(cell("topics", p.topic_id, "label", material.shelf.topics[p.topic_id].label)), line(cell("priorities", p.topic_id, "rank", p.rank)),
                     *(line(cell("scenarios", s.scenario_id, "rank", s.rank)) if (s := places.get(name)) else line(words("—")) for name in names)))
    return Grid(caption="换一组权重时的位次", header=("主题", "现行权重", *names), rows=tuple(rows), widths=(8, *(3 for _ in range(len(names) + 1)))) if names else None
