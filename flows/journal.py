"""What a run did, as JSON Lines: outputs/state/log/<run-id>.jsonl always, on stderr too with LUXIANTU_LOG=json.

A line holds numbers and names of ours (stage, kind, class of an error), never text of a submission.
"""

import json
import logging
import os
import sys
import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path

from flows.metrics import write_metrics
from flows.progress import LOG, as_json, display
from flows.run import Run
from flows.store import load
from nlp.records import Count

__all__ = ["KEPT", "counts_of", "recorded"]

KEPT = 50  # journals


class Lines(logging.Formatter):
    def __init__(self, run_id: str) -> None:
        super().__init__()
        self.run_id = run_id

    def format(self, record: logging.LogRecord) -> str:
        given: Mapping[str, object] = getattr(record, "values", {})
        moment = datetime.fromtimestamp(record.created, UTC).isoformat(timespec="milliseconds")
        return json.dumps({"time": moment, "level": record.levelname.lower(), "run_id": self.run_id, "event": record.msg, **given}, ensure_ascii=False)


class Appended(logging.Handler):
    """A line a write, opened for appending: a killed run leaves whole lines. A full disk does not end a run here."""

    def __init__(self, path: Path) -> None:
        super().__init__()
        self.path = path

    def emit(self, record: logging.LogRecord) -> None:
        try:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            handle = os.open(self.path, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o644)
            try:
                os.write(handle, (self.format(record) + "\n").encode())
            finally:
                os.close(handle)
        except OSError:
            return


@contextmanager
def recorded(run: Run, kind: str) -> Iterator[list[Path]]:
    """Keep the journal and the metrics of one run, whether it succeeds or not; what it gives takes the folder of an earlier run that still stands."""
    folder = run.out / "state" / "log"
    targets: list[logging.Handler] = [Appended(folder / f"{run.run_id}.jsonl")]
    if as_json():
        targets.append(logging.StreamHandler(sys.stderr))
    for target in targets:
        target.setFormatter(Lines(run.run_id))
        LOG.addHandler(target)
    made: list[Path] = []
    began, success = time.monotonic(), False
    display.seconds.clear()
    LOG.info("run.begin", extra={"values": {"kind": kind}})
    try:
        yield made
        success = True
    finally:
        close(run, made, kind, success, round(time.monotonic() - began, 2))
        for target in targets:
            LOG.removeHandler(target)
        prune(folder)


def close(run: Run, made: list[Path], kind: str, success: bool, seconds: float) -> None:
    error = sys.exc_info()[0]
    counts = counts_of(run, *made)
    values = {"kind": kind, "success": success, "seconds": seconds, "counts": counts} | ({"error": error.__name__} if error else {})
    if aside := {name: n for name, n in counts.items() if name.endswith(".rejected") and n}:
        LOG.warning("run.set_aside", extra={"values": {"counts": aside}})
    LOG.log(logging.INFO if success else logging.ERROR, "run.end", extra={"values": values})
    try:
        write_metrics(run.out / "state", kind=kind, success=success, seconds=seconds, stages=display.seconds, counts=counts)
    except OSError as failed:
        LOG.warning("metrics.failed", extra={"values": {"error": type(failed).__name__}})


def counts_of(run: Run, *made: Path) -> dict[str, int]:
    """Of the run's published folder or its work; a run that failed early has none."""
    for folder in (*made, run.out / run.run_id, run.work):
        if (path := folder / "data" / "counts.parquet").is_file():
            return {c.name: c.value for c in load(Count, path)}
    return {}


def prune(folder: Path) -> None:
    for old in sorted(folder.glob("*.jsonl"))[:-KEPT]:
        old.unlink(missing_ok=True)
