"""A finding of `luxiantu doctor`, and how checks are made so that none can stop the others: side by side, for a limited time."""

import threading
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field
from types import TracebackType
from typing import Literal, Self

from nlp.errors import LuxiantuError

__all__ = ["Caught", "Check", "State", "made", "size"]

State = Literal["ok", "warn", "fail"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    name: str
    state: State
    detail: str
    remedy: str = ""


def made(examiners: Sequence[tuple[str, Callable[[], Check]]], *, seconds: float) -> Iterator[Check]:
    """Each (name, check) in the order given, all of them within `seconds`; one that breaks or does not come back is itself a finding."""
    until = time.monotonic() + seconds
    tries = [Try(name, examiner) for name, examiner in examiners]
    for one in tries:
        one.start()
    for one in tries:
        one.join(max(0.0, until - time.monotonic()))
        yield one.finding or late(one.name)


def late(name: str) -> Check:
    return Check(name=name, state="fail", detail="在限时内没有结果", remedy="多半是磁盘、网络目录或服务没有响应，请先检查它们")


class Caught:
    """Keeps whatever the block raised, of any class: foreign drivers have errors of their own, and none may end the examination."""

    error: BaseException | None = None

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> bool:
        self.error = error
        return True


@dataclass(slots=True)
class Try:
    """One check in a thread of its own, which the process does not wait for when it ends."""

    name: str
    examiner: Callable[[], Check]
    finding: Check | None = None
    thread: threading.Thread = field(init=False)

    def start(self) -> None:
        self.thread = threading.Thread(target=self.run, daemon=True, name=f"check {self.name}")
        self.thread.start()

    def join(self, seconds: float) -> None:
        self.thread.join(seconds)

    def run(self) -> None:
        with Caught() as caught:
            self.finding = self.examiner()
        if caught.error is not None:
            self.finding = broken(self.name, caught.error)


def broken(name: str, error: BaseException) -> Check:
    if isinstance(error, LuxiantuError):
        return Check(name=error.name, state="fail", detail=error.reason, remedy=error.remedy)
    return Check(name="检查本身", state="fail", detail=f"“{name}”没有查成（{type(error).__name__}：{error}）", remedy="请把本信息发给维护者")


def size(number: float) -> str:
    return f"{number / 1e9:.1f} GB" if number >= 1e9 else f"{number / 1e6:.1f} MB"
