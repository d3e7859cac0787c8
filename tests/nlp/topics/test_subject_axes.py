from pathlib import Path

import numpy as np
import pytest

from nlp.errors import ModelUnavailable
from nlp.topics.space import unit_rows
from nlp.topics.subject_axes import AXES_FILE, Labelled, Paired, SubjectAxes, fit_axes, load_axes, pack_axes

SUBJECT, STYLE = np.eye(10)[:4], 3.0 * np.eye(10)[4:6]


def texts(subjects: np.ndarray, seed: int) -> np.ndarray:
    """Four subjects in the first directions, a style of writing that is louder than any subject in two others."""
    chance = np.random.default_rng(seed)
    rows = SUBJECT[subjects] + chance.normal(size=(len(subjects), 2)) @ STYLE + 0.2 * chance.normal(size=(len(subjects), 10))
    return unit_rows(rows - rows.mean(axis=0)).astype(np.float32)


def fitted() -> SubjectAxes:
    subjects = np.repeat(np.arange(4), 50)
    source = Labelled(vectors=texts(subjects, 1), subjects=[frozenset({str(s)}) for s in subjects])
    pair = Paired(first=texts(subjects, 2), second=texts(subjects, 3))
    return SubjectAxes(encoder="e", axes=fit_axes([source], [pair], dimensions=3, shrink=0.05, power=0.1))


def nearest_agrees(rows: np.ndarray, subjects: np.ndarray) -> float:
    likeness = rows @ rows.T - 2 * np.eye(len(rows))
    return float((subjects[likeness.argmax(axis=1)] == subjects).mean())


def test_along_the_axes_neighbours_share_a_subject_not_a_style() -> None:
    subjects = np.tile(np.arange(4), 40)
    rows = texts(subjects, 9)
    seen = fitted().of(rows)
    assert seen.shape == (160, 3)
    assert nearest_agrees(seen, subjects) > nearest_agrees(rows, subjects) + 0.05


def test_a_zero_row_stays_zero() -> None:
    assert not fitted().of(np.zeros((2, 10), dtype=np.float32)).any()


def test_rare_subjects_and_texts_without_one_take_no_part() -> None:
    vectors = texts(np.repeat(np.arange(2), 10), 4)
    named = [frozenset({"a"})] * 10 + [frozenset({"b"})] * 10
    more = Labelled(vectors=np.vstack([vectors, vectors[:2]]), subjects=[*named, frozenset({"c"}), frozenset()])
    plain = Labelled(vectors=vectors, subjects=named)
    assert np.allclose(*(np.abs(fit_axes([s], [], dimensions=1, shrink=0.1, power=0.0)) for s in (plain, more)))


def test_axes_are_written_and_read(tmp_path: Path) -> None:
    axes = fitted()
    (tmp_path / AXES_FILE).write_bytes(pack_axes(axes))
    again = load_axes(tmp_path)
    assert again.encoder == "e"
    assert np.allclose(again.axes, axes.axes, rtol=1e-6)


def test_missing_and_damaged_files_are_named(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailable):
        load_axes(tmp_path)
    (tmp_path / AXES_FILE).write_bytes(b"no weights")
    with pytest.raises(ModelUnavailable):
        load_axes(tmp_path)
