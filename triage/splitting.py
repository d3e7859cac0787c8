"""拆分: the parts of one form become rows of their own; undone, they are withdrawn unless somebody has worked on them."""

from collections.abc import Sequence
from typing import Protocol

from pydantic import JsonValue
from sqlalchemy import select
from sqlalchemy.orm import Session

from nlp.errors import LuxiantuError
from triage import history
from triage.database import EventRow, SubmissionRow, now
from triage.shapes import Detail, PartAsked, State

__all__ = ["PartsTouched", "add_parts", "withdraw_parts"]

SPLIT_OFF, WITHDRAWN = "拆出", "撤回"


class PartsTouched(LuxiantuError):
    verb = "不能撤销拆分"


class Change(Protocol):
    def __call__(self, session: Session, row: SubmissionRow, action: str, *, actor: str, after: history.Payload, **more: JsonValue) -> EventRow: ...


def add_parts(session: Session, row: SubmissionRow, parts: Sequence[PartAsked], *, actor: str) -> list[JsonValue]:
    """A row a part, numbered after its form; returns what the event says of each, texts included."""
    return [_add_part(session, row, number, part, actor) for number, part in enumerate(parts, 1)]


def _add_part(session: Session, row: SubmissionRow, number: int, part: PartAsked, actor: str) -> JsonValue:
    name, text = f"{row.submission_id}-{number}", f"{part.title}\n{part.text}"
    version = 1 + (session.scalar(select(SubmissionRow.version).where(SubmissionRow.submission_id == name).order_by(SubmissionRow.version.desc()).limit(1)) or 0)
    for old in session.scalars(select(SubmissionRow).where(SubmissionRow.submission_id == name, SubmissionRow.latest)):
        old.latest = False
    whole = Detail.model_validate_json(row.detail)
    detail = Detail(source_file=whole.source_file, source_location=whole.source_location, form_id=whole.form_id, complete=whole.complete,
                    missing=whole.missing, clarity=whole.clarity, segments=whole.segments)
    made = SubmissionRow(
        submission_id=name, version=version, row_version=1, latest=True, demand_id=f"{row.demand_id}-{number}", state=State.WAITING.value,
        province=row.province, organisation=row.organisation, title=part.title, received=row.received, segment=row.segment, verdict=row.verdict,
        suggested="接收", suggested_reason=f"由 {row.submission_id} 拆出，请核对后接收", complete=row.complete, opinion="", masked=text, original=None,
        text_sha256=history.sha256(text), detail=detail.model_dump_json(), run_id=row.run_id, arrived_at=now())
    session.add(made)
    session.flush()
    history.append(session, SPLIT_OFF, actor=actor, row=made, payload={
        "from": row.submission_id, "after": history.fields_of(made), "row_version": 1, "text": made.text_sha256})
    return {"row": made.id, "demand_id": made.demand_id, "title": part.title, "text": part.text}


def withdraw_parts(session: Session, parts: JsonValue, *, actor: str, change: Change) -> None:
    """Raises PartsTouched when a part has been decided on."""
    for part in parts if isinstance(parts, list) else []:
        row = session.get(SubmissionRow, part["row"]) if isinstance(part, dict) else None
        if row is None:
            continue
        if row.state != State.WAITING:
            raise PartsTouched(row.submission_id, f"拆出的这一份已经是“{row.state}”", "请先撤销对它的决定")
        row.latest = False
        change(session, row, WITHDRAWN, actor=actor, after={"state": State.WITHDRAWN.value})
