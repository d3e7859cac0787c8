"""One run: its identity, its folder, and the settings and code that it used."""

import hashlib
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from importlib import metadata
from pathlib import Path

from flows.cache import Cache
from flows.settings import ROOT, Settings

__all__ = ["PACKAGES", "Run", "code_version", "package_versions", "start"]

PACKAGES = ("bertopic", "jieba", "numpy", "pandas", "prefect", "pyarrow", "rjieba", "scikit-learn", "spacy", "torch", "transformers")


@dataclass(frozen=True, slots=True, kw_only=True)
class Run:
    run_id: str
    as_of: date
    seed: int
    chain: str
    work: Path  # unpublished folder of this run
    settings: Settings
    cache: Cache

    @property
    def out(self) -> Path:
        """The folder that runs are published in."""
        return self.work.parents[1]

    def data(self, name: str) -> Path:
        """A table that is published."""
        return self.work / "data" / f"{name}.parquet"

    def stage(self, name: str) -> Path:
        """A file between stages; it goes when the run is published."""
        return self.work / ".stage" / name


def start(*, work_root: Path, as_of: date | None, seed: int | None, chain: str | None, settings: Settings, run_id: str | None = None) -> Run:
    """A run; what is not given comes from the settings, the date and a new id from the clock."""
    now = datetime.now()
    run_id = run_id or free_id(work_root.parent, now)
    return Run(run_id=run_id, as_of=as_of or now.date(), seed=settings.run.seed if seed is None else seed,
               chain=chain or settings.run.chain, work=work_root / run_id, settings=settings, cache=Cache(work_root.parent / "state" / "cache"))


def free_id(out: Path, now: datetime) -> str:
    """The moment in milliseconds, or the first after it that no folder and no journal has: a clock that was set back must not meet an old run."""
    while (out / (run_id := now.strftime("%Y%m%d-%H%M%S-%f")[:-3])).exists() or (out / "state" / "log" / f"{run_id}.jsonl").exists():
        now += timedelta(milliseconds=1)
    return run_id


def code_version() -> str:
    """The package version and a hash over our own sources, so that two runs can be told apart by code: in nlp/ also templates, scripts and fonts."""
    total = hashlib.sha256()
    sources = [*(ROOT / "flows").rglob("*.py"), *(p for p in (ROOT / "nlp").rglob("*") if p.is_file() and not p.name.startswith(".") and p.suffix != ".pyc")]
    for path in sorted(sources):
        total.update(path.relative_to(ROOT).as_posix().encode() + b"\0" + path.read_bytes())
    return f"{metadata.version('luxiantu')}+{total.hexdigest()[:12]}"


def package_versions() -> dict[str, str]:
    return {name: metadata.version(name) for name in PACKAGES}
