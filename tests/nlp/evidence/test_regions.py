import numpy as np
import pandas as pd
import pytest

from nlp.evidence.regions import advantage_facts, finger_kreinin, krugman, matrix, region_pairs, unido


@pytest.mark.parametrize(("x", "y", "likeness", "distance", "overlap"), [([1, 2], [2, 1], 0.8, 2 / 3, 2 / 3), ([1, 2], [2, 4], 1.0, 0.0, 1.0), ([1, 0], [0, 1], 0.0, 2.0, 0.0)])
def test_likeness_by_hand(x: list[float], y: list[float], likeness: float, distance: float, overlap: float) -> None:
    a, b = np.array(x, dtype=float), np.array(y, dtype=float)
    assert (unido(a, b), krugman(a, b), finger_kreinin(a, b)) == (pytest.approx(likeness), pytest.approx(distance), pytest.approx(overlap))


def test_advantage_by_hand() -> None:
    """Each topic has four families and each province four, so two are expected; (3 + 1)/(2 + 1), and one is no advantage."""
    places = [("a", "上海")] * 3 + [("a", "江苏")] + [("b", "上海")] + [("b", "江苏")] * 3
    once = pd.DataFrame({"topic_id": [t for t, _ in places], "place": [p for _, p in places], "patent_id": [f"p{i}" for i in range(8)]})
    found = {(f.topic_id, f.fact): f for f in advantage_facts(once, shrink=1.0)}
    assert found["a", "rta_上海"].value == pytest.approx(4 / 3)
    assert found["a", "rsca_上海"].value == pytest.approx(1 / 7)
    assert found["a", "rta_江苏"].value == pytest.approx(2 / 3)
    assert found["a", "rta_上海"].source_ids == ("p0", "p1", "p2")
    assert all((f.low or 0) <= f.value <= (f.high or 0) for f in found.values())


def test_matrix_cells_add_up() -> None:
    cells = matrix("demand", [("上海", "design")] * 3 + [("上海", "materials"), ("未知", "design")])
    assert {(c.region, c.segment): c.value for c in cells} == {("上海", "design"): 3, ("上海", "materials"): 1, ("未知", "design"): 1}
    assert next(c for c in cells if c.cell_id == "demand/上海/design").share == 0.75


def test_alike_is_said_only_with_enough_records() -> None:
    def cells(times: int) -> list[tuple[str, str]]:
        return [(r, s) for r in ("上海", "江苏") for s in ("design", "materials") for _ in range(times)]

    few, many = (region_pairs(matrix("demand", cells(n)), segments=("design", "materials", "equipment"), alike=0.9, seed=1) for n in (1, 200))
    assert (few[0].similarity, many[0].similarity) == (1.0, 1.0)
    assert (few[0].alike, many[0].alike) == (False, True)


def test_who_could_lead_where() -> None:
    places = [("上海", "design")] * 8 + [("上海", "materials")] * 2 + [("江苏", "design")] * 2 + [("江苏", "materials")] * 8
    (pair,) = region_pairs(matrix("family", places), segments=("design", "materials"), alike=0.9, seed=1)
    assert (pair.a_leads, pair.b_leads, pair.alike) == (("design",), ("materials",), False)


def test_an_interval_holds_what_was_counted() -> None:
    places = [("上海", "design"), ("上海", "design"), ("江苏", "materials"), ("江苏", "materials")]  # nothing in common, few records
    (found,) = region_pairs(matrix("demand", places), segments=("design", "materials", "equipment"), alike=0.9, seed=1)
    assert found.similarity == 0.0 and found.low <= found.similarity <= found.high
