import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlp.options import PriorityOptions, Severity, Weights
from nlp.priority import components, explore, fact_table, rank, saturate
from nlp.records import Fact, Priority, Quadrant, Topic

WEIGHTS = Weights(demand=0.3, policy=0.2, patents=0.1, breadth=0.15, foreign=0.1, substitution=0.15)
OPTIONS = PriorityOptions(
    draws=200, half_demand=3, half_policy=3, half_patents=15, half_statements=1, weight_doubt=20, prior_count=0.5, prior_statements=0.1, prior_rate=0.1,
    high_urgency=0.5, high_advantage=0.5, severity=Severity(cut_off=1.0, single=0.8, concentrated=0.6), weights=WEIGHTS,
    scenarios={"只看政策": Weights(demand=0, policy=1, patents=0, breadth=0, foreign=0, substitution=0)})
NAMES = ("organisations", "policies", "families", "delta_provinces")


def topic(name: str, *, segment: str = "design", documents: int = 10) -> Topic:
    return Topic(topic_id=name, segment=segment, label=name, terms=(), n_demands=documents, n_clauses=0, n_patents=0, regions=(), stability=0.9)


def counts(name: str, *values: int) -> list[Fact]:
    return [Fact(topic_id=name, fact=f, value=float(v), low=None, high=None, source_ids=tuple(str(i) for i in range(v)))
            for f, v in zip(NAMES, values, strict=True) if v]


def share(name: str, fact: str, hits: int, n: int) -> Fact:
    return Fact(topic_id=name, fact=fact, value=hits / n, low=None, high=None, source_ids=tuple(str(i) for i in range(n)))


def by_id(priorities: tuple[Priority, ...]) -> dict[str, Priority]:
    return {p.topic_id: p for p in priorities}


def test_urgency_is_the_weighted_sum_of_its_parts() -> None:
    (p,) = rank([topic("a")], [*counts("a", 3, 3, 15, 2), share("a", "foreign_share", 1, 4)], seed=1, options=OPTIONS)
    assert (p.demand, p.policy, p.patents, p.breadth, p.foreign) == (0.5, 0.5, 0.5, 0.5, 0.25)
    assert p.substitution == 0.15  # nothing said, a quarter of the patents held abroad
    assert p.urgency == pytest.approx(0.3 * 0.5 + 0.2 * 0.5 + 0.1 * 0.5 + 0.15 * 0.5 + 0.1 * 0.25 + 0.15 * 0.15)


@given(st.lists(st.tuples(*[st.integers(0, 40)] * 3, st.integers(0, 4)), min_size=2, max_size=6), st.tuples(*[st.integers(0, 40)] * 3, st.integers(0, 4)))
@settings(max_examples=40, deadline=None)
def test_adding_a_topic_never_reverses_two_others(rows: list[tuple[int, ...]], added: tuple[int, ...]) -> None:
    topics = [topic(f"t{i}") for i in range(len(rows))]
    facts = [f for i, row in enumerate(rows) for f in counts(f"t{i}", *row)]
    before = [p.topic_id for p in rank(topics, facts, seed=1, options=OPTIONS)]
    after = [p.topic_id for p in rank([*topics, topic("new")], [*facts, *counts("new", *added)], seed=1, options=OPTIONS)]
    assert [i for i in after if i != "new"] == before


def test_rank_intervals_hold_the_rank_and_shrink_with_evidence() -> None:
    names = [chr(ord("a") + i) for i in range(8)]
    thin = by_id(rank([topic(n) for n in names], [f for i, n in enumerate(names) for f in counts(n, 1 + i % 3, 1, 2, 1)], seed=1, options=OPTIONS))
    thick = by_id(rank([topic(n) for n in names], [f for i, n in enumerate(names) for f in counts(n, 4 ** (i % 4), 4 ** (i % 4), 9 ** (i % 4), i % 4)], seed=1, options=OPTIONS))
    width = {key: sum(p.rank_p95 - p.rank_p05 for p in found.values()) for key, found in (("thin", thin), ("thick", thick))}
    assert width["thick"] < width["thin"]
    assert all(p.rank_p05 <= p.rank_median <= p.rank_p95 for p in thin.values())


