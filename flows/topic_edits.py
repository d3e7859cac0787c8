"""Analysts' decisions on topics: rows that are only ever added, in SQLite (write-ahead log) or the database of DATABASE_URL."""

import getpass
import os
import tomllib
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from sqlalchemy import JSON, Connection, MetaData, Table, create_engine, event, insert, select
from sqlalchemy import Column as DatabaseColumn
from sqlalchemy.types import Integer, String

from nlp.records import TopicAction, TopicEdit, TopicEditFate

__all__ = ["ROWS", "add_edit", "connected", "edits_exist", "edits_toml", "read_edits", "who_is_here"]

ROWS = Table(
    "topic_edits", MetaData(),
    DatabaseColumn("edit_id", Integer, primary_key=True, autoincrement=True), DatabaseColumn("at", String(32), nullable=False),
    DatabaseColumn("who", String(200), nullable=False), DatabaseColumn("chain", String(100), nullable=False, index=True),
    DatabaseColumn("topic_id", String(100), nullable=False), DatabaseColumn("action", String(16), nullable=False),
    DatabaseColumn("payload", JSON, nullable=False), DatabaseColumn("reason", String, nullable=False),
    sqlite_autoincrement=True,  # a number is never given twice
)


def database_url(out: Path) -> str:
    return os.environ.get("DATABASE_URL") or f"sqlite:///{out.resolve() / 'state' / 'edits.sqlite'}"


@contextmanager
def connected(out: Path) -> Iterator[Connection]:
    """A transaction on the edits of an output folder; the table is made where it is missing."""
    url = database_url(out)
    if url.startswith("sqlite"):
        (out / "state").mkdir(parents=True, exist_ok=True)
    engine = create_engine(url)
    if engine.dialect.name == "sqlite":
        event.listen(engine, "connect", lambda raw, _: raw.execute("PRAGMA journal_mode=WAL"))
    try:
        with engine.begin() as connection:
            ROWS.metadata.create_all(connection)
            yield connection
    finally:
        engine.dispose()


def add_edit(out: Path, *, chain: str, topic_id: str, action: TopicAction, payload: Sequence[str] = (), reason: str = "", who: str | None = None) -> int:
    """Note one decision and return its number; it takes effect at the next refresh."""
    row = {"at": datetime.now(UTC).isoformat(timespec="seconds"), "who": who or who_is_here(), "chain": chain, "topic_id": topic_id,
           "action": action, "payload": list(payload), "reason": reason}
    with connected(out) as connection:
        return int(connection.execute(insert(ROWS).returning(ROWS.c.edit_id), row).scalar_one())


def edits_exist(out: Path) -> bool:
    """Whether reading may find something; asking must not make a database."""
    return bool(os.environ.get("DATABASE_URL")) or (out / "state" / "edits.sqlite").is_file()


def read_edits(out: Path, chain: str) -> list[TopicEdit]:
    """All decisions on a chain's topics, oldest first; none where nobody has decided anything."""
    if not edits_exist(out):
        return []
    with connected(out) as connection:
        rows = connection.execute(select(ROWS).where(ROWS.c.chain == chain).order_by(ROWS.c.edit_id)).mappings()
        return [TopicEdit(**{**row, "payload": tuple(row["payload"])}) for row in rows]


def who_is_here() -> str:
    try:
        return getpass.getuser()
    except (KeyError, OSError):
        return "未知"


def edits_toml(edits: Sequence[TopicEdit], fates: Sequence[TopicEditFate]) -> str:
    """The decisions as a file for people and for version control, with what the run made of each."""
    fate = {f.edit_id: f for f in fates}
    lines = ["# 分析人员对主题的修改，随每次运行导出；fate 为本次运行的处理结果。修改请用 luxiantu topics rename|merge|split|hide|show|note。"]
    for e in edits:
        lines += ["", "[[edit]]", f"id = {e.edit_id}", *(f"{name} = {quoted(value)}" for name, value in (
            ("at", e.at), ("who", e.who), ("chain", e.chain), ("topic", e.topic_id), ("action", e.action)))]
        lines += [f"payload = [{', '.join(quoted(p) for p in e.payload)}]", f"reason = {quoted(e.reason)}"]
        lines += [f"fate = {quoted(fate[e.edit_id].fate)}", f"why = {quoted(fate[e.edit_id].reason)}"] if e.edit_id in fate else []
    text = "\n".join(lines) + "\n"
    tomllib.loads(text)
    return text


def quoted(value: str) -> str:
    """A TOML basic string; JSON's escapes are also TOML's, but for DEL and lone surrogates."""
    import json

    return json.dumps(value.encode("utf-8", "replace").decode("utf-8"), ensure_ascii=False).replace("\x7f", "\\u007F")
