"""Kept results: only what is new is computed, a torn or foreign file is computed again, a changed stamp forgets everything."""

from collections.abc import Sequence
from pathlib import Path

import numpy as np
import pytest

from flows.cache import Cache, fingerprint
from flows.loaded import vocabulary_of_demands
from nlp.embed import HashEncoder, Vectors
from nlp.records import Demand, TermMention, Understood, Unit
from nlp.understand.demand import as_two, understand

TEXTS = {"a.csv": ["静电卡盘", "光刻胶"], "b.csv": ["光刻胶", "混合键合"]}


def units(texts: dict[str, list[str]]) -> list[Unit]:
    return [Unit(unit_id=f"{source}-{i}", unit_kind="patent", title="", text=text, region="", organisation=None, source_file=source, source_location="")
            for source, some in texts.items() for i, text in enumerate(some)]


def demands(texts: dict[str, list[str]]) -> list[Demand]:
    return [Demand(demand_id=f"{source}-{i}", submission_id="", version=1, superseded_by=None, source_file=source, source_location="", organisation=None, region="未知",
                   title=text, text=f"要求{text}的厚度不大于5μm") for source, some in texts.items() for i, text in enumerate(some)]


class Counting:
    """A real encoder and a real finder that remember what they were asked."""

    def __init__(self) -> None:
        self.asked: list[str] = []

    def encode(self, texts: Sequence[str]) -> Vectors:
        self.asked += texts
        return HashEncoder().encode(texts)

    def extract(self, pairs: Sequence[tuple[str, str]]) -> list[TermMention]:
        self.asked += [text for _, text in pairs]
        return [TermMention(unit_id=i, term_id=None, surface=text[:2], start=0, end=2, score=0.5, extractor="t") for i, text in pairs if "光" in text]


    def understand(self, pairs: Sequence[tuple[str, str]]) -> list[Understood]:
        self.asked += [text for _, text in pairs]
        return [understand(key, *as_two(text), vocabulary=vocabulary_of_demands()) for key, text in pairs]


def test_only_new_texts_are_encoded(tmp_path: Path) -> None:
    cache, encoder = Cache(tmp_path), Counting()
    first = cache.vectors(units(TEXTS), "s", encoder.encode)
    assert sorted(encoder.asked) == ["光刻胶", "混合键合", "静电卡盘"]
    more = {**TEXTS, "b.csv": ["混合键合", "探针卡", "光刻胶"]}
    again = Cache(tmp_path)
    second = again.vectors(units(more), "s", encoder.encode)
    assert encoder.asked[3:] == ["探针卡"]
    assert (again.reused, again.computed) == (3, 1)
    np.testing.assert_array_equal(second, HashEncoder().encode([u.text for u in units(more)]))
    np.testing.assert_array_equal(first, HashEncoder().encode([u.text for u in units(TEXTS)]))


def test_one_changed_source_rewrites_one_file(tmp_path: Path) -> None:
    Cache(tmp_path).vectors(units(TEXTS), "s", HashEncoder().encode)
    before = {p: p.stat().st_mtime_ns for p in (tmp_path / "vectors" / "s").iterdir()}
    Cache(tmp_path).vectors(units({**TEXTS, "a.csv": ["静电卡盘"]}), "s", HashEncoder().encode)
    changed = [p for p, moment in before.items() if p.stat().st_mtime_ns != moment]
    assert len(before) == 2 and len(changed) == 1


def test_what_demands_say_is_that_of_a_run_without_a_cache(tmp_path: Path) -> None:
    finder, words = Counting(), vocabulary_of_demands()
    found = [Cache(tmp_path).understood(demands(TEXTS), "s", finder.understand) for _ in range(2)]
    assert found[0] == found[1] == [understand(d.demand_id, d.title, d.text, vocabulary=words) for d in demands(TEXTS)]
    assert len(finder.asked) == 3 and all(u.targets for u in found[0])


