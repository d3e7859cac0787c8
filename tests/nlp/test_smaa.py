import numpy as np
import pytest

from nlp.records import Fact
from nlp.smaa import Rates, acceptability, components_at, counts_of, draw_rates, ranks_of
from tests.nlp.test_priority import OPTIONS


def fact(name: str, value: float, n: int = 0) -> Fact:
    return Fact(topic_id="t", fact=name, value=value, low=None, high=None, source_ids=tuple(str(i) for i in range(n)))


def test_counts_of_facts() -> None:
    facts = {f.fact: f for f in (fact("organisations", 5), fact("organisations_上海", 2), fact("organisations_安徽", 1), fact("demand_intensity", 4),
                                 fact("policies", 2), fact("policy_weight", 0.6), fact("dependence", 3), fact("foreign_share", 0.25, 8))}
    found = counts_of([facts, {}])
    assert found.places.tolist() == [[2, 0, 0, 1, 2], [0, 0, 0, 0, 0]]
    assert (found.each_demand.tolist(), found.each_policy.tolist()) == ([0.8, 1.0], [0.3, 1.0])
    assert found.statements.tolist() == [[0, 0, 3], [0, 0, 0]]
    assert found.foreign.tolist() == [[2, 8], [0, 0]]


def test_components_at_rates_by_hand() -> None:
    rates = Rates(places=np.array([[1.0, 1.0, 0.0, 0.0, 1.0]]), each_demand=np.array([1.0]), documents=np.array([3.0]), each_policy=np.array([1.0]),
                  families=np.array([15.0]), statements=np.array([[1.0, 0.0, 3.0]]), foreign=np.array([0.5]))
    expected = [0.5, 0.5, 0.5, 2 * (1 - np.exp(-1)) / 4, 0.5, 0.5]
    assert components_at(rates, OPTIONS)[0].tolist() == pytest.approx(expected)


def test_draws_centre_on_what_was_counted_and_what_was_never_seen_stays_in_doubt() -> None:
    facts = {f.fact: f for f in (fact("organisations", 40), fact("organisations_上海", 40), fact("families", 100), fact("foreign_share", 0.25, 100))}
    rates = draw_rates(counts_of([facts, {}]), chance=np.random.default_rng(1), options=OPTIONS)
    assert rates.places.shape == (OPTIONS.draws, 2, 5)
    assert rates.families[:, 0].mean() == pytest.approx(100.5 / 1.1, rel=0.05)
    assert rates.foreign[:, 0].mean() == pytest.approx(0.25, abs=0.02)
    assert 0 < rates.places[:, 1].sum(axis=-1).mean() < 1
    assert rates.foreign[:, 1].max() == 0  # no holder is known: not drawn out of thin air


def test_ranks_and_their_shares() -> None:
    ranks = ranks_of(np.array([[3.0, 2.0, 1.0], [3.0, 1.0, 2.0]]))
    assert ranks.tolist() == [[1, 2, 3], [1, 3, 2]]
    assert [(a.acceptability_id, a.share) for a in acceptability("abc", ranks)] == [("a/1", 1.0), ("b/2", 0.5), ("b/3", 0.5), ("c/2", 0.5), ("c/3", 0.5)]
