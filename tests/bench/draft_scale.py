"""Seconds and memory of everything that follows clustering: requirements, evidence, ranks, the draft in all its forms, read back and checked.

    python -m tests.bench.draft_scale [--topics 200] [--patents 50000]     # reach: 90 s, 3 GB for 200 topics, 3,000 demands, 50,000 patents
"""

import argparse
import json
import resource
import time
from collections import Counter
from dataclasses import replace
from datetime import date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory

import numpy as np

from flows import settings
from flows.comparing import compare_ranks
from flows.describing import describe_topics
from flows.discover import topic_counts
from flows.draft import rank_topics, write_draft
from flows.refresh import manifest
from flows.requirements import collect_requirements
from flows.review import export_sheet
from flows.run import Run, start
from flows.settings import ROOT
from flows.store import Artefact, save, write_bytes, write_json
from flows.understand import LEXICONS, Standing, unit_counts
from flows.vectors import write_vectors
from nlp.records import (
    Assignment,
    Call,
    Clause,
    ColumnUse,
    Count,
    Demand,
    Facets,
    Patent,
    Policy,
    Project,
    ReadingNote,
    Submission,
    Target,
    Term,
    TermMention,
    Topic,
    TopicEditFate,
    TopicEvent,
    Unit,
)
from nlp.understand.targets import find_targets, load_target_vocabulary
from nlp.units import from_clauses, from_demands, from_patents
from tests.bench.evidence_scale import SEGMENTS, Corpus, make_corpus

FIGURES = ("吸附力≥{} kPa", "面内温度均匀性≤±0.{} ℃", "击穿电压不低于{}00 V", "良率达到9{}%", "寿命≥{}000 h")


def with_figures(corpus: Corpus, seed: int = 1) -> Corpus:
    """Demands that ask for figures, patents that state some: the requirement tables have something to hold."""
    chance = np.random.default_rng(seed)
    demands = [replace(d, text=d.text + "考核指标：" + "；".join(f.format(int(chance.integers(1, 9))) for f in FIGURES) + "。") for d in corpus.sources.demands]
    patents = [replace(p, abstract=p.abstract + (f"吸附力达到{int(chance.integers(10, 60))} kPa。" if i % 3 == 0 else "")) for i, p in enumerate(corpus.sources.patents)]
    return replace(corpus, sources=replace(corpus.sources, demands=demands, patents=patents))


