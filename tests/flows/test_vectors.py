"""Vectors of every unit, of which only some are clustered, read some rows at a time."""

from pathlib import Path

import numpy as np
import pytest

from flows import vectors
from flows.store import Artefact
from flows.vectors import beside, clustered_ids, encoder_name, vector_blocks, write_vectors
from nlp.records import UnitHead

IDS = [f"u{i}" for i in range(7)]
ROWS = np.arange(14, dtype=np.float32).reshape(7, 2)
UNITS = [UnitHead(unit_id=i, unit_kind="patent", region="未知") for i in ["a", *IDS, "z"]]


@pytest.fixture(params=[1, 2, 3, 100])
def size(request: pytest.FixtureRequest, monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setattr(vectors, "BLOCK", request.param)
    return int(request.param)


@pytest.mark.parametrize("marked", [IDS, ["u0", "u2", "u3", "u6"], ["u5"], []], ids=len)
def test_only_marked_rows_are_clustered(tmp_path: Path, size: int, marked: list[str]) -> None:
    written: Artefact = write_vectors(IDS, np.asfortranarray(ROWS), "toy", tmp_path / "v.npz", clustered=set(marked))
    found = list(vector_blocks(written))
    assert clustered_ids(written) == marked and encoder_name(written) == "toy"
    assert [len(rows) for rows in found] == [min(size, len(marked) - i) for i in range(0, len(marked), size)]
    np.testing.assert_array_equal(np.vstack([ROWS[:0], *found]), ROWS[[IDS.index(i) for i in marked]])


def test_every_unit_has_its_own_vector_beside_it(tmp_path: Path, size: int) -> None:
    written = write_vectors(IDS, ROWS, "toy", tmp_path / "v.npz", clustered={"u3"})
    found = {u.unit_id: None if row is None else row.tolist() for u, row in beside(UNITS, written)}
    assert found == {"a": None, **dict(zip(IDS, ROWS.tolist(), strict=True)), "z": None}
    assert [row for _, row in beside(UNITS, None)] == [None] * 9


def test_vectors_in_another_order_are_not_taken_for_others(tmp_path: Path) -> None:
    with pytest.raises(ValueError, match="another order"):
        list(beside(UNITS[::-1], write_vectors(IDS, ROWS, "toy", tmp_path / "v.npz")))
