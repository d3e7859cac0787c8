"""Small made rows for the tests of the page; the texts are invented."""

from triage import history
from triage.database import Store, SubmissionRow, now
from triage.shapes import Check, Detail, Mark, Neighbour, Part, Question, SegmentGuess

REGIONS = ("上海", "江苏", "浙江", "安徽")
SEGMENTS = {"design": "设计", "materials": "材料", "equipment": "装备", "none": "链条之外"}


def detail(number: int, *, parts: bool = False) -> Detail:
    return Detail(
        source_file=f"inbox/表{number}.docx", source_location="表1", form_id=f"S-{number}", complete=0.86, missing=("技术指标",), clarity="模糊",
        marks=(Mark(kind="target", start=12, end=18, note="纯度"),), checks=(
            Check(heading="攻关期限", verdict="pass", reason="期限 2 年", quote="攻关期限不超过3年"),
            Check(heading="指标项数", verdict="fail", reason="没有见到可考核的技术指标", quote="指标不少于5项")),
        segments=(SegmentGuess(segment="materials", score=0.7), SegmentGuess(segment="equipment", score=0.4)),
        neighbours=(Neighbour(ident=f"S-{number - 1}", kind="外省", label="重复", score=0.9, title="相近需求", region="江苏", differences=("5 ppb ↔ 3 ppb",)),)
        if number > 1 else (),
        questions=(Question(rule="targets_at_least", quote="指标不少于5项", text="请补充可考核的技术指标。"),),
        parts=(Part(title="前驱体纯化", text="前驱体纯化\n去除金属"), Part(title="灌装阀门", text="灌装阀门\n不挂料")) if parts else ())


def row(number: int, *, title: str | None = None, suggested: str = "接收", merge: str | None = None, original: str | None = None, parts: bool = False,
        text: str | None = None) -> SubmissionRow:
    name = title or f"第{number}号前驱体提纯"
    masked = text or f"{name}\n金属杂质不高于3 ppb，联系电话＊＊＊＊＊＊＊＊＊＊＊，编号{number}。"
    return SubmissionRow(
        submission_id=f"S-{number}", version=1, row_version=1, latest=True, demand_id=f"D-{number}", state="待处理", province=REGIONS[number % 4],
        organisation=f"示例{number}公司", title=name, received=None, segment="materials", verdict="fail", suggested=suggested, suggested_reason="示例理由",
        suggested_merge=merge, complete=0.86, opinion="", masked=masked, original=original, text_sha256=history.sha256(masked),
        detail=detail(number, parts=parts).model_dump_json(), run_id="示例批次", arrived_at=now())


def add(store: Store, *rows: SubmissionRow) -> list[int]:
    with store.writing() as session:
        for one in rows:
            session.add(one)
            session.flush()
            history.append(session, "收到", actor="系统", row=one, payload={"after": history.fields_of(one), "row_version": 1, "text": one.text_sha256})
    return [one.id for one in rows]


def add_many(store: Store, count: int, *, start: int = 1) -> list[int]:
    ids: list[int] = []
    for first in range(start, start + count, 200):
        ids += add(store, *(row(n) for n in range(first, min(first + 200, start + count))))
    return ids
