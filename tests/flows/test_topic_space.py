"""Vectors that are read some rows at a time are seen as they all would be at once."""

from pathlib import Path

import numpy as np
import pytest

from flows import vectors
from flows.topic_space import see, subject_vectors
from flows.vectors import write_vectors
from nlp.records import UnitHead
from nlp.topics.space import KindMeans, fit_kind_means

KINDS = ("clause", "demand", "patent")
UNITS = [UnitHead(unit_id=f"u{i:03}", unit_kind=KINDS[i % 3 if i < 15 else 2], region="未知") for i in range(90)]  # type: ignore[arg-type]  # plain strings
ROWS = np.random.default_rng(4).normal(size=(90, 384)).astype(np.float32)
CLUSTERED = [u.unit_id for i, u in enumerate(UNITS) if i % 7]


@pytest.mark.parametrize("encoder", ["static-zh", "no-such-encoder"])
@pytest.mark.parametrize("known", [None, KindMeans(means={"patent": np.full(384, 0.1)})], ids=["fitted", "known"])
@pytest.mark.parametrize("size", [10, 1000])
def test_some_rows_at_a_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch, encoder: str, known: KindMeans | None, size: int) -> None:
    written = write_vectors([u.unit_id for u in UNITS], ROWS, encoder, tmp_path / "v.npz", clustered=set(CLUSTERED))
    inside = [u for u in UNITS if u.unit_id in CLUSTERED]
    rows = ROWS[[i for i, u in enumerate(UNITS) if u.unit_id in CLUSTERED]]
    kinds = fit_kind_means(inside, rows, known=known)
    monkeypatch.setattr(vectors, "BLOCK", size)
    seen = see(reversed(UNITS), written, encoder=encoder, known=known)
    assert list(seen.units) == inside and seen.kinds.means.keys() == kinds.means.keys() == {"patent"}
    np.testing.assert_array_equal(seen.kinds.means["patent"], kinds.means["patent"])
    np.testing.assert_allclose(seen.rows, subject_vectors(kinds.centred(inside, rows), encoder=encoder), atol=1e-6)
    if size > len(UNITS):
        np.testing.assert_array_equal(seen.rows, subject_vectors(kinds.centred(inside, rows), encoder=encoder))


def test_no_unit_goes_into_topics(tmp_path: Path) -> None:
    seen = see(UNITS, write_vectors(["u000"], ROWS[:1], "static-zh", tmp_path / "v.npz", clustered=()), encoder="static-zh", known=None)
    assert (list(seen.units), len(seen.rows), dict(seen.kinds.means)) == ([], 0, {})
