from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from nlp.embed import Encoder, normalised
from nlp.errors import ModelUnavailable
from nlp.static_encoder import STATIC_FILE, StaticEncoder, Words, cutter_of, fit_words, load_static, pack_static, sif

WORDS = ("光刻", "光刻胶", "刻蚀", "树脂", "胶", "机", "sic", "衬底", "键合")
ADDED = ("光刻胶", "衬底")


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    made = tmp_path_factory.mktemp("models") / "tiny"
    made.mkdir()
    vectors = np.random.default_rng(3).normal(size=(len(WORDS), 8))
    content = pack_static(name="tiny", space="teacher", words=WORDS, added=ADDED, vectors=vectors, weights=np.linspace(0.2, 1, len(WORDS)), mean=np.full(8, 0.1))
    (made / STATIC_FILE).write_bytes(content)
    return made


@pytest.fixture(scope="module")
def encoder(folder: Path) -> StaticEncoder:
    return StaticEncoder(folder)


def test_it_is_an_encoder(encoder: StaticEncoder) -> None:
    kept: Encoder = encoder
    assert (kept.name, kept.dimension, encoder.space) == ("tiny", 8, "teacher")
    assert kept.encode([]).shape == (0, 8)


@pytest.mark.parametrize(("text", "words"), [
    ("光刻胶的树脂", ["光刻胶", "的", "树脂"]),
    ("SiC衬底，12英寸", ["sic", "衬底", "英寸"]),
    ("-40 ~ 125 ℃", []),
    ("", []),
])
def test_words_of_a_text(encoder: StaticEncoder, text: str, words: Sequence[str]) -> None:
    assert list(encoder.words.of(text)) == words


def test_a_word_that_is_not_held_counts_by_its_characters() -> None:
    words = Words(("机", "光刻"), cutter_of(()))
    assert dict(words.columns("飞机")) == {0: 1}  # 飞 is not held
    assert dict(words.columns("光刻光刻")) == {1: 2}


def test_rows_have_norm_one_and_what_says_nothing_is_zero(encoder: StaticEncoder) -> None:
    norms = np.linalg.norm(encoder.encode(["光刻胶树脂", "键合", "……", ""]), axis=1)
    assert norms.tolist() == pytest.approx([1, 1, 0, 0], abs=1e-6)


def test_a_vector_rests_on_its_text_alone(encoder: StaticEncoder, monkeypatch: pytest.MonkeyPatch) -> None:
    texts = [f"{a}与{b}{c}" for a in WORDS for b in WORDS for c in WORDS]
    whole = encoder.encode(texts)
    assert (encoder.encode(texts[::-1])[::-1] == whole).all()
    monkeypatch.setattr("nlp.static_encoder.BLOCK", 7)
    assert (encoder.encode(texts) == whole).all()


def test_the_mean_is_weighted_and_stands_on_the_encoders_mean(folder: Path, encoder: StaticEncoder) -> None:
    held = load_static(folder)
    rows = {w: held.vectors[i].astype(np.float64) * held.scales[i] for i, w in enumerate(held.words)}
    weight = dict(zip(held.words, held.weights.astype(np.float64), strict=True))
    total = 2 * weight["树脂"] + weight["刻蚀"]
    expected = normalised(((2 * weight["树脂"] * rows["树脂"] + weight["刻蚀"] * rows["刻蚀"]) / total + held.mean)[None])
    np.testing.assert_allclose(encoder.encode(["树脂刻蚀树脂"]), expected, atol=1e-5)


def test_common_words_weigh_less() -> None:
    weights = sif({"方法": 900, "光刻胶": 3}, 1000, ["方法", "光刻胶", "未见"], a=0.01)
    assert weights[0] < weights[1] < weights[2] < 1
    assert weights[0] == pytest.approx(0.01 / (0.01 + 901 / 1001))


def test_fitting_recovers_word_vectors_from_texts() -> None:
    """Texts are exact means of hidden word vectors; words that texts hold come near them, the start alone does not."""
    from scipy.sparse import csr_matrix

    chance = np.random.default_rng(5)
    hidden, shares = chance.normal(size=(40, 6)), chance.dirichlet(np.full(40, 0.1), size=400)
    start = hidden @ chance.normal(size=(6, 6)) + chance.normal(size=(40, 6))
    fitted = fit_words(csr_matrix(shares), shares @ hidden, start, firm=1e-3, ridge=1e-3)
    mapped = fit_words(csr_matrix(shares), shares @ hidden, start, firm=1e-3, ridge=1e6)
    assert np.abs(fitted - hidden).mean() < 0.1 < np.abs(mapped - hidden).mean()


def test_a_text_of_little_weight_is_followed_less() -> None:
    from scipy.sparse import csr_matrix

    shares, targets = csr_matrix(np.ones((2, 1))), np.array([[1.0], [-1.0]])
    fitted = fit_words(shares, targets, np.ones((1, 1)), firm=1e-3, ridge=0.1, weights=np.array([1.0, 0.25]))
    assert fitted[0, 0] == pytest.approx(0.6, abs=0.02)  # the weighted mean


@pytest.mark.parametrize("damage", [lambda b: b[:100], lambda b: b.replace(b"teacher", b"t", 1), lambda b: b""])
def test_a_damaged_file_is_refused_in_chinese(folder: Path, tmp_path: Path, damage) -> None:
    (tmp_path / STATIC_FILE).write_bytes(damage((folder / STATIC_FILE).read_bytes()))
    with pytest.raises(ModelUnavailable, match="读不出"):
        StaticEncoder(tmp_path)


def test_a_missing_file_is_refused(tmp_path: Path) -> None:
    with pytest.raises(ModelUnavailable, match=STATIC_FILE):
        StaticEncoder(tmp_path)
