"""Analysts' changes to the Word draft, kept in the database of the decisions on topics: rows that are only ever added."""

from collections.abc import Sequence
from dataclasses import fields
from pathlib import Path

from sqlalchemy import Column as DatabaseColumn
from sqlalchemy import Table, insert, select
from sqlalchemy.types import Date, Integer, String

from flows.topic_edits import ROWS, connected, edits_exist
from nlp.records import DraftEdit

__all__ = ["note_draft_edits", "read_draft_edits"]

DRAFT_ROWS = Table(
    "draft_edits", ROWS.metadata,
    DatabaseColumn("number", Integer, primary_key=True, autoincrement=True), DatabaseColumn("chain", String(100), nullable=False, index=True),
    DatabaseColumn("edit_id", String(20), nullable=False), DatabaseColumn("kind", String(16), nullable=False), DatabaseColumn("anchor", String(200), nullable=False),
    DatabaseColumn("original", String, nullable=False), DatabaseColumn("pattern", String, nullable=False), DatabaseColumn("text", String, nullable=False),
    DatabaseColumn("made_by", String(200), nullable=False), DatabaseColumn("made_on", Date, nullable=False),
    sqlite_autoincrement=True,
)
NAMES = tuple(f.name for f in fields(DraftEdit))


def read_draft_edits(out: Path, chain: str) -> list[DraftEdit]:
    """Oldest first, each once."""
    if not edits_exist(out):
        return []
    with connected(out) as connection:
        rows = connection.execute(select(DRAFT_ROWS).where(DRAFT_ROWS.c.chain == chain).order_by(DRAFT_ROWS.c.number)).mappings()
        found = [DraftEdit(**{name: row[name] for name in NAMES}) for row in rows]
    return list({e.edit_id: e for e in found}.values())


def note_draft_edits(out: Path, chain: str, edits: Sequence[DraftEdit]) -> None:
    """They take effect at the next refresh."""
    if edits:
        with connected(out) as connection:
            connection.execute(insert(DRAFT_ROWS), [{"chain": chain, **{name: getattr(e, name) for name in NAMES}} for e in edits])
