import json

import pytest

from nlp.errors import InvalidSetting
from nlp.records import Demand
from nlp.understand.decisions import apply_decisions, read_decisions, text_sha256


def demand(number: int, text: str = "把金属杂质降到3 ppb以下") -> Demand:
    return Demand(demand_id=f"D-{number}", submission_id=f"S-{number}", version=1, superseded_by=None, source_file="a.docx", source_location="表1", organisation="某公司",
                  region="上海", title=f"需求{number}", text=text, segment="materials", budget_wan=500.0)


def line(of: Demand, action: str, state: str, *, seq: int = 1, segment: str = "materials", merge_into: str | None = None, **more: object) -> str:
    return json.dumps({"seq": seq, "hash": "h", "at": "t", "action": action, "submission_id": of.submission_id, "version": 1, "demand_id": of.demand_id,
                       "text_sha256": text_sha256(of), "state": state, "segment": segment, "merge_into": merge_into, **more}, ensure_ascii=False) + "\n"


def applied(demands: list[Demand], *lines: str) -> tuple[list[str], list[str | None], list[str | None]]:
    done = apply_decisions(demands, read_decisions("".join(lines)))
    return [d.demand_id for d in done.demands], [d.superseded_by for d in done.demands], [d.segment for d in done.demands]


A, B, C = demand(1), demand(2), demand(3)
ARRIVED = [line(d, "收到", "待处理") for d in (A, B, C)]


@pytest.mark.parametrize(("lines", "ids", "superseded", "segments"), [
    ([], ["D-1", "D-2", "D-3"], [None] * 3, ["materials"] * 3),
    ([line(A, "接收", "已接收")], ["D-1", "D-2", "D-3"], [None] * 3, ["materials"] * 3),
    ([line(A, "不予受理", "不予受理"), line(B, "退回补正", "待补正"), line(C, "转其他渠道", "已转出")], [], [], []),
    ([line(A, "不予受理", "不予受理"), line(A, "撤销", "待处理")], ["D-1", "D-2", "D-3"], [None] * 3, ["materials"] * 3),
    ([line(B, "合并到", "已合并", merge_into="S-1")], ["D-1", "D-2", "D-3"], [None, "D-1", None], ["materials"] * 3),
    ([line(B, "合并到", "已合并", merge_into="S-1"), line(A, "合并到", "已合并", merge_into="S-3")], ["D-1", "D-2", "D-3"], ["D-3", "D-3", None], ["materials"] * 3),
    ([line(A, "改环节", "待处理", segment="design")], ["D-1", "D-2", "D-3"], [None] * 3, ["design", "materials", "materials"]),
    ([line(A, "改环节", "待处理", segment="design"), line(A, "接收", "已接收", segment="design")], ["D-1", "D-2", "D-3"], [None] * 3, ["design", "materials", "materials"]),
    ([line(A, "改环节", "待处理", segment="design"), line(A, "接收", "已接收", segment="design"), line(A, "撤销", "待处理", segment="design")],
     ["D-1", "D-2", "D-3"], [None] * 3, ["design", "materials", "materials"]),
    ([line(A, "改环节", "待处理", segment="design"), line(A, "撤销", "待处理")], ["D-1", "D-2", "D-3"], [None] * 3, ["materials"] * 3),
])
def test_decisions_reach_the_run(lines: list[str], ids: list[str], superseded: list[str | None], segments: list[str | None]) -> None:
    assert applied([A, B, C], *ARRIVED, *lines) == (ids, superseded, segments)


def test_of_a_split_form_its_parts_go_on() -> None:
    parts = [{"title": "甲", "text": "一"}, {"title": "乙", "text": "二"}]
    done = apply_decisions([A], read_decisions("".join([*ARRIVED, line(A, "拆分", "已拆分", parts=parts)])))
    assert [(d.demand_id, d.submission_id, d.title, d.text, d.budget_wan) for d in done.demands] == [
        ("D-1-1", "S-1-1", "甲", "一", None), ("D-1-2", "S-1-2", "乙", "二", None)]
    assert [r.reason for r in done.left_out] == ["需求《需求1》已拆分为 2 项，各项分别计入"]


def test_a_decision_on_another_text_is_not_applied_and_said() -> None:
    done = apply_decisions([demand(1, "改写后的正文")], read_decisions(line(A, "不予受理", "不予受理")))
    assert [d.demand_id for d in done.demands] == ["D-1"]
    assert done.outdated == ("D-1",)


def test_a_line_cut_by_a_crash_is_left_out_and_a_broken_one_named() -> None:
    assert len(read_decisions(ARRIVED[0] + ARRIVED[1][:-9])) == 1
    with pytest.raises(InvalidSetting, match="第1行"):
        read_decisions("不是\n")


def test_a_line_nested_too_deep_is_named() -> None:
    """Found by the fuzz."""
    with pytest.raises(InvalidSetting, match="第1行"):
        read_decisions("[" * 20_000 + "\n")
