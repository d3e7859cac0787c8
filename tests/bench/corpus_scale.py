"""N patents through the real stages in processes of their own: seconds, texts a second, peak memory, growth exponent.

    python -m tests.bench.corpus_scale [N …] [--data ../shared] [--encoder static-zh] [--keep]
                                                        # 10000 30000 100000; writes outputs/bench/corpus_scale.json

Texts are real patents repeated with edits (a number, a word of another text, a sentence left out), in exports as people have them:
csv, xlsx and JSON Lines. Each size is one fresh process; the peaks are its own, a stage each.
"""

import argparse
import csv
import json
import math
import os
import random
import re
import resource
import shutil
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import asdict, dataclass, replace
from datetime import date, datetime
from pathlib import Path

from flows.run import Run
from flows.store import Artefact

ROOT = Path(__file__).resolve().parents[2]
SIZES = (10_000, 30_000, 100_000)
A_FILE = 10_000  # rows of one export
HEADER = ("公开（公告）号", "名称", "摘要", "申请（专利权）人", "申请日", "分类号", "国省代码")
APPLICANTS = ("上海某某微电子有限公司", "苏州某某半导体有限公司", "杭州某某科技有限公司", "合肥某某电子有限公司", "深圳某某技术有限公司")
CODES = ("中国上海;31", "中国江苏;32", "中国浙江;33", "中国安徽;34", "中国广东;44")
SEED = 7
Row = tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Measured:
    patents: int
    seconds: Mapping[str, float]  # by stage, by the clock
    cpu: Mapping[str, float]  # by stage, of the processor
    peaks: Mapping[str, float]  # GB, by stage
    total: float
    peak_gb: float
    units: int
    topics: int
    placed: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Passed:
    found: dict[str, Artefact]
    cpu: Mapping[str, float]
    peaks: Mapping[str, float]


# ---- the corpus ---------------------------------------------------------------------------


def patents(source: Sequence[Mapping[str, object]], codes: Sequence[Sequence[str]], n: int) -> Iterator[Row]:
    """n rows below HEADER, each with its own number, from the texts of `source` with edits; the same for the same n."""
    chance = random.Random(SEED)
    texts = [(str(r["title"]), str(r["abstract"])) for r in source]
    for i in range(n):
        title, abstract = texts[i % len(texts)]
        if i >= len(texts):
            title, abstract = edited(title, chance.choice(texts)[0], abstract, chance)
        place = chance.randrange(len(APPLICANTS))
        yield (f"CN{100_000_000 + i}A", title, abstract, APPLICANTS[place], f"{chance.randrange(2012, 2026)}-0{chance.randrange(1, 10)}-15",
               "; ".join(codes[chance.randrange(len(codes))]), CODES[place])


def edited(title: str, other: str, abstract: str, chance: random.Random) -> tuple[str, str]:
    """A few numbers changed, a sentence left out, a stretch of another title put in."""
    sentences = [s for s in re.split(r"(?<=[。；;])", abstract) if s]
    if len(sentences) > 2:
        sentences.pop(chance.randrange(len(sentences)))
    body = re.sub(r"\d+", lambda m: str(int(m[0][:9]) + chance.randrange(9)), "".join(sentences))
    words = re.findall(r"[\u4e00-\u9fff]{2,8}", other) or [other]
    cut = chance.randrange(max(1, len(body)))
    return title, f"{body[:cut]}{chance.choice(words)}{body[cut:]}"


def write_exports(rows: Iterator[Row], folder: Path, n: int) -> None:
    """Files of A_FILE rows in turn as csv, xlsx and JSON Lines."""
    folder.mkdir(parents=True)
    for number in range(math.ceil(n / A_FILE)):
        part = [row for _, row in zip(range(A_FILE), rows, strict=False)]
        (as_csv, as_xlsx, as_jsonl)[number % 3](part, folder / f"专利导出{number:03}")


def as_csv(rows: Sequence[Row], path: Path) -> None:
    with path.with_suffix(".csv").open("w", encoding="utf-8-sig", newline="") as file:
        csv.writer(file).writerows([HEADER, *rows])


def as_xlsx(rows: Sequence[Row], path: Path) -> None:
    import xlsxwriter

    with xlsxwriter.Workbook(str(path.with_suffix(".xlsx")), {"constant_memory": True, "strings_to_numbers": False}) as book:
        sheet = book.add_worksheet()
        for i, row in enumerate([HEADER, *rows]):
            sheet.write_row(i, 0, row)


def as_jsonl(rows: Sequence[Row], path: Path) -> None:
    text = "".join(json.dumps(dict(zip(HEADER, row, strict=True)), ensure_ascii=False) + "\n" for row in rows)
    path.with_suffix(".jsonl").write_text(text, "utf-8")


# ---- one size, in a process of its own ----------------------------------------------------


def measure(inbox: Path, out: Path, encoder: str) -> Measured:
    from flows import settings as configuration
    from flows.progress import display
    from flows.run import start
    from flows.store import load
    from nlp.records import Assignment

    settings = configuration.read()
    settings = replace(settings, encoder=replace(settings.encoder, name=encoder), terms=replace(settings.terms, tier="fast"))
    run = start(work_root=out / ".work", as_of=date(2026, 11, 1), seed=SEED, chain=None, settings=settings)
    began = time.perf_counter()
    passed = stages(inbox, run)
    found = passed.found
    homes = load(Assignment, found["assignments"])
    return Measured(patents=0, seconds=dict(display.seconds), cpu=passed.cpu, peaks=passed.peaks, total=round(time.perf_counter() - began, 1), peak_gb=max(passed.peaks.values()), units=found["units"].rows,
                    topics=found["topics"].rows, placed=sum(a.topic_id is not None for a in homes))


