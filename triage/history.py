"""The append-only history: each event carries the hash of the one before, so that a changed or missing line shows."""

import hashlib
import json
from collections.abc import Iterable, Iterator, Mapping
from typing import Final

from pydantic import JsonValue
from sqlalchemy import func, select
from sqlalchemy.orm import Session

from triage.database import EventRow, SubmissionRow, now

__all__ = ["FIELDS", "FIRST", "Payload", "append", "canonical", "fields_of", "hash_of", "of_row", "payload_of", "sha256", "verify"]

Payload = Mapping[str, JsonValue]
FIRST: Final = "0" * 64  # what the first event follows
FIELDS: Final = ("state", "segment", "merge_into", "channel", "expert", "opinion")  # of a row: what decisions change
LAST: Final = "SELECT seq, hash FROM events ORDER BY seq DESC LIMIT 1"
_PAGE = 5_000


def canonical(value: JsonValue | Payload) -> str:
    """One spelling for one value: sorted keys, no blanks, no escapes."""
    return json.dumps(value, ensure_ascii=False, sort_keys=True, separators=(",", ":"))


def sha256(text: str) -> str:
    return hashlib.sha256(text.encode("utf-8", "surrogatepass")).hexdigest()


def hash_of(event: EventRow) -> str:
    said: dict[str, JsonValue] = {"seq": event.seq, "row_id": event.row_id, "submission_id": event.submission_id, "version": event.version,
                                  "actor": event.actor, "at": event.at, "action": event.action, "payload": event.payload}
    return sha256(event.previous + canonical(said))


def append(session: Session, action: str, *, actor: str, payload: Payload, row: SubmissionRow | None = None) -> EventRow:
    """The next event of the chain, in the caller's transaction; only to be called inside Store.writing()."""
    last = session.connection().exec_driver_sql(LAST).first()
    event = EventRow(
        seq=(last.seq if last else 0) + 1, previous=last.hash if last else FIRST, actor=actor, at=now(), action=action, payload=canonical(payload),
        row_id=row.id if row else None, submission_id=row.submission_id if row else "", version=row.version if row else 0)
    event.hash = hash_of(event)
    session.add(event)
    session.flush()
    return event


def payload_of(event: EventRow) -> dict[str, JsonValue]:
    found: dict[str, JsonValue] = json.loads(event.payload)
    return found


def fields_of(row: SubmissionRow) -> dict[str, JsonValue]:
    return {name: getattr(row, name) for name in FIELDS}


def of_row(session: Session, row_id: int) -> list[EventRow]:
    """Newest first."""
    return list(session.scalars(select(EventRow).where(EventRow.row_id == row_id).order_by(EventRow.seq.desc())))


# ---- verifying ----------------------------------------------------------------------------


def verify(session: Session, anchors: Iterable[tuple[int, str]] = ()) -> list[str]:
    """What does not fit, in Chinese; [] is the proof. `anchors` are (seq, hash) noted outside of the database, in decisions.jsonl."""
    known: dict[int, str] = {}
    latest: dict[int, EventRow] = {}
    problems = list(_chain(session, known, latest))
    problems += [f"第 {seq} 条记录与库外留存的校验值不符（被删去或改动）" for seq, value in anchors if known.get(seq) != value]
    return problems + list(_rows(session, latest))


def _chain(session: Session, known: dict[int, str], latest: dict[int, EventRow]) -> Iterator[str]:
    previous, expected = FIRST, 1
    events = session.scalars(select(EventRow).order_by(EventRow.seq).execution_options(yield_per=_PAGE))
    for event in events:
        if event.seq != expected:
            yield f"第 {expected} 条至第 {event.seq - 1} 条记录缺失"
        if event.previous != previous:
            yield f"第 {event.seq} 条记录没有接在前一条之后"
        if event.hash != hash_of(event):
            yield f"第 {event.seq} 条记录的内容被改动"
        previous, expected = event.hash, event.seq + 1
        known[event.seq] = event.hash
        if event.row_id is not None and '"after":' in event.payload:
            latest[event.row_id] = event


def _rows(session: Session, latest: Mapping[int, EventRow]) -> Iterator[str]:
    """A row must say what its last event left; a change that went past the history shows here."""
    for row in session.scalars(select(SubmissionRow).order_by(SubmissionRow.id).execution_options(yield_per=_PAGE)):
        event = latest.get(row.id)
        name = f"{row.submission_id} 第{row.version}版"
        if event is None:
            yield f"{name}没有来历记录"
            continue
        payload = payload_of(event)
        if payload["after"] != fields_of(row) or payload["row_version"] != row.row_version:
            yield f"{name}的现状与第 {event.seq} 条记录不符"
        if sha256(row.masked) != row.text_sha256:
            yield f"{name}的正文被改动"


def count(session: Session) -> int:
    return session.scalar(select(func.count()).select_from(EventRow)) or 0
