"""Facts -> a ranking with its parts, two axes and how sure the rank is.

Strategic urgency is a weighted sum of components in 0..1; regional advantage stays apart. Components are normalised by
fixed bounds, x / (x + half), never by the data: adding or removing a topic cannot change another topic's score
(TOPSIS and min-max on the data do; Aires & Ferreira 2019).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from itertools import pairwise
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from nlp.evidence import DELTA
from nlp.evidence.statements import PROFILES
from nlp.options import PriorityOptions, Weights
from nlp.records import Acceptability, Fact, Flip, Priority, Quadrant, ScenarioRank, SubstitutionProfile, Topic
from nlp.smaa import acceptability, simulate_ranks

__all__ = ["Components", "FactTable", "Ranking", "components", "explore", "fact_table", "rank", "saturate"]

FactTable = Mapping[str, Mapping[str, Fact]]  # topic id -> name -> fact
Matrix = NDArray[np.floating]
ALL = 0.999  # a weight that leaves nothing for the others flips nothing
TIE = 1e-9
MOST_MORE = 99  # so many more documents are not looked for


def saturate(x: float, half: float) -> float:
    """0 at nothing, 0.5 at `half`, never 1."""
    return x / (x + half)


@dataclass(frozen=True, slots=True, kw_only=True)
class Components:
    """Of one topic, in the order of the weights; None where nothing speaks of it, which counts as 0."""

    demand: float
    policy: float
    patents: float
    breadth: float
    foreign: float | None
    substitution: float | None

    def values(self) -> tuple[float, ...]:
        return tuple(getattr(self, f.name) or 0.0 for f in fields(self))

    def urgency(self, weights: Weights) -> float:
        return float(np.dot(self.values(), weights.values()))


@dataclass(frozen=True, slots=True, kw_only=True)
class Ranking:
    """The ranking and what explains it."""

    priorities: tuple[Priority, ...]
    acceptability: tuple[Acceptability, ...]
    flips: tuple[Flip, ...]
    scenarios: tuple[ScenarioRank, ...]


def fact_table(topics: Sequence[Topic], facts: Sequence[Fact]) -> FactTable:
    found: dict[str, dict[str, Fact]] = {t.topic_id: {} for t in topics}
    for fact in facts:
        found[fact.topic_id][fact.fact] = fact
    return found


def rank(topics: Sequence[Topic], facts: Sequence[Fact], *, seed: int, options: PriorityOptions) -> tuple[Priority, ...]:
    """Rank topics by urgency, best first; ties by topic id. Chain topics and those of segment none are ranked apart."""
    return explore(topics, facts, seed=seed, options=options).priorities


def explore(topics: Sequence[Topic], facts: Sequence[Fact], *, seed: int, options: PriorityOptions) -> Ranking:
    """The ranking with rank shares, the smallest changes that flip a rank, and ranks under the named scenarios."""
    table = fact_table(topics, facts)
    groups = [sorted((t for t in topics if (t.segment == "none") == outside), key=lambda t: t.topic_id) for outside in (False, True)]
    found = [rank_group(group, table, seed=seed, options=options) for group in groups]
    return Ranking(priorities=tuple(p for r in found for p in r.priorities), acceptability=tuple(a for r in found for a in r.acceptability),
                   flips=tuple(f for r in found for f in r.flips), scenarios=tuple(s for r in found for s in r.scenarios))


def rank_group(topics: Sequence[Topic], table: FactTable, *, seed: int, options: PriorityOptions) -> Ranking:
    parts = {t.topic_id: components(table[t.topic_id], options) for t in topics}
    spread = simulate_ranks([table[t.topic_id] for t in topics], seed=seed, options=options)
    drawn = {t.topic_id: spread[:, i] for i, t in enumerate(topics)}
    order = in_order(parts, options.weights)
    known = {t.topic_id: t for t in topics}
    return Ranking(
        priorities=tuple(assemble(known[i], table[i], parts[i], place, drawn[i], options) for place, i in enumerate(order, 1)),
        acceptability=acceptability([t.topic_id for t in topics], spread),
        flips=tuple(flip(below, above, parts, table, options) for above, below in pairwise(order)),
        scenarios=tuple(ScenarioRank(scenario_id=f"{i}/{name}", topic_id=i, scenario=name, urgency=round(parts[i].urgency(weights), 4), rank=place)
                        for name, weights in options.scenarios.items() for place, i in enumerate(in_order(parts, weights), 1)))


def in_order(parts: Mapping[str, Components], weights: Weights) -> list[str]:
    return sorted(parts, key=lambda i: (-parts[i].urgency(weights), i))


# ---- components ---------------------------------------------------------------------------


def amount(facts: Mapping[str, Fact], *names: str) -> float:
    """The first of the facts that was measured; 0 where none was."""
    return next((facts[name].value for name in names if name in facts), 0.0)


def components(facts: Mapping[str, Fact], options: PriorityOptions) -> Components:
    return Components(
        demand=saturate(amount(facts, "demand_intensity", "organisations"), options.half_demand),
        policy=saturate(amount(facts, "policy_weight", "policies"), options.half_policy),
        patents=saturate(amount(facts, "families"), options.half_patents),
        breadth=amount(facts, "delta_provinces") / len(DELTA),
        foreign=facts["foreign_share"].value if "foreign_share" in facts else None,
        substitution=substitution(facts, options))


def substitution(facts: Mapping[str, Fact], options: PriorityOptions) -> float | None:
    """The worst of what was said (by how many organisations) and of the foreign share of patents; None: nothing known."""
    severity, half = options.severity, options.half_statements
    worst = [weight * saturate(amount(facts, name), half) for name, weight in (
        ("cut_off", severity.cut_off), ("single", severity.single), ("dependence", severity.concentrated)) if name in facts]
    if "foreign_share" in facts:
        worst.append(severity.concentrated * facts["foreign_share"].value)
    return max(worst, default=None)


def advantage(facts: Mapping[str, Fact]) -> float | None:
    """The delta's share of patent families, by Laplace's rule (k + 1) / (n + 2): one patent out of one is not a monopoly."""
    held = facts.get("delta_held_share", facts.get("delta_share"))
    if held is None:
        return None
    n = len(held.source_ids)
    return (held.value * n + 1) / (n + 2)


def lead_region(facts: Mapping[str, Fact]) -> str | None:
    """The province most specialised in the topic (RSCA, shrunken), if any is specialised at all."""
    special = {p: amount(facts, f"rsca_{p}") for p in DELTA}
    best = max(DELTA, key=lambda p: special[p])
    return best if special[best] > 0 else None


# ---- one row ------------------------------------------------------------------------------


def assemble(topic: Topic, facts: Mapping[str, Fact], parts: Components, place: int, ranks: Matrix, options: PriorityOptions) -> Priority:
    low, median, high = (float(np.quantile(ranks, q, method="nearest")) for q in (0.05, 0.5, 0.95))
    urgency, held = parts.urgency(options.weights), advantage(facts)
    return Priority(
        topic_id=topic.topic_id, rank=place, urgency=round(urgency, 4), advantage=rounded(held),
        quadrant=quadrant(urgency, held, options), demand=round(parts.demand, 4), policy=round(parts.policy, 4),
        patents=round(parts.patents, 4), breadth=round(parts.breadth, 4), foreign=rounded(parts.foreign),
        rank_median=median, rank_p05=low, rank_p95=high, p_top10=round(float((ranks <= 10).mean()), 3),
        confidence=confidence(topic), cross_region=amount(facts, "delta_provinces") >= 2,
        substitution=rounded(parts.substitution), profile=profile(facts), lead_region=lead_region(facts))


def profile(facts: Mapping[str, Fact]) -> SubstitutionProfile:
    return PROFILES[int(amount(facts, "substitution_level"))]


def rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)


def quadrant(urgency: float, held: float | None, options: PriorityOptions) -> Quadrant | None:
    """Urgency x advantage: 主攻, 联合, 市场化, 观察; None while the advantage is unknown."""
    if held is None:
        return None
    if urgency >= options.high_urgency:
        return Quadrant.LEAD if held >= options.high_advantage else Quadrant.JOINT
    return Quadrant.MARKET if held >= options.high_advantage else Quadrant.WATCH


def confidence(topic: Topic) -> Literal["A", "B", "C", "D"]:
    """By how much speaks for the topic: documents, kinds of them, and whether it survives resampling."""
    sizes = (topic.n_demands, topic.n_clauses, topic.n_patents)
    total, kinds, stable = sum(sizes), sum(n > 0 for n in sizes), topic.stability or 0.0
    if total >= 30 and kinds == 3 and stable >= 0.7:
        return "A"
    if total >= 15 and kinds >= 2 and stable >= 0.5:
        return "B"
    return "C" if total >= 5 else "D"


# ---- what would change the order ----------------------------------------------------------


def flip(below: str, above: str, parts: Mapping[str, Components], table: FactTable, options: PriorityOptions) -> Flip:
    """The least change of one weight (the others keep their proportions), or the fewest more sources, that reverse two neighbours."""
    gap = parts[above].urgency(options.weights) - parts[below].urgency(options.weights)
    component, weight, needed = weight_change(parts[below], parts[above], options.weights)
    facts, weights = table[below], options.weights
    return Flip(
        topic_id=below, ahead_id=above, gap=round(gap, 4), component=component, weight=weight, weight_needed=rounded(needed),
        more_organisations=more(amount(facts, "demand_intensity", "organisations"), options.half_demand, weights.demand, gap),
        more_policies=more(amount(facts, "policy_weight", "policies"), options.half_policy, weights.policy, gap),
        more_families=more(amount(facts, "families"), options.half_patents, weights.patents, gap))


def weight_change(below: Components, above: Components, weights: Weights) -> tuple[str | None, float | None, float | None]:
    """(component, its weight, the weight at which both score alike): w·Δ + (1 − w)·R = 0, R the rest's weighted mean gain."""
    best: tuple[float, str, float, float] | None = None
    for f, w, x, y in zip(fields(weights), weights.values(), below.values(), above.values(), strict=True):
        rest = (below.urgency(weights) - above.urgency(weights) - w * (x - y)) / (1 - w) if w < 1 else 0.0
        if x - y != rest and 0 <= (needed := rest / (rest - (x - y))) < ALL and (best is None or abs(needed - w) < best[0]):
            best = (abs(needed - w), f.name, w, needed)
    return best[1:] if best else (None, None, None)


def more(seen: float, half: float, weight: float, gap: float) -> int | None:
    """How many more full sources close the gap; None where not even many do."""
    before = saturate(seen, half)
    return next((k for k in range(1, MOST_MORE + 1) if weight * (saturate(seen + k, half) - before) > gap + TIE), None)
