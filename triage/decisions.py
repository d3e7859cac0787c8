"""Decisions on rows: each checks the version it was made on, changes the row and writes its event in one transaction."""

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass

from pydantic import JsonValue
from sqlalchemy import select
from sqlalchemy.orm import Session

from nlp.errors import LuxiantuError
from triage import history, labels
from triage.database import EventRow, SubmissionRow, now
from triage.shapes import MAKES, Action, Decide, State
from triage.splitting import add_parts, withdraw_parts

__all__ = ["UNDO", "Missing", "NotYours", "Refused", "Stale", "change", "decide", "undo"]

UNDO = "撤销"
_CLOSED = frozenset({State.SPLIT, State.REPLACED, State.WITHDRAWN})
_KEEPS = frozenset({Action.RECLASSIFY, Action.ASSIGN})


class Refused(LuxiantuError):
    """A decision that cannot be taken on this row."""

    verb = "不能这样处理"


class Missing(LuxiantuError):
    verb = "没有找到"


class NotYours(LuxiantuError):
    verb = "没有权限"


class Stale(Exception):
    """The row has been changed since the clerk saw it; carries it as it is now, and what happened meanwhile."""

    def __init__(self, row: SubmissionRow, events: Sequence[EventRow]) -> None:
        super().__init__(row, events)
        self.row, self.events = row, events


@dataclass(frozen=True, slots=True, kw_only=True)
class Moment:
    """Who decides, in which transaction, among which segments."""

    session: Session
    actor: str
    segments: Collection[str]


def fresh(session: Session, row_id: int, row_version: int) -> SubmissionRow:
    row = session.get(SubmissionRow, row_id)
    if row is None:
        raise Missing(str(row_id), "没有这一份材料", "请返回队列重新选择")
    if row.row_version != row_version:
        since = [e for e in history.of_row(session, row_id) if _left(e) > row_version]
        for found in (row, *since):
            session.expunge(found)  # to be read after the transaction has been rolled back
        raise Stale(row, since)
    return row


def _left(event: EventRow) -> int:
    found = history.payload_of(event).get("row_version", 0)
    return found if isinstance(found, int) else 0


def change(session: Session, row: SubmissionRow, action: str, *, actor: str, after: history.Payload, **more: JsonValue) -> EventRow:
    """Sets the given fields, raises the row's version, appends the event with the state before and after."""
    before = history.fields_of(row)
    for name, value in after.items():
        setattr(row, name, value)
    row.row_version += 1
    payload: dict[str, JsonValue] = {**more, "before": before, "after": history.fields_of(row), "row_version": row.row_version, "text": row.text_sha256}
    return history.append(session, action, actor=actor, payload=payload, row=row)


def decide(session: Session, row_id: int, ask: Decide, *, actor: str, segments: Collection[str]) -> SubmissionRow:
    """Raises Missing, Stale, or Refused; then nothing has been changed."""
    row, at = fresh(session, row_id, ask.row_version), Moment(session=session, actor=actor, segments=segments)
    if row.state in _CLOSED:
        raise Refused(row.submission_id, f"这一份是“{row.state}”", "请先撤销原来的决定，或到新的一份上处理")
    after = {"opinion": ask.opinion, **_PLANS[ask.action](row, ask, at)}
    if ask.action in _KEEPS:
        del after["opinion"]
    else:
        after = {"merge_into": None, "channel": None, **after, "state": MAKES[ask.action].value}
        if all(getattr(row, name) == value for name, value in after.items()) and not ask.questions:
            raise Refused(row.submission_id, f"已经是“{row.state}”", "无需重复处理")
    more: dict[str, JsonValue] = {"opinion": ask.opinion} if ask.action in _KEEPS and ask.opinion else {}
    if ask.action is Action.RETURN:
        more["questions"] = list(ask.questions)
    if ask.action is Action.SPLIT:
        more["parts"] = add_parts(session, row, ask.parts, actor=actor)
    if ask.action not in _KEEPS:
        row.decided_at, row.decided_by = now(), actor
    event = change(session, row, ask.action, actor=actor, after=after, **more)
    labels.learn(session, row, ask, event)
    return row


# ---- what each action needs, and what it sets ------------------------------------------------


def _nothing(row: SubmissionRow, ask: Decide, at: Moment) -> history.Payload:
    return {}


def _returned(row: SubmissionRow, ask: Decide, at: Moment) -> history.Payload:
    if not any(ask.questions) and not ask.opinion:
        raise Refused(row.submission_id, "没有写明要补正什么", "请至少写一条问题")
    return {}


