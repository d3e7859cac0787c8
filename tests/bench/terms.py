"""Terms and keywords, side by side with what others use, in one run: accuracy on the dev golds, texts a second, memory.

    python -m tests.bench.terms ../shared            # prints the table, writes outputs/bench/terms.json

The F1 of our two tiers printed here is of weights that were fitted on these golds: it only proves that nothing broke.
The cross-validated figures are those of the model cards, printed beside it. Peers that are not installed are left out
(pip install -e '.[bench]'). Texts a second by the clock tell something on an idle machine only; by CPU time, all
threads together, a busy one tells nearly as much.
"""

import json
import os
import platform
import resource
import sys
import time
import tomllib
from collections.abc import Callable, Iterable, Sequence
from datetime import date
from importlib import import_module, util
from pathlib import Path

from flows.single import extractor
from flows.store import write_json
from nlp.normalise import key
from nlp.terms import best_terms

ROOT = Path(__file__).resolve().parents[2]
GOLDS = ("ic", "demand", "patent", "policy", "scicn")
Find = Callable[[Sequence[tuple[str, str]]], dict[str, list[str]]]


def tier(name: str) -> Find:
    engine = extractor("fast" if name == "fast" else "full")

    def find(texts: Sequence[tuple[str, str]]) -> dict[str, list[str]]:
        found: dict[str, list] = {unit_id: [] for unit_id, _ in texts}  # type: ignore[type-arg]
        for mention in engine.extract(texts):
            found[mention.unit_id].append(mention)
        return {unit_id: [m.surface for m in best_terms(rows)] for unit_id, rows in found.items()}

    return find


def noun_phrases(texts: Sequence[tuple[str, str]]) -> dict[str, list[str]]:
    """Maximal runs of jieba's noun tags: the plain method."""
    cutter = import_module("jieba.posseg").dt

    def phrases(text: str) -> Iterable[str]:
        run: list[str] = []
        for word, tag in [*((p.word, p.flag) for p in cutter.cut(text)), ("", "x")]:
            if tag.startswith("n") or tag in ("vn", "eng"):
                run.append(word)
            elif run:
                yield "".join(run)
                run = []

    return {unit_id: sorted({p for p in phrases(text) if len(p) > 1}) for unit_id, text in texts}


def tfidf(texts: Sequence[tuple[str, str]]) -> dict[str, list[str]]:
    analyse = import_module("jieba.analyse")
    return {unit_id: analyse.extract_tags(text, topK=10) for unit_id, text in texts}


def textrank4zh(texts: Sequence[tuple[str, str]]) -> dict[str, list[str]]:
    networkx = import_module("networkx")
    if not hasattr(networkx, "from_numpy_matrix"):  # textrank4zh 0.3 (2018) calls what networkx 3 has renamed
        networkx.from_numpy_matrix = networkx.from_numpy_array
    ranker = import_module("textrank4zh").TextRank4Keyword()
    found = {}
    for unit_id, text in texts:
        ranker.analyze(text=text, window=2)
        found[unit_id] = [item.word for item in ranker.get_keywords(10)]
    return found


def jionlp(texts: Sequence[tuple[str, str]]) -> dict[str, list[str]]:
    extract = import_module("jionlp").keyphrase.extract_keyphrase
    return {unit_id: extract(text, top_k=10) for unit_id, text in texts}


def set_f1(gold: Sequence[dict], found: dict[str, list[str]]) -> float:  # type: ignore[type-arg]
    pairs = [({key(t["text"]) for t in row["terms"]}, {key(t) for t in found[row["id"]]}) for row in gold]
    hits, wanted, got = (sum(n) for n in zip(*((len(w & g), len(w), len(g)) for w, g in pairs), strict=True))
    return round(2 * hits / max(1, wanted + got), 3)


def main(shared: Path) -> None:
    golds = {g: [json.loads(line) for line in (shared / "gold" / f"{g}_terms.jsonl").read_text("utf-8").splitlines()] for g in GOLDS}
    finders: dict[str, Find] = {"full": tier("full"), "fast": tier("fast"), "名词短语（jieba 词性）": noun_phrases, "jieba TF-IDF 前 10": tfidf}
    finders |= {name: find for name, find in (("textrank4zh", textrank4zh), ("jionlp", jionlp)) if util.find_spec(name)}
    table: dict[str, object] = {}
    for name, find in finders.items():
        find([("warm", "一种光刻胶及其制备方法")])
        began, worked, n = time.perf_counter(), time.process_time(), sum(map(len, golds.values()))
        scores = {g: set_f1(rows, find([(r["id"], r["text"]) for r in rows])) for g, rows in golds.items()}
        seconds, worked = time.perf_counter() - began, time.process_time() - worked
        table[name] = {**scores, "texts_per_second": round(n / seconds, 1), "texts_per_cpu_second": round(n / worked, 1)}
        print(name, table[name], flush=True)
    for card in ("term-tagger", "term-fast", "keyword-ranker"):
        table[f"{card}（说明卡，交叉验证或留出）"] = tomllib.loads((ROOT / "models" / card / "card.toml").read_text("utf-8"))["scores"]
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    report = {"date": date.today().isoformat(), "machine": platform.machine(), "cores": os.cpu_count(), "load": round(os.getloadavg()[0], 1), "peak_mb_of_all": peak, "table": table}
    write_json(report, ROOT / "outputs" / "bench" / "terms.json")
    print(json.dumps(report, ensure_ascii=False, indent=1))


if __name__ == "__main__":
    main(Path(sys.argv[1]) if len(sys.argv) > 1 else ROOT.parent / "shared")
