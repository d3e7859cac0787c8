"""Backup and restore: every table as JSON lines in one gzip file, the same from SQLite and from PostgreSQL, and into either."""

import gzip
import hashlib
import json
import os
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from pydantic import JsonValue
from sqlalchemy import Date, Table, func, insert, select, text
from sqlalchemy.orm import Session

from nlp.errors import LuxiantuError
from triage import history
from triage.database import Base, EventRow, Store, SubmissionRow, now
from triage.migrate import revision

__all__ = ["BackupError", "backup", "restore"]

# Sessions and one-time links are left out: whoever holds a backup must not be able to come in with it.
_NAMES = ("submissions", "events", "users", "labels", "uploads", "imported_runs")
_AT_ONCE = 500


class BackupError(LuxiantuError):
    verb = "备份或恢复未完成"


def backup(store: Store, path: Path) -> int:
    """One consistent moment, readable by the owner only; returns the number of rows. Never overwrites a file."""
    part = path.with_name(path.name + ".part")
    path.parent.mkdir(parents=True, exist_ok=True)
    if path.exists():
        raise BackupError(path.name, "已有同名文件", "请换一个文件名")
    descriptor = os.open(part, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600)
    digest, rows = hashlib.sha256(), 0
    with os.fdopen(descriptor, "wb") as raw, gzip.GzipFile(fileobj=raw, mode="wb", mtime=0) as file, store.snapshot() as session:
        for line in _lines(session):
            digest.update(line)
            file.write(line)
            rows += 1
        file.write(_line({"end": rows, "sha256": digest.hexdigest()}))
    with part.open("rb+") as written:
        os.fsync(written.fileno())
    part.replace(path)
    return rows - 1


def _line(value: JsonValue) -> bytes:
    return json.dumps(value, ensure_ascii=False).encode() + b"\n"


def _lines(session: Session) -> Iterator[bytes]:
    yield _line({"schema": revision(session.connection()), "at": now()})
    for table in _tables():
        for row in session.execute(select(table).order_by(*table.primary_key).execution_options(yield_per=_AT_ONCE)):
            yield _line({"table": table.name, "row": {k: v.isoformat() if isinstance(v, date) else v for k, v in row._mapping.items()}})


def _tables() -> list[Table]:
    return [Base.metadata.tables[name] for name in _NAMES]


def restore(store: Store, path: Path) -> int:
    """Into an empty database only, whole or not at all; the history must verify. Returns the number of rows."""
    with store.writing() as session:
        if session.scalar(select(func.count()).select_from(SubmissionRow)) or session.scalar(select(func.count()).select_from(EventRow)):
            raise BackupError(path.name, "数据库不是空的", "请先把原来的数据库移到别处（或另设 DATABASE_URL），再恢复")
        rows = _fill(session, path, revision(session.connection()))
        problems = history.verify(session)
        if problems:
            raise BackupError(path.name, f"备份中的处理记录校验不通过：{problems[0]}", "请换一份备份")
        if store.postgres:
            _continue_numbers(session)
    return rows


def _fill(session: Session, path: Path, schema: str | None) -> int:
    digest, rows, ended = hashlib.sha256(), 0, False
    waiting: dict[str, list[dict[str, object]]] = {}
    try:
        with gzip.open(path, "rb") as file:
            for line in file:
                value = json.loads(line)
                if "end" in value:
                    ended = value["sha256"] == digest.hexdigest() and value["end"] == rows + 1
                    break
                digest.update(line)
                if "schema" in value:
                    if value["schema"] != schema:
                        raise BackupError(path.name, f"备份的版本是 {value['schema']}，程序的是 {schema}", "请用相应版本的程序恢复")
                    continue
                rows += 1
                some = waiting.setdefault(str(value["table"]), [])
                some.append(value["row"])
                if len(some) >= _AT_ONCE:
                    _insert(session, str(value["table"]), some)
    except (OSError, EOFError, ValueError, KeyError) as error:
        raise BackupError(path.name, "不是完好的备份文件", "请换一份备份") from error
    if not ended:
        raise BackupError(path.name, "备份文件不完整或被改动", "请换一份备份")
    for name, some in waiting.items():
        _insert(session, name, some)
    return rows


def _insert(session: Session, name: str, rows: list[dict[str, object]]) -> None:
    table = Base.metadata.tables[name] if name in _NAMES else None
    if table is None:
        raise ValueError(name)
    dates = [c.name for c in table.columns if isinstance(c.type, Date)]
    made = [{**row, **{d: date.fromisoformat(str(row[d])) for d in dates if row[d]}} for row in rows]
    if made:
        session.execute(insert(table), made)
    rows.clear()


def _continue_numbers(session: Session) -> None:
    """PostgreSQL's counters do not see ids that were given."""
    for table in _tables():
        if list(table.primary_key.columns.keys()) == ["id"] and table.name != "uploads":
            session.execute(text(f"SELECT setval(pg_get_serial_sequence('{table.name}', 'id'), (SELECT COALESCE(MAX(id), 0) + 1 FROM {table.name}), false)"))  # noqa: S608  # nosec B608  # table names of our own schema
