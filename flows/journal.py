"""What a run did, as JSON Lines: outputs/state/log/<run-id>.jsonl always, on stderr too with LUXIANTU_LOG=json (flows.logs).

A line holds numbers and names of ours (stage, kind, class of an error), never text of a submission. Begun before the settings
are read, so that a run which fails on them has its journal and its metrics too.
"""

import logging
import sys
import time
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from flows.history import append, begun_by, counted, ended
from flows.logs import LOG, Lines, current
from flows.metrics import write_metrics
from flows.progress import display
from flows.run_records import RunRecordsUnusable
from flows.store import WORK, load
from nlp.errors import EmptyCorpus, InvalidSetting, ModelUnavailable
from nlp.records import Count

__all__ = ["KEPT", "counts_of", "recorded"]

KEPT = 50  # journals
OUR_OWN = (InvalidSetting, EmptyCorpus, ModelUnavailable, RunRecordsUnusable)  # errors whose words never come from a submission


class Appended(logging.Handler):
    """A line a write, opened for appending: a killed run leaves whole lines. A full disk does not end a run here."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.path = path

    def emit(self, record: logging.LogRecord) -> None:
        with suppress(OSError):
            append(self.format(record), self.path)


@contextmanager
def recorded(out: Path, run_id: str, kind: str) -> Iterator[list[Path]]:
    """Keep the journal and the metrics of one run, whether it succeeds or not. Under the run lock.

    What it gives takes the published folder, or that of an earlier run that still stands.
    """
    target = Appended(out / "state" / "log" / f"{run_id}.jsonl")
    target.setFormatter(Lines(run_id))
    LOG.addHandler(target)
    current.run_id = run_id
    made: list[Path] = []
    began, success = time.monotonic(), False
    display.seconds.clear()
    LOG.info("run.begin", extra={"values": {"kind": kind} | begun_by()})
    try:
        yield made
        success = True
    finally:
        close(out, counts_of(*made, out / run_id, out / WORK / run_id), kind, None if success else sys.exc_info()[1], round(time.monotonic() - began, 2))
        current.run_id = None
        LOG.removeHandler(target)
        prune(target.path.parent)


def close(out: Path, counts: dict[str, int], kind: str, error: BaseException | None, seconds: float) -> None:
    if aside := {name: n for name, n in counts.items() if name.endswith(".rejected") and n}:
        LOG.warning("run.set_aside", extra={"values": {"counts": aside}})
    values = {"kind": kind, "success": error is None, "seconds": seconds, "counts": counts} | (why(error) if error else {})
    LOG.log(logging.ERROR if error else logging.INFO, "run.end", extra={"values": values})
    try:
        runs = counted(out, kind) + Counter[str]([ended(error)])
        write_metrics(out / "state", kind=kind, success=error is None, seconds=seconds, stages=display.seconds, counts=counts, runs=runs)
    except OSError as failed:
        LOG.warning("metrics.failed", extra={"values": {"error": type(failed).__name__}})


def why(error: BaseException) -> dict[str, str]:
    """The class, and the reason where it is in words of ours; the whole of it is in the history, which stays on this machine."""
    said = {"error": type(error).__name__}
    if isinstance(error, OUR_OWN):
        return said | {"about": error.name, "reason": error.reason}
    return said | ({"reason": error.strerror} if isinstance(error, OSError) and error.strerror else {})


def counts_of(*folders: Path) -> dict[str, int]:
    """Of the first of a run's folders that has counts; a run that failed early has none."""
    for folder in folders:
        if (path := folder / "data" / "counts.parquet").is_file():
            return {c.name: c.value for c in load(Count, path)}
    return {}


def prune(folder: Path) -> None:
    for old in sorted(folder.glob("*.jsonl"))[:-KEPT]:
        old.unlink(missing_ok=True)
