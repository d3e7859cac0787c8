"""The head corrects the rules by a vector; without a head, a vector or a folder the rules decide alone."""

import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from nlp.chain import NONE, Chain, classify, load_chain, weigh
from nlp.chain_head import BY_VECTOR, RULE_FEATURES, ChainHead, judge, labels_of, load_head, rule_features
from nlp.chain_training import Example, cross_validated, fit_head, head_bytes
from nlp.embed import HashEncoder
from nlp.errors import ModelUnavailable

ROOT = Path(__file__).parents[2]
WEIGHTS = ROOT / "models" / "segments-ic" / "weights.safetensors"
WRITTEN = [json.loads(line) for line in (ROOT / "corpora" / "gold" / "segments_written.jsonl").read_text("utf-8").splitlines()]
EXAMPLES = [Example(unit_id=row["id"], text=row["text"], segment=row["segment"]) for row in WRITTEN]
PLAIN = "一种支撑结构\n包括支撑件与调节件。"
CHIP = "一种叠层芯片封装结构\n芯片通过引线与载板电连接。"


@pytest.fixture(scope="module")
def chain() -> Chain:
    return load_chain(ROOT / "corpora" / "chains" / "ic.toml", ROOT / "corpora" / "lexicons")


def leaning(chain: Chain, towards: str, by: float) -> ChainHead:
    """A head that looks at one direction only: a vector along it speaks for one label."""
    labels = labels_of(chain)
    vector = np.zeros((len(labels), 2), np.float32)
    vector[labels.index(towards), 0] = by
    rules = np.zeros((len(labels), len(labels) - 1 + RULE_FEATURES), np.float32)
    rules[:, : len(labels) - 1] = 8 * np.eye(len(labels), len(labels) - 1)
    rules[-1, len(labels)] = 4
    return ChainHead(encoder="toy", labels=labels, vector=vector, rules=rules, bias=np.zeros(len(labels), np.float32))


ALONG, ACROSS = np.array([1, 0], np.float32), np.array([0, 1], np.float32)


def test_the_vector_decides_and_the_evidence_says_so(chain: Chain) -> None:
    head = leaning(chain, "equipment", 9)
    assert judge("x", PLAIN, chain=chain, head=head, vector=ACROSS).segment == NONE
    moved = judge("x", PLAIN, chain=chain, head=head, vector=ALONG)
    assert moved.segment == "equipment"
    assert moved.evidence[0] == BY_VECTOR
    assert BY_VECTOR not in judge("x", CHIP, chain=chain, head=head, vector=ACROSS).evidence


def test_codes_and_words_still_speak(chain: Chain) -> None:
    head = leaning(chain, "design", 1)
    assert judge("x", CHIP, chain=chain, head=head, vector=ALONG).segment == "packaging_test"
    without, coded = (judge("x", PLAIN, chain=chain, ipc=ipc, head=head, vector=ACROSS) for ipc in ((), ("H01L21/683", "H01L21/67")))
    assert (without.segment, coded.segment) == (NONE, "equipment")
    assert "H01L21/683" in coded.evidence


@pytest.mark.parametrize("vector", [None, np.zeros(2, np.float32)], ids=["absent", "zero"])
def test_rules_alone(chain: Chain, vector: np.ndarray | None) -> None:
    assert judge("x", CHIP, chain=chain, head=leaning(chain, "design", 9), vector=vector) == classify("x", CHIP, chain=chain)
    assert judge("x", CHIP, chain=chain, head=None, vector=ALONG) == classify("x", CHIP, chain=chain)


def test_scores_are_chances(chain: Chain) -> None:
    head = leaning(chain, "equipment", 2)
    chances = head.probabilities(ALONG, rule_features(weigh(CHIP, chain=chain), chain))
    verdict = judge("x", CHIP, chain=chain, head=head, vector=ALONG)
    assert sum(chances.values()) == pytest.approx(1)
    assert verdict.score == pytest.approx(max(chances.values()), abs=1e-4)
    assert verdict.segment not in dict(verdict.alternatives)
    assert NONE not in dict(verdict.alternatives)


@pytest.mark.parametrize(("by", "doubtful"), [(0.0, False), (4.0, True)])
def test_a_weak_chance_is_doubtful(chain: Chain, by: float, doubtful: bool) -> None:
    assert judge("x", PLAIN, chain=chain, head=leaning(chain, "equipment", by), vector=ALONG).doubtful is doubtful
    assert not judge("x", PLAIN, chain=replace(chain, doubt=None), head=leaning(chain, "equipment", by), vector=ALONG).doubtful


# ---- training -----------------------------------------------------------------------------


def test_what_is_fitted_is_what_is_read_back(chain: Chain) -> None:
    encoder = HashEncoder()
    vectors = encoder.encode([e.text for e in EXAMPLES])
    head = fit_head(EXAMPLES, vectors, chain=chain, encoder=encoder.name)
    again = load_head(head_bytes(head), chain=chain)
    assert head_bytes(again) == head_bytes(fit_head(EXAMPLES, vectors, chain=chain, encoder=encoder.name))
    found = [judge(e.unit_id, e.text, chain=chain, head=again, vector=v).segment for e, v in zip(EXAMPLES, vectors, strict=True)]
    assert sum(s == e.segment for s, e in zip(found, EXAMPLES, strict=True)) >= 0.95 * len(EXAMPLES)


def test_cross_validation_holds_equal_texts_together(chain: Chain) -> None:
    copies = [*EXAMPLES, *(replace(e, unit_id=f"copy-{e.unit_id}") for e in EXAMPLES[:20])]
    vectors = HashEncoder().encode([e.text for e in copies])
    wanted = [e.unit_id for e in copies if e.unit_id.endswith("1")]
    found = cross_validated(wanted, copies, vectors, chain=chain, encoder="hash-256")
    assert sorted(found) == sorted(wanted)
    assert all(replace(found[f"copy-{i}"], unit_id=i) == found[i] for i in wanted if f"copy-{i}" in found)


# ---- the committed weights ----------------------------------------------------------------


def test_the_committed_head_fits_its_chain(chain: Chain) -> None:
    head = load_head(WEIGHTS.read_bytes(), chain=chain)
    assert (head.encoder, head.vector.shape) == ("e5-small-zh", (len(chain.segments) + 1, 384))


def test_other_segments_and_damaged_files_are_refused(chain: Chain) -> None:
    other = load_chain(ROOT / "corpora" / "chains" / "nev.toml", ROOT / "corpora" / "lexicons")
    with pytest.raises(ModelUnavailable, match="别的环节"):
        load_head(WEIGHTS.read_bytes(), chain=other)
    with pytest.raises(ModelUnavailable, match="无法读懂"):
        load_head(WEIGHTS.read_bytes()[:200], chain=chain)
