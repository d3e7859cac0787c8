"""Who computes the partitions: this process, several of this machine, or a Dask cluster. The results are the same to the last bit.

A worker that dies takes nothing with it but its time: what it had not finished is computed again, at last by this process itself.
"""

import os
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack, closing, contextmanager
from dataclasses import dataclass, field, replace
from multiprocessing import get_context
from typing import TYPE_CHECKING, Protocol

from flows.partitions import Job, PartitionRow, process_partition
from flows.settings import ScaleSettings, available_cores
from flows.stages import unload
from nlp.errors import ModelUnavailable

if TYPE_CHECKING:
    from distributed import Client

__all__ = ["DaskExecutor", "Executor", "ProcessExecutor", "SerialExecutor", "executor_of", "ordered"]

Report = Callable[[PartitionRow], None]
POOLS = 3  # the first, and two after a worker died
# Dask starts workers with a low MALLOC_TRIM_THRESHOLD_, with which glibc gives every large array back to the system at once and asks for it anew:
# a million page faults a partition, 1.7 times the seconds.
MEMORY = {"distributed.nanny.pre-spawn-environ.MALLOC_TRIM_THRESHOLD_": None}


class Executor(Protocol):
    """May run several times before it is closed; what it started stays for the next time."""

    def run(self, jobs: Sequence[Job], report: Report) -> None:
        """Every job done, in any order; `report` is told of each in this thread."""
        ...

    def close(self) -> None: ...


def executor_of(scale: ScaleSettings) -> Executor:
    workers = scale.workers or available_cores()
    if scale.executor == "process":
        return ProcessExecutor(workers)
    return DaskExecutor(workers, scale.address) if scale.executor == "dask" else SerialExecutor()


def ordered(jobs: Sequence[Job], executor: Executor, report: Report = lambda row: None) -> list[PartitionRow]:
    """The rows of the jobs, in their order; the executor is closed."""
    rows: dict[str, PartitionRow] = {}

    def note(row: PartitionRow) -> None:
        rows[row.destination] = row
        report(row)

    with closing(executor):
        executor.run(jobs, note)
    return [rows[job.destination] for job in jobs]


class SerialExecutor:
    def run(self, jobs: Sequence[Job], report: Report) -> None:
        for job in jobs:
            report(process_partition(job.source, job.destination, job.parameters))

    def close(self) -> None:
        unload()


def sharing(jobs: Iterable[Job], workers: int) -> list[Job]:
    """Jobs whose workers share the cores of this machine instead of each taking all. Threads change no result."""
    return [with_threads(job, max(1, (job.parameters.encoder.threads or available_cores()) // workers)) for job in jobs]


def with_threads(job: Job, threads: int) -> Job:
    return replace(job, parameters=replace(job.parameters, encoder=replace(job.parameters.encoder, threads=threads)))


@dataclass(slots=True)
class ProcessExecutor:
    """Processes of this machine, started afresh (spawn): nothing of this process, its threads or its locks goes along."""

    workers: int
    pools: int = 0  # that were started
    pool: ProcessPoolExecutor | None = None

    def run(self, jobs: Sequence[Job], report: Report) -> None:
        left = {job.destination: job for job in sharing(jobs, self.workers)}
        for _ in range(POOLS):
            if left:
                self.attempt(left, report)
        ordered([job for job in jobs if job.destination in left], SerialExecutor(), report)

    def attempt(self, left: dict[str, Job], report: Report) -> None:
        """One pool; takes from `left` what it did. A death breaks the whole pool: what was not done stays in `left`."""
        try:
            pool = self.started()
            asked = [pool.submit(process_partition, job.source, job.destination, job.parameters) for job in left.values()]
            for answer in as_completed(asked):
                row = answer.result()
                del left[row.destination]
                report(row)
        except BrokenProcessPool:
            self.close()

    def started(self) -> ProcessPoolExecutor:
        if self.pool is None:
            self.pools += 1
            self.pool = ProcessPoolExecutor(self.workers, mp_context=get_context("spawn"))  # starts no more processes than jobs
        return self.pool

    def close(self) -> None:
        if self.pool is not None:
            self.pool.shutdown(cancel_futures=True)
            self.pool = None


@dataclass(slots=True)
class DaskExecutor:
    """A Dask cluster, or as many one-thread processes of this machine where no address is given.

    Dask gives a dead worker's partition to another, and starts the worker again on this machine. A partition that outlived
    several workers (KilledWorker) is computed here.
    """

    workers: int
    address: str = ""
    client: "Client | None" = field(default=None, compare=False)
    opened: ExitStack = field(default_factory=ExitStack, compare=False, repr=False)

    def run(self, jobs: Sequence[Job], report: Report) -> None:
        left = {job.destination: job for job in jobs}
        gather(self.connected(), left, report)
        ordered(list(left.values()), SerialExecutor(), report)

    def connected(self) -> "Client":
        if self.client is None:
            self.client = self.opened.enter_context(self.connection())
        return self.client

    def close(self) -> None:
        self.client = None
        self.opened.close()

    @contextmanager
    def connection(self) -> "Iterator[Client]":
        try:
            import dask
            from distributed import Client, LocalCluster
        except ImportError as error:
            raise ModelUnavailable("dask", "没有安装", "请运行 pip install -e '.[dask]'，或将 [scale] executor 改为 serial、process") from error
        with own_environment(), tempfile.TemporaryDirectory() as folder, dask.config.set(MEMORY), ExitStack() as opened:
            place = self.address or opened.enter_context(
                LocalCluster(n_workers=self.workers, threads_per_worker=1, processes=True, dashboard_address="127.0.0.1:0", local_directory=folder))
            yield opened.enter_context(Client(place, set_as_default=False))


@contextmanager
def own_environment() -> Iterator[None]:
    """Dask sets variables (threads, memory) in this process too, to hand them to its workers; later children are not to inherit them."""
    before = dict(os.environ)
    try:
        yield
    finally:
        for name in os.environ.keys() - before.keys():
            del os.environ[name]
        os.environ.update(before)


def gather(client: "Client", left: dict[str, Job], report: Report) -> None:
    """Takes from `left` what the cluster did."""
    from distributed import as_completed
    from distributed.scheduler import KilledWorker

    placed = [with_threads(job, 1) for job in left.values()]
    asked = [client.submit(process_partition, job.source, job.destination, job.parameters, pure=False) for job in placed]
    for answer in as_completed(asked, loop=client.loop):
        if answer.status == "error" and isinstance(answer.exception(), KilledWorker):
            continue
        row: PartitionRow = answer.result()
        del left[row.destination]
        report(row)
