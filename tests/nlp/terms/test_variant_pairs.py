"""200 true variant pairs and 200 near-but-different pairs, half held out by a hash of the pair."""

import tomllib
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from zlib import crc32

from nlp.records import TermMention
from nlp.terms import Lexicon, load_lexicon, merge

ROOT = Path(__file__).parents[3]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    first: str
    second: str
    text: str
    kind: str
    same: bool

    @property
    def held_out(self) -> bool:
        return crc32(f"{self.first}|{self.second}".encode()) % 2 == 1


def pairs() -> list[Pair]:
    data = tomllib.loads((ROOT / "tests" / "data" / "variant_pairs.toml").read_text("utf-8"))
    return [
        Pair(first=entry[0], second=entry[1], text=entry[2] if len(entry) > 2 else "", kind=kind, same=answer == "same")
        for answer, kinds in data.items()
        for kind, entries in kinds.items()
        for entry in entries
    ]


@cache
def lexicon() -> Lexicon:
    return load_lexicon(ROOT / "corpora" / "lexicons")


def is_merged(pair: Pair) -> bool:
    text = pair.text or f"{pair.first}\n{pair.second}"
    found = [
        TermMention(unit_id="u", term_id=None, surface=s, start=start, end=start + len(s), score=0.5, extractor="phrase")
        for s in (pair.first, pair.second)
        for start in range(len(text))
        if text.startswith(s, start)
    ]
    return len(merge(found, lexicon(), [("u", text)]).terms) == 1


def share_merged(*, same: bool, held_out: bool) -> float:
    chosen = [pair for pair in pairs() if pair.same is same and pair.held_out is held_out]
    return sum(map(is_merged, chosen)) / len(chosen)


def test_there_are_two_hundred_of_each() -> None:
    assert [sum(pair.same is answer for pair in pairs()) for answer in (True, False)] == [200, 200]


def test_true_variants_are_merged() -> None:
    assert share_merged(same=True, held_out=False) >= 0.9
    assert share_merged(same=True, held_out=True) >= 0.85


def test_different_technologies_are_kept_apart() -> None:
    assert share_merged(same=False, held_out=False) <= 0.01
    assert share_merged(same=False, held_out=True) <= 0.01
