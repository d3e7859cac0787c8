import io

import numpy as np
import pytest

from nlp.embed import HashEncoder, centre
from nlp.records import Unit
from nlp.topics.space import BLOCK, KindMeans, Space, centre_kinds, fit_kind_means, kind_means
from tests.nlp.topics.subjects import OPTIONS, UNITS, terms_of, vectors_of

TERMS = [terms_of(u) for u in UNITS]


def fitted() -> Space:
    return Space.fit(vectors_of(UNITS), TERMS, seed=7, options=OPTIONS)


def test_a_row_is_projected_alone_as_it_is_among_others() -> None:
    space, vectors = fitted(), vectors_of(UNITS)
    together = space.project(vectors, TERMS)
    for row in (0, 5, 23):
        assert np.allclose(space.project(vectors[row : row + 1], TERMS[row : row + 1]), together[row], atol=1e-6)


def test_rows_have_length_one() -> None:
    assert np.allclose(np.linalg.norm(fitted().project(vectors_of(UNITS), TERMS), axis=1), 1)


def test_a_space_survives_being_written_and_read() -> None:
    space, file = fitted(), io.BytesIO()
    np.savez(file, **space.arrays())
    file.seek(0)
    with np.load(file, allow_pickle=False) as arrays:
        again = Space.of(arrays)
    assert again.vocabulary == space.vocabulary
    assert np.array_equal(again.project(vectors_of(UNITS), TERMS), space.project(vectors_of(UNITS), TERMS))


def test_centred_rows_are_those_of_the_encoder_room() -> None:
    vectors = vectors_of(UNITS)
    plain = Space.fit(vectors, [()] * len(UNITS), seed=7, options=OPTIONS)
    assert plain.vocabulary == ()
    assert np.allclose(plain.joined(vectors, [()] * len(UNITS)), centre(vectors), atol=1e-6)


@pytest.mark.parametrize("terms", [(), ("没有见过的术语",)])
def test_unknown_terms_say_nothing(terms: tuple[str, ...]) -> None:
    space, vector = fitted(), HashEncoder().encode(["一种新的封装方法"])
    assert np.array_equal(space.project(vector, [terms]), space.project(vector, [()]))


def test_an_empty_round_is_projected_to_nothing() -> None:
    space = fitted()
    assert space.project(np.zeros((0, 256), dtype=np.float32), []).shape == (0, len(space.axes))


def unit(number: int, kind: str) -> Unit:
    return Unit(unit_id=str(number), unit_kind="demand" if kind == "demand" else "patent", title="", text="x", region="未知", organisation=None,
                source_file="a", source_location="b")


def test_the_mean_of_a_kind_is_kept_and_another_kind_gets_its_own_later() -> None:
    chance = np.random.default_rng(0)
    first, later = [unit(i, "demand") for i in range(25)], [unit(i, "patent") for i in range(30)]
    old, new = chance.normal(size=(25, 8)).astype(np.float32) + 3, chance.normal(size=(30, 8)).astype(np.float32) - 3
    means = fit_kind_means(first, old)
    grown = fit_kind_means([*first, *later], np.vstack([old + 1, new]), known=means)
    assert np.array_equal(grown.means["demand"], means.means["demand"])
    assert set(grown.means) == {"demand", "patent"}
    assert np.allclose(grown.centred(first, old), means.centred(first, old))


def test_a_kind_with_few_units_keeps_its_vectors() -> None:
    vectors = np.eye(4, dtype=np.float32)
    rows = [unit(i, "demand") for i in range(4)]
    assert fit_kind_means(rows, vectors) == KindMeans(means={})
    assert np.array_equal(centre_kinds(rows, vectors), vectors)


def test_a_mean_by_blocks_is_numpys_to_the_last_bit() -> None:
    vectors = np.random.default_rng(3).normal(size=(2 * BLOCK + 5, 7)).astype(np.float32)
    kinds = ["demand" if i % 3 else "patent" for i in range(len(vectors))]
    found = kind_means([unit(i, kind) for i, kind in enumerate(kinds)], np.split(vectors, [5, 5, BLOCK, BLOCK + 7])).means
    for kind in ("demand", "patent"):
        np.testing.assert_array_equal(found[kind], vectors[np.array(kinds) == kind].astype(np.float64).mean(axis=0))
