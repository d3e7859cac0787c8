"""One published folder of `luxiantu intake` -> rows for the queue: verdicts, marks, neighbours and what to do."""

import tomllib
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from flows.store import load
from nlp.chain import Chain, classify
from nlp.chain_file import load_chain
from nlp.records import (
    ChainVerdict,
    Demand,
    Duplicate,
    Facets,
    Project,
    Rule,
    ScanCrop,
    Span,
    Submission,
    SubmittedField,
    Target,
)
from nlp.understand.questions import Wording, ask, load_wording
from nlp.understand.rules import case_of, from_toml, load_vocabulary
from nlp.understand.suggest import SOFT_RULES
from nlp.understand.triage import Entry, Judged, headings, judge_round
from triage.marking import Words, facts_of, load_words, marks_of
from triage.scans import crops_of
from triage.settings import ROOT
from triage.shapes import Check, Detail, Neighbour, Part, Question, SegmentGuess

__all__ = ["Found", "Judge", "read_run"]

LEXICONS = ROOT / "corpora" / "lexicons"
Hide = Callable[[str], str]
R = TypeVar("R")


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    """One demand as it goes into the queue."""

    row_id: str
    demand: Demand
    submission: Submission
    judged: Judged
    detail: Detail
    segment: str
    verdict: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Tables:
    """What `intake` published, read back."""

    demands: Sequence[Demand]
    submissions: Mapping[str, Submission]
    targets: Mapping[str, list[Target]]
    facets: Mapping[str, Facets]
    fields: Mapping[str, list[SubmittedField]]
    duplicates: Sequence[Duplicate]
    projects: Sequence[Project]
    rules: tuple[Rule, ...]
    crops: Mapping[str, list[ScanCrop]]


def read_run(folder: Path) -> Tables:
    """Raises OSError where a table is missing."""
    data = folder / "data"
    rules = folder / "rule_pack.toml"
    return Tables(
        demands=load(Demand, data / "demands.parquet"), submissions={s.submission_id: s for s in load(Submission, data / "submissions.parquet")},
        targets=_by(load(Target, data / "targets.parquet"), lambda t: t.demand_id), facets={f.demand_id: f for f in load(Facets, data / "facets.parquet")},
        fields=_by(load(SubmittedField, data / "fields.parquet"), lambda f: f.submission_id), duplicates=load(Duplicate, data / "duplicates.parquet"),
        projects=load(Project, data / "projects.parquet"), rules=from_toml(rules.read_text("utf-8")) if _has_rules(rules) else (),
        crops=_by(_crops(data / "scan_crops.parquet"), lambda c: c.submission_id or ""))


def _crops(path: Path) -> Sequence[ScanCrop]:
    return load(ScanCrop, path) if path.is_file() else ()  # older folders have none


def _has_rules(path: Path) -> bool:
    return path.is_file() and bool(tomllib.loads(path.read_text("utf-8")))


def _by(records: Iterable[R], key: Callable[[R], str]) -> dict[str, list[R]]:
    found: dict[str, list[R]] = {}
    for record in records:
        found.setdefault(key(record), []).append(record)
    return found