def lay_out(corpus: Corpus, run: Run, seed: int = 1) -> dict[str, Artefact]:
    """The tables that a run holds when its topics have been found."""
    s, home = corpus.sources, {a.unit_id: a.topic_id or "" for a in corpus.assignments}
    policies = {p.policy_id: p for p in s.policies}
    units = sorted([*from_demands(s.demands), *from_clauses(s.clauses, policies), *from_patents(s.patents)], key=lambda u: (u.unit_kind, u.unit_id))
    segment, chance = {a.unit_id: a.segment for a in corpus.assignments}, np.random.default_rng(seed)
    centres = {t.topic_id: chance.normal(size=384) for t in corpus.topics}
    vectors = np.array([centres[home[u.unit_id]] + 0.7 * chance.normal(size=384) for u in units], dtype=np.float32)
    names = sorted({name for found in s.named.values() for name in found})
    ids = {name: f"T{i:05}" for i, name in enumerate(names)}
    vocabulary = load_target_vocabulary(LEXICONS)
    targets = [t for d in s.demands for t in find_targets(d.demand_id, f"{d.title}\n{d.text}", vocabulary=vocabulary)]
    received = [Submission(submission_id=d.submission_id, source_file=d.source_file, source_location="l", organisation=d.organisation, region=d.region, received=date(2026, 5, 1))
                for d in s.demands]
    tables: dict[str, tuple[type, list[object]]] = {
        "submissions": (Submission, [*received]), "demands": (Demand, [*s.demands]), "policies": (Policy, [*s.policies]), "clauses": (Clause, [*s.clauses]),
        "patents": (Patent, [*s.patents]), "projects": (Project, [p for found in s.projects.values() for p in found]), "calls": (Call, []),
        "columns": (ColumnUse, []), "reading_notes": (ReadingNote, []), "facets": (Facets, [*s.facets]), "targets": (Target, [*targets]),
        "topics": (Topic, [*corpus.topics]), "assignments": (Assignment, [*corpus.assignments]), "topic_edits": (TopicEditFate, []),
        "topic_events": (TopicEvent, [TopicEvent(topic_id=t.topic_id, event="born", from_topic_ids=(), previous_run=None, segment=t.segment, label=t.label,
                                                 n_before=0, n_after=1, shared=0, reason="首次归类") for t in corpus.topics]),
        "terms": (Term, [Term(term_id=ids[n], name=n, variants=(n,), n_mentions=1, n_units=1) for n in names]),
        "mentions": (TermMention, [TermMention(unit_id=u, term_id=ids[n], surface=n, start=0, end=len(n), score=1.0, extractor="lexicon") for u, found in s.named.items() for n in found]),
        "counts": (Count, [Count(name=f"{kind}.{what}", value=0) for kind in ("demand", "policy", "patent", "project", "notice", "clause") for what in ("read", "kept", "rejected")]
                   + [Count(name=f"file.{what}", value=1) for what in ("read", "kept", "rejected")] + unit_counts(Counter(Standing(u.unit_kind, u.region, segment[u.unit_id]) for u in units), (*SEGMENTS, "none"))
                   + topic_counts(corpus.topics, corpus.assignments, (*SEGMENTS, "none"))),
    }
    found = {name: save(kind, rows, run.data(name)) for name, (kind, rows) in tables.items()}
    found["units"] = save(Unit, units, run.stage("units.parquet"))
    found["vectors"] = write_vectors([u.unit_id for u in units], vectors, "none", run.stage("vectors.npz"))
    found["inputs"] = write_json({"files": []}, run.stage("inputs.json"))
    write_bytes(b"", run.work / "rejected.jsonl")
    return found


def time_stages(run: Run, found: dict[str, Artefact]) -> dict[str, float]:
    seconds: dict[str, float] = {}

    def timed(name: str, began: float) -> float:
        now = time.perf_counter()
        seconds[name] = round(now - began, 1)
        return now

    first = began = time.perf_counter()
    found |= describe_topics.fn(found, run)
    began = timed("describe", began)
    found |= collect_requirements.fn(found, run)
    began = timed("requirements", began)
    found |= rank_topics.fn(found, run) | compare_ranks(run)
    began = timed("rank", began)
    write_json(manifest(run, found), run.work / "manifest.json")
    write_draft.fn(run)
    began = timed("draft", began)
    export_sheet(run.work, run.work / "review.xlsx", blind=True)
    timed("review", began)
    seconds["all"] = round(time.perf_counter() - first, 1)
    return seconds


def main() -> None:
    parser = argparse.ArgumentParser()
    for name, value in (("topics", 200), ("demands", 3000), ("patents", 50_000)):
        parser.add_argument(f"--{name}", type=int, default=value)
    asked = parser.parse_args()
    corpus = with_figures(make_corpus(topics=asked.topics, demands=asked.demands, patents=asked.patents))
    with TemporaryDirectory() as folder:
        run = start(work_root=Path(folder) / "out" / ".work", as_of=date(2026, 11, 1), seed=7, chain="ic", settings=settings.read())
        seconds = time_stages(run, lay_out(corpus, run))
        sizes = {p.name: round(p.stat().st_size / 2**20, 1) for p in sorted(run.work.iterdir()) if p.is_file()}
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20
    told = {"topics": asked.topics, "demands": asked.demands, "patents": asked.patents, "seconds": seconds, "peak_gb": round(peak, 2), "megabytes": sizes,
            "at": datetime.now().isoformat(timespec="seconds")}
    write_json(told, ROOT / "outputs" / "bench" / "draft_scale.json")
    print(json.dumps(told, ensure_ascii=False, indent=1))


if __name__ == "__main__":
    main()
