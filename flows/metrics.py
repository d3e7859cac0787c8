"""A run's numbers for Prometheus: a file for node_exporter's textfile collector, written whole after every run."""

import time
from collections.abc import Iterator, Mapping
from pathlib import Path

from prometheus_client import CollectorRegistry, Gauge, write_to_textfile
from prometheus_client.core import CounterMetricFamily

__all__ = ["peak_mb", "write_metrics"]

STATES = ("done", "failed", "skipped")  # each is there from the first run on, so that an increase can be seen


def peak_mb() -> float | None:
    """Largest resident memory of this process so far, MB (10^6 bytes); None where the system does not say (Windows)."""
    try:
        import resource
        import sys
    except ImportError:
        return None
    unit = 1 if sys.platform == "darwin" else 1024  # getrusage(2): kilobytes on Linux, bytes on macOS
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss * unit / 1e6, 1)


class Ended:
    """Counts that go on from file to file; a Counter of the library would claim that they began with this one."""

    def __init__(self, kind: str, runs: Mapping[str, int]) -> None:
        self.kind, self.runs = kind, runs

    def collect(self) -> Iterator[CounterMetricFamily]:
        family = CounterMetricFamily("luxiantu_runs", "Runs so far by how they ended; skipped: nothing to do, or another run had the folder", labels=["kind", "state"])
        for state in STATES:
            family.add_metric([self.kind, state], self.runs.get(state, 0))
        yield family


def write_metrics(state: Path, *, kind: str, success: bool, seconds: float, stages: Mapping[str, float], counts: Mapping[str, int],
                  runs: Mapping[str, int]) -> Path:
    """metrics.prom of a refresh, metrics-<kind>.prom of another kind of run. `runs`: how many have ended how so far. Raises OSError."""
    registry = CollectorRegistry()

    def gauge(name: str, text: str, label: str, values: Mapping[str, float]) -> None:
        made = Gauge(f"luxiantu_run_{name}", text, ["kind", label] if label else ["kind"], registry=registry)
        for value, number in values.items():
            (made.labels(kind, value) if label else made.labels(kind)).set(number)

    gauge("end_timestamp_seconds", "End of the last run, Unix time", "", {"": time.time()})
    gauge("success", "1 when the last run ended well", "", {"": float(success)})
    gauge("seconds", "Length of the last run", "", {"": seconds})
    gauge("stage_seconds", "Seconds of each stage of the last run", "stage", stages)
    gauge("count", "Counts of the last run", "name", {n: c for n, c in counts.items() if not n.endswith(".rejected")})
    gauge("rejected", "What the last run set aside", "name", {n.removesuffix(".rejected"): c for n, c in counts.items() if n.endswith(".rejected")})
    registry.register(Ended(kind, runs))
    if (peak := peak_mb()) is not None:
        gauge("peak_rss_bytes", "Largest resident memory", "", {"": peak * 1e6})
    state.mkdir(parents=True, exist_ok=True)
    path = state / ("metrics.prom" if kind == "refresh" else f"metrics-{kind}.prom")
    write_to_textfile(str(path), registry)
    return path