class Judge:
    """Holds the word lists; `chain` is the file's name under corpora/chains/."""

    def __init__(self, chain: str, hide: Hide) -> None:
        self.chain: Chain = load_chain(ROOT / "corpora" / "chains" / f"{chain}.toml", LEXICONS)
        self._hide, self._vocabulary = hide, load_vocabulary(LEXICONS)
        self._wording: Wording = load_wording(LEXICONS / "question_wording.toml")
        self._words: Words = load_words(LEXICONS)

    def judge(self, tables: Tables) -> Iterator[Found]:
        entries = list(_entries(tables))
        judged = judge_round(entries, tables.rules, vocabulary=self._vocabulary, wording=self._wording, duplicates=tables.duplicates,
                             projects=tables.projects, hide=self._hide)
        rows = {e.demand.demand_id: e.row_id for e in entries}
        names = headings(tables.rules, self._wording)
        near = _near(tables, rows)
        for found in judged:
            yield self._found(found, tables, names, near)

    def _found(self, judged: Judged, tables: Tables, names: Sequence[str], near: Mapping[str, list[Neighbour]]) -> Found:
        demand, case = judged.entry.demand, judged.entry.case
        verdict = classify(demand.demand_id, case.body, chain=self.chain)
        facets, fields = case.facets, tables.fields.get(demand.submission_id, [])
        checks = tuple(self._checks(judged, names))
        questions = judged.questions or ask(judged.verdicts, case.body, wording=self._wording, hide=self._hide)  # for a clerk who thinks otherwise
        detail = Detail(
            source_file=demand.source_file, source_location=demand.source_location, form_id=demand.submission_id, complete=judged.completeness.share,
            missing=judged.completeness.missing, clarity=judged.clarity, clarity_reasons=facets.reasons if facets else (), checks=checks,
            facts=facts_of(case, fields, self._hide, self._words), marks=marks_of(case, verdict, self._words, judged.verdicts),
            segments=_guesses(verdict), neighbours=tuple(near.get(demand.demand_id, ())[:5]), parts=_parts(case.body, demand.title, facets.parts if facets else ()),
            questions=tuple(Question(rule=q.rule, quote=q.quote, text=q.text) for q in questions),
            crops=crops_of([c for c in tables.crops.get(demand.submission_id, ()) if c.source_file == demand.source_file]))
        counted = {v.verdict for v in judged.verdicts if v.verdict == "fail" or v.rule not in SOFT_RULES}
        worst = next((v for v in ("fail", "unknown") if v in counted), "pass" if checks else "unknown")
        return Found(row_id=judged.entry.row_id, demand=demand, submission=tables.submissions[demand.submission_id], judged=judged, detail=detail,
                     segment=verdict.segment, verdict=worst)

    def _checks(self, judged: Judged, names: Sequence[str]) -> Iterator[Check]:
        for name, v in zip(names, judged.verdicts, strict=True):
            if v.rule != "unreadable":
                span = v.evidence
                yield Check(heading=name, verdict=v.verdict, reason=self._hide(v.reason), quote=v.quote, start=span.start if span else None, end=span.end if span else None)


def _entries(tables: Tables) -> Iterator[Entry]:
    """The same cases that `intake` judges: a form with several demands has a row a demand, and its fields belong to none of them."""
    forms = _by(tables.demands, lambda d: f"{d.submission_id}\0{d.version}")
    for d in tables.demands:
        alone = len(forms[f"{d.submission_id}\0{d.version}"]) == 1
        yield Entry(row_id=d.submission_id if alone else d.demand_id, demand=d, case=case_of(
            tables.submissions[d.submission_id], d, targets=tables.targets.get(d.demand_id, ()), facets=tables.facets.get(d.demand_id),
            projects=tables.projects, duplicates=[p for p in tables.duplicates if d.demand_id in (p.a, p.b)],
            fields=tables.fields.get(d.submission_id, ()) if alone else ()))


def _guesses(verdict: ChainVerdict) -> tuple[SegmentGuess, ...]:
    ranked = ((verdict.segment, verdict.score), *verdict.alternatives)
    return tuple(SegmentGuess(segment=segment, score=score) for segment, score in ranked[:3])


def _parts(body: str, title: str, spans: Sequence[Span]) -> tuple[Part, ...]:
    if len(spans) < 2:
        return ()
    texts = [body[s.start : s.end].strip() for s in spans]
    return tuple(Part(title=text.split("\n", 1)[0].strip()[:120] or title, text=text) for text in texts)


def _near(tables: Tables, rows: Mapping[str, str]) -> dict[str, list[Neighbour]]:
    """For each demand its neighbours, duplicates first, then the nearest."""
    demands, projects = {d.demand_id: d for d in tables.demands}, {p.project_id: p for p in tables.projects}
    found: dict[str, list[Neighbour]] = {}
    for pair in sorted(tables.duplicates, key=lambda p: (p.label != "duplicate", -p.score, p.a, p.b)):
        for mine, other, turned in ((pair.a, pair.b, False), (pair.b, pair.a, True)):
            if mine in demands and (near := neighbour(demands[mine], other, pair, demands, projects, rows, turned=turned)):
                found.setdefault(mine, []).append(near)
    return found


def neighbour(mine: Demand, other: str, pair: Duplicate, demands: Mapping[str, Demand], projects: Mapping[str, Project],
              rows: Mapping[str, str], *, turned: bool) -> Neighbour | None:
    """`turned`: the pair lists the other first, so its differences are read the other way."""
    label = "重复" if pair.label == "duplicate" else "相关"
    differences = tuple(" ↔ ".join(reversed(d.split(" ↔ "))) if turned else d for d in pair.differences)
    if other in projects:
        project = projects[other]
        return Neighbour(ident=other, kind="历史项目", label=label, score=pair.score, title=project.title, region=project.region, differences=differences)
    if other not in demands:
        return None
    demand = demands[other]
    return Neighbour(ident=rows.get(other, demand.submission_id), kind="本批" if demand.region == mine.region else "外省", label=label, score=pair.score,
                     title=demand.title, region=demand.region, differences=differences)
