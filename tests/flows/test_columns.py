"""Records kept as columns come back as they were, as often as wanted, and are found by their key."""

import pytest

from flows import columns
from flows.columns import ByKey, Renamed, to_columns
from nlp.records import TermMention


def mention(key: str, surface: str, start: int = 0) -> TermMention:
    return TermMention(unit_id=key, term_id=None, surface=surface, start=start, end=start + len(surface), score=0.5, extractor="t")


FIRST = [mention("b", "光刻胶"), mention("b", "静电卡盘", 5), mention("c", "光刻胶")]
SECOND = [mention("c", "光刻胶"), mention("e", "键合", 3)]


@pytest.mark.parametrize("size", [1, 2, 100])
def test_records_come_back_twice(size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(columns, "SLICE", size)
    monkeypatch.setattr(columns, "KEYS", size)
    kept = Renamed(TermMention, ByKey([to_columns(TermMention, iter(FIRST))]), ["b", "c"], ["b", "c"])
    assert (list(kept), list(kept)) == (FIRST, FIRST)


@pytest.mark.parametrize("size", [1, 2, 100])
def test_rows_of_a_key_under_a_name(size: int, monkeypatch: pytest.MonkeyPatch) -> None:
    """A key that two tables hold counts once, also where it ends the one and begins the other; a key without rows gives none."""
    monkeypatch.setattr(columns, "SLICE", size)
    monkeypatch.setattr(columns, "KEYS", size)
    found = ByKey(to_columns(TermMention, some) for some in (FIRST, (), SECOND))
    rows = list(Renamed(TermMention, found, ["e", "c", "a", "b", "c"], ["1", "2", "3", "4", "5"]))
    assert [(m.unit_id, m.surface, m.start) for m in rows] == [("1", "键合", 3), ("2", "光刻胶", 0), ("4", "光刻胶", 0), ("4", "静电卡盘", 5), ("5", "光刻胶", 0)]


def test_nothing_holds_nothing() -> None:
    assert not len(ByKey([to_columns(TermMention, ())]).of(["a"], ["1"]))
