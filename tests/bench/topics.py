"""Topics: quality, steadiness and scale, side by side with BERTopic's defaults on the same vectors, in one run.

    python -m tests.bench.topics ../shared           # prints the table, writes outputs/bench/topics.json
    python -m tests.bench.topics ../shared --no-scale

Quality is AMI against the labels of the dev golds. Steadiness is ARI on the units that both results assign. The twelve
monthly refreshes are measured by tests/bench/topics_refresh.py and joined to the table where that is possible.
"""

import argparse
import json
import resource
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from importlib import import_module
from itertools import combinations
from pathlib import Path
from statistics import mean

import numpy as np
from sklearn.metrics import adjusted_mutual_info_score, adjusted_rand_score

from flows.settings import read
from flows.store import write_json
from nlp.embed import Vectors, centre
from nlp.options import TopicOptions
from nlp.records import Unit
from nlp.topics.cluster import discover

ROOT = Path(__file__).resolve().parents[2]
GOLDS = ("patents", "csldcp")
SEEDS, SAMPLES, SHUFFLES = (1, 2, 3, 4, 5), 5, 2
SMALL = (0, 1, 2, 5, 14, 30)
SIZES = (10_000, 30_000, 100_000)
WORDS = 12  # terms that a made unit takes from a real one
Home = dict[str, str | None]  # topic of a unit, None where it has none


@dataclass(frozen=True, slots=True, kw_only=True)
class Collection:
    units: Sequence[Unit]
    vectors: Vectors
    terms: Mapping[str, tuple[str, ...]]

    def part(self, rows: Sequence[int]) -> "Collection":
        return replace(self, units=[self.units[i] for i in rows], vectors=self.vectors[list(rows)])


@dataclass(frozen=True, slots=True, kw_only=True)
class Figures:
    """Of one method on one collection."""

    topics: int
    coverage: float
    ami: float
    shuffled: float
    same_ids: bool
    seeds: float
    bootstrap: float
    seconds: float  # of one fit


@dataclass(frozen=True, slots=True, kw_only=True)
class Scale:
    units: int
    topics: int
    seconds: float
    cpu: float  # seconds of processor time: what counts on a machine that does other work
    megabytes: float


Method = Callable[[Collection, int], Home]


def ours(options: TopicOptions) -> Method:
    def find(given: Collection, seed: int) -> Home:
        found = discover(given.units, given.vectors, given.terms, segment="all", seed=seed, options=options)
        return {a.unit_id: a.topic_id for a in found.assignments}

    return find


def defaults(given: Collection, seed: int) -> Home:
    """BERTopic as it comes, but for UMAP's seed, on the same vectors; its numbers are topics, -1 is none."""
    umap = import_module("umap").UMAP(n_neighbors=15, n_components=5, min_dist=0.0, metric="cosine", random_state=seed)
    engine = import_module("bertopic").BERTopic(language="multilingual", umap_model=umap)
    numbers = engine.fit([u.text for u in given.units], embeddings=given.vectors).topics_
    return {u.unit_id: None if n < 0 else str(n) for u, n in zip(given.units, numbers, strict=True)}


def agreement(a: Home, b: Home) -> float:
    both = [u for u in a if a[u] is not None and b.get(u) is not None]
    return float(adjusted_rand_score([str(a[u]) for u in both], [str(b[u]) for u in both]))


def measure(find: Method, given: Collection, labels: Mapping[str, str], *, seed: int) -> Figures:
    start, chance = time.monotonic(), np.random.default_rng(seed)
    home = find(given, seed)
    seconds = time.monotonic() - start
    shuffles = [find(given.part(chance.permutation(len(given.units)).tolist()), seed) for _ in range(SHUFFLES)]
    seeded = [find(given, s) for s in SEEDS]
    samples = [find(given.part(np.sort(chance.choice(len(given.units), int(0.9 * len(given.units)), replace=False)).tolist()), seed) for _ in range(SAMPLES)]
    placed = [u for u in home if home[u] is not None]
    return Figures(
        topics=len({home[u] for u in placed}), coverage=round(len(placed) / len(home), 3),
        ami=round(float(adjusted_mutual_info_score([labels[u] for u in placed], [str(home[u]) for u in placed])), 4),
        shuffled=round(min(agreement(home, s) for s in shuffles), 3), same_ids=all(s == home for s in shuffles),
        seeds=round(mean(agreement(a, b) for a, b in combinations(seeded, 2)), 3),
        bootstrap=round(mean(agreement(home, s) for s in samples), 3), seconds=round(seconds, 1))


