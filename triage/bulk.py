"""One decision on many rows: previewed by doing it and rolling back, done as one transaction or not at all."""

from collections.abc import Collection
from dataclasses import dataclass

from pydantic import BaseModel, ConfigDict, Field
from sqlalchemy.orm import Session

from nlp.errors import LuxiantuError
from triage.database import Store, SubmissionRow
from triage.decisions import Stale, decide
from triage.matrix import ACTIONS
from triage.shapes import Action, Decide, Detail, Opinion, PartAsked, Short

__all__ = ["Bulk", "Outcome", "asked", "run_bulk"]

OTHER_CHANNEL = "其他计划或部门"  # where a sheet or a suggestion names none


class Item(BaseModel):
    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)
    id: int = Field(ge=1, le=2_000_000_000)
    row_version: int = Field(ge=1)


class Bulk(BaseModel):
    """action, or None: for each row what the system suggests."""

    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)
    action: Action | None
    items: tuple[Item, ...] = Field(min_length=1, max_length=2_000)
    segment: Short | None = None
    channel: Short | None = None
    expert: Short | None = None
    opinion: Opinion = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    id: int
    submission_id: str
    title: str
    action: str
    before: str
    after: str
    row_version: int
    problem: str = ""


class _Undone(Exception):
    """Leaves the transaction without keeping it."""


def run_bulk(store: Store, ask: Bulk, *, actor: str, segments: Collection[str], limit: int, commit: bool) -> list[Outcome]:
    """What becomes of each row. With `commit` it is kept if no row has a problem."""
    if len(ask.items) > limit:
        raise BulkTooLarge("批量处理", f"一次最多 {limit} 份，选了 {len(ask.items)} 份", "请分批处理")
    outcomes: list[Outcome] = []
    try:
        with store.writing() as session:
            outcomes += [_one(session, item, ask, actor, segments) for item in ask.items]
            if not commit or any(o.problem for o in outcomes):
                raise _Undone
    except _Undone:
        pass
    return outcomes


class BulkTooLarge(LuxiantuError):
    verb = "没有执行"


def _one(session: Session, item: Item, ask: Bulk, actor: str, segments: Collection[str]) -> Outcome:
    row = session.get(SubmissionRow, item.id)
    if row is None:
        return Outcome(id=item.id, submission_id="", title="", action="", before="", after="", row_version=0, problem="没有这一份")
    before, action = row.state, ask.action or Action(row.suggested)
    problem = "" if action in ACTIONS else "没有这种处理"
    try:
        with session.begin_nested():
            decide(session, row.id, asked(row, ask, action, item.row_version), actor=actor, segments=segments)
    except Stale:
        problem = "已被别人改动，请刷新后再选"
    except LuxiantuError as error:
        problem = error.reason
    return Outcome(id=row.id, submission_id=row.submission_id, title=row.title, action=action.value, before=before, after=row.state,
                   row_version=row.row_version, problem=problem)


def asked(row: SubmissionRow, ask: Bulk, action: Action, row_version: int) -> Decide:
    """What the single page would have sent: the generated questions, the suggested number, the reason found."""
    detail = Detail.model_validate_json(row.detail)
    reason = row.suggested_reason[:2000] if row.suggested == action else ""
    return Decide(
        action=action, row_version=row_version, segment=ask.segment, channel=ask.channel or (OTHER_CHANNEL if ask.action is not Action.FORWARD else None),
        expert=ask.expert, merge_into=row.suggested_merge, questions=tuple(q.text for q in detail.questions) if action is Action.RETURN else (),
        opinion=ask.opinion or (reason if action in (Action.RETURN, Action.REFUSE) else ""),
        parts=tuple(PartAsked(title=p.title, text=p.text) for p in detail.parts) if action is Action.SPLIT else ())
