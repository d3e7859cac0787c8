"""How every run ended, scheduled or by hand: outputs/state/runs.jsonl, a line a run, also of those that never got an id.

A line is appended in one write without the run lock: a run that was refused leaves its line beside the run that holds the lock.
What is replaced as a whole (the metrics) is left to the holder, who counts these lines.
"""

import json
import os
from collections import Counter
from collections.abc import Iterator
from contextlib import suppress
from contextvars import ContextVar
from dataclasses import asdict, dataclass, field
from datetime import datetime, tzinfo
from pathlib import Path
from types import TracebackType
from typing import Literal, Self

from flows.store import Locked
from nlp.errors import LuxiantuError

__all__ = ["Name", "Noted", "Outcome", "Skipped", "State", "append", "begun_by", "counted", "ended", "history", "note", "reason_of"]

Name = Literal["corpus", "intake", "refresh"]  # corpus: the scheduled refresh
State = Literal["done", "failed", "skipped"]
By = Literal["schedule", "hand"]
KINDS: dict[str, str] = {"corpus": "refresh"}  # of the metrics


@dataclass(frozen=True, slots=True, kw_only=True)
class Outcome:
    """One run; times are ISO with their offset."""

    name: Name
    started: str
    finished: str
    state: State
    reason: str  # why it failed or was skipped, with what to do
    folder: str  # of what it published
    by: By = "schedule"


class Skipped(Exception):
    """A run that had nothing to do; its text says why, with words of ours."""


BEGINNING = '{"name"'  # of a line; within a line a quotation mark has a backslash before it


_noting: ContextVar["Noted | None"] = ContextVar("noting", default=None)


@dataclass(slots=True, kw_only=True)
class Noted:
    """Around a run: notes once how it ended, whatever it raised. Inside another Noted nothing: who began the run notes it."""

    name: Name
    out: Path
    by: By = "hand"
    zone: tzinfo | None = None  # of the times; None: this machine's
    folder: str = ""  # set by the run when it published
    outcome: Outcome | None = None
    error: BaseException | None = None
    started: str = field(default="", init=False)
    outermost: bool = field(default=False, init=False)

    def __enter__(self) -> Self:
        self.outermost, self.started = _noting.get() is None, self.now()
        if self.outermost:
            _noting.set(self)
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if self.outermost:
            _noting.set(None)
            self.error = error
            self.outcome = Outcome(name=self.name, started=self.started, finished=self.now(), state=ended(error), by=self.by,
                                   reason=reason_of(error) if error else "", folder="" if error else self.folder)
            with suppress(OSError):  # a full disk, no permission: what the run raised is to be heard, not this
                note(self.outcome, self.out)

    def now(self) -> str:
        return datetime.now(self.zone).astimezone(self.zone).isoformat(timespec="seconds")


def begun_by() -> dict[str, str]:
    """Who began the run under way, and when: for its journal, from which it is noted should it be killed."""
    noted = _noting.get()
    return {"by": noted.by, "started": noted.started} if noted else {}


def ended(error: BaseException | None) -> State:
    return "done" if error is None else "skipped" if isinstance(error, Locked | Skipped) else "failed"


def reason_of(error: BaseException) -> str:
    """What a person is told of an error, and what to do."""
    if isinstance(error, LuxiantuError | Locked | Skipped):
        return str(error)
    if isinstance(error, OSError):
        where = f"《{error.filename}》" if error.filename else "文件"
        return f"读写{where}失败：{error.strerror or error}。上一次发布的结果不受影响；请检查路径、权限与磁盘空间。"
    if isinstance(error, KeyboardInterrupt):
        return "已中断；上一次发布的结果不受影响。"
    return f"程序出错（{type(error).__name__}：{error}）。请把本信息发给维护者。"


def append(line: str, path: Path) -> None:
    """One write to the end of a file: neither a kill nor another process at the same time leaves half a line. Raises OSError."""
    path.parent.mkdir(parents=True, exist_ok=True)
    handle = os.open(path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
    try:
        os.write(handle, f"{line}\n".encode("utf-8", "replace"))
    finally:
        os.close(handle)


def note(outcome: Outcome, out: Path) -> None:
    append(json.dumps(asdict(outcome), ensure_ascii=False), out / "state" / "runs.jsonl")


def history(out: Path) -> list[Outcome]:
    """Oldest first; a line that a power failure or a full disk cut is left out, and what was written behind it is not."""
    return list(_read(out / "state" / "runs.jsonl"))


def _read(path: Path) -> Iterator[Outcome]:
    for line in path.read_text("utf-8", "replace").splitlines() if path.is_file() else ():
        try:
            yield Outcome(**json.loads(line[max(line.rfind(BEGINNING), 0):]))
        except (json.JSONDecodeError, TypeError):
            continue


def counted(out: Path, kind: str) -> Counter[str]:
    """How often a kind of run (refresh, intake) ended in which way."""
    return Counter(o.state for o in history(out) if KINDS.get(o.name, o.name) == kind)
