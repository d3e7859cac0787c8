"""A whole refresh beside the plain script that an analyst would write, and the same refresh again.

    python -m tests.bench.refresh [--units 2000] [--data ../shared] [--tier full]

The plain script: sentence-transformers and BERTopic with their defaults and jieba for the words, on the same model and texts; it ends
with a table of topics, and does nothing else. Ours: everything up to the published draft. Then ours once more with nothing changed,
and with 5 % new units. Every figure is the wall time of a process of its own, one after the other, with the same number of threads.
"""

import argparse
import json
import os
import subprocess
import sys
import tempfile
import time
from datetime import datetime
from pathlib import Path

from flows.settings import ROOT
from flows.store import write_json
from tests.bench.corpus_scale import HEADER, patents

AS_OF, MORE = "2026-11-01", 0.05
PLAIN = """
import csv, json, sys
import jieba
from bertopic import BERTopic
from sentence_transformers import SentenceTransformer
from sklearn.feature_extraction.text import CountVectorizer
rows = [json.loads(line) for line in open(sys.argv[1], encoding="utf-8")]
texts = [row["名称"] + "\\n" + row["摘要"] for row in rows]
model = SentenceTransformer(sys.argv[2], device="cpu")
vectors = model.encode(texts)
topics = BERTopic(vectorizer_model=CountVectorizer(tokenizer=jieba.lcut, token_pattern=None))
found, _ = topics.fit_transform(texts, vectors)
topics.get_topic_info().to_csv(sys.argv[3], index=False)
"""


def timed(command: list[str], environment: dict[str, str]) -> float:
    """Wall seconds; raises RuntimeError with the last words of what failed."""
    began = time.perf_counter()
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    if done.returncode:
        raise RuntimeError(done.stderr[-2000:])
    return round(time.perf_counter() - began, 1)


def settings_file(folder: Path, tier: str) -> Path:
    text = (ROOT / "flows" / "settings.toml").read_text("utf-8").replace('tier = "full"', f'tier = "{tier}"')
    path = folder / f"{tier}.toml"
    path.write_text(text, "utf-8")
    return path


def rows_of(data: Path, n: int) -> list[dict[str, str]]:
    """Real patents; past their number, the same with edits."""
    source, titles = ([json.loads(line) for line in (data / "data" / "patents" / name).read_text("utf-8").splitlines()] for name in ("patents.jsonl", "titles_ipc.jsonl"))
    return [dict(zip(HEADER, row, strict=True)) for row in patents(source, [r["ipc"] for r in titles], n)]


def write(rows: list[dict[str, str]], path: Path) -> Path:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row, ensure_ascii=False) + "\n" for row in rows), "utf-8")
    return path


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("--units", type=int, default=2000)
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared")
    parser.add_argument("--tier", nargs="*", default=["fast", "full"])
    asked = parser.parse_args()
    threads = str(len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1)
    environment = {**os.environ, "PYTHONUTF8": "1", "OMP_NUM_THREADS": threads, "HF_HUB_OFFLINE": "1"}
    told: dict[str, object] = {"units": asked.units, "threads": int(threads), "at": datetime.now().isoformat(timespec="seconds")}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        rows = rows_of(asked.data, round(asked.units * (1 + MORE)))
        first = write(rows[: asked.units], folder / "inbox" / "patents.jsonl")
        script = folder / "plain.py"
        script.write_text(PLAIN, "utf-8")
        told["plain"] = plain = timed([sys.executable, str(script), str(first), str(ROOT / "models" / "e5-small-zh"), str(folder / "topics.csv")], environment)
        for tier in asked.tier:
            write(rows[: asked.units], first)
            ours = {**environment, "LUXIANTU_SETTINGS": str(settings_file(folder, tier))}
            command = [sys.executable, "-m", "flows.cli", "refresh", str(first.parent), "--as-of", AS_OF, "--out", str(folder / tier)]
            whole, again = timed(command, ours), timed(command, ours)
            write(rows[asked.units :], first.parent / "more.jsonl")
            more = timed(command, ours)
            (first.parent / "more.jsonl").unlink()
            told[tier] = {"whole": whole, "again": again, "more": more, "times_faster": round(plain / whole, 2), "again_share": round(again / whole, 3), "more_share": round(more / whole, 3)}
            print(tier, told[tier], file=sys.stderr, flush=True)
    write_json(told, ROOT / "outputs" / "bench" / "refresh.json")
    print(json.dumps(told, ensure_ascii=False, indent=1))


if __name__ == "__main__":
    main()
