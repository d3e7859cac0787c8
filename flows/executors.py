"""Who computes the partitions: this process, several of this machine, or a Dask cluster. The results are the same to the last bit.

A worker that dies takes nothing with it but its time: what it had not finished is computed again, at last by this process itself.
"""

import os
import tempfile
from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ProcessPoolExecutor, as_completed
from concurrent.futures.process import BrokenProcessPool
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, replace
from multiprocessing import get_context
from typing import TYPE_CHECKING, Protocol

from flows.partitions import Job, PartitionRow, process_partition, unload
from flows.settings import ScaleSettings, available_cores
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
    def run(self, jobs: Sequence[Job], report: Report) -> None:
        """Every job done, in any order; `report` is told of each in this thread."""
        ...


def executor_of(scale: ScaleSettings) -> Executor:
    workers = scale.workers or available_cores()
    if scale.executor == "process":
        return ProcessExecutor(workers)
    return DaskExecutor(workers, scale.address) if scale.executor == "dask" else SerialExecutor()


def ordered(jobs: Sequence[Job], executor: Executor, report: Report = lambda row: None) -> list[PartitionRow]:
    """The rows of the jobs, in their order."""
    rows: dict[str, PartitionRow] = {}

    def note(row: PartitionRow) -> None:
        rows[row.destination] = row
        report(row)

    executor.run(jobs, note)
    return [rows[job.destination] for job in jobs]


class SerialExecutor:
    def run(self, jobs: Sequence[Job], report: Report) -> None:
        try:
            for job in jobs:
                report(process_partition(job.source, job.destination, job.parameters))
        finally:
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

    def run(self, jobs: Sequence[Job], report: Report) -> None:
        left = {job.destination: job for job in sharing(jobs, self.workers)}
        for _ in range(POOLS):
            if left:
                self.attempt(left, report)
        SerialExecutor().run([job for job in jobs if job.destination in left], report)

    def attempt(self, left: dict[str, Job], report: Report) -> None:
        """One pool; takes from `left` what it did. A death breaks the whole pool: what was not done stays in `left`."""
        self.pools += 1
        with ProcessPoolExecutor(min(self.workers, len(left)), mp_context=get_context("spawn")) as pool:
            try:
                asked = [pool.submit(process_partition, job.source, job.destination, job.parameters) for job in left.values()]
                for answer in as_completed(asked):
                    row = answer.result()
                    del left[row.destination]
                    report(row)
            except BrokenProcessPool:
                return
            finally:
                pool.shutdown(wait=False, cancel_futures=True)


@dataclass(slots=True)
class DaskExecutor:
    """A Dask cluster, or as many one-thread processes of this machine where no address is given.

    Dask gives a dead worker's partition to another, and starts the worker again on this machine. A partition that outlived
    several workers (KilledWorker) is computed here.
    """

    workers: int
    address: str = ""

    def run(self, jobs: Sequence[Job], report: Report) -> None:
        with own_environment():
            self.attempt(jobs, report)

    def attempt(self, jobs: Sequence[Job], report: Report) -> None:
        try:
            import dask
            from distributed import Client, LocalCluster
        except ImportError as error:
            raise ModelUnavailable("dask", "没有安装", "请运行 pip install -e '.[dask]'，或将 [scale] executor 改为 serial、process") from error
        left = {job.destination: job for job in jobs}
        with tempfile.TemporaryDirectory() as folder, dask.config.set(MEMORY), ExitStack() as opened:
            place = self.address or opened.enter_context(
                LocalCluster(n_workers=self.workers, threads_per_worker=1, processes=True, dashboard_address="127.0.0.1:0", local_directory=folder))
            gather(opened.enter_context(Client(place, set_as_default=False)), left, report)
        SerialExecutor().run(list(left.values()), report)


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
