"""Tables and transactions. SQLite in WAL mode by default, PostgreSQL by DATABASE_URL; one writer at a time on either."""

import os
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

from sqlalchemy import (
    Boolean,
    Connection,
    Date,
    Engine,
    Float,
    Index,
    Integer,
    String,
    Text,
    UniqueConstraint,
    create_engine,
    event,
)
from sqlalchemy.engine import URL, make_url
from sqlalchemy.exc import InvalidatePoolError
from sqlalchemy.orm import DeclarativeBase, Mapped, Session, mapped_column

__all__ = ["Base", "EventRow", "ImportedRun", "InvitationRow", "LabelRow", "SessionRow", "Store", "SubmissionRow", "UploadRow", "UserRow", "database_url", "now"]

# PostgreSQL's advisory lock: without it two transactions would both follow the same event. No parameter: one journey, not two.
LOCK = "SELECT pg_advisory_xact_lock(7202407)"
BUSY_SECONDS = 30


def now() -> str:
    """UTC to the millisecond, as text: hashed into the chain, so it must come back as it went in."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


class Base(DeclarativeBase):
    pass


class SubmissionRow(Base):
    """One demand to decide on, in one version. `original` is unmasked and leaves the table only by an audited look."""

    __tablename__ = "submissions"
    __table_args__ = (UniqueConstraint("submission_id", "version"), Index("ix_queue", "latest", "state"), Index("ix_demand", "demand_id"))

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    submission_id: Mapped[str] = mapped_column(String(200))
    version: Mapped[int]
    row_version: Mapped[int] = mapped_column(default=1)
    latest: Mapped[bool] = mapped_column(Boolean, default=True)
    demand_id: Mapped[str] = mapped_column(String(200))
    state: Mapped[str] = mapped_column(String(20))
    province: Mapped[str] = mapped_column(String(20))
    organisation: Mapped[str] = mapped_column(Text, default="")
    title: Mapped[str] = mapped_column(Text)
    received: Mapped[date | None] = mapped_column(Date)
    segment: Mapped[str] = mapped_column(String(100))
    verdict: Mapped[str] = mapped_column(String(10))  # the worst of the rules: fail, unknown, pass
    suggested: Mapped[str] = mapped_column(String(20))
    suggested_reason: Mapped[str] = mapped_column(Text, default="")
    suggested_merge: Mapped[str | None] = mapped_column(String(200))
    complete: Mapped[float] = mapped_column(Float, default=1.0)
    merge_into: Mapped[str | None] = mapped_column(String(200))
    channel: Mapped[str | None] = mapped_column(String(200))
    expert: Mapped[str | None] = mapped_column(String(200))
    opinion: Mapped[str] = mapped_column(Text, default="")
    masked: Mapped[str] = mapped_column(Text)  # title + "\n" + text
    original: Mapped[str | None] = mapped_column(Text)
    text_sha256: Mapped[str] = mapped_column(String(64))  # of `masked`
    detail: Mapped[str] = mapped_column(Text)  # shapes.Detail as JSON
    run_id: Mapped[str] = mapped_column(String(100))
    arrived_at: Mapped[str] = mapped_column(String(40))
    decided_at: Mapped[str | None] = mapped_column(String(40))
    decided_by: Mapped[str | None] = mapped_column(String(100))


class EventRow(Base):
    """Append-only, each line carrying the hash of the one before; triggers refuse updates and deletes."""

    __tablename__ = "events"
    __table_args__ = (Index("ix_events_row", "row_id", "seq"),)

    seq: Mapped[int] = mapped_column(Integer, primary_key=True, autoincrement=False)
    row_id: Mapped[int | None]
    submission_id: Mapped[str] = mapped_column(String(200), default="")
    version: Mapped[int] = mapped_column(default=0)
    actor: Mapped[str] = mapped_column(String(100))
    at: Mapped[str] = mapped_column(String(40))
    action: Mapped[str] = mapped_column(String(40))
    payload: Mapped[str] = mapped_column(Text)  # canonical JSON
    previous: Mapped[str] = mapped_column(String(64))
    hash: Mapped[str] = mapped_column(String(64))


class UserRow(Base):
    __tablename__ = "users"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    name: Mapped[str] = mapped_column(String(100), unique=True)
    role: Mapped[str] = mapped_column(String(20))
    password: Mapped[str | None] = mapped_column(Text)  # argon2; None: by one-time link or OIDC only
    active: Mapped[bool] = mapped_column(Boolean, default=True)
    failures: Mapped[int] = mapped_column(default=0)
    locked_until: Mapped[float] = mapped_column(Float, default=0.0)
    created_at: Mapped[str] = mapped_column(String(40))


class InvitationRow(Base):
    """A one-time link by which a user sets a password; only the token's hash is kept."""

    __tablename__ = "invitations"

    token: Mapped[str] = mapped_column(String(64), primary_key=True)
    user_id: Mapped[int]
    expires: Mapped[float] = mapped_column(Float)
    used: Mapped[bool] = mapped_column(Boolean, default=False)


class SessionRow(Base):
    __tablename__ = "sessions"

    token: Mapped[str] = mapped_column(String(64), primary_key=True)
    user_id: Mapped[int]
    csrf: Mapped[str] = mapped_column(String(64))
    created: Mapped[float] = mapped_column(Float)
    seen: Mapped[float] = mapped_column(Float)


