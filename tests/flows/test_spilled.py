"""Patents that were put away come back as a list of them would have been."""

from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pytest

from flows import spilled
from flows.ingest import Gathered, keep_patents, repeated
from flows.spilled import SpilledPatents, patent_units
from flows.store import load, to_table
from nlp.parse import filings
from nlp.records import Patent, Rejected, Unit
from nlp.units import from_patents

FIRST = Patent(patent_id="", family_id=None, title="键合机", abstract="对准", first_applicant="甲公司", country="中国", province="上海", year=2020, ipc=("H01L21/60", "B23K20/00"),
               source_file="a.csv", source_location="第1行")
MANY = [replace(FIRST, patent_id=f"CN{(i * 37) % 23:03}A", title=f"键合机{i}" if i % 5 else "", abstract=f"对准{i}" if i % 7 else "", first_applicant=None if i % 3 else "甲公司",
                year=None if i % 4 else 2000 + i, ipc=FIRST.ipc[: i % 3], source_file=f"{'abc'[i // 10]}.csv", source_location=f"第{i}行") for i in range(30)]
PART = replace(FIRST, patent_id="CN900A", title="一种键合胶", abstract="1. 一种键合胶。", source_file="p.xml", source_location="权利要求书")
PARTS = [PART, replace(PART, title="", abstract="本发明提供了一种键合胶。", source_file="q.xml", source_location="说明书摘要"),
         replace(PART, title="一种低温键合胶", abstract="", source_file="r.xml", source_location="说明书")]
READ = [*PARTS[:1], *MANY[:15], *PARTS[1:2], *MANY[15:], *PARTS[2:]]


@pytest.fixture(params=[1, 4, 1000])
def gathered(request: pytest.FixtureRequest, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Gathered:
    monkeypatch.setattr(spilled, "SLICE", 5)
    monkeypatch.setattr(spilled, "PAGE", 2)
    found = Gathered(patents=SpilledPatents(tmp_path / "parts", size=request.param))
    keep_patents(found, READ)
    assert any((tmp_path / "parts").glob("*")) == (request.param < 1000)
    return found


def listed() -> tuple[dict[str, Patent], list[Rejected]]:
    """The same with every patent held: the first of an id stays, parts of one application are joined."""
    known: dict[str, Patent] = {}
    aside = []
    for p in READ:
        first = known.setdefault(p.patent_id, p)
        if first is p:
            continue
        if one := filings.joined(first, p):
            known[p.patent_id] = one.patent
            aside.append(one.aside)
        else:
            aside.append(repeated(p.patent_id, p, first.source_file))
    return known, aside


def test_what_was_put_away_is_what_a_list_would_have_held(gathered: Gathered, tmp_path: Path) -> None:
    known, aside = listed()
    assert (len(gathered.patents), gathered.rejected) == (len(known), aside) and len(aside) == 9
    assert [gathered.counts[f"patent.{what}"] for what in ("read", "kept", "rejected")] == [33, 24, 9]
    patents = gathered.patents.save(tmp_path / "patents.parquet")
    right = [known[i] for i in sorted(known)]
    assert load(Patent, patents) == right
    assert pa.concat_tables(patent_units(patents)).equals(to_table(Unit, from_patents(right)))


def test_what_is_taken_away_does_not_come_back(gathered: Gathered, tmp_path: Path) -> None:
    known, _ = listed()
    for patent_id in ("CN000A", "CN900A", "CN022A", MANY[29].patent_id):
        if patent_id in gathered.patents:
            assert gathered.patents.pop(patent_id) == known.pop(patent_id)
    assert set(gathered.patents.keys()) == set(known)
    assert load(Patent, gathered.patents.save(tmp_path / "patents.parquet")) == [known[i] for i in sorted(known)]


@pytest.mark.parametrize("size", [1, 1000])
def test_none_are_an_empty_table(size: int, tmp_path: Path) -> None:
    none = SpilledPatents(tmp_path / "parts", size=size)
    none.put(FIRST)
    none.pop("")
    made = none.save(tmp_path / "patents.parquet")
    assert load(Patent, made) == [] and sum(map(len, patent_units(made))) == 0