def test_mentions_are_those_of_a_run_without_a_cache(tmp_path: Path) -> None:
    finder, found = Counting(), units(TEXTS)
    first = list(Cache(tmp_path).mentions(found, "s", finder.extract))
    second = list(Cache(tmp_path).mentions(found, "s", finder.extract))
    assert first == second == [m for u in sorted(found, key=lambda u: u.unit_id) for m in Counting().extract([(u.unit_id, u.text)])]
    assert len(finder.asked) == 3  # a text without a term is remembered too


@pytest.mark.parametrize("harm", [lambda p: p.write_bytes(p.read_bytes()[: p.stat().st_size // 2]), lambda p: p.write_bytes(b"\x00junk"), lambda p: p.unlink(),
                                  lambda p: p.write_bytes(b"")], ids=["cut", "junk", "gone", "empty"])
def test_a_broken_file_is_computed_again(tmp_path: Path, harm) -> None:
    found = units(TEXTS)
    right = Cache(tmp_path).vectors(found, "s", HashEncoder().encode)
    mentions = list(Cache(tmp_path).mentions(found, "s", Counting().extract))
    said = Cache(tmp_path).understood(demands(TEXTS), "s", Counting().understand)
    for path in [p for p in tmp_path.rglob("*") if p.is_file()]:
        kept = path.read_bytes()
        harm(path)
        np.testing.assert_array_equal(Cache(tmp_path).vectors(found, "s", HashEncoder().encode), right)
        assert list(Cache(tmp_path).mentions(found, "s", Counting().extract)) == mentions
        assert Cache(tmp_path).understood(demands(TEXTS), "s", Counting().understand) == said
        path.write_bytes(kept)


def test_another_stamp_forgets_and_clears(tmp_path: Path) -> None:
    encoder = Counting()
    for stamp in ("old", "new"):
        Cache(tmp_path).vectors(units(TEXTS), stamp, encoder.encode)
    assert len(encoder.asked) == 6
    assert [p.name for p in (tmp_path / "vectors").iterdir()] == ["new"]


def test_a_stamp_follows_contents_and_words_not_order(tmp_path: Path) -> None:
    (tmp_path / "a").write_text("1")
    (tmp_path / "b").write_text("2")
    stamp = fingerprint([tmp_path / "a", tmp_path / "b"], "full")
    assert fingerprint([tmp_path / "b", tmp_path / "a"], "full") == stamp
    assert fingerprint([tmp_path / "a", tmp_path / "b"], "fast") != stamp
    (tmp_path / "b").write_text("3")
    assert fingerprint([tmp_path / "a", tmp_path / "b"], "full") != stamp


def test_no_units(tmp_path: Path) -> None:
    assert len(Cache(tmp_path).vectors([], "s", HashEncoder().encode)) == 0
    assert not list(Cache(tmp_path).mentions([], "s", Counting().extract))
    assert Cache(tmp_path).understood([], "s", Counting().understand) == []


def test_what_no_present_text_uses_is_swept(tmp_path: Path) -> None:
    def run(texts: dict[str, list[str]]) -> set[str]:
        cache = Cache(tmp_path)
        cache.vectors(units(texts), "s", HashEncoder().encode)
        cache.mentions(units(texts), "s", Counting().extract)
        cache.understood(demands(texts), "s", Counting().understand)
        cache.sweep()
        return {p.relative_to(tmp_path).as_posix() for p in tmp_path.rglob("*") if p.is_file()}

    both, one = run(TEXTS), run({"b.csv": TEXTS["b.csv"]})
    assert len(both) == 8 and len(one) == 4 and one < both  # of a file that is gone nothing is kept
    encoder = Counting()
    Cache(tmp_path).vectors(units({"b.csv": ["光刻胶"]}), "s", encoder.encode)  # a text of the file is replaced or withdrawn
    assert encoder.asked == []
    Cache(tmp_path).vectors(units({"b.csv": ["光刻胶", "混合键合"]}), "s", encoder.encode)
    assert encoder.asked == ["混合键合"]
