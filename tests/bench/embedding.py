"""Encoding speed, side by side: `python -m tests.bench.embedding [--texts N]`. Needs the built e5-small-zh; prints and writes outputs/bench/embedding.json.

Every contender encodes the same texts with the same weights, in turns, so that a busy machine slows all alike; each keeps its best round.
Operations of one token of one layer, of width d in a text of n tokens: 24 d^2 + 4 n d (multiplications and additions; padding not counted).
"""

import argparse
import json
import os
import random
from collections.abc import Callable, Mapping
from datetime import datetime
from importlib.util import find_spec
from pathlib import Path
from time import perf_counter

import numpy as np
import torch

from flows.encoder_engine import engine_of, engines_in, trial_texts
from flows.models import DEFAULT, verify
from flows.settings import ROOT, available_cores
from nlp.embed import TransformerEncoder, Vectors

SHARED = ROOT.parent / "shared" / "data"
OUT = ROOT / "outputs" / "bench" / "embedding.json"
Encode = Callable[[list[str]], Vectors]
NEIGHBOURS, ROUNDS = 10, 3


def texts_of(count: int) -> list[str]:
    """Abstracts of 120 to 400 characters (about 180 tokens) where the shared data are; else the trial's own texts, repeated with a number."""
    path = SHARED / "csl" / "dev.jsonl"
    if not path.is_file():
        own = trial_texts()
        return [f"{number}。{own[number % len(own)]}" for number in range(count)]
    found = dict.fromkeys(json.loads(line)["abstract"] for line in path.read_text("utf-8").splitlines())
    fitting = [text for text in found if 120 < len(text) < 400]
    return random.Random(1).sample(fitting, min(count, len(fitting)))


def contenders(folder: Path, threads: int) -> dict[str, Encode]:
    found: dict[str, Encode] = {}
    if find_spec("sentence_transformers"):
        from sentence_transformers import SentenceTransformer

        theirs = SentenceTransformer(str(folder), device="cpu")
        found["sentence-transformers fp32"] = lambda texts: np.asarray(theirs.encode(texts, prompt_name="passage", normalize_embeddings=True))
    found["torch bf16"] = TransformerEncoder(folder, threads=threads).encode
    found["torch fp32"] = TransformerEncoder(folder, threads=threads, dtype="float32").encode
    for name, title in (("openvino", "openvino bf16"), ("onnx", "onnx int8")):
        if name in engines_in(folder, threads):
            found[title] = TransformerEncoder(folder, threads=threads, engine=engine_of(folder, name, threads=threads)).encode
    return found


def gemm_rate(rounds: int = 5, size: int = 2048) -> float:
    """bfloat16 operations a second of a square product, the best of a few."""
    square, seconds = torch.randn(size, size).bfloat16(), []
    for _ in range(rounds + 1):
        started = perf_counter()
        square @ square
        seconds.append(perf_counter() - started)
    return 2 * size**3 / min(seconds)


def operations(lengths: list[int], folder: Path) -> float:
    shape = json.loads((folder / "config.json").read_text("utf-8"))
    layers, width = shape["num_hidden_layers"], shape["hidden_size"]
    return float(sum(n * layers * (24 * width**2 + 4 * n * width) for n in lengths))


def neighbours_kept(vectors: Vectors, exact: Vectors) -> float:
    """Share of the ten nearest texts, by exact vectors, that are among the ten nearest by `vectors`."""
    near, wanted = (nearest(rows) for rows in (vectors, exact))
    return float(np.mean([len(set(a) & set(b)) / NEIGHBOURS for a, b in zip(near, wanted, strict=True)]))


def nearest(vectors: Vectors) -> np.ndarray:
    cosines = vectors @ vectors.T
    np.fill_diagonal(cosines, -2)
    return np.argsort(-cosines, axis=1, kind="stable")[:, :NEIGHBOURS]


def measured(texts: list[str], threads: int) -> Mapping[str, object]:
    folder = verify(DEFAULT, ROOT)
    exact_encoder = TransformerEncoder(folder, dtype="float32", threads=threads)
    lengths = [len(window.ids) for window in exact_encoder.windows(texts, "passage: ")]
    exact, work = exact_encoder.encode(texts), operations(lengths, folder)
    running = contenders(folder, threads)
    vectors = {name: encode(texts) for name, encode in running.items()}  # also warms up
    best, rate = dict.fromkeys(running, float("inf")), 0.0
    for _ in range(ROUNDS):
        rate = max(rate, gemm_rate())
        for name, encode in running.items():
            started = perf_counter()
            encode(texts)
            best[name] = min(best[name], perf_counter() - started)
    base = best.get("sentence-transformers fp32")
    return {
        "at": datetime.now().isoformat(timespec="seconds"), "load": round(os.getloadavg()[0], 1), "texts": len(texts), "tokens_a_text": round(sum(lengths) / len(texts), 1), "threads": threads, "gemm_gflops": round(rate / 1e9, 1),
        "engines": {name: {"texts_a_second": round(len(texts) / seconds, 1), "ratio": round(base / seconds, 2) if base else None,
                           "gflops": round(work / seconds / 1e9, 1), "gemm_share": round(work / seconds / rate, 3),
                           "cosine_min": round(float((vectors[name] * exact).sum(axis=1).min()), 6), "neighbours_kept": round(neighbours_kept(vectors[name], exact), 4)}
                    for name, seconds in best.items()},
    }


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--texts", type=int, default=256)
    found = measured(texts_of(parser.parse_args().texts), available_cores())
    OUT.parent.mkdir(parents=True, exist_ok=True)
    OUT.write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", "utf-8")
    print(json.dumps(found, ensure_ascii=False, indent=1))


if __name__ == "__main__":
    main()
