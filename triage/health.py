"""The database of the triage page, as `luxiantu doctor` sees it: readable, whole, of this program's schema. Looks only, makes and changes nothing."""

import os
import sqlite3
import time
from contextlib import closing
from pathlib import Path

from sqlalchemy import create_engine
from sqlalchemy.engine import URL
from sqlalchemy.exc import ArgumentError, SQLAlchemyError
from sqlalchemy.pool import NullPool

from flows.check import Check, State, size
from triage.database import database_url
from triage.migrate import FOLDER, revision

__all__ = ["NAME", "examine"]

NAME = "初筛数据库"
PATIENCE = 2.0  # seconds until a server answers
THROUGH = 5.0  # seconds for the pages of a file
REVISION = "SELECT version_num FROM alembic_version"


def examine(out: Path, given: str | None = None) -> Check:
    """`given`: DATABASE_URL, by default that of the environment."""
    given = given or os.environ.get("DATABASE_URL") or None
    if not given:
        return of_file(out / "state" / "triage.sqlite")
    try:
        url = database_url(given, out)
    except (ArgumentError, ValueError):  # neither may be shown: it may hold a password
        return finding("fail", "DATABASE_URL 不是合法的数据库地址", "写法如 postgresql://用户@主机/库")
    if url.get_backend_name() == "sqlite":
        return of_file(Path(url.database or ""))
    return of_server(url)


def finding(state: State, detail: str, remedy: str = "") -> Check:
    return Check(name=NAME, state=state, detail=detail, remedy=remedy)


def of_file(path: Path) -> Check:
    if not path.is_file():
        return finding("ok", "还没有，第一次打开初筛页时建立")
    until = time.monotonic() + THROUGH
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, timeout=PATIENCE)) as connection:
            connection.set_progress_handler(lambda: time.monotonic() > until, 10_000)
            wrong = connection.execute("PRAGMA integrity_check(1)").fetchone()[0]
            known = connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'alembic_version'").fetchone()
            found = connection.execute(REVISION).fetchone() if known else None
    except sqlite3.OperationalError as error:
        if "interrupted" in str(error):
            return finding("warn", f"{size(path.stat().st_size)}，{THROUGH:g} 秒内没有读完", "请在空闲时运行 luxiantu triage verify")
        if "locked" in str(error):
            return finding("warn", "正被占用，没有检查", "请稍后再试；长时间如此，请查看是谁在使用该文件")
        return finding("fail", f"打不开（{error}）", "请检查文件与目录的权限，或从备份恢复（luxiantu triage restore）")
    except sqlite3.DatabaseError as error:
        wrong = str(error)
    if wrong != "ok":
        return finding("fail", f"文件已损坏（{wrong}）", "请停止使用，保留现有文件，并从备份恢复（luxiantu triage restore）")
    return of_schema(found[0] if found else None, f"完好，{size(path.stat().st_size)}")


def of_server(url: URL) -> Check:
    shown = f"{url.host}:{url.port or 5432}/{url.database}"
    try:
        engine = create_engine(url, poolclass=NullPool, hide_parameters=True, connect_args={"timeout": PATIENCE})
    except ImportError:
        return finding("fail", "没有安装 PostgreSQL 的驱动", "请运行 pip install -e '.[postgres]'")
    try:
        with engine.connect() as connection:
            found = revision(connection)
    except (SQLAlchemyError, OSError) as error:
        reason = getattr(error, "orig", None) or error
        return finding("fail", f"连不上 {shown}（{type(reason).__name__}：{said(reason)}）", "请启动数据库，并检查地址、用户与口令")
    return of_schema(found, f"{shown} 有应答")


def said(error: BaseException) -> str:
    """pg8000 gives the server's words as a table; M is the message (PostgreSQL's protocol, error fields)."""
    first = error.args[0] if error.args else ""
    return str(first.get("M", "")) if isinstance(first, dict) else str(error)[:200]


def of_schema(found: str | None, well: str) -> Check:
    from alembic.config import Config
    from alembic.script import ScriptDirectory

    config = Config()
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    known = [script.revision for script in ScriptDirectory.from_config(config).walk_revisions()]  # the newest first
    if found is None:
        return finding("ok", f"{well}；还没有表，第一次打开初筛页时建立")
    if found not in known:
        return finding("fail", f"{well}；但它的版本 {found} 比程序新", "请换用新的程序；旧程序不要打开它")
    if found != known[0]:
        return finding("warn", f"{well}；版本 {found}，程序需要 {known[0]}", "打开初筛页时会自动升级；请先备份（luxiantu triage backup）")
    return finding("ok", f"{well}，版本 {found}")