@pytest.mark.parametrize(
    ("organisations", "advantage", "expected"),
    [(40, (9, 10), Quadrant.LEAD), (40, (0, 10), Quadrant.JOINT), (0, (9, 10), Quadrant.MARKET), (0, (0, 10), Quadrant.WATCH), (40, None, None)],
)
def test_quadrants(organisations: int, advantage: tuple[int, int] | None, expected: Quadrant | None) -> None:
    facts = counts("a", organisations, organisations, organisations, 4 if organisations else 0)
    if advantage:
        facts.append(share("a", "delta_share", *advantage))
    (p,) = rank([topic("a")], facts, seed=1, options=OPTIONS)
    assert p.quadrant == expected
    assert (p.advantage is None) == (advantage is None)


def test_one_patent_of_one_is_no_monopoly() -> None:
    (p,) = rank([topic("a")], [share("a", "delta_share", 1, 1)], seed=1, options=OPTIONS)
    assert p.advantage == pytest.approx(2 / 3, abs=1e-4)


def test_what_lies_outside_the_chain_is_ranked_apart() -> None:
    found = by_id(rank([topic("a"), topic("n", segment="none")], [*counts("a", 1, 0, 0, 0), *counts("n", 30, 30, 30, 4)], seed=1, options=OPTIONS))
    assert (found["a"].rank, found["n"].rank) == (1, 1)


@pytest.mark.parametrize(("documents", "grade"), [(2, "D"), (6, "C"), (40, "C")])
def test_few_documents_of_one_kind_never_look_certain(documents: int, grade: str) -> None:
    (p,) = rank([topic("a", documents=documents)], counts("a", documents, 0, 0, 1), seed=1, options=OPTIONS)
    assert p.confidence == grade


@pytest.mark.parametrize(("x", "half", "expected"), [(0, 3, 0.0), (3, 3, 0.5), (9, 3, 0.75)])
def test_saturate(x: float, half: float, expected: float) -> None:
    assert saturate(x, half) == expected


def test_no_topics_no_ranks() -> None:
    assert rank([], [], seed=1, options=OPTIONS) == ()


# ---- what is new: evidence of supply, doubt, flips, scenarios -------------------------------


@given(st.integers(0, 2), st.integers(0, 2), st.integers(0, 2), st.lists(st.tuples(*[st.integers(0, 30)] * 3, st.integers(0, 4)), min_size=6, max_size=12))
@settings(max_examples=40, deadline=None)
def test_a_topic_with_two_documents_never_looks_certain(organisations: int, policies: int, families: int, others: list[tuple[int, ...]]) -> None:
    """Whatever two documents say and however strong the others are: grade D, and its rank interval spans more than one place,
    but for the last place, which is certain where every other topic has more to show."""
    if organisations + policies + families > 2:
        organisations, policies, families = 1, 1, 0
    thin = topic("thin", documents=organisations + policies + families)
    facts = counts("thin", organisations, policies, families, min(organisations, 1))
    for i, row in enumerate(others):
        facts += counts(f"t{i}", *row)
    p = by_id(rank([thin, *(topic(f"t{i}") for i in range(len(others)))], facts, seed=1, options=OPTIONS))["thin"]
    assert p.confidence == "D"
    assert p.rank_p95 > p.rank_p05 or p.rank_p05 == len(others) + 1


def said(name: str, fact: str, organisations: int) -> Fact:
    return Fact(topic_id=name, fact=fact, value=float(organisations), low=None, high=None, source_ids=tuple(f"d{i}" for i in range(organisations)))


