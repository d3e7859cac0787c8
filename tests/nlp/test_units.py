from nlp import units
from nlp.records import Demand, Patent


def test_offsets_refer_to_title_and_body() -> None:
    patent = Patent(patent_id="p", family_id=None, title="光刻胶", abstract="一种光刻胶。", first_applicant="甲", country=None, province="上海", year=None,
                    ipc=("G03F7/004",), source_file="f", source_location="l")
    (unit,) = units.from_patents([patent])
    assert (unit.text, unit.ipc, unit.unit_kind) == ("光刻胶\n一种光刻胶。", ("G03F7/004",), "patent")


def test_a_replaced_version_is_no_unit() -> None:
    fields = {"submission_id": "s", "version": 1, "source_file": "f", "source_location": "l", "organisation": None, "region": "上海", "title": "只有标题", "text": ""}
    old, new = Demand(demand_id="1", superseded_by="2", **fields), Demand(demand_id="2", superseded_by=None, **fields)  # type: ignore[arg-type]
    assert [(u.unit_id, u.text) for u in units.from_demands([old, new])] == [("2", "只有标题")]
