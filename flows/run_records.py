"""Prefect's own database of runs, looked at before it is needed: a full disk is said at once, a damaged file is put aside.

It holds only the history of runs; what a run made is in outputs/, and outputs/state/runs.jsonl says how scheduled runs ended.
"""

import os
import sqlite3
import time
from contextlib import closing, suppress
from datetime import datetime
from pathlib import Path

from flows.orphans import end_orphans
from nlp.errors import LuxiantuError

__all__ = ["DATABASE", "ROOM", "RunRecordsUnusable", "damaged", "ready"]

DATABASE = "prefect.db"
ROOM = 8 * 2**20  # bytes that a run may need for its history; a run of the sample writes about one
DAMAGE = (sqlite3.SQLITE_CORRUPT, sqlite3.SQLITE_NOTADB)


class RunRecordsUnusable(LuxiantuError):
    verb = "无法启动"


def ready(home: Path) -> Path | None:
    """End what killed runs left on this home; returns where a damaged database was put aside, None when all was well; the next run makes a new one.

    Raises RunRecordsUnusable when the folder cannot be written or has less than ROOM left.
    """
    try:
        home.mkdir(parents=True, exist_ok=True)
        probe = home / f".room-{os.getpid()}"
        try:
            probe.write_bytes(bytes(ROOM))
        finally:
            probe.unlink(missing_ok=True)
    except OSError as error:
        remedy = "请清理磁盘，或用环境变量 PREFECT_HOME 换一个可写、有空间的目录；上一次发布的结果不受影响"
        raise RunRecordsUnusable(str(home), f"运行记录目录写不进去（{error.strerror or error}）", remedy) from error
    end_orphans(home)
    return put_aside(home / DATABASE) if damaged(home / DATABASE) else None


def damaged(path: Path, *, seconds: float | None = None) -> bool:
    """Whether SQLite cannot read its pages; one that another process has locked, or that was not read through in `seconds`, is not damaged.
    Read-only: else SQLite removes the -wal of a file whose head it does not know."""
    if not path.is_file():
        return False
    until = time.monotonic() + seconds if seconds else None
    try:
        with closing(sqlite3.connect(f"{path.resolve().as_uri()}?mode=ro", uri=True, timeout=5 if seconds is None else seconds / 2)) as connection:
            if until is not None:
                connection.set_progress_handler(lambda: time.monotonic() > until, 10_000)
            return bool(connection.execute("PRAGMA quick_check(1)").fetchone() != ("ok",))
    except sqlite3.DatabaseError as error:  # also of a disk, of permissions, of a lock: those say nothing about the file
        return getattr(error, "sqlite_errorcode", 0) & 0xFF in DAMAGE


def put_aside(path: Path) -> Path:
    kept = path.with_name(f"{path.name}.damaged-{datetime.now():%Y%m%d-%H%M%S}")
    path.rename(kept)
    with suppress(FileNotFoundError):  # what was written last is in it, for whoever repairs the file
        path.with_name(f"{path.name}-wal").rename(kept.with_name(f"{kept.name}-wal"))
    path.with_name(f"{path.name}-shm").unlink(missing_ok=True)
    return kept
