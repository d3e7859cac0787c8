"""The same partitions by one thread of this process, then by two Dask workers of one thread each: ratio, and whether the bytes are equal.

    python -m tests.bench.executors [--texts 1500] [--rounds 2] [--data ../shared] [--tier fast|full] [--encoder static-zh] [--stages understand]

In turns, each keeps its best round, for a shared machine is faster at one time than at another. Real patents where --data has them. Loading of models and the start of the cluster count on both sides. Writes outputs/bench/executors.json.
"""

import argparse
import json
import os
import sys
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime
from pathlib import Path

from flows.cache import text_key
from flows.executors import DaskExecutor, Executor, ProcessExecutor, SerialExecutor, ordered, with_threads
from flows.partitions import Job, parameters_of
from flows.settings import ROOT, Settings, read
from flows.stages import Stage
from flows.store import write_json
from nlp.understand.demand import as_one
from tests.flows.partition_cases import texts as own_texts
from tests.flows.partition_cases import write_texts

STAGES: tuple[Stage, ...] = ("terms", "embed")


def texts(data: Path, n: int) -> list[tuple[str, str]]:
    path = data / "data" / "patents" / "patents.jsonl"
    if not path.is_file():
        return own_texts(n)
    rows = [json.loads(line) for line in path.read_text("utf-8").splitlines()]
    made = (f"{row['title']}\n{row['abstract']}" + (f"（第{i // len(rows)}版）" if i >= len(rows) else "") for i, row in ((i, rows[i % len(rows)]) for i in range(n)))
    return sorted({text_key(text): text for text in made}.items())


def demands(data: Path, n: int) -> list[tuple[str, str]]:
    """Title and text as one, the real ones repeated with a further target each."""
    rows = [json.loads(line) for line in (data / "data" / "demands" / "demands.jsonl").read_text("utf-8").splitlines()]
    made = (as_one(row["title"], f"{row['text']}厚度不大于{i}μm。") for i, row in ((i, rows[i % len(rows)]) for i in range(n)))
    return sorted((text_key(one), one) for one in made)


def jobs(folder: Path, some: list[tuple[str, str]], settings: Settings, size: int, stages: Sequence[Stage]) -> list[Job]:
    found = []
    for stage in stages:
        for begin in range(0, len(some), size):
            job = Job(source=str(folder / f"{stage}-{begin}.texts"), destination=str(folder / f"{stage}-{begin}.result"), parameters=parameters_of(stage, settings))
            write_texts(some[begin : begin + size], job.source)
            found.append(with_threads(job, 1))
    return found


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--texts", type=int, default=1500)
    parser.add_argument("--partition", type=int, default=125)
    parser.add_argument("--rounds", type=int, default=2)
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared")
    parser.add_argument("--tier", default="fast")
    parser.add_argument("--encoder", default="static-zh")
    parser.add_argument("--stages", nargs="+", choices=("understand", *STAGES), default=STAGES)
    asked = parser.parse_args()
    chosen = read()
    settings = replace(chosen, encoder=replace(chosen.encoder, name=asked.encoder), terms=replace(chosen.terms, tier=asked.tier))
    some = (demands if "understand" in asked.stages else texts)(asked.data, asked.texts)
    told: dict[str, object] = {"texts": len(some), "tier": asked.tier, "encoder": asked.encoder, "partition": asked.partition, "load_before": os.getloadavg()[0],
                               "at": datetime.now().isoformat(timespec="seconds")}
    everyone: dict[str, Executor] = {"serial": SerialExecutor(), "process": ProcessExecutor(2), "dask": DaskExecutor(2)}
    hashes: list[list[str]] = []
    rounds: list[dict[str, float]] = []
    for _ in range(asked.rounds):
        seconds = {}
        for executor_name, executor in everyone.items():
            with tempfile.TemporaryDirectory() as folder:
                these, began = jobs(Path(folder), some, settings, asked.partition, asked.stages), time.perf_counter()
                hashes.append([row.sha256 for row in ordered(these, executor)])
                seconds[executor_name] = round(time.perf_counter() - began, 2)
                print(executor_name, seconds[executor_name], file=sys.stderr, flush=True)
        rounds.append(seconds)
    best = {n: min(seconds[n] for seconds in rounds) for n in everyone}
    told |= {"rounds": rounds, "seconds": best, "times_faster": {n: round(best["serial"] / s, 2) for n, s in best.items()},
             "equal": all(h == hashes[0] for h in hashes), "load_after": os.getloadavg()[0]}
    write_json(told, ROOT / "outputs" / "bench" / "executors.json")
    print(json.dumps(told, ensure_ascii=False, indent=1))


if __name__ == "__main__":
    main()