def collection(path: Path) -> Collection:
    """A file {"id", "text"} read, searched for terms and encoded as `luxiantu topics` does."""
    from flows.discover import terms_by_unit
    from flows.single import encode, mentions_of, read_units
    from flows.topic_space import subject_vectors
    from flows.understand import LEXICONS
    from nlp.terms import load_lexicon, merge

    units = read_units(path)
    table = merge(mentions_of(units), load_lexicon(LEXICONS), [(u.unit_id, u.text) for u in units])
    vectors, encoder = encode(units)
    return Collection(units=units, vectors=subject_vectors(centre(vectors), encoder=encoder), terms=terms_by_unit(table.mentions, table.terms))


def small(given: Collection, options: TopicOptions) -> dict[str, str]:
    """What a segment of n units gives: its number of topics and the reasons of those outside."""
    said = {}
    for n in SMALL:
        part = given.part(range(n))
        found = discover(part.units, part.vectors, part.terms, segment="all", seed=7, options=options)
        outside = Counter(a.method for a in found.assignments if a.topic_id is None)
        said[str(n)] = f"{len(found.topics)} topics" + "".join(f", {reason} {m}" for reason, m in sorted(outside.items()))
    return said


def made(n: int) -> Collection:
    """n units around √n subjects in 128 dimensions, each naming terms of its subject and some of all."""
    chance = np.random.default_rng(n)
    subjects = chance.normal(size=(round(n**0.5), 128))
    home = chance.integers(len(subjects), size=n)
    rows = subjects[home] + 1.2 * chance.normal(size=(n, 128))
    vectors = (rows / np.linalg.norm(rows, axis=1, keepdims=True)).astype(np.float32)
    units = [Unit(unit_id=f"u{i:06}", unit_kind="patent", title="", text="", region="未知", organisation=None, source_file="", source_location="")
             for i in range(n)]
    own, shared = chance.integers(20, size=(n, WORDS // 2)), chance.integers(20_000, size=(n, WORDS // 2))
    terms = {u.unit_id: (*(f"{home[i]}甲{w}" for w in own[i]), *(f"乙{w}" for w in shared[i])) for i, u in enumerate(units)}
    return Collection(units=units, vectors=vectors, terms=terms)


def scale(n: int, options: TopicOptions) -> Scale:
    given = made(n)
    start, begun = time.monotonic(), time.process_time()
    home = ours(options)(given, 7)
    return Scale(units=n, topics=len(set(home.values()) - {None}), seconds=round(time.monotonic() - start, 1),
                 cpu=round(time.process_time() - begun, 1), megabytes=round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024))


def scales() -> list[Scale]:
    """Each size in a process of its own: the peak of memory is then that size's."""
    found = []
    for n in SIZES:
        answer = subprocess.run([sys.executable, "-m", "tests.bench.topics", "--one-size", str(n)], cwd=ROOT, capture_output=True, text=True, check=True)
        found.append(Scale(**json.loads(answer.stdout.splitlines()[-1])))
        print("scale", asdict(found[-1]), flush=True)
    return found


def growth(found: Sequence[Scale]) -> float:
    """Exponent of processor seconds in the number of units; 1 is linear."""
    first, last = found[0], found[-1]
    return round(float(np.log(last.cpu / first.cpu) / np.log(last.units / first.units)), 2)


def main() -> None:
    parser = argparse.ArgumentParser()
    parser.add_argument("shared", type=Path, nargs="?", default=ROOT.parent / "shared")
    parser.add_argument("--no-scale", action="store_true")
    parser.add_argument("--one-size", type=int)
    asked = parser.parse_args()
    options = replace(read().topics, resamples=0)
    if asked.one_size:
        print(json.dumps(asdict(scale(asked.one_size, options))))
        return
    table: dict[str, object] = {}
    for name in GOLDS:
        path = asked.shared / "gold" / f"clusters_{name}.jsonl"
        labels = {row["id"]: row["label"] for row in map(json.loads, path.read_text("utf-8").splitlines())}
        given = collection(path)
        for method, find in (("ours", ours(options)), ("BERTopic defaults", defaults)):
            table[f"{name} {method}"] = asdict(measure(find, given, labels, seed=7))
            print(name, method, table[f"{name} {method}"], flush=True)
        table[f"{name} small"] = small(given, options)
        print(name, "small", table[f"{name} small"], flush=True)
    refreshes = ROOT / "outputs" / "bench" / "topics_refresh.json"  # written by python -m tests.bench.topics_refresh
    if refreshes.is_file():
        table["refreshes"] = json.loads(refreshes.read_text("utf-8"))
    if not asked.no_scale:
        found = scales()
        table["scale"] = {"sizes": [asdict(s) for s in found], "growth": growth(found)}
        print("growth", growth(found))
    write_json(table, ROOT / "outputs" / "bench" / "topics.json")


if __name__ == "__main__":
    main()
