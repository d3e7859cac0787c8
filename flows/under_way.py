"""Runs that have begun and not ended: the one that is going on, and those that were killed and could say nothing.

Known by their journals (flows.journal), which begin with run.begin and end with run.end; the lock of the output folder tells the two apart.
"""

import json
from collections.abc import Iterator
from contextlib import suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

import filelock

from flows.history import By, Name, Outcome, append, note

__all__ = ["KILLED", "going_on", "held", "killed", "note_killed"]

KILLED = "被强行结束（断电、内存不足或 kill）；上一次发布的结果不受影响。"


def held(path: Path) -> bool:
    """By taking the lock and giving it back: the system frees that of a process that died."""
    if not path.is_file():
        return False
    try:
        with filelock.FileLock(path, timeout=0):
            return False
    except filelock.Timeout:
        return True


def going_on(out: Path) -> Outcome | None:
    """The run that holds the output folder; its state means nothing yet. None also while it has no journal yet."""
    return next(iter(reversed(list(unended(out).values()))), None) if held(out / ".lock") else None


def killed(out: Path) -> list[Outcome]:
    """What is not in the history yet. While a run is going on its own journal counts for it, and that of no other."""
    return [] if held(out / ".lock") else list(unended(out).values())


def note_killed(out: Path, reason: str = KILLED) -> None:
    """A line in the history for each, and an end to its journal, so that it is noted once. Only under the lock, before the run's own journal begins."""
    for journal, outcome in unended(out).items():
        end = {"time": datetime.now(UTC).isoformat(timespec="milliseconds"), "level": "error", "run_id": journal.stem, "event": "run.end",
               "kind": outcome.name, "success": False, "error": "Killed"}
        with suppress(OSError):  # a full disk: the next run tries again
            append(json.dumps(end, ensure_ascii=False), journal)
            note(replace(outcome, reason=reason), out)


def unended(out: Path) -> dict[Path, Outcome]:
    """Oldest first."""
    found = {p: begun(p) for p in sorted((out / "state" / "log").glob("*.jsonl"))}
    return {p: o for p, o in found.items() if o is not None}


def begun(journal: Path) -> Outcome | None:
    """Of a journal without an end: the run that began it, as it will be noted."""
    lines = list(events(journal))
    first = next((line for line in lines if line.get("event") == "run.begin"), None)
    if first is None or any(line.get("event") == "run.end" for line in lines):
        return None
    name: Name = "intake" if first.get("kind") == "intake" else "corpus" if first.get("by") == "schedule" else "refresh"
    by: By = "schedule" if first.get("by") == "schedule" else "hand"
    last = next((line["time"] for line in reversed(lines) if "time" in line), "")
    return Outcome(name=name, started=str(first.get("started") or first.get("time", "")), finished=str(last), state="failed", reason=KILLED, folder="", by=by)


def events(journal: Path) -> Iterator[dict[str, object]]:
    for line in journal.read_text("utf-8", "replace").splitlines():
        with suppress(ValueError):  # power went within a line
            found = json.loads(line)
            if isinstance(found, dict):
                yield found
