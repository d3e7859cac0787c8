"""The hand verdicts of tests/data/rule_verdicts.toml as cases: facts read by a person, rules read by the compiler."""

import tomllib
from collections.abc import Iterator
from dataclasses import dataclass, replace
from pathlib import Path

from nlp.parse import load_regions, load_synonyms, parse
from nlp.readers import read
from nlp.records import Demand, Facets, Project, Rule, Span, Submission, SubmittedField, Target
from nlp.understand.rules import Case, RuleVocabulary, case_of, case_of_text, compile_rules, load_vocabulary

ROOT = Path(__file__).resolve().parents[3]
SAMPLE, DATA = ROOT / "corpora" / "sample", ROOT / "tests" / "data"
VOCABULARY: RuleVocabulary = load_vocabulary(ROOT / "corpora" / "lexicons")
GOLD = tomllib.loads((DATA / "rule_verdicts.toml").read_text("utf-8"))
ORDER: list[str] = GOLD["order"]
LETTERS = {"P": "pass", "F": "fail", "U": "unknown"}


@dataclass(frozen=True, kw_only=True)
class Sample:
    submissions: dict[str, Submission]
    demands: dict[str, Demand]
    projects: tuple[Project, ...]
    fields: tuple[SubmittedField, ...]
    notice: str


def sample() -> Sample:
    synonyms, regions = load_synonyms(ROOT / "corpora/lexicons/columns.toml"), load_regions(ROOT / "corpora/lexicons/regions.toml")
    files = sorted(p for kind in ("demands", "projects", "notices") for p in (SAMPLE / kind).iterdir())
    parsed = [parse(read(p.relative_to(SAMPLE.parent).as_posix(), p.read_bytes()), kind=None, synonyms=synonyms, regions=regions) for p in files]
    return Sample(submissions={s.submission_id: s for x in parsed for s in x.submissions},
                  demands={d.title: d for x in parsed for d in x.demands},
                  projects=tuple(p for x in parsed for p in x.projects), fields=tuple(f for x in parsed for f in x.fields), notice=next(c.text for x in parsed for c in x.calls))


def targets_of(record_id: str, n: int) -> tuple[Target, ...]:
    """n targets that a person counted; where they stand does not matter to the verdict."""
    return tuple(Target(demand_id=record_id, name=f"指标{chr(0x4e00 + i)}", operator=">=", low=1.0, high=1.0, unit="", condition=None, start=0, end=1) for i in range(n))


def facets_of(record_id: str, body: str, row: dict[str, object]) -> Facets:
    quote = str(row["benchmark"])
    start = body.find(quote)
    assert start >= 0, (record_id, quote)
    return Facets(
        demand_id=record_id, clarity="clear", reasons=(), parts=(Span(start=0, end=len(body)),), problem=None, foreign_dependence=False,
        foreign_span=None, vendors=(), countries=(), budget_wan=number(row.get("budget")), fiscal_wan=number(row.get("fiscal")),
        period_years=number(row.get("period")), trl_now=None, trl_after=None, cooperation=None,
        benchmark=Span(start=start, end=start + len(quote)) if quote else None)


def number(value: object) -> float | None:
    return None if value is None else float(str(value))


def cases(taken: Sample) -> Iterator[tuple[Case, dict[str, str]]]:
    """Every submission with its two strings of verdicts; the facts are those that the person read."""
    for row in GOLD["sample"]:
        demand = taken.demands[row["title"]]
        demand = replace(demand, fiscal_wan=number(row.get("fiscal")) if "fiscal" in row else demand.fiscal_wan)
        facets = facets_of(demand.demand_id, f"{demand.title}\n{demand.text}", row)
        yield case_of(taken.submissions[demand.submission_id], demand, targets=targets_of(demand.demand_id, row["n"]), facets=facets,
                      projects=taken.projects), {"a": row["a"], "b": row["b"]}
    for row in GOLD["short"]:
        facets = facets_of(row["id"], row["text"], row)
        yield case_of_text(row["id"], row["text"], vocabulary=VOCABULARY, targets=targets_of(row["id"], row["n"]), facets=facets), {"a": row["a"], "b": row["b"]}


def rules_of(taken: Sample) -> dict[str, tuple[Rule, ...]]:
    notices = {"a": taken.notice, "b": (DATA / "notice_b.txt").read_text("utf-8")}
    return {name: compile_rules(text, vocabulary=VOCABULARY) for name, text in notices.items()}
