"""Facts -> a ranking with its parts, two axes and how sure the rank is.

Strategic urgency is a weighted sum of components in 0..1; regional advantage stays apart. Components are normalised by
fixed bounds, x / (x + half), never by the data: adding or removing a topic cannot change another topic's score
(TOPSIS and min-max on the data do; Aires & Ferreira 2019).
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np
from numpy.typing import NDArray

from nlp.options import PriorityOptions
from nlp.records import Fact, Priority, Quadrant, Topic

__all__ = ["rank", "saturate"]

Matrix = NDArray[np.floating]
COMPONENTS = ("demand", "policy", "patents", "breadth", "foreign")


def saturate(x: float, half: float) -> float:
    """0 at nothing, 0.5 at `half`, never 1."""
    return x / (x + half)


@dataclass(frozen=True, slots=True, kw_only=True)
class Components:
    """Of one topic; foreign and advantage are None where no patent says who holds it."""

    demand: float
    policy: float
    patents: float
    breadth: float
    foreign: float | None
    advantage: float | None

    def values(self) -> tuple[float, ...]:
        return (self.demand, self.policy, self.patents, self.breadth, self.foreign or 0.0)


def rank(topics: Sequence[Topic], facts: Sequence[Fact], *, seed: int, options: PriorityOptions) -> tuple[Priority, ...]:
    """Rank topics by urgency, best first; ties by topic id. Chain topics and those of segment none are ranked apart."""
    by_topic: dict[str, dict[str, Fact]] = {t.topic_id: {} for t in topics}
    for fact in facts:
        by_topic[fact.topic_id][fact.fact] = fact
    inside = sorted((t for t in topics if t.segment != "none"), key=lambda t: t.topic_id)
    outside = sorted((t for t in topics if t.segment == "none"), key=lambda t: t.topic_id)
    return (*rank_group(inside, by_topic, seed=seed, options=options), *rank_group(outside, by_topic, seed=seed, options=options))


def rank_group(topics: Sequence[Topic], facts: Mapping[str, Mapping[str, Fact]], *, seed: int, options: PriorityOptions) -> list[Priority]:
    parts = [components(facts[t.topic_id], options) for t in topics]
    urgency = [float(np.dot(p.values(), options.weights.values())) for p in parts]
    spread = simulate_ranks([facts[t.topic_id] for t in topics], seed=seed, options=options)
    order = sorted(range(len(topics)), key=lambda i: (-urgency[i], topics[i].topic_id))
    return [assemble(topics[i], facts[topics[i].topic_id], parts[i], urgency[i], place + 1, spread[:, i], options)
            for place, i in enumerate(order)]


def amount(facts: Mapping[str, Fact], name: str) -> float:
    return facts[name].value if name in facts else 0.0


def components(facts: Mapping[str, Fact], options: PriorityOptions) -> Components:
    held = facts.get("delta_share")
    return Components(
        demand=saturate(amount(facts, "organisations"), options.half_demand),
        policy=saturate(amount(facts, "policies"), options.half_policy),
        patents=saturate(amount(facts, "families"), options.half_patents),
        breadth=amount(facts, "delta_provinces") / 4,
        foreign=facts["foreign_share"].value if "foreign_share" in facts else None,
        advantage=None if held is None else succession(held),
    )


def succession(fact: Fact) -> float:
    """Laplace's rule (k + 1) / (n + 2): one patent out of one is not a monopoly."""
    n = len(fact.source_ids)
    return (fact.value * n + 1) / (n + 2)


def simulate_ranks(facts: Sequence[Mapping[str, Fact]], *, seed: int, options: PriorityOptions) -> Matrix:
    """Ranks [draws, topics] under doubt about weights and counts (SMAA-2, Lahdelma & Salminen 2001).

    Weights are drawn from a Dirichlet around the settings' weights, counts from a Poisson around what was counted, the
    foreign share from its Beta posterior with a uniform prior.
    """
    if not facts:
        return np.zeros((options.draws, 0))
    chance = np.random.default_rng(seed)
    weights = chance.dirichlet(np.maximum(np.array(options.weights.values()), 1e-3) * options.weight_doubt, options.draws)
    scores = np.zeros((options.draws, len(facts)))
    for i, topic in enumerate(facts):
        drawn = np.column_stack([
            draw_count(chance, amount(topic, "organisations"), options.half_demand, options.draws),
            draw_count(chance, amount(topic, "policies"), options.half_policy, options.draws),
            draw_count(chance, amount(topic, "families"), options.half_patents, options.draws),
            np.full(options.draws, amount(topic, "delta_provinces") / 4),
            draw_share(chance, topic.get("foreign_share"), options.draws),
        ])
        scores[:, i] = (drawn * weights).sum(axis=1)
    ranks: Matrix = (-scores).argsort(axis=1, kind="stable").argsort(axis=1, kind="stable") + 1.0
    return ranks


def draw_count(chance: np.random.Generator, counted: float, half: float, draws: int) -> Matrix:
    drawn = chance.poisson(counted, draws)
    values: Matrix = drawn / (drawn + half)
    return values


def draw_share(chance: np.random.Generator, fact: Fact | None, draws: int) -> Matrix:
    if fact is None:
        return np.zeros(draws)
    n = len(fact.source_ids)
    return chance.beta(fact.value * n + 1, (1 - fact.value) * n + 1, draws)


def assemble(topic: Topic, facts: Mapping[str, Fact], parts: Components, urgency: float, place: int,
             ranks: Matrix, options: PriorityOptions) -> Priority:
    low, median, high = (float(np.quantile(ranks, q, method="nearest")) for q in (0.05, 0.5, 0.95))
    return Priority(
        topic_id=topic.topic_id, rank=place, urgency=round(urgency, 4), advantage=rounded(parts.advantage),
        quadrant=quadrant(urgency, parts.advantage, options), demand=round(parts.demand, 4), policy=round(parts.policy, 4),
        patents=round(parts.patents, 4), breadth=round(parts.breadth, 4), foreign=rounded(parts.foreign),
        rank_median=median, rank_p05=low, rank_p95=high, p_top10=round(float((ranks <= 10).mean()), 3),
        confidence=confidence(topic), cross_region=amount(facts, "delta_provinces") >= 2)


def rounded(value: float | None) -> float | None:
    return None if value is None else round(value, 4)


def quadrant(urgency: float, advantage: float | None, options: PriorityOptions) -> Quadrant | None:
    """Urgency x advantage: 主攻, 联合, 市场化, 观察; None while the advantage is unknown."""
    if advantage is None:
        return None
    if urgency >= options.high_urgency:
        return Quadrant.LEAD if advantage >= options.high_advantage else Quadrant.JOINT
    return Quadrant.MARKET if advantage >= options.high_advantage else Quadrant.WATCH


def confidence(topic: Topic) -> Literal["A", "B", "C", "D"]:
    """By how much speaks for the topic: documents, kinds of them, and whether it survives resampling."""
    sizes = (topic.n_demands, topic.n_clauses, topic.n_patents)
    total, kinds, stable = sum(sizes), sum(n > 0 for n in sizes), topic.stability or 0.0
    if total >= 30 and kinds == 3 and stable >= 0.7:
        return "A"
    if total >= 15 and kinds >= 2 and stable >= 0.5:
        return "B"
    return "C" if total >= 5 else "D"