def stages(inbox: Path, run: Run) -> Passed:
    """The stages of `refresh` up to the description of topics: the functions below Prefect's tasks, so that its server's start is not measured."""
    from flows.describing import describe_topics
    from flows.discover import discover_topics
    from flows.facts import understand_demands
    from flows.ingest import read_inbox
    from flows.understand import classify_units, embed_units, find_terms

    cpu: dict[str, float] = {}
    peaks: dict[str, float] = {}
    found: dict[str, Artefact] = {}
    calls = (
        (read_inbox, lambda f: read_inbox.fn([inbox], None, run)), (find_terms, lambda f: find_terms.fn(f["units"], run)),
        (embed_units, lambda f: embed_units.fn(f["units"], f["mentions"], run)),
        (classify_units, lambda f: classify_units.fn(f, run)), (understand_demands, lambda f: understand_demands.fn(f, run)),
        (discover_topics, lambda f: discover_topics.fn(f, run)), (describe_topics, lambda f: describe_topics.fn(f, run)),
    )
    for stage, call in calls:
        forget_peak()
        began = busy()
        found |= call(found)
        cpu[stage.name] = round(busy() - began, 2)
        peaks[stage.name] = peak()
        print(stage.name, cpu[stage.name], peaks[stage.name], file=sys.stderr)
    return Passed(found=found, cpu=cpu, peaks=peaks)


def busy() -> float:
    """Seconds of processor time of this process and its finished children: steadier than the clock on a machine that others use."""
    return sum(os.times()[:4])


def forget_peak() -> None:
    """Where the system can (Linux), the peak of this process begins again at what it has now."""
    if (switch := Path("/proc/self/clear_refs")).exists():
        switch.write_text("5")


def peak() -> float:
    """GB of this process at its largest since it was forgotten. Children are left out: Linux counts to a child what this process had
    when it started it (exec keeps the high-water mark)."""
    return round(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1e6, 3)


# ---- all sizes ----------------------------------------------------------------------------


def fresh(n: int, inbox: Path, out: Path, encoder: str) -> Measured:
    command = [sys.executable, "-m", "tests.bench.corpus_scale", "--child", str(inbox), "--out", str(out), "--encoder", encoder]
    done = subprocess.run(command, cwd=ROOT, stdout=subprocess.PIPE, text=True, check=True)
    return replace(Measured(**json.loads(done.stdout.splitlines()[-1])), patents=n)


def exponent(first: tuple[int, float], last: tuple[int, float]) -> float:
    """b of seconds ~ n^b between two sizes."""
    return round(math.log(max(last[1], 1e-9) / max(first[1], 1e-9)) / math.log(last[0] / first[0]), 3)


def report(measured: Sequence[Measured]) -> dict[str, object]:
    first, last = measured[0], measured[-1]
    several = len(measured) > 1
    growth = {name: exponent((first.patents, first.cpu[name]), (last.patents, last.cpu[name])) for name in last.cpu if several and first.cpu[name] > 0.2}
    whole = exponent((first.patents, first.total), (last.patents, last.total)) if several else None
    by_cpu = exponent((first.patents, sum(first.cpu.values())), (last.patents, sum(last.cpu.values()))) if several else None
    return {"at": datetime.now().isoformat(timespec="seconds"), "sizes": [{**asdict(m), "per_second": round(m.patents / m.total, 1)} for m in measured], "exponent": whole, "exponent_cpu": by_cpu, "exponent_by_stage_cpu": growth}


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m tests.bench.corpus_scale")
    parser.add_argument("sizes", nargs="*", type=int, default=[])
    parser.add_argument("--data", type=Path, default=ROOT.parent / "shared")
    parser.add_argument("--encoder", default="static-zh")
    parser.add_argument("--child", type=Path)
    parser.add_argument("--out", type=Path)
    options = parser.parse_args()
    if options.child:
        print(json.dumps(asdict(measure(options.child, options.out, options.encoder))))
        return
    folder = options.data / "data" / "patents"
    source, titles = ([json.loads(line) for line in (folder / name).read_text("utf-8").splitlines()] for name in ("patents.jsonl", "titles_ipc.jsonl"))
    scratch, measured = Path(tempfile.mkdtemp(prefix="luxiantu-scale-")), []
    try:
        for n in options.sizes or SIZES:
            write_exports(patents(source, [r["ipc"] for r in titles], n), scratch / f"in{n}" / "专利", n)
            measured.append(fresh(n, scratch / f"in{n}", scratch / f"out{n}", options.encoder))
            print(json.dumps(asdict(measured[-1]), ensure_ascii=False), file=sys.stderr)
            shutil.rmtree(scratch / f"in{n}")
            shutil.rmtree(scratch / f"out{n}")
    finally:
        shutil.rmtree(scratch, ignore_errors=True)
    target = ROOT / "outputs" / "bench" / "corpus_scale.json"
    target.parent.mkdir(parents=True, exist_ok=True)
    target.write_text(json.dumps(report(measured), ensure_ascii=False, indent=1) + "\n", "utf-8")
    print(target.read_text("utf-8"))


if __name__ == "__main__":
    main()
