"""What corrections teach: segments and pairs as labels, and every decision as a line of decisions.jsonl for the next refresh."""

import json
import os
from collections.abc import Iterator
from pathlib import Path

import filelock
from pydantic import JsonValue
from sqlalchemy import select, update
from sqlalchemy.orm import Session

from triage import history
from triage.database import EventRow, LabelRow, SubmissionRow
from triage.shapes import Action, Decide, Detail

__all__ = ["anchors", "export_decisions", "export_labels", "forget", "learn"]

_TAIL = 65_536  # bytes; longer than any line but that of a large split
_EXPORTED = (*(a.value for a in Action), "撤销", "新版本", "撤回", "收到", "拆出")


def learn(session: Session, row: SubmissionRow, ask: Decide, event: EventRow) -> None:
    """A corrected segment, a confirmed pair, or a pair that was suggested and is none."""
    if ask.action is Action.RECLASSIFY:
        guesses = Detail.model_validate_json(row.detail).segments
        _add(session, event, kind="segment", demand=row.demand_id, value=row.segment, suggested=guesses[0].segment if guesses else "")
    elif ask.action is Action.MERGE and row.merge_into:
        _add(session, event, kind="pair", demand=row.demand_id, other=_demand_of(session, row.merge_into), value="duplicate",
             suggested="duplicate" if row.suggested_merge == row.merge_into else "")
    elif ask.action is Action.ACCEPT and row.suggested_merge:
        _add(session, event, kind="pair", demand=row.demand_id, other=_demand_of(session, row.suggested_merge), value="different", suggested="duplicate")


def _add(session: Session, event: EventRow, *, kind: str, demand: str, value: str, suggested: str, other: str = "") -> None:
    session.add(LabelRow(kind=kind, demand_id=demand, other=other, value=value, suggested=suggested, event=event.seq, undone=False))


def _demand_of(session: Session, submission_id: str) -> str:
    found = select(SubmissionRow.demand_id).where(SubmissionRow.submission_id == submission_id).order_by(SubmissionRow.version.desc()).limit(1)
    return session.scalar(found) or submission_id


def forget(session: Session, seq: int) -> None:
    session.execute(update(LabelRow).where(LabelRow.event == seq).values(undone=True))


# ---- files for the pipeline -----------------------------------------------------------------


def export_labels(session: Session, path: Path) -> int:
    """labels.jsonl, whole and atomic: {"kind","demand_id","other","value","suggested","event"} a line; undone ones left out."""
    from flows.store import write_bytes

    rows = session.scalars(select(LabelRow).where(LabelRow.undone.is_(False)).order_by(LabelRow.id))
    lines = [json.dumps({"kind": r.kind, "demand_id": r.demand_id, "other": r.other or None, "value": r.value, "suggested": r.suggested or None,
                         "event": r.event}, ensure_ascii=False) + "\n" for r in rows]
    write_bytes("".join(lines).encode(), path)
    return len(lines)


def export_decisions(session: Session, path: Path) -> int:
    """Appends to decisions.jsonl the events that it does not hold yet; a line cut by a crash is written again."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with filelock.FileLock(path.with_name(path.name + ".lock")):  # the server and a command may both be at it
        lines = [_line(e, row) + "\n" for e, row in _since(session, _repaired(path))]
        with path.open("a", encoding="utf-8") as file:
            file.writelines(lines)
    return len(lines)


def _since(session: Session, seq: int) -> Iterator[tuple[EventRow, SubmissionRow]]:
    found = (select(EventRow, SubmissionRow).join(SubmissionRow, SubmissionRow.id == EventRow.row_id)
             .where(EventRow.seq > seq, EventRow.action.in_(_EXPORTED)).order_by(EventRow.seq))
    yield from session.execute(found).tuples()


def _line(event: EventRow, row: SubmissionRow) -> str:
    """No free text of the clerk's and no name of the submitter's: what the pipeline needs, and the hash as an anchor."""
    payload = history.payload_of(event)
    after = payload["after"]
    assert isinstance(after, dict)  # noqa: S101 (written by decisions.change)
    parts = payload.get("parts")
    said: dict[str, JsonValue] = {
        "seq": event.seq, "hash": event.hash, "at": event.at, "action": event.action, "submission_id": event.submission_id, "version": event.version,
        "demand_id": row.demand_id, "text_sha256": payload["text"], "state": after["state"], "segment": after["segment"], "merge_into": after["merge_into"]}
    if isinstance(parts, list):
        said["parts"] = [{"title": p["title"], "text": p["text"]} for p in parts if isinstance(p, dict)]
    return json.dumps(said, ensure_ascii=False)


def _repaired(path: Path) -> int:
    """The last seq of the file, after cutting off a line without its end. Reads the end of the file only."""
    if not path.is_file():
        return 0
    with path.open("rb+") as file:
        size, step = file.seek(0, os.SEEK_END), _TAIL
        while True:
            start = file.seek(max(0, size - step))
            tail = file.read()
            whole = tail[: tail.rfind(b"\n") + 1]
            if start == 0 or whole.count(b"\n") > 1:
                break
            step *= 4
        if len(whole) < len(tail):
            file.truncate(start + len(whole))
    lines = whole.splitlines()
    return int(json.loads(lines[-1])["seq"]) if lines else 0


def anchors(path: Path) -> list[tuple[int, str]]:
    """(seq, hash) of every line: what the history said when the file was written."""
    if not path.is_file():
        return []
    found = (json.loads(line) for line in path.read_text("utf-8").splitlines() if line.endswith("}"))
    return [(int(line["seq"]), str(line["hash"])) for line in found]
