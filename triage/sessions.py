"""Who is asking: a random token in a cookie, its hash in the database, and a second token that every change must carry."""

import hmac
import secrets
import time
from dataclasses import dataclass

from sqlalchemy import delete, select
from sqlalchemy.orm import Session

from triage import history
from triage.accounts import Role
from triage.database import SessionRow, Store, UserRow
from triage.settings import SessionSettings

__all__ = ["COOKIE", "CSRF_HEADER", "Visitor", "close", "find", "open_session", "same"]

COOKIE, CSRF_HEADER = "luxiantu_session", "x-csrf-token"
_SEEN_EVERY = 60.0  # seconds between two notes that a session is in use


@dataclass(frozen=True, slots=True, kw_only=True)
class Visitor:
    user_id: int
    name: str
    role: Role
    csrf: str
    token: str  # the hash under which the session is kept


def open_session(session: Session, user: UserRow) -> tuple[str, Visitor]:
    """A new session, never an old one continued; returns the cookie's value and who it is."""
    token, csrf, at = secrets.token_urlsafe(32), secrets.token_urlsafe(32), time.time()
    kept = history.sha256(token)
    session.add(SessionRow(token=kept, user_id=user.id, csrf=csrf, created=at, seen=at))
    return token, Visitor(user_id=user.id, name=user.name, role=Role(user.role), csrf=csrf, token=kept)


def find(store: Store, token: str, limits: SessionSettings) -> Visitor | None:
    """The visitor of a cookie; None where the session has ended, is idle for too long, or its user is disabled."""
    if not token or len(token) > 100:
        return None
    kept, at = history.sha256(token), time.time()
    with store.reading() as session:
        found = session.execute(select(SessionRow, UserRow).join(UserRow, UserRow.id == SessionRow.user_id).where(SessionRow.token == kept)).first()
    if found is None:
        return None
    row, user = found
    if not user.active or at - row.seen > 60 * limits.idle_minutes or at - row.created > 3600 * limits.longest_hours:
        return None
    if at - row.seen > _SEEN_EVERY:
        with store.writing() as session:
            again = session.get(SessionRow, kept)
            if again is None:
                return None
            again.seen = at
    return Visitor(user_id=user.id, name=user.name, role=Role(user.role), csrf=row.csrf, token=kept)


def close(session: Session, token: str) -> None:
    """Ends one session, and removes those that nobody can use any more."""
    session.execute(delete(SessionRow).where(SessionRow.token == token))
    session.execute(delete(SessionRow).where(SessionRow.created < time.time() - 7 * 86_400))


def same(given: str, wanted: str) -> bool:
    return hmac.compare_digest(given.encode(), wanted.encode())
