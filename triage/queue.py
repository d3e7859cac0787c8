"""The queue: rows under filters, how many there are under each, and one row for the page."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields

from pydantic import BaseModel, ConfigDict
from sqlalchemy import ColumnElement, Select, func, select
from sqlalchemy.orm import Session

from triage import history
from triage.database import EventRow, SubmissionRow
from triage.shapes import Short

__all__ = ["FILTERS", "Filters", "Line", "changed_since", "counts", "lines", "newest_event"]

FILTERS = ("state", "province", "segment", "verdict", "suggested")
_COLUMNS = {name: getattr(SubmissionRow, name) for name in FILTERS}
_ESCAPED = str.maketrans({"%": r"\%", "_": r"\_", "\\": r"\\"})


class Filters(BaseModel):
    """What the clerk chose; "" is everything. q is looked for in number, title and organisation."""

    model_config = ConfigDict(extra="forbid", frozen=True, hide_input_in_errors=True)
    state: Short = ""
    province: Short = ""
    segment: Short = ""
    verdict: Short = ""
    suggested: Short = ""
    q: Short = ""


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One entry of the list."""

    id: int
    submission_id: str
    version: int
    row_version: int
    state: str
    province: str
    organisation: str
    title: str
    segment: str
    verdict: str
    suggested: str
    complete: float


_LINE = [getattr(SubmissionRow, f.name) for f in fields(Line)]


def _where(filters: Filters, *, leaving_out: str = "") -> list[ColumnElement[bool]]:
    found: list[ColumnElement[bool]] = [SubmissionRow.latest.is_(True)]
    found += [_COLUMNS[name] == value for name in FILTERS if name != leaving_out and (value := getattr(filters, name))]
    if filters.q:
        like = f"%{filters.q.translate(_ESCAPED)}%"
        found.append(SubmissionRow.submission_id.ilike(like, escape="\\") | SubmissionRow.title.ilike(like, escape="\\")
                     | SubmissionRow.organisation.ilike(like, escape="\\"))
    return found


def lines(session: Session, filters: Filters) -> list[Line]:
    """In the order of arrival."""
    found = select(*_LINE).where(*_where(filters)).order_by(SubmissionRow.id)
    return [Line(**row._mapping) for row in session.execute(found)]


def counts(session: Session, filters: Filters) -> Mapping[str, Mapping[str, int]]:
    """filter -> value -> rows, each filter counted under the others as they are set."""
    return {name: dict(session.execute(_counted(name, filters)).tuples().all()) for name in FILTERS}


def _counted(name: str, filters: Filters) -> Select[tuple[str, int]]:
    column = _COLUMNS[name]
    return select(column, func.count()).where(*_where(filters, leaving_out=name)).group_by(column).order_by(func.count().desc(), column)


def newest_event(session: Session) -> int:
    return session.scalar(select(func.max(EventRow.seq))) or 0


def changed_since(session: Session, seq: int, *, limit: int = 500) -> Sequence[Line]:
    """Rows that anybody has changed since an event."""
    ids = select(EventRow.row_id).where(EventRow.seq > seq, EventRow.row_id.is_not(None)).distinct()
    found = select(*_LINE).where(SubmissionRow.id.in_(ids)).order_by(SubmissionRow.id).limit(limit)
    return [Line(**row._mapping) for row in session.execute(found)]


def described(event: EventRow) -> str:
    """One event in words, for the history below the row."""
    payload = history.payload_of(event)
    after, before = payload.get("after"), payload.get("before")
    said = [str(payload[name]) for name in ("opinion", "from", "undone_action", "difference") if payload.get(name)]
    if isinstance(after, dict) and isinstance(before, dict):
        said += [str(after[name]) for name in ("merge_into", "channel", "expert", "segment", "opinion") if after[name] != before[name] and after[name]]
    questions = payload.get("questions")
    if isinstance(questions, list) and questions:
        said.append(f"{len(questions)} 条问题")
    return "；".join(dict.fromkeys(said))
