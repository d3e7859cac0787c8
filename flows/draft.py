"""Topics -> evidence, priorities and the written draft; nothing is published whose words cannot be traced."""

import json
from collections.abc import Sequence
from pathlib import Path
from typing import TypeVar

from prefect import task
from prefect.cache_policies import NO_CACHE

from flows.progress import display
from flows.run import Run
from flows.store import Artefact, load, save, write_bytes
from flows.tables import flatten, views
from flows.understand import chain_of
from nlp import evidence, priority, roadmap, workbook
from nlp.cards import Shelf
from nlp.citing import fact_row
from nlp.errors import LuxiantuError
from nlp.projects import related_projects
from nlp.provenance import Finding, check
from nlp.readback import check_docx, check_html, check_markdown
from nlp.readback_xlsx import check_xlsx
from nlp.records import (
    Assignment,
    Clause,
    Count,
    Demand,
    Fact,
    Patent,
    Policy,
    Priority,
    Project,
    Rejected,
    RoadmapDraft,
    Topic,
)
from nlp.writers import write_docx, write_html, write_markdown, write_xlsx

__all__ = ["Untraceable", "material_of", "rank_topics", "write_draft"]

T = TypeVar("T")


class Untraceable(LuxiantuError):
    """The draft says something that no table holds: a defect of ours, so nothing is published."""

    verb = "未发布"


@task(name="测算与排序", cache_policy=NO_CACHE, persist_result=False)
def rank_topics(artefacts: dict[str, Artefact], run: Run) -> dict[str, Artefact]:
    with display.stage("测算证据并排序", "rank"):
        topics = load(Topic, artefacts["topics"])
        facts = evidence.measure(
            topics, load(Assignment, artefacts["assignments"]), demands=load(Demand, artefacts["demands"]),
            clauses=load(Clause, artefacts["clauses"]), patents=load(Patent, artefacts["patents"]),
            projects=related_projects(topics, load(Project, artefacts["projects"])))
        ranked = priority.rank(topics, facts, seed=run.seed, options=run.settings.priority)
    return {"evidence": save(Fact, facts, run.data("evidence")), "priorities": save(Priority, ranked, run.data("priorities"))}


@task(name="撰写草稿", cache_policy=NO_CACHE, persist_result=False)
def write_draft(run: Run) -> dict[str, Artefact]:
    """roadmap.docx .html .md .xlsx; raises Untraceable when a word or number of them has no source."""
    with display.stage("撰写并核对草稿", "draft"):
        material = material_of(run.work, run.chain)
        draft = roadmap.build(material, options=run.settings.draft)
        book = workbook.build(material)
        docx, html, xlsx = write_docx(draft, run.as_of), write_html(draft), write_xlsx(book, run.as_of)
        markdown = write_markdown(draft)
        findings = [*audit(draft, run.work), *audit(book, run.work), *check_docx(docx, draft), *check_html(html, draft),
                    *check_markdown(markdown, draft), *check_xlsx(xlsx, book)]
        if findings:
            raise Untraceable("路线图草稿", explain(findings), "这是程序的缺陷，请把本信息发给维护者；上一次发布的结果不受影响")
    files = {"roadmap.docx": docx, "roadmap.html": html, "roadmap.md": markdown.encode(), "roadmap.xlsx": xlsx}
    return {name: write_bytes(data, run.work / name) for name, data in files.items()}


def audit(draft: RoadmapDraft, folder: Path) -> Sequence[Finding]:
    """Against the tables as they are on disk, not as they are in memory."""
    return check(draft, views(folder))


def explain(findings: Sequence[Finding]) -> str:
    return f"核对发现 {len(findings)} 处没有出处，例如 " + "；".join(str(f) for f in findings[:3])


def material_of(folder: Path, chain_name: str) -> roadmap.Material:
    """What a run's folder says, read from its published files alone."""
    chain, rejected = chain_of(chain_name), (folder / "rejected.jsonl").read_text("utf-8").splitlines()
    return roadmap.Material(
        run=flatten(json.loads((folder / "manifest.json").read_text("utf-8"))), chain=chain.name,
        segments={s.id: s.name for s in chain.segments}, counts={c.name: c.value for c in table(Count, folder)},
        shelf=shelve(folder), rejected=[Rejected(**json.loads(line)) for line in rejected])


TABLES = {Assignment: "assignments", Clause: "clauses", Count: "counts", Demand: "demands", Fact: "evidence", Patent: "patents",
          Policy: "policies", Priority: "priorities", Project: "projects", Topic: "topics"}


def table(kind: type[T], folder: Path) -> list[T]:
    return load(kind, folder / "data" / f"{TABLES[kind]}.parquet")


def shelve(folder: Path) -> Shelf:
    topics, projects = table(Topic, folder), table(Project, folder)
    members: dict[str, list[Assignment]] = {t.topic_id: [] for t in topics}
    loose: dict[str, list[Assignment]] = {}
    for a in sorted(table(Assignment, folder), key=lambda a: (-(a.similarity or 0.0), a.unit_id)):
        if a.topic_id is not None:
            members[a.topic_id].append(a)
        elif a.segment != "none":
            loose.setdefault(a.segment, []).append(a)
    return Shelf(
        topics={t.topic_id: t for t in topics}, members=members, loose=loose, projects=related_projects(topics, projects),
        priorities={p.topic_id: p for p in table(Priority, folder)},
        facts={fact_row(f.topic_id, f.fact): f for f in table(Fact, folder)},
        demands={d.demand_id: d for d in table(Demand, folder)},
        clauses={c.clause_id: c for c in table(Clause, folder)},
        policies={p.policy_id: p for p in table(Policy, folder)},
        patents={p.patent_id: p for p in table(Patent, folder)})
