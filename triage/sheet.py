"""triage.xlsx out of the queue and back: a decision in the sheet is the same decision as on the page."""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.orm import Session

from nlp.errors import LuxiantuError
from nlp.understand.suggest import ACTIONS, Action
from nlp.writers import triage_sheet
from triage import history
from triage.bulk import OTHER_CHANNEL, Bulk, Item, asked
from triage.database import Store, SubmissionRow
from triage.decisions import Stale, decide
from triage.shapes import MAKES, Detail, Neighbour, State
from triage.shapes import Action as Decided

__all__ = ["SheetOutcome", "export_sheet", "import_sheet"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SheetOutcome:
    done: int
    same: int  # already decided so
    open: int  # left undecided in the sheet
    problems: tuple[str, ...]

    @property
    def message(self) -> str:
        return f"采用 {self.done} 项决定；{self.same} 项与队列中相同；{self.open} 份未填决定；{len(self.problems)} 项未采用"


def export_sheet(session: Session, segments: Mapping[str, str], as_of: date) -> bytes:
    """The rows that wait, as `luxiantu intake` writes them; masked text only."""
    rows = session.scalars(select(SubmissionRow).where(SubmissionRow.latest, SubmissionRow.state == State.WAITING.value).order_by(SubmissionRow.id))
    return triage_sheet.write([_line(row, segments) for row in rows], as_of)


def _line(row: SubmissionRow, segments: Mapping[str, str]) -> triage_sheet.TriageRow:
    detail = Detail.model_validate_json(row.detail)
    known: dict[str, Action] = {a: a for a in ACTIONS}
    return triage_sheet.TriageRow(
        submission_id=row.submission_id, version=row.version, organisation=row.organisation or None, region=row.province, title=row.title, received=row.received,
        complete=row.complete, missing=detail.missing, clarity=detail.clarity, segment=segments.get(row.segment, row.segment),
        neighbours=tuple(_near(n) for n in detail.neighbours), verdicts=tuple((c.heading, c.verdict, c.reason) for c in detail.checks),
        action=known[row.suggested], reason=row.suggested_reason, merge_into=row.suggested_merge)


def _near(n: Neighbour) -> str:
    differing = f"；不同处：{'、'.join(n.differences)}" if n.differences else ""
    return f"{n.label} {n.score:.2f} {n.ident}《{n.title}》（{n.region}）{differing}"


def import_sheet(store: Store, data: bytes, *, actor: str, segments: Collection[str]) -> SheetOutcome:
    """Every decision that can be taken is; the others are named. Raises LuxiantuError for a file that is not our sheet.

    A row that was decided otherwise on the page since keeps that decision: the sheet does not know of it.
    """
    found = triage_sheet.read(data)
    done, same, problems = 0, 0, [f"{place} 被改动过，以系统中的为准" for place in found.changed]
    with store.writing() as session:
        for decision in found.decisions:
            if decision.action is None:
                continue
            try:
                with session.begin_nested():
                    taken = _take(session, decision, actor, segments)
                done, same = done + taken, same + (not taken)
            except (LuxiantuError, Stale) as error:
                problems.append(f"{decision.submission_id}：{error.reason if isinstance(error, LuxiantuError) else '已被别人改动'}")
        history.append(session, "导入初筛表", actor=actor, payload={"done": done, "same": same, "problems": len(problems)})
    left = sum(d.action is None for d in found.decisions)
    return SheetOutcome(done=done, same=same, open=left, problems=tuple(problems))


class NotTaken(LuxiantuError):
    verb = "没有采用"


def _take(session: Session, decision: triage_sheet.Decision, actor: str, segments: Collection[str]) -> bool:
    row = session.scalars(select(SubmissionRow).where(SubmissionRow.submission_id == decision.submission_id, SubmissionRow.version == decision.version)).first()
    if row is None or decision.action is None:
        raise NotTaken(decision.submission_id, "队列里没有这个编号和版本", "请重新导出初筛表")
    action = Decided(decision.action)
    if row.state == MAKES[action] and (action is not Decided.MERGE or row.merge_into == decision.merge_into):
        return False
    if row.state != State.WAITING:
        raise NotTaken(row.submission_id, f"在页面上已经是“{row.state}”，表中的“{action}”没有采用", "请在页面上核对")
    who = f"（表内经办人：{decision.decided_by}）" if decision.decided_by else ""
    ask = asked(row, Bulk(action=action, items=(Item(id=row.id, row_version=row.row_version),), opinion=f"{decision.opinion}{who}"[:2000],
                          channel=decision.opinion[:200] or OTHER_CHANNEL), action, row.row_version)
    decide(session, row.id, ask.model_copy(update={"merge_into": decision.merge_into} if action is Decided.MERGE else {}), actor=actor, segments=segments)
    return True