@pytest.mark.parametrize(
    ("facts", "expected"),
    [([], None), ([said("a", "dependence", 3)], 0.6 * 0.75), ([said("a", "cut_off", 1), said("a", "dependence", 3)], 0.5), ([said("a", "single", 3)], 0.6),
     ([share("a", "foreign_share", 9, 10)], 0.54), ([share("a", "foreign_share", 0, 10)], 0.0)],
)
def test_substitution_is_the_worst_that_was_said(facts: list[Fact], expected: float | None) -> None:
    (p,) = rank([topic("a")], facts, seed=1, options=OPTIONS)
    assert p.substitution == (None if expected is None else pytest.approx(expected))


def test_the_smallest_weight_change_really_flips() -> None:
    facts = [*counts("a", 9, 1, 0, 0), *counts("b", 3, 9, 0, 0)]
    ranking = explore([topic("a"), topic("b")], facts, seed=1, options=OPTIONS)
    (f,) = ranking.flips
    parts = {i: components(table, OPTIONS) for i, table in fact_table([topic("a"), topic("b")], facts).items()}
    assert f.component is not None and f.weight_needed is not None and f.weight is not None

    def lead(weight: float) -> float:
        rest = (1 - weight) / (1 - (f.weight or 0))
        changed = {c: weight if c == f.component else getattr(WEIGHTS, c) * rest for c in WEIGHTS.__dataclass_fields__}
        return parts[f.topic_id].urgency(Weights(**changed)) - parts[f.ahead_id].urgency(Weights(**changed))

    beyond = f.weight_needed + (0.01 if f.weight_needed > f.weight else -0.01)
    assert lead(f.weight_needed) == pytest.approx(0, abs=1e-3)
    assert lead(f.weight) < 0 < lead(beyond)


def test_so_many_more_organisations_really_flip() -> None:
    rows = {"a": (5, 3, 0, 0), "b": (3, 3, 0, 0)}
    (f,) = explore([topic(n) for n in rows], [x for n, r in rows.items() for x in counts(n, *r)], seed=1, options=OPTIONS).flips
    assert (f.topic_id, f.ahead_id, f.more_organisations) == ("b", "a", 3)
    for more, first in ((2, "a"), (3, "b")):
        changed = [*counts("a", 5, 3, 0, 0), *counts("b", 3 + more, 3, 0, 0)]
        assert rank([topic("a"), topic("b")], changed, seed=1, options=OPTIONS)[0].topic_id == first


def test_scenarios_rank_by_their_own_weights() -> None:
    ranking = explore([topic("a"), topic("b")], [*counts("a", 30, 0, 0, 0), *counts("b", 0, 2, 0, 0)], seed=1, options=OPTIONS)
    assert [p.topic_id for p in ranking.priorities] == ["a", "b"]
    assert {s.topic_id: s.rank for s in ranking.scenarios if s.scenario == "只看政策"} == {"b": 1, "a": 2}


def test_rank_shares_add_up_and_agree_with_the_interval() -> None:
    names = [f"t{i}" for i in range(5)]
    ranking = explore([topic(n) for n in names], [x for i, n in enumerate(names) for x in counts(n, i, i, i, 1)], seed=1, options=OPTIONS)
    for p in ranking.priorities:
        mine = {a.rank: a.share for a in ranking.acceptability if a.topic_id == p.topic_id}
        assert sum(mine.values()) == pytest.approx(1, abs=0.02)
        assert {p.rank_p05, p.rank_median, p.rank_p95} <= set(mine)


def test_the_province_that_is_most_specialised_leads() -> None:
    facts = [Fact(topic_id="a", fact=f"rsca_{p}", value=v, low=None, high=None, source_ids=("p",)) for p, v in (("上海", -0.2), ("安徽", 0.4), ("江苏", 0.1))]
    (p,) = rank([topic("a")], facts, seed=1, options=OPTIONS)
    assert p.lead_region == "安徽"
    (none,) = rank([topic("a")], facts[:1], seed=1, options=OPTIONS)
    assert none.lead_region is None
