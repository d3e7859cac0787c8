"""How every run begins: the lock, a word on runs that were killed, the journal, Prefect's records, what killed runs left, the settings. In this order, so that
whatever fails is in the journal, in the metrics and in the history, also before there are settings or a folder."""

import os
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import Literal

from flows import run_records
from flows import settings as configuration
from flows.history import Noted
from flows.interrupts import Interruptions
from flows.journal import recorded
from flows.logs import LOG
from flows.run import Run, free_id, start
from flows.sandbox import sweep_folders
from flows.store import WORK, run_lock, sweep
from flows.under_way import note_killed

__all__ = ["Opened", "opened"]


@dataclass(slots=True, kw_only=True)
class Opened:
    """A run under the lock. `made`: the published folder, as soon as there is one."""

    run: Run
    made: list[Path] = field(default_factory=list)


@contextmanager
def opened(kind: Literal["refresh", "intake"], out: Path, *, as_of: date | None, seed: int | None = None, chain: str | None = None) -> Iterator[Opened]:
    """Hold the output folder for one run. Raises flows.store.Locked when another has it: then one line in the history is all that is left."""
    with Noted(name=kind, out=out) as noted, run_lock(out):
        place = out.resolve()
        note_killed(place)
        run_id = free_id(place, datetime.now())
        with recorded(place, run_id, kind) as made, Interruptions():
            clear(place)
            run = start(run_id=run_id, work_root=place / WORK, as_of=as_of, seed=seed, chain=chain, settings=configuration.read())
            yield Opened(run=run, made=made)
        noted.folder = made[-1].name if made else ""


def clear(out: Path) -> None:
    """Make room: Prefect's database usable, servers and folders of killed runs gone. Only under the lock."""
    if (home := os.environ.get("PREFECT_HOME")) and (aside := run_records.ready(Path(home))):
        LOG.warning("prefect.put_aside", extra={"values": {"file": aside.name}})
    sweep(out)
    sweep_folders()
