import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from nlp.options import PriorityOptions, Weights
from nlp.priority import rank, saturate
from nlp.records import Fact, Priority, Quadrant, Topic

OPTIONS = PriorityOptions(draws=200, half_demand=3, half_policy=3, half_patents=15, weight_doubt=20, high_urgency=0.5, high_advantage=0.5,
                          weights=Weights(demand=0.35, policy=0.25, patents=0.15, breadth=0.15, foreign=0.1))
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
    assert p.urgency == pytest.approx(0.35 * 0.5 + 0.25 * 0.5 + 0.15 * 0.5 + 0.15 * 0.5 + 0.1 * 0.25)


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