class LabelRow(Base):
    """What a person corrected: a segment, or whether a pair says the same. Training data."""

    __tablename__ = "labels"

    id: Mapped[int] = mapped_column(Integer, primary_key=True)
    kind: Mapped[str] = mapped_column(String(20))  # segment, pair
    demand_id: Mapped[str] = mapped_column(String(200))
    other: Mapped[str] = mapped_column(String(200), default="")  # the other demand of a pair
    value: Mapped[str] = mapped_column(String(100))
    suggested: Mapped[str] = mapped_column(String(100))
    event: Mapped[int]  # seq of the decision
    undone: Mapped[bool] = mapped_column(Boolean, default=False)


class UploadRow(Base):
    __tablename__ = "uploads"

    id: Mapped[str] = mapped_column(String(32), primary_key=True)
    actor: Mapped[str] = mapped_column(String(100))
    at: Mapped[str] = mapped_column(String(40))
    names: Mapped[str] = mapped_column(Text)  # JSON list
    state: Mapped[str] = mapped_column(String(20))  # 排队 读取中 完成 失败
    message: Mapped[str] = mapped_column(Text, default="")
    outcome: Mapped[str] = mapped_column(Text, default="{}")  # JSON: added, known, rejected


class ImportedRun(Base):
    __tablename__ = "imported_runs"

    run_id: Mapped[str] = mapped_column(String(100), primary_key=True)
    at: Mapped[str] = mapped_column(String(40))


def database_url(given: str | None, out: Path) -> URL:
    """DATABASE_URL if it is set (postgres:// and postgresql:// go to pg8000), else SQLite below the output folder."""
    if not given:
        path = out / "state" / "triage.sqlite"
        path.parent.mkdir(parents=True, exist_ok=True)
        os.close(os.open(path, os.O_RDWR | os.O_CREAT, 0o600))  # it holds unmasked texts; its -wal and -shm follow it
        return URL.create("sqlite", database=str(path.resolve()))
    url = make_url(given.replace("postgres://", "postgresql://", 1))
    return url.set(drivername="postgresql+pg8000") if url.drivername == "postgresql" else url


class Store:
    """The database of one process: `reading()` for looks, `writing()` for one change with its audit row."""

    def __init__(self, url: URL) -> None:
        self.url, self.postgres = url, url.get_backend_name() == "postgresql"
        self.engine: Engine = create_engine(url, pool_recycle=1800, pool_size=20, max_overflow=20, hide_parameters=True,
                                            connect_args={} if self.postgres else {"timeout": BUSY_SECONDS, "check_same_thread": False})
        if self.postgres:
            self._driver_error: type[Exception] = self.engine.dialect.loaded_dbapi.Error
            event.listen(self.engine, "checkout", self._still_there)
        else:
            event.listen(self.engine, "connect", _prepare_sqlite)
            event.listen(self.engine, "begin", _begin_sqlite)
        self._writer = self.engine.execution_options(luxiantu_write=True)
        # One look needs no transaction, and on PostgreSQL each costs two more journeys to the server.
        self._looker = self.engine.execution_options(isolation_level="AUTOCOMMIT") if self.postgres else self.engine
        self._still = self.engine.execution_options(isolation_level="REPEATABLE READ") if self.postgres else self.engine
        self._turn = threading.Lock()  # our own threads queue here, for SQLite's own waiting is a sleep that doubles

    def _still_there(self, connection: Any, *_: object) -> None:
        """A restarted server has closed what the pool holds: opened anew instead of failing a request.

        Not pool_pre_ping, which lets a reset socket of pg8000's through as an error.
        """
        try:
            self.engine.dialect.do_ping(connection)
        except (OSError, self._driver_error) as gone:
            raise InvalidatePoolError from gone

    @contextmanager
    def reading(self) -> Iterator[Session]:
        """Looks, each at the moment it is taken."""
        with Session(self._looker, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def snapshot(self) -> Iterator[Session]:
        """Looks that must agree with each other: all at one moment."""
        with Session(self._still, expire_on_commit=False) as session:
            yield session

    @contextmanager
    def writing(self) -> Iterator[Session]:
        """One transaction, alone: commits at the end, rolls back on any error."""
        with self._turn, Session(self._writer, expire_on_commit=False) as session, session.begin():
            if self.postgres:
                session.connection().exec_driver_sql(LOCK)
            yield session

    def close(self) -> None:
        self.engine.dispose()


def _prepare_sqlite(connection: Any, _: object) -> None:
    connection.isolation_level = None  # sqlite3 would begin on its own, and too late
    cursor = connection.cursor()
    if cursor.execute("PRAGMA journal_mode").fetchone()[0] != "wal":  # to set it anew would need the file alone, and not wait for it
        cursor.execute("PRAGMA journal_mode=WAL")
    for pragma in ("synchronous=FULL", "foreign_keys=ON"):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_sqlite(connection: Connection) -> None:
    """A writer takes the lock at once: a reader that turned writer could not wait for it, only fail."""
    connection.exec_driver_sql("BEGIN IMMEDIATE" if connection.get_execution_options().get("luxiantu_write") else "BEGIN")
