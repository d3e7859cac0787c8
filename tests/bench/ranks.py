"""How often the 90 % rank intervals hold the true rank, on simulated worlds whose truth is known.

    python -m tests.bench.ranks 200        # prints coverage and width, writes outputs/bench/ranks.json

A world draws for each of 12–60 topics true rates: organisations by province, policies, patent families, statements,
foreign share; and the weights that its experts would agree on, from the same Dirichlet around the settings' weights that
the ranking assumes. The TRUE rank is that of the urgency at the true rates under those weights. What is observed are
Poisson and binomial counts at the rates; nothing else is shown to the ranking. The populations of rates are drawn anew for every
world (few or many sources, even or skewed) and are not the prior of the ranking, so the coverage is not guaranteed.
"""

import json
import sys
from dataclasses import dataclass, replace
from pathlib import Path

import numpy as np
from numpy.typing import NDArray

from flows.settings import read
from nlp.evidence import DELTA
from nlp.options import PriorityOptions
from nlp.priority import rank
from nlp.records import Fact, Topic
from nlp.smaa import STATEMENTS, Rates, components_at, ranks_of

Matrix = NDArray[np.floating]


@dataclass(frozen=True, slots=True, kw_only=True)
class World:
    topics: tuple[Topic, ...]
    facts: tuple[Fact, ...]
    true_ranks: dict[str, float]


def make_world(seed: int, options: PriorityOptions) -> World:
    chance = np.random.default_rng(seed)
    n = int(chance.integers(12, 61))
    rates = draw_truth(n, chance)
    weights = chance.dirichlet(np.maximum(np.array(options.weights.values()), 1e-3) * options.weight_doubt)
    truth = ranks_of(components_at(rates, options) @ weights)
    names = [f"t{i:02}" for i in range(n)]
    facts = [f for i, name in enumerate(names) for f in observe(name, rates, i, chance)]
    topics = tuple(Topic(topic_id=t, segment="design", label=t, terms=(), n_demands=0, n_clauses=0, n_patents=0, regions=(), stability=None) for t in names)
    return World(topics=topics, facts=tuple(facts), true_ranks=dict(zip(names, truth.tolist(), strict=True)))


def draw_truth(n: int, chance: np.random.Generator) -> Rates:
    """Populations: mean number of organisations 1.5–8, of policies 1–5, of families 5–40, shapes 0.5–3 (skewed to even)."""

    def population(low: float, high: float) -> Matrix:
        shape, mean = chance.uniform(0.5, 3), chance.uniform(low, high)
        return chance.gamma(shape, mean / shape, n)

    organisations = population(1.5, 8)
    places = organisations[:, None] * chance.dirichlet(np.full(len(DELTA) + 1, chance.uniform(0.5, 2)), n)
    dependent = organisations * chance.beta(1, chance.uniform(1, 4), n)
    rare = [np.where(chance.random(n) < chance.uniform(0.05, 0.3), population(0.3, 2), 0.0) for _ in range(2)]
    return Rates(places=places, each_demand=chance.uniform(0.6, 1.0, n), documents=population(1, 5), each_policy=chance.uniform(0.15, 0.6, n),
                 families=population(5, 40), statements=np.column_stack([*rare, dependent]), foreign=chance.beta(1, chance.uniform(1, 4), n))


def observe(name: str, rates: Rates, i: int, chance: np.random.Generator) -> list[Fact]:
    """Facts as nlp.evidence would give them for counts drawn at the rates."""
    seen = chance.poisson(rates.places[i])
    total, documents, families = int(seen.sum()), int(chance.poisson(rates.documents[i])), int(chance.poisson(rates.families[i]))
    values = {f"organisations_{p}": float(k) for p, k in zip(DELTA, seen.tolist(), strict=False)}
    values |= {"organisations": total, "demand_intensity": total * rates.each_demand[i], "delta_provinces": float((seen[: len(DELTA)] > 0).sum())}
    values |= {"policies": documents, "policy_weight": documents * rates.each_policy[i], "families": families}
    values |= dict(zip(STATEMENTS, chance.poisson(rates.statements[i]).tolist(), strict=True))
    facts = [Fact(topic_id=name, fact=k, value=float(v), low=None, high=None, source_ids=()) for k, v in values.items() if v]
    if families:
        share = chance.binomial(families, rates.foreign[i]) / families
        facts.append(Fact(topic_id=name, fact="foreign_share", value=share, low=None, high=None, source_ids=tuple(str(k) for k in range(families))))
    return facts


@dataclass(frozen=True, slots=True, kw_only=True)
class Coverage:
    worlds: int
    topics: int
    coverage: float  # share of topics whose true rank lies in the 90 % interval
    width: float  # mean width of the interval as a share of the topics
    shown_outside: float  # share of topics whose shown rank lies outside its own interval


def measure_coverage(worlds: int, options: PriorityOptions, *, first: int = 0) -> Coverage:
    held, width, outside = [], [], []
    for seed in range(first, first + worlds):
        world = make_world(seed, options)
        for p in rank(world.topics, world.facts, seed=seed, options=options):
            held.append(p.rank_p05 <= world.true_ranks[p.topic_id] <= p.rank_p95)
            width.append((p.rank_p95 - p.rank_p05) / len(world.topics))
            outside.append(not p.rank_p05 <= p.rank <= p.rank_p95)
    return Coverage(worlds=worlds, topics=len(held), coverage=float(np.mean(held)), width=float(np.mean(width)), shown_outside=float(np.mean(outside)))


def main() -> None:
    worlds = int(sys.argv[1]) if len(sys.argv) > 1 else 200
    found = measure_coverage(worlds, replace(read().priority, draws=500))
    print(f"{found.worlds} 个模拟世界、{found.topics} 个主题：九成区间覆盖真实名次 {found.coverage:.1%}，平均宽度为主题数的 {found.width:.1%}，名次落在自身区间外 {found.shown_outside:.1%}")
    path = Path("outputs/bench/ranks.json")
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps({k: getattr(found, k) for k in found.__slots__}, indent=1), "utf-8")


if __name__ == "__main__":
    main()
