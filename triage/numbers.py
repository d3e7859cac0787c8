"""Numbers for the head of the office: by province, segment and day, the oldest that waits, the time a decision takes."""

import csv
import io
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from statistics import median

from sqlalchemy import select
from sqlalchemy.orm import Session

from triage.database import EventRow, SubmissionRow
from triage.shapes import MAKES, State

__all__ = ["COLUMNS", "Numbers", "Table", "collect", "public", "to_csv", "to_xlsx"]

COLUMNS = ("收到", *(s.value for s in State if s not in (State.REPLACED, State.WITHDRAWN)))
_ACTIONS = tuple(a.value for a in MAKES)


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """Counts by one thing. None in a row is a count too small to publish."""

    title: str
    columns: tuple[str, ...]
    rows: tuple[tuple[str, tuple[int | None, ...]], ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Numbers:
    tables: tuple[Table, ...]
    received: int
    waiting: int
    oldest_days: int | None
    oldest: str  # number of the row; never published
    seconds: float | None  # median time of a decision
    decisions: int


def collect(session: Session, segments: Mapping[str, str], *, pause_minutes: int, today: date) -> Numbers:
    """Counts the latest version of each row. A decision's time is the gap to the same person's one before, pauses left out."""
    rows = session.execute(select(SubmissionRow.submission_id, SubmissionRow.province, SubmissionRow.segment, SubmissionRow.state, SubmissionRow.arrived_at)
                           .where(SubmissionRow.latest, SubmissionRow.state != State.WITHDRAWN.value).order_by(SubmissionRow.arrived_at, SubmissionRow.id)).all()
    events = session.execute(select(EventRow.actor, EventRow.at, EventRow.action).where(EventRow.action.in_(_ACTIONS)).order_by(EventRow.seq)).tuples().all()
    waiting = [r for r in rows if r.state == State.WAITING]
    gaps = _gaps(events, 60 * pause_minutes)
    return Numbers(
        tables=(_by("按省份", [(r.province, r.state) for r in rows]), _by("按产业链环节", [(segments.get(r.segment, r.segment), r.state) for r in rows]),
                _days([r.arrived_at for r in rows], events)),
        received=len(rows), waiting=len(waiting), oldest=waiting[0].submission_id if waiting else "",
        oldest_days=(today - day(waiting[0].arrived_at)).days if waiting else None, seconds=round(median(gaps), 1) if gaps else None, decisions=len(events))


def day(at: str) -> date:
    return datetime.fromisoformat(at).astimezone().date()


def _by(title: str, pairs: Sequence[tuple[str, str]]) -> Table:
    names = Counter(name for name, _ in pairs)
    cells = Counter(pairs)
    rows = [(name, (total, *(cells[name, state] for state in COLUMNS[1:]))) for name, total in names.most_common()]
    return Table(title=title, columns=COLUMNS, rows=tuple(rows))


def _days(arrived: Iterable[str], events: Iterable[tuple[str, str, str]]) -> Table:
    received, done = Counter(day(at) for at in arrived), Counter((day(at), action) for _, at, action in events)
    days = sorted({*received, *(d for d, _ in done)})
    return Table(title="按日", columns=("收到", *_ACTIONS), rows=tuple((d.isoformat(), (received[d], *(done[d, a] for a in _ACTIONS))) for d in days))


def _gaps(events: Iterable[tuple[str, str, str]], pause: float) -> list[float]:
    last: dict[str, datetime] = {}
    gaps: list[float] = []
    for actor, at, _ in events:
        moment = datetime.fromisoformat(at)
        if actor in last and (gap := (moment - last[actor]).total_seconds()) <= pause:
            gaps.append(gap)
        last[actor] = moment
    return gaps


# ---- to be published --------------------------------------------------------------------------


def public(numbers: Numbers, minimum: int) -> tuple[Table, ...]:
    """Counts only, no number of a submission, no name; small cells are hidden, and never one alone, which a sum would tell."""
    return tuple(_hidden(table, minimum) for table in numbers.tables)


def _hidden(table: Table, minimum: int) -> Table:
    columns = [_column([cells[i] for _, cells in table.rows], minimum) for i in range(len(table.columns))]
    return Table(title=table.title, columns=table.columns, rows=tuple((name, tuple(c[i] for c in columns)) for i, (name, _) in enumerate(table.rows)))


def _column(values: Sequence[int | None], minimum: int) -> list[int | None]:
    hidden = {i for i, v in enumerate(values) if v is None or 0 < v < minimum}
    if len(hidden) == 1:
        rest = [(v, i) for i, v in enumerate(values) if v and i not in hidden]
        hidden |= {min(rest)[1]} if rest else set()
    return [None if i in hidden else v for i, v in enumerate(values)]


def cell(value: int | None, minimum: int) -> str:
    return "—" if value is None else str(value)


def to_csv(tables: Sequence[Table], minimum: int) -> bytes:
    """UTF-8 with a mark, so that Excel reads it."""
    buffer = io.StringIO()
    writer = csv.writer(buffer)
    for table in tables:
        writer.writerow([table.title, *table.columns])
        writer.writerows([name, *(cell(v, minimum) for v in cells)] for name, cells in table.rows)
        writer.writerow([])
    writer.writerow([note(minimum)])
    return b"\xef\xbb\xbf" + buffer.getvalue().encode()


def note(minimum: int) -> str:
    return f"“—”表示数值小于 {minimum}，或为避免由合计推算而隐去；本表不含单位名称、编号与需求内容。"


def to_xlsx(tables: Sequence[Table], minimum: int, as_of: date) -> bytes:
    from nlp.writers.xlsx import new_book

    buffer = io.BytesIO()
    book = new_book(buffer, "初筛数字", as_of)
    bold = book.add_format({"bold": True})
    for table in tables:
        sheet = book.add_worksheet(table.title)
        for column, name in enumerate((table.title, *table.columns)):
            sheet.write_string(0, column, name, bold)
        for line, (name, cells) in enumerate(table.rows, 1):
            sheet.write_string(line, 0, name)
            for column, value in enumerate(cells, 1):
                if value is None:
                    sheet.write_string(line, column, "—")
                else:
                    sheet.write_number(line, column, value)
        sheet.write_string(len(table.rows) + 2, 0, note(minimum))
        sheet.set_column(0, 0, 16)
    book.close()
    return buffer.getvalue()
