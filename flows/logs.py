"""What a command says besides its results. Plain words for people; with LUXIANTU_LOG=json one JSON object a line, without exception.

Logs go to stderr: stages, hints, warnings, errors, what libraries, C code and child processes print. Results are not logs
and stay as they are: files, and on stdout the summary, tables, `status`, `doctor`, `list` and the links of the triage page.

A line has time, level and event; of ours also run_id and values; of a library's logger (event "log") its logger and text;
of anything else that was printed (event "stderr") its text. What says `event` already is passed on as it is.
"""

import atexit
import json
import logging
import os
import sys
import threading
import traceback
from collections.abc import Mapping
from datetime import UTC, datetime
from types import TracebackType

__all__ = ["LOG", "Lines", "as_json", "begin", "current"]

LOG = logging.getLogger("luxiantu.run")
LOG.setLevel(logging.INFO)
LOG.propagate = False

_PATIENCE = 1.0  # seconds for the last lines of a child that outlives us


def as_json() -> bool:
    return os.environ.get("LUXIANTU_LOG", "").strip().lower() == "json"


class Current:
    """The run that is under way in this process, if any."""

    run_id: str | None = None


current = Current()


class Lines(logging.Formatter):
    """A record as a line. `run_id` of its own, else that of the run under way."""

    def __init__(self, run_id: str | None = None) -> None:
        super().__init__()
        self.run_id = run_id

    def format(self, record: logging.LogRecord) -> str:
        given: Mapping[str, object] | None = getattr(record, "values", None)
        run_id = self.run_id or current.run_id
        head = {"time": stamp(record.created), "level": record.levelname.lower()} | ({"run_id": run_id} if run_id else {})
        if given is not None or record.name == LOG.name:
            return dump(head | {"event": record.msg} | dict(given or {}))
        error = record.exc_info[0].__name__ if record.exc_info and record.exc_info[0] else None
        return dump(head | {"event": "log", "logger": record.name, "text": record.getMessage()} | ({"error": error} if error else {}))


def stamp(seconds: float | None = None) -> str:
    return (datetime.fromtimestamp(seconds, UTC) if seconds is not None else datetime.now(UTC)).isoformat(timespec="milliseconds")


def dump(line: Mapping[str, object]) -> str:
    return json.dumps(line, ensure_ascii=False, default=str)


class Spoken(logging.Handler):
    """To stderr where lines are asked for; else nothing, for then flows.progress speaks to people."""

    def emit(self, record: logging.LogRecord) -> None:
        if as_json():
            pipe.write(self.format(record))


class Pipe:
    """Stands before stderr: what anyone in this process or a child of it prints there leaves as lines.

    Our own lines go past the pipe, so that a run which is killed has said all it had to say.
    """

    def __init__(self) -> None:
        self.real: int | None = None  # the stderr we were started with
        self.carrier: threading.Thread | None = None

    def open(self) -> None:
        self.real = os.dup(2)
        source, target = os.pipe()
        sys.stderr.flush()
        os.dup2(target, 2)
        os.close(target)
        self.carrier = threading.Thread(target=self.carry, args=(source,), daemon=True, name="stderr")
        self.carrier.start()

    def close(self) -> None:
        if self.real is not None and self.carrier is not None:
            sys.stderr.flush()
            os.dup2(self.real, 2)
            self.carrier.join(_PATIENCE)

    def carry(self, source: int) -> None:
        with os.fdopen(source, "rb") as printed:
            for line in printed:
                if text := line.decode("utf-8", "replace").strip():
                    self.write(text if not as_json() or is_line(text) else dump({"time": stamp(), "level": "info", "event": "stderr", "text": text}))

    def write(self, line: str) -> None:
        """One write a line: lines of several threads do not mix."""
        if self.real is None:
            sys.stderr.write(line + "\n")
            sys.stderr.flush()
            return
        try:
            os.write(self.real, f"{line}\n".encode("utf-8", "replace"))
        except OSError:  # whoever read us is gone; a run does not end for that
            return


def is_line(text: str) -> bool:
    if not text.startswith("{"):
        return False
    try:
        found = json.loads(text)
    except ValueError:
        return False
    return isinstance(found, dict) and "event" in found


pipe = Pipe()
spoken = Spoken()
spoken.setFormatter(Lines())
LOG.addHandler(spoken)


def begin() -> None:
    """To be called first by every process that people or a schedule start; does nothing unless lines are asked for.

    Registered before anyone else's farewell, so that it ends after them: a library may still print while it shuts down.
    """
    if not as_json() or pipe.real is not None:
        return
    pipe.open()
    atexit.register(pipe.close)
    root = logging.getLogger()
    root.handlers = [spoken]  # Prefect leaves a root that has a handler with a format alone
    logging.captureWarnings(capture=True)
    sys.excepthook = died
    threading.excepthook = lambda given: died(given.exc_type, given.exc_value, given.exc_traceback)
    sys.unraisablehook = lambda given: died(given.exc_type, given.exc_value, given.exc_traceback, level=logging.WARNING)


def died(kind: type[BaseException], error: BaseException | None, trace: TracebackType | None, *, level: int = logging.CRITICAL) -> None:
    """Where it happened, not what the error says: that may quote a submission."""
    frames = [f"{frame.filename}:{frame.lineno} {frame.name}" for frame in traceback.extract_tb(trace)]
    LOG.log(level, "crash", extra={"values": {"error": kind.__name__, "frames": frames[-12:]}})
