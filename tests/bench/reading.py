"""The same inbox read by this machine's readers, by processes and by Dask workers of this machine: seconds, and whether the records are equal.

    python -m tests.bench.reading [--patents 20000] [--inbox FOLDER] [--data ../shared] [--rounds 2]

Where workers are on this machine too, `pays` keeps its own readers: here it is told otherwise. Writes outputs/bench/reading.json.
"""

import argparse
import json
import os
import sys
import tempfile
import time
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path

from flows import scattered_reading
from flows.ingest import read_inbox
from flows.run import start
from flows.settings import ROOT, ExecutorName, read
from flows.store import digest, write_json
from tests.bench.corpus_scale import patents, write_exports

EXECUTORS: tuple[ExecutorName, ...] = ("serial", "process", "dask")


def exports(data: Path, n: int, folder: Path) -> Path:
    source, titles = ([json.loads(line) for line in (data / "data" / "patents" / name).read_text("utf-8").splitlines()] for name in ("patents.jsonl", "titles_ipc.jsonl"))
    write_exports(patents(source, [r["ipc"] for r in titles], n), folder / "专利", n)
    return folder


def records(inbox: Path, executor: ExecutorName, out: Path) -> tuple[float, dict[str, str]]:
    settings = read()
    run = start(work_root=out / ".work", as_of=date(2026, 11, 1), seed=7, chain=None, settings=replace(settings, scale=replace(settings.scale, executor=executor, workers=2)))
    began = time.perf_counter()
    made = read_inbox.fn([inbox], None, run)
    took = round(time.perf_counter() - began, 2)
    return took, {**{name: a.sha256 for name, a in made.items()}, "rejected": digest(run.work / "rejected.jsonl")}


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--patents", type=int, default=20_000)
    parser.add_argument("--inbox", type=Path)
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared")
    parser.add_argument("--rounds", type=int, default=2)
    asked = parser.parse_args()
    scattered_reading.pays = lambda files, scale: scale.executor != "serial"
    rounds: list[dict[str, float]] = []
    seen: list[dict[str, str]] = []
    with tempfile.TemporaryDirectory() as folder:
        inbox = asked.inbox or exports(asked.data, asked.patents, Path(folder) / "in")
        for number in range(asked.rounds):
            rounds.append({})
            for executor in EXECUTORS:
                rounds[-1][executor], hashes = records(inbox, executor, Path(folder) / f"{number}-{executor}")
                seen.append(hashes)
                print(executor, rounds[-1][executor], file=sys.stderr, flush=True)
    told = {"at": datetime.now().isoformat(timespec="seconds"), "load": os.getloadavg()[0], "inbox": str(asked.inbox or f"{asked.patents} patents"), "rounds": rounds,
            "seconds": {name: min(r[name] for r in rounds) for name in EXECUTORS}, "equal": all(h == seen[0] for h in seen)}
    write_json(told, ROOT / "outputs" / "bench" / "reading.json")
    print(json.dumps(told, ensure_ascii=False, indent=1))


if __name__ == "__main__":
    main()
