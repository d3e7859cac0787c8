"""What a person at a terminal sees while a run works: the stage, how far it is, how long it took. On stderr only.

Each stage is also said to the log `luxiantu.run`, from which flows.journal makes lines; with LUXIANTU_LOG=json those are all that stderr gets (flows.logs).
"""

import logging
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

from flows.logs import LOG, as_json

__all__ = ["Display", "display"]


class Display:
    """Stages with a bar at a terminal; a line a stage where stderr is a file or a pipe."""

    def __init__(self) -> None:
        self.console = Console(file=sys.stderr)
        self.seconds: dict[str, float] = {}
        self.bar: Progress | None = None
        self.row: TaskID | None = None

    @contextmanager
    def stage(self, title: str, name: str, *, total: int | None = None) -> Iterator[None]:
        """Show one stage and note its seconds under `name`."""
        began = time.perf_counter()
        columns = (SpinnerColumn(), TextColumn("{task.description}"), BarColumn(), MofNCompleteColumn(), TimeElapsedColumn())
        quiet, ended = as_json(), False
        LOG.info("stage.begin", extra={"values": {"stage": name}})
        try:
            with Progress(*columns, console=self.console, transient=True, disable=quiet or not self.console.is_terminal) as self.bar:
                self.row = self.bar.add_task(title, total=total)
                yield
            ended = True
        finally:
            self.bar = self.row = None
            took = time.perf_counter() - began
            self.seconds[name] = round(self.seconds.get(name, 0.0) + took, 2)
            LOG.log(*((logging.INFO, "stage.end") if ended else (logging.ERROR, "stage.fail")), extra={"values": {"stage": name, "seconds": round(took, 2)}})
        if not quiet:
            self.show(f"{title}　{self.seconds[name]:.1f} 秒")

    def say(self, text: str, event: str) -> None:
        """A hint for people; among lines, the event with its text."""
        LOG.info(event, extra={"values": {"text": text}})
        if not as_json():
            self.show(text)

    def show(self, text: str) -> None:
        self.console.print(f"  {text}", highlight=False, markup=False, soft_wrap=True)

    def advance(self, done: int) -> None:
        if self.bar is not None and self.row is not None:
            self.bar.update(self.row, completed=done)

    def expect(self, total: int) -> None:
        if self.bar is not None and self.row is not None:
            self.bar.update(self.row, total=total)


display = Display()
