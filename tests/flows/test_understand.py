"""Segments with and without a head; vectors of every unit, of which only some are clustered."""

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from flows import understand
from flows.settings import Settings, read
from flows.store import Artefact
from flows.understand import chain_of, head_of, read_vectors, verdicts_of, write_vectors
from nlp.chain import classify
from nlp.records import Unit

TEXTS = {"a": "一种叠层芯片封装结构\n芯片通过引线与载板电连接。", "b": "河道清淤船\n泵吸排泥。", "c": "充电桩散热\n液冷。"}
UNITS = [
    Unit(unit_id=i, unit_kind="demand", title="", text=text, region="未知", organisation=None, source_file="x", source_location="第1行")
    for i, text in TEXTS.items()
]


@pytest.fixture
def settings() -> Settings:
    return read()


def test_a_head_serves_its_chain_and_its_encoder_only(settings: Settings) -> None:
    assert head_of("ic", chain_of("ic"), settings) is not None
    assert head_of("nev", chain_of("nev"), settings) is None
    assert head_of("ic", chain_of("ic"), replace(settings, encoder=replace(settings.encoder, name="other"))) is None


@pytest.mark.parametrize("name", ["ic", "nev"])
def test_rules_alone_in_the_fast_tier(settings: Settings, name: str) -> None:
    fast = replace(settings, terms=replace(settings.terms, tier="fast"))
    assert verdicts_of(UNITS, name, fast) == [classify(u.unit_id, u.text, chain=chain_of(name)) for u in UNITS]


def test_rules_alone_without_the_encoder_or_the_head(settings: Settings, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    by_rules = [classify(u.unit_id, u.text, chain=chain_of("ic")) for u in UNITS]
    assert verdicts_of(UNITS, "ic", settings, {}) == by_rules
    monkeypatch.setattr(understand, "head_of", lambda name, chain, settings: None)
    monkeypatch.setattr(understand, "encoder_of", lambda *args: pytest.fail("no head needs no vectors"))
    assert verdicts_of(UNITS, "ic", settings) == by_rules


def test_given_vectors_are_used(settings: Settings) -> None:
    head = head_of("ic", chain_of("ic"), settings)
    assert head is not None
    towards = head.vector[head.labels.index("equipment")] - head.vector[head.labels.index("none")]
    far = {"b": (towards / np.linalg.norm(towards) * 50).astype(np.float32)}
    assert verdicts_of(UNITS, "ic", settings, far)[1].segment == "equipment"


def test_only_marked_vectors_are_clustered(tmp_path: Path) -> None:
    vectors = np.arange(6, dtype=np.float32).reshape(3, 2)
    marked: Artefact = write_vectors(list(TEXTS), vectors, "toy", tmp_path / "v.npz", clustered={"a", "c"})
    assert list(read_vectors(marked)) == ["a", "c"]
    assert list(read_vectors(marked, every=True)) == list(TEXTS)
    assert read_vectors(marked)["c"].tolist() == [4.0, 5.0]
    assert list(read_vectors(write_vectors(list(TEXTS), vectors, "toy", tmp_path / "w.npz"))) == list(TEXTS)
