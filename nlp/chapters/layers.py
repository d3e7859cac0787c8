"""What stands on the one-page layered chart of a segment: boxes of evidence by layer and phase, and how they lead to one another.

需求 are demands by their stated period, 产品 the figures demanded, 技术 the topics with the state of their solution, then past
projects, and the policies whose clauses belong to the topics. What states no time stands in the near phase.
"""

from collections.abc import Iterator, Sequence

from nlp.citing import cell, excerpt, line, words
from nlp.grounds import Grounds
from nlp.illustrations import layers_figure
from nlp.material import Material
from nlp.options import DraftOptions
from nlp.records import Demand, Figure, Paragraph, Requirement, Topic
from nlp.writers.layers import PHASES, Box, LayerChart, Link, SolutionState

__all__ = ["layer_chart", "layers", "slide_notes", "solution_state"]

TOPICS, PER_TOPIC = 6, 2  # the page holds no more
KNOWN_FAMILIES = 5  # domestic families from which a solution counts as known where a project was also accepted
MATURE = 8  # technology readiness from which a solution counts as in production
LONGEST = 26  # characters of a title in a box
TABLES = ("demands", "requirements", "topics", "projects", "policies")


def layers(material: Material, segment: str, *, options: DraftOptions) -> Figure | None:
    """None where the segment has no topic that somebody demands."""
    chart = layer_chart(material, segment, options=options)
    return layers_figure(segment, chart.name, chart.boxes, chart.links, phases=chart.phases, tables=TABLES) if chart else None


def layer_chart(material: Material, segment: str, *, options: DraftOptions) -> LayerChart | None:
    """What both the drawing and the slide are made from."""
    topics = [t for t in material.shelf.ranked(segment) if t.n_demands][:TOPICS]
    if not topics:
        return None
    boxes: dict[str, Box] = {}
    links: list[Link] = []
    for topic in topics:
        found = list(boxes_of(material, topic, options))
        boxes |= {b.box_id: b for b in found if b.box_id not in boxes}
        centre = f"topic-{topic.topic_id}"
        links += [Link(source=b.box_id, target=centre) for b in found if b.box_id != centre and b.layer in ("需求", "产品")]
        links += [Link(source=centre, target=b.box_id) for b in found if b.layer in ("项目与平台", "政策与资源")]
    return LayerChart(segment=segment, name=material.segments[segment], phases=tuple(phases()), boxes=tuple(boxes.values()), links=tuple(links))


def slide_notes(chart: LayerChart, grounds: Grounds, *, most: int) -> list[Paragraph]:
    """Every box in full, with the full ids of what it rests on."""
    found = []
    for box in chart.boxes:
        ids = list(dict.fromkeys(i for f in box.text.fragments if f.source for i in grounds.of(f.source)))
        numbers = [part for i in ids[:most] for part in (words("、"), grounds.units[i].number)][1:]
        found.append(line(words(f"{box.layer}　"), *box.text.fragments, words("　来源："), *(numbers or [words("—")]), words(" 等" if len(ids) > most else "")))
    return found


def phases() -> list[Paragraph]:
    return [line(words(name)) for name in PHASES]


def phase_of(period: float | None, options: DraftOptions) -> str:
    if period is None or period <= options.near_years:
        return PHASES[0]
    return PHASES[1] if period <= options.middle_years else PHASES[2]


def boxes_of(material: Material, topic: Topic, options: DraftOptions) -> Iterator[Box]:
    shelf = material.shelf
    demands = [shelf.demands[a.unit_id] for a in shelf.members[topic.topic_id] if a.unit_kind == "demand"]
    stated = shelf.fact(topic.topic_id, "period_years")
    yield Box(box_id=f"topic-{topic.topic_id}", layer="技术", phase=phase_of(stated.value if stated else None, options),
              text=line(cell("topics", topic.topic_id, "label", topic.label)), state=solution_state(material, topic.topic_id))
    for d in demands[:PER_TOPIC]:
        yield Box(box_id=f"demand-{d.demand_id}", layer="需求", phase=phase_of(d.period_years, options), text=title(d))
    for r in firmest(shelf.requirements.get(topic.topic_id, ()))[:PER_TOPIC]:
        yield Box(box_id=f"figure-{r.requirement_id}", layer="产品", phase=phase_of(None if r.year is None else r.year - material.year, options),
                  text=line(cell("requirements", r.requirement_id, "stated", r.stated)))
    for p in shelf.projects.get(topic.topic_id, ())[:PER_TOPIC]:
        yield Box(box_id=f"project-{p.project_id}", layer="项目与平台", phase=PHASES[0], text=line(*excerpt("projects", p.project_id, "title", p.title, longest=LONGEST)))
    clauses = [shelf.clauses[a.unit_id] for a in shelf.members[topic.topic_id] if a.unit_kind == "clause"]
    for policy_id in list(dict.fromkeys(c.policy_id for c in clauses))[:PER_TOPIC]:
        policy = shelf.policies[policy_id]
        yield Box(box_id=f"policy-{policy_id}", layer="政策与资源", phase=PHASES[0], text=line(*excerpt("policies", policy_id, "title", policy.title, longest=LONGEST)))


def title(d: Demand) -> Paragraph:
    return line(*excerpt("demands", d.demand_id, "title", d.title, longest=LONGEST)) if d.title.strip() else line(words("（无题需求）"))


def firmest(found: Sequence[Requirement]) -> list[Requirement]:
    """Demanded figures, those that several sources state first; a conflict is no figure to put on a chart."""
    demanded = [r for r in found if r.state == "demanded" and not r.conflict]
    stated = {(r.parameter, r.unit): len({o.source_id for o in demanded if (o.parameter, o.unit) == (r.parameter, r.unit)}) for r in demanded}
    once = {(r.parameter, r.unit): r for r in reversed(demanded)}
    return sorted(once.values(), key=lambda r: (-stated[r.parameter, r.unit], r.year is None, r.parameter, r.requirement_id))


def solution_state(material: Material, topic_id: str) -> SolutionState:
    """By what speaks for a solution at home: readiness, accepted projects, domestic patents. After the ITRS colour code."""
    def amount(name: str) -> float:
        fact = material.shelf.fact(topic_id, name)
        return fact.value if fact else 0.0

    if amount("trl_now") >= MATURE:
        return SolutionState.DEPLOYED
    if amount("projects_accepted") and amount("domestic_families") >= KNOWN_FAMILIES:
        return SolutionState.KNOWN
    return SolutionState.INTERIM if amount("domestic_families") else SolutionState.UNKNOWN
