"""kill -9 at random moments of whole refreshes of the sample: nothing torn is ever to be seen, and a re-run equals an undisturbed one.

    python -m tests.bench.kills [--kills 100] [--seed 1] [--minutes 60]

Every trial starts from a published run, starts a refresh, kills the process alone (not its children) after a random part of the
time that an undisturbed refresh takes, checks what can be seen, runs again to the end and compares every table byte by byte.
One trial in four starts without the cache, so that terms and vectors are killed too.
"""

import argparse
import json
import os
import random
import shutil
import signal
import subprocess
import sys
import time
from dataclasses import asdict, dataclass
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory

from flows.settings import ROOT
from flows.store import digest, latest, write_json

AS_OF, COLD = "2026-11-01", 4
STATE = ("cache",)  # of outputs/state, what a cold trial goes without


@dataclass(frozen=True, slots=True, kw_only=True)
class Trial:
    """What one kill did. `stage` is the last that the killed run had begun; `torn` what was seen and should not be."""

    after: float  # seconds
    cold: bool
    published: bool  # the killed run had already shown its result
    stage: str
    ended_before: bool  # the run was over before the signal came
    torn: tuple[str, ...]
    equal: bool
    rerun: float  # seconds


def command(out: Path) -> list[str]:
    return [sys.executable, "-m", "flows.cli", "refresh", str(ROOT / "corpora" / "sample"), "--as-of", AS_OF, "--out", str(out), "--again"]


def environment() -> dict[str, str]:
    return {**os.environ, "PYTHONUTF8": "1"}


def finish(out: Path) -> float:
    """Seconds of a refresh that nothing disturbs; raises RuntimeError with its last words when it fails."""
    began = time.monotonic()
    done = subprocess.run(command(out), cwd=ROOT, env=environment(), capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(f"exit {done.returncode}: {done.stderr[-2000:]}")
    return time.monotonic() - began


def tables(folder: Path) -> dict[str, str]:
    return {p.relative_to(folder).as_posix(): digest(p) for p in sorted(folder.rglob("*")) if p.is_file() and p.suffix in (".parquet", ".npz", ".md")}


def told(folder: Path) -> dict[str, str]:
    """Tables that do not name the run itself: two runs of the same input differ in their ids alone."""
    return {name: sha for name, sha in tables(folder).items() if name.startswith("data/")}


def torn(out: Path, published: str) -> tuple[str, ...]:
    """What a reader could see that is not whole. `latest` may be the run of before or a new one, but a whole one."""
    shown = latest(out)
    if shown is None or not (shown / "manifest.json").is_file():
        return ("latest 没有指向完整的运行",)
    wrong = []
    for folder in (p for p in out.iterdir() if p.is_dir() and not p.is_symlink() and not p.name.startswith(".") and p.name != "state"):
        if not (folder / "manifest.json").is_file():
            wrong.append(f"{folder.name} 没有 manifest.json")
            continue
        listed = json.loads((folder / "manifest.json").read_text("utf-8"))["artefacts"]
        wrong += [f"{folder.name}/{a['path']}" for a in listed if not (folder / a["path"]).is_file() or digest(folder / a["path"]) != a["sha256"]]
    if not (out / published / "manifest.json").is_file():
        wrong.append("上一次发布的结果不见了")
    return tuple(wrong)


def kill(out: Path, after: float) -> tuple[bool, str]:
    """(whether it had ended before, its last line) of a refresh that gets signal 9 after some seconds."""
    with (out.parent / "killed.log").open("w+", encoding="utf-8") as log:
        started = subprocess.Popen(command(out), cwd=ROOT, env=environment(), stdout=subprocess.DEVNULL, stderr=log)
        try:
            started.wait(timeout=after)
            return True, ""
        except subprocess.TimeoutExpired:
            started.send_signal(signal.SIGKILL)
            started.wait()
        log.seek(0)
        lines = [line for line in log.read().replace("\r", "\n").splitlines() if line.strip()]
    return False, lines[-1].strip() if lines else "启动"


def try_once(seed_folder: Path, scratch: Path, after: float, *, cold: bool, wanted: dict[str, str], published: str) -> Trial:
    out = scratch / "out"
    shutil.rmtree(out, ignore_errors=True)
    shutil.copytree(seed_folder, out, symlinks=True)
    if cold:
        for name in STATE:
            shutil.rmtree(out / "state" / name, ignore_errors=True)
    ended, stage = kill(out, after)
    seen = torn(out, published)
    shown = latest(out)
    already = shown if shown is not None and shown.name != published else None  # killed between publishing and its last word
    rerun = finish(out)
    newest = already or latest(out)  # a run after one that was published continues that one, so that one is compared
    left = [p.name for p in out.iterdir() if p.name in (".work", ".latest.part")]
    equal = ended or (newest is not None and told(newest) == wanted)
    return Trial(after=round(after, 2), cold=cold, published=already is not None, stage=stage[:60], ended_before=ended, torn=(*seen, *left), equal=equal, rerun=round(rerun, 1))


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--seed", type=int, default=1)
    parser.add_argument("--minutes", type=float, default=120)
    asked = parser.parse_args()
    chance, trials, until = random.Random(asked.seed), list[Trial](), time.monotonic() + 60 * asked.minutes
    with TemporaryDirectory() as folder:
        scratch = Path(folder)
        first, reference = scratch / "first", scratch / "reference"
        finish(first)
        published = (latest(first) or first).name
        shutil.copytree(first, reference, symlinks=True)
        warm = finish(reference)
        newest = latest(reference)
        wanted = told(newest) if newest else {}
        while sum(not t.ended_before for t in trials) < asked.kills and time.monotonic() < until:
            cold = len(trials) % COLD == 0
            trial = try_once(first, scratch, chance.uniform(0.5, warm * (1.6 if cold else 1)), cold=cold, wanted=wanted, published=published)
            trials.append(trial)
            print(len(trials), trial, file=sys.stderr, flush=True)
            save(asked.seed, warm, trials)


def save(seed: int, warm: float, trials: list[Trial]) -> None:
    hit = [t for t in trials if not t.ended_before]
    summary = {"kills": len(hit), "torn": sum(bool(t.torn) for t in hit), "equal": sum(t.equal for t in hit), "after_publishing": sum(t.published for t in hit), "undisturbed_seconds": round(warm, 1), "seed": seed,
               "at": datetime.now().isoformat(timespec="seconds"), "trials": [asdict(t) for t in trials]}
    write_json(summary, ROOT / "outputs" / "bench" / "kills.json")


if __name__ == "__main__":
    main()
