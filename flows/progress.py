"""What a person at a terminal sees while a run works: the stage, how far it is, how long it took. On stderr only."""

import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager

from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, SpinnerColumn, TaskID, TextColumn, TimeElapsedColumn

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
        with Progress(*columns, console=self.console, transient=True, disable=not self.console.is_terminal) as self.bar:
            self.row = self.bar.add_task(title, total=total)
            yield
        self.bar = self.row = None
        self.seconds[name] = round(self.seconds.get(name, 0.0) + time.perf_counter() - began, 2)
        self.console.print(f"  {title}　{self.seconds[name]:.1f} 秒", highlight=False)

    def advance(self, done: int) -> None:
        if self.bar is not None and self.row is not None:
            self.bar.update(self.row, completed=done)

    def expect(self, total: int) -> None:
        if self.bar is not None and self.row is not None:
            self.bar.update(self.row, total=total)


display = Display()
