"""Local users: argon2 passwords, roles, lockout, and the one-time link by which a password is first set."""

import secrets
import threading
import time
from enum import StrEnum
from functools import cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from sqlalchemy import delete, func, select
from sqlalchemy.orm import Session

from nlp.errors import LuxiantuError
from triage import history
from triage.database import InvitationRow, SessionRow, Store, UserRow, now
from triage.settings import LoginSettings

__all__ = ["AccountError", "Role", "accept_invitation", "add_user", "change_user", "first_link", "invite", "log_in", "set_password"]


_HASHING = threading.BoundedSemaphore(2)  # passwords checked at one time: each takes 19 MiB and a core


class Role(StrEnum):
    REGISTRAR = "登记"
    REVIEWER = "审核"
    ADMINISTRATOR = "管理员"
    READER = "只读"


class AccountError(LuxiantuError):
    verb = "账号操作未完成"


@cache
def hasher() -> PasswordHasher:
    """OWASP's first recommendation for argon2id: 19 MiB, two passes, one lane."""
    return PasswordHasher(time_cost=2, memory_cost=19_456, parallelism=1)


@cache
def decoy() -> str:
    """Verified against where there is no such user, so that the answer takes as long."""
    return hasher().hash(secrets.token_hex())


def matches(stored: str | None, password: str) -> bool:
    try:
        return hasher().verify(stored or decoy(), password) and stored is not None
    except (VerificationError, InvalidHashError):
        return False


# ---- users ----------------------------------------------------------------------------------


def named(session: Session, name: str) -> UserRow | None:
    return session.scalars(select(UserRow).where(UserRow.name == name)).first()


def add_user(session: Session, name: str, role: Role, *, actor: str) -> UserRow:
    name = name.strip()
    if not name or len(name) > 50 or not all(c.isalnum() or c in "._-@" for c in name):
        raise AccountError(name[:50], "用户名只能用文字、数字和 . _ - @，至多 50 个字符", "请换一个用户名")
    if named(session, name):
        raise AccountError(name, "已有同名用户", "请换一个用户名")
    user = UserRow(name=name, role=role.value, password=None, active=True, failures=0, locked_until=0.0, created_at=now())
    session.add(user)
    session.flush()
    history.append(session, "新增用户", actor=actor, payload={"user": name, "role": role.value})
    return user


def change_user(session: Session, user_id: int, *, role: Role, active: bool, actor: str) -> UserRow:
    """The last active administrator can neither be disabled nor lose the role. The user's sessions end."""
    user = session.get(UserRow, user_id)
    if user is None:
        raise AccountError(str(user_id), "没有这个用户", "请刷新用户列表")
    administrators = select(func.count()).select_from(UserRow).where(UserRow.role == Role.ADMINISTRATOR.value, UserRow.active, UserRow.id != user_id)
    if (role is not Role.ADMINISTRATOR or not active) and user.role == Role.ADMINISTRATOR and not session.scalar(administrators):
        raise AccountError(user.name, "这是最后一位管理员", "请先设另一位管理员")
    history.append(session, "修改用户", actor=actor, payload={"user": user.name, "role": role.value, "active": active, "was_role": user.role, "was_active": user.active})
    user.role, user.active = role.value, active
    end_sessions(session, user.id)
    return user


def end_sessions(session: Session, user_id: int) -> None:
    session.execute(delete(SessionRow).where(SessionRow.user_id == user_id))


def set_password(session: Session, user: UserRow, password: str, limits: LoginSettings) -> None:
    """Length is what counts (NIST SP 800-63B); all sessions of the user end."""
    if len(password) < limits.password_length or len(password) > 200:
        raise AccountError(user.name, f"口令至少 {limits.password_length} 个字符", "建议用几个互不相干的词连起来")
    if password.casefold() in {user.name.casefold() * 2, "1234567890", "password123", "qwertyuiop"} or len(set(password)) < 4:
        raise AccountError(user.name, "口令太容易猜到", "建议用几个互不相干的词连起来")
    user.password, user.failures, user.locked_until = hasher().hash(password), 0, 0.0
    end_sessions(session, user.id)


# ---- logging in -----------------------------------------------------------------------------


def log_in(store: Store, name: str, password: str, limits: LoginSettings) -> UserRow | None:
    """The user, or None: wrong name, wrong password, disabled or locked all look the same from outside.

    After `failures` wrong passwords the account is locked for a while; while it is, even the right one is refused. The password
    is checked before the writers' lock is taken: guessing must not hold up the others' decisions.
    """
    with store.reading() as session:
        known = named(session, name)
    with _HASHING:
        right = matches(known.password if known else None, password)
    if known is None:
        return None
    with store.writing() as session:
        user = session.get_one(UserRow, known.id)
        if time.time() < user.locked_until:
            return None
        if right and user.active and user.password == known.password:
            user.failures = 0
            return user
        user.failures += 1
        if user.failures >= limits.failures:
            user.failures, user.locked_until = 0, time.time() + 60 * limits.locked_minutes
            history.append(session, "锁定用户", actor=user.name, payload={"user": user.name, "minutes": limits.locked_minutes})
    return None


# ---- one-time links -------------------------------------------------------------------------


def invite(session: Session, user: UserRow, limits: LoginSettings, *, actor: str) -> str:
    """A token that sets the password once; earlier ones of the user are void."""
    session.execute(delete(InvitationRow).where(InvitationRow.user_id == user.id))
    token = secrets.token_urlsafe(32)
    session.add(InvitationRow(token=history.sha256(token), user_id=user.id, expires=time.time() + 3600 * limits.invitation_hours, used=False))
    history.append(session, "发出一次性链接", actor=actor, payload={"user": user.name})
    return token


def first_link(session: Session, limits: LoginSettings) -> str | None:
    """On an empty database: an administrator without a password and the token that sets one. None once anybody has one."""
    if session.scalar(select(func.count()).select_from(UserRow).where(UserRow.password.is_not(None))):
        return None
    user = named(session, "admin") or add_user(session, "admin", Role.ADMINISTRATOR, actor="系统")
    return invite(session, user, limits, actor="系统")


def accept_invitation(session: Session, token: str, password: str, limits: LoginSettings) -> UserRow:
    found = session.get(InvitationRow, history.sha256(token))
    user = session.get(UserRow, found.user_id) if found else None
    if found is None or user is None or found.used or found.expires < time.time() or not user.active:
        raise AccountError("一次性链接", "链接无效、已用过或已过期", "请向管理员要一个新的链接")
    set_password(session, user, password, limits)
    found.used = True
    history.append(session, "设定口令", actor=user.name, payload={"user": user.name})
    return user
