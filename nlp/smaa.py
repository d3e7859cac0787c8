"""Ranks under doubt: weights and documents drawn again and again (SMAA-2, Lahdelma & Salminen 2001).

Weights come from a Dirichlet around the settings' weights. Every document is re-weighted by a draw from Exp(1), the
Bayesian bootstrap (Rubin 1981); the sum over n documents is then Gamma(n), to which a weak Gamma prior is added, so that
what was seen once, or never, stays in doubt. tests/bench/ranks.py shows how often the intervals hold the true rank.
"""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nlp.evidence import DELTA
from nlp.options import PriorityOptions
from nlp.records import Acceptability, Fact

__all__ = ["STATEMENTS", "Counts", "Rates", "acceptability", "components_at", "counts_of", "draw_rates", "draw_weights", "ranks_of", "simulate_ranks"]

Matrix = NDArray[np.floating]
STATEMENTS = ("cut_off", "single", "dependence")
SMALLEST_SHARE = 0.005


@dataclass(frozen=True, slots=True, kw_only=True)
class Counts:
    """What was counted, a row a topic."""

    places: Matrix  # [n, 5] organisations in each province of the delta and elsewhere
    each_demand: Matrix  # [n] mean weight of an organisation
    documents: Matrix  # [n] policies that name the topic
    each_policy: Matrix  # [n] mean weight of a document
    families: Matrix  # [n]
    statements: Matrix  # [n, 3] organisations that say so
    foreign: Matrix  # [n, 2] families held abroad, families whose holder's country is known


@dataclass(frozen=True, slots=True, kw_only=True)
class Rates:
    """What would be counted on average; leading dimensions are draws, then topics."""

    places: Matrix  # [..., n, 5]
    each_demand: Matrix
    documents: Matrix  # [..., n]
    each_policy: Matrix
    families: Matrix  # [..., n]
    statements: Matrix  # [..., n, 3]
    foreign: Matrix  # [..., n] share; 0 where no holder is known


def counts_of(facts: Sequence[Mapping[str, Fact]]) -> Counts:
    """Facts of each topic -> arrays; a fact that is absent counts as nothing seen."""
    n = len(facts)

    def value(name: str) -> Matrix:
        return np.array([f[name].value if name in f else 0.0 for f in facts])

    delta = np.array([value(f"organisations_{p}") for p in DELTA]).T.reshape(n, len(DELTA))
    organisations, documents = value("organisations"), value("policies")
    elsewhere = np.maximum(organisations - delta.sum(axis=1), 0)
    known = np.array([len(f["foreign_share"].source_ids) if "foreign_share" in f else 0 for f in facts], dtype=float)
    return Counts(
        places=np.column_stack([delta, elsewhere]), each_demand=each(value("demand_intensity"), organisations),
        documents=documents, each_policy=each(value("policy_weight"), documents), families=value("families"),
        statements=np.array([value(s) for s in STATEMENTS]).T.reshape(n, len(STATEMENTS)), foreign=np.column_stack([value("foreign_share") * known, known]))


def each(total: Matrix, n: Matrix) -> Matrix:
    """Mean weight of a document; 1 where none was weighed."""
    return np.where((total > 0) & (n > 0), total / np.maximum(n, 1), 1.0)


def components_at(rates: Rates, options: PriorityOptions) -> Matrix:
    """[..., n, 6] in the order of the weights. Breadth is the expected number of provinces, Σ 1 − exp(−rate), over 4."""
    demand, policy = rates.places.sum(axis=-1) * rates.each_demand, rates.documents * rates.each_policy
    breadth = (1 - np.exp(-rates.places[..., : len(DELTA)])).sum(axis=-1) / len(DELTA)
    said = rates.statements / (rates.statements + options.half_statements)
    severity = options.severity
    worst = np.maximum.reduce([severity.cut_off * said[..., 0], severity.single * said[..., 1], severity.concentrated * said[..., 2],
                               severity.concentrated * rates.foreign])
    return np.stack([demand / (demand + options.half_demand), policy / (policy + options.half_policy),
                     rates.families / (rates.families + options.half_patents), breadth, rates.foreign, worst], axis=-1)


def draw_rates(counts: Counts, *, chance: np.random.Generator, options: PriorityOptions) -> Rates:
    """Posterior draws [draws, n, …]: Gamma for counts, Beta (Jeffreys) for the foreign share."""
    draws, scale = options.draws, 1 / (1 + options.prior_rate)

    def gamma(seen: Matrix, prior: float) -> Matrix:
        drawn: Matrix = chance.gamma(seen + prior, scale, (draws, *seen.shape))
        return drawn

    hits, known = counts.foreign.T
    abroad = chance.beta(hits + 0.5, known - hits + 0.5, (draws, len(known)))
    return Rates(
        places=gamma(counts.places, options.prior_count / counts.places.shape[1]), each_demand=counts.each_demand,
        documents=gamma(counts.documents, options.prior_count), each_policy=counts.each_policy, families=gamma(counts.families, options.prior_count),
        statements=gamma(counts.statements, options.prior_statements), foreign=np.where(known > 0, abroad, 0.0))


def draw_weights(*, chance: np.random.Generator, options: PriorityOptions) -> Matrix:
    """[draws, 6], each row sums to 1; a weight of zero stays (nearly) zero."""
    centre = np.maximum(np.array(options.weights.values()), 1e-3)
    return chance.dirichlet(centre * options.weight_doubt, options.draws)


def ranks_of(scores: Matrix) -> Matrix:
    """Rank along the last axis, 1 for the highest."""
    ranks: Matrix = (-scores).argsort(axis=-1, kind="stable").argsort(axis=-1, kind="stable") + 1.0
    return ranks


def simulate_ranks(facts: Sequence[Mapping[str, Fact]], *, seed: int, options: PriorityOptions) -> Matrix:
    """Ranks [draws, topics] when weights and documents are drawn together."""
    if not facts:
        return np.zeros((options.draws, 0))
    chance = np.random.default_rng(seed)
    weights = draw_weights(chance=chance, options=options)
    values = components_at(draw_rates(counts_of(facts), chance=chance, options=options), options)
    return ranks_of(np.einsum("dnk,dk->dn", values, weights))


def acceptability(topic_ids: Sequence[str], ranks: Matrix) -> tuple[Acceptability, ...]:
    """b_t^r: the share of draws in which topic t takes rank r."""
    found = []
    for i, topic_id in enumerate(topic_ids):
        taken, times = np.unique(ranks[:, i].astype(int), return_counts=True)
        found += [Acceptability(acceptability_id=f"{topic_id}/{r}", topic_id=topic_id, rank=r, share=round(n / len(ranks), 4))
                  for r, n in zip(taken.tolist(), times.tolist(), strict=True) if n / len(ranks) >= SMALLEST_SHARE]
    return tuple(found)
