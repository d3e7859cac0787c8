"""A stop from outside, by Ctrl-C or by a service manager (SIGTERM), is one and the same: KeyboardInterrupt, noted as an interruption."""

import signal
import threading
from types import TracebackType
from typing import Self

from prefect.exceptions import TerminationSignal

__all__ = ["Interruptions", "interrupted", "stop_on_sigterm"]

STOPS = ("SIGTERM", "SIGBREAK")  # the second: Windows, Ctrl+Break


def stop_on_sigterm() -> None:
    """A service manager's stop ends a command as Ctrl-C does: what is open is closed, and noted. Within a flow Prefect listens itself."""
    if threading.current_thread() is threading.main_thread():
        for name in STOPS:
            if hasattr(signal, name):
                signal.signal(getattr(signal, name), signal.default_int_handler)


def interrupted(error: BaseException | None) -> bool:
    """Whether it, or any that it was raised in the wake of, is a stop from outside."""
    waiting, seen = [error], set[int]()
    while waiting:
        one = waiting.pop()
        if isinstance(one, KeyboardInterrupt | TerminationSignal):
            return True
        if one is not None and id(one) not in seen:
            seen.add(id(one))
            waiting += [one.__cause__, one.__context__]
    return False


class Interruptions:
    """Around a run. Prefect's own server gets the stop too, so that the stop often comes out as an error of a connection: it is a KeyboardInterrupt again."""

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        if interrupted(error) and not isinstance(error, KeyboardInterrupt):
            raise KeyboardInterrupt from error
