import random
from dataclasses import replace
from datetime import date

from nlp.records import Demand, Submission
from nlp.understand.resubmissions import link_versions
from tests.nlp.understand.duplicate_pairs import finder

TITLE = "锂电池极片在线测厚系统"
BODY = "极片涂布厚度依靠离线抽检，超差后报废多。需要激光与超声结合的在线测厚。指标：测量精度≤1μm，幅宽≥650mm，响应时间≤10ms。"


def sent(ident: str, when: date | None, *, body: str = BODY, title: str = TITLE, firm: str | None = "甲公司", form: str = "") -> tuple[Demand, Submission]:
    submission_id = form or f"S-{ident}"
    demand = Demand(demand_id=ident, submission_id=submission_id, version=1, superseded_by=None, source_file=f"{ident}.docx",
                    source_location="全文", organisation=firm, region="江苏", title=title, text=body)
    return demand, Submission(submission_id=submission_id, source_file=f"{ident}.docx", source_location="全文", organisation=firm,
                              region="江苏", received=when)


def versions(*pairs: tuple[Demand, Submission]) -> dict[str, tuple[int, str | None]]:
    linked = link_versions([d for d, _ in pairs], [s for _, s in pairs], finder())
    return {d.demand_id: (d.version, d.superseded_by) for d in linked.demands}


EARLY, LATE = date(2024, 3, 1), date(2024, 4, 2)
EDITED = BODY.replace("超差后报废多", "超差之后报废较多")


def test_an_edited_one_is_the_next_version() -> None:
    assert versions(sent("b", EARLY), sent("a", LATE, body=EDITED)) == {"b": (1, "a"), "a": (2, None)}


def test_another_figure_under_the_same_title_is_a_version_not_a_related_demand() -> None:
    assert versions(sent("b", EARLY), sent("a", LATE, body=BODY.replace("≤1μm", "≤2μm"))) == {"b": (1, "a"), "a": (2, None)}


def test_the_same_text_again_is_the_same_version() -> None:
    assert versions(sent("b", EARLY), sent("a", LATE)) == {"b": (1, None), "a": (1, "b")}


def test_all_point_to_the_one_that_stands() -> None:
    last = EDITED.replace("幅宽≥650mm", "幅宽≥1200mm")
    got = versions(sent("a", EARLY), sent("b", date(2024, 3, 9)), sent("c", LATE, body=EDITED), sent("d", date(2024, 5, 1), body=last))
    assert got == {"a": (1, "d"), "b": (1, "d"), "c": (2, "d"), "d": (3, None)}


def test_never_across_organisations_nor_without_one() -> None:
    assert versions(sent("a", EARLY), sent("b", LATE, firm="乙公司")) == {"a": (1, None), "b": (1, None)}
    assert versions(sent("a", EARLY, firm=None), sent("b", LATE, firm=None)) == {"a": (1, None), "b": (1, None)}


def test_two_parts_of_one_form_are_two_demands() -> None:
    assert versions(sent("a", EARLY, form="S"), sent("b", EARLY, form="S", body=EDITED)) == {"a": (1, None), "b": (1, None)}


def test_another_need_of_the_same_organisation_is_left_alone() -> None:
    other = sent("b", LATE, title="极片辊压机轧辊磨削", body="轧辊圆度超差，需要在线磨削修复，圆度≤2μm。")
    assert versions(sent("a", EARLY), other) == {"a": (1, None), "b": (1, None)}


def test_without_dates_the_later_file_stands() -> None:
    assert versions(sent("b", None, body=EDITED), sent("a", None)) == {"a": (1, "b"), "b": (2, None)}


def test_reasons_are_given_and_order_changes_nothing() -> None:
    pairs = [sent("a", EARLY), sent("b", LATE, body=EDITED), sent("c", LATE, firm="乙公司"), sent("d", date(2024, 6, 1), firm="乙公司")]
    linked = link_versions([d for d, _ in pairs], [s for _, s in pairs], finder())
    assert [(r.demand_id, r.superseded_by, r.kind) for r in linked.resubmissions] == [("d", "c", "identical"), ("a", "b", "edited")]
    assert [r.reason for r in linked.resubmissions] == [
        "同一单位重复报送，内容相同，以 c（2024-04-02收到）为准",
        "同一单位就同一需求再次报送，以后来的 b（2024-04-02收到）为准",
    ]
    shuffled = random.Random(1).sample(pairs, len(pairs))
    again = link_versions([d for d, _ in shuffled], [s for _, s in shuffled], finder())
    assert again.resubmissions == linked.resubmissions
    assert sorted(again.demands, key=lambda d: d.demand_id) == sorted(linked.demands, key=lambda d: d.demand_id)


def test_other_fields_stay() -> None:
    (one, first), (two, second) = sent("a", EARLY), sent("b", LATE, body=EDITED)
    linked = link_versions([one, two], [first, second], finder())
    assert linked.demands == (replace(one, superseded_by="b"), replace(two, version=2))