def _split(row: SubmissionRow, ask: Decide, at: Moment) -> history.Payload:
    if len(ask.parts) < 2:
        raise Refused(row.submission_id, "拆分至少要有两项需求", "请用空行隔开各项；只有一项时不必拆分")
    return {}


def _merged(row: SubmissionRow, ask: Decide, at: Moment) -> history.Payload:
    target = standing(at.session, ask.merge_into) if ask.merge_into else None
    if target is None:
        raise Refused(row.submission_id, f"没有编号为“{ask.merge_into or ''}”的材料", "请填写队列里的编号；历史项目不能作为合并对象")
    if target.id == row.id:
        raise Refused(row.submission_id, "不能合并到自己", "请另选一份")
    if target.state in _CLOSED or target.state == State.MERGED:
        into = f"，它已合并到 {target.merge_into}" if target.merge_into else ""
        raise Refused(row.submission_id, f"{target.submission_id} 是“{target.state}”{into}", "请合并到仍然有效的一份")
    return {"merge_into": target.submission_id}


def standing(session: Session, submission_id: str) -> SubmissionRow | None:
    """The latest version under a number."""
    found = select(SubmissionRow).where(SubmissionRow.submission_id == submission_id).order_by(SubmissionRow.version.desc()).limit(1)
    return session.scalars(found).first()


def _reclassified(row: SubmissionRow, ask: Decide, at: Moment) -> history.Payload:
    if ask.segment not in at.segments:
        raise Refused(row.submission_id, "没有这个产业链环节", "请从列出的环节中选择")
    if ask.segment == row.segment:
        raise Refused(row.submission_id, "环节没有变化", "请另选一个环节，或直接处理")
    return {"segment": ask.segment}


def _forwarded(row: SubmissionRow, ask: Decide, at: Moment) -> history.Payload:
    if not ask.channel:
        raise Refused(row.submission_id, "没有写明转到哪里", "请选择或填写渠道")
    return {"channel": ask.channel}


def _refused(row: SubmissionRow, ask: Decide, at: Moment) -> history.Payload:
    if not ask.opinion:
        raise Refused(row.submission_id, "没有写明理由", "不予受理必须写明理由")
    return {}


def _assigned(row: SubmissionRow, ask: Decide, at: Moment) -> history.Payload:
    if not ask.expert or ask.expert == row.expert:
        raise Refused(row.submission_id, "没有写明专家，或专家没有变化", "请填写专家姓名或编号")
    return {"expert": ask.expert}


_PLANS: dict[Action, Callable[[SubmissionRow, Decide, Moment], history.Payload]] = {
    Action.ACCEPT: _nothing, Action.RETURN: _returned, Action.SPLIT: _split, Action.MERGE: _merged, Action.RECLASSIFY: _reclassified,
    Action.FORWARD: _forwarded, Action.REFUSE: _refused, Action.ASSIGN: _assigned}


# ---- undoing --------------------------------------------------------------------------------


def last_decision(session: Session, row_id: int) -> EventRow | None:
    """The newest decision on a row that has not been undone; None also where something else has changed the row since."""
    undone: set[JsonValue] = set()
    for event in history.of_row(session, row_id):
        payload = history.payload_of(event)
        if event.action == UNDO:
            undone.add(payload["undoes"])
        elif event.action in set(Action):
            if event.seq not in undone:
                return event
        elif "after" in payload:
            return None
    return None


def undo(session: Session, row_id: int, row_version: int, *, actor: str, allowed: Callable[[str], bool] = lambda _: True) -> SubmissionRow:
    """Puts back what the last decision changed, as a new event. Raises Missing, Stale, Refused; also where `allowed` says no."""
    row = fresh(session, row_id, row_version)
    event = last_decision(session, row_id)
    if event is None:
        raise Refused(row.submission_id, "没有可以撤销的决定", "请查看下方的处理记录")
    if not allowed(event.action):
        raise NotYours(row.submission_id, f"您的角色不能撤销“{event.action}”", "请联系有权限的同事")
    payload = history.payload_of(event)
    if event.action == Action.SPLIT:
        withdraw_parts(session, payload["parts"], actor=actor, change=change)
    before = payload["before"]
    assert isinstance(before, dict)  # noqa: S101 (written by change())
    change(session, row, UNDO, actor=actor, after=before, undoes=event.seq, undone_action=event.action)
    earlier = last_decision(session, row_id)
    row.decided_at, row.decided_by = (earlier.at, earlier.actor) if earlier and row.state != State.WAITING else (None, None)
    labels.forget(session, event.seq)
    return row
