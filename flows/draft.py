"""Topics -> evidence, priorities and the written draft; nothing is published whose words cannot be traced."""

import json
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import TypeVar

from prefect import task
from prefect.cache_policies import NO_CACHE

from flows import settings
from flows.comparing import changes_section
from flows.draft_edits import read_draft_edits
from flows.figures import figures_of, write_figures
from flows.progress import display
from flows.ranking import rank_topics
from flows.run import Run
from flows.store import Artefact, load, save, write_bytes
from flows.tables import flatten, views
from flows.understand import chain_of
from nlp import chapters, roadmap, workbook
from nlp.citing import fact_row
from nlp.errors import LuxiantuError
from nlp.material import Material, Shelf
from nlp.options import DraftOptions, PriorityOptions
from nlp.overlay import Overlaid, lay_over
from nlp.projects import related_projects
from nlp.provenance import Finding, check
from nlp.readback import check_docx, check_html, check_markdown
from nlp.readback_xlsx import check_xlsx
from nlp.records import (
    Assignment,
    Clause,
    Count,
    Demand,
    DraftEdit,
    EditFate,
    Facets,
    Fact,
    Figure,
    Flip,
    Gate,
    MatrixCell,
    ModeSuggestion,
    Partner,
    Patent,
    Policy,
    Priority,
    Project,
    RegionPair,
    Rejected,
    Requirement,
    RoadmapDraft,
    ScenarioRank,
    Topic,
)
from nlp.writers import write_docx, write_html, write_markdown, write_xlsx

__all__ = ["Untraceable", "compose", "material_of", "rank_topics", "write_draft"]

T = TypeVar("T")


class Untraceable(LuxiantuError):
    """The draft says something that no table holds: a defect of ours, so nothing is published."""

    verb = "未发布"


@task(name="撰写草稿", cache_policy=NO_CACHE, persist_result=False)
def write_draft(run: Run) -> dict[str, Artefact]:
    """roadmap.docx .html .md .xlsx; raises Untraceable when a word or number of them has no source."""
    with display.stage("撰写并核对草稿", "draft"):
        material = material_of(run.work, run.chain, options=run.settings.priority)
        edits = read_draft_edits(run.out, run.chain)
        overlaid = compose(material, edits, options=run.settings.draft)
        draft = overlaid.draft
        made = {"edits": save(DraftEdit, edits, run.data("edits")), "edit_fates": save(EditFate, overlaid.fates, run.data("edit_fates"))}
        book = workbook.build(material, options=run.settings.draft)
        listed = chapters.book(material, options=run.settings.draft)
        docx, html, xlsx = write_docx(draft, run.as_of), write_html(draft), write_xlsx(book, run.as_of)
        markdown, entries = write_markdown(draft), write_docx(listed, run.as_of)
        findings = [*audit(draft, run.work), *audit(book, run.work), *audit(listed, run.work), *check_docx(docx, draft), *check_html(html, draft),
                    *check_markdown(markdown, draft), *check_xlsx(xlsx, book), *check_docx(entries, listed)]
        if findings:
            raise Untraceable("路线图草稿", explain(findings), "这是程序的缺陷，请把本信息发给维护者；上一次发布的结果不受影响")
    files = {"roadmap.docx": docx, "roadmap.html": html, "roadmap.md": markdown.encode(), "roadmap.xlsx": xlsx, "challenges.docx": entries}
    drawn = {f.name: f for s in draft.sections for f in s.content if isinstance(f, Figure)}
    return made | write_figures(drawn, run.work) | {name: write_bytes(data, run.work / name) for name, data in files.items()}


def compose(material: Material, edits: Sequence[DraftEdit], *, options: DraftOptions) -> Overlaid:
    """The draft as it is published: what the tables say, the analysts' changes over it, and what became of each."""
    overlaid = lay_over(roadmap.build(material, options=options), edits)
    annex = chapters.edits(edits, overlaid.fates)
    return overlaid if annex is None else replace(overlaid, draft=replace(overlaid.draft, sections=(*overlaid.draft.sections, annex)))


def audit(draft: RoadmapDraft, folder: Path) -> Sequence[Finding]:
    """Against the tables as they are on disk, not as they are in memory."""
    return check(draft, views(folder))


def explain(findings: Sequence[Finding]) -> str:
    return f"核对发现 {len(findings)} 处没有出处，例如 " + "；".join(str(f) for f in findings[:3])


def material_of(folder: Path, chain_name: str, *, options: PriorityOptions | None = None) -> Material:
    """What a run's folder says, read from its published files alone."""
    chain, rejected = chain_of(chain_name), (folder / "rejected.jsonl").read_text("utf-8").splitlines()
    run = flatten(json.loads((folder / "manifest.json").read_text("utf-8")))
    segments = {s.id: s.name for s in chain.segments}
    return Material(
        run=run, chain=chain.name, segments=segments,
        counts={c.name: c.value for c in table(Count, folder, "counts")}, shelf=shelve(folder),
        matrix=table(MatrixCell, folder, "matrix"), pairs=table(RegionPair, folder, "region_pairs"),
        rejected=[Rejected(**json.loads(line)) for line in rejected], year=int(str(run["as_of"])[:4]),
        changes=changes_section(folder, segments) if (folder / "data" / "topic_events.parquet").is_file() else None,
        figures=figures_of(folder, chain_name, options=options or settings.read().priority))


def table(kind: type[T], folder: Path, name: str) -> list[T]:
    return load(kind, folder / "data" / f"{name}.parquet")


def by_id(kind: type[T], folder: Path, name: str, key: str) -> dict[str, T]:
    return {getattr(r, key): r for r in table(kind, folder, name)}


def by_topic(kind: type[T], folder: Path, name: str) -> dict[str, list[T]]:
    found: dict[str, list[T]] = {}
    for r in table(kind, folder, name):
        found.setdefault(getattr(r, "topic_id"), []).append(r)  # noqa: B009  # every kind that is asked for has one
    return found


def shelve(folder: Path) -> Shelf:
    topics = {i: t for i, t in by_id(Topic, folder, "topics", "topic_id").items() if not t.hidden}
    members: dict[str, list[Assignment]] = {t: [] for t in topics}
    loose: dict[str, list[Assignment]] = {}
    for a in sorted(table(Assignment, folder, "assignments"), key=lambda a: (-(a.similarity or 0.0), a.unit_id)):
        if a.topic_id is not None:
            members.get(a.topic_id, []).append(a)
        elif a.segment != "none":
            loose.setdefault(a.segment, []).append(a)
    return Shelf(
        topics=topics, members=members, loose=loose, projects=related_projects(list(topics.values()), table(Project, folder, "projects")),
        facts={fact_row(f.topic_id, f.fact): f for f in table(Fact, folder, "evidence")},
        priorities=by_id(Priority, folder, "priorities", "topic_id"), demands=by_id(Demand, folder, "demands", "demand_id"),
        clauses=by_id(Clause, folder, "clauses", "clause_id"), policies=by_id(Policy, folder, "policies", "policy_id"),
        patents=by_id(Patent, folder, "patents", "patent_id"), facets=by_id(Facets, folder, "facets", "demand_id"),
        requirements=by_topic(Requirement, folder, "requirements"), gates=by_topic(Gate, folder, "gates"),
        modes=by_id(ModeSuggestion, folder, "modes", "topic_id"), partners=by_topic(Partner, folder, "partners"),
        flips=by_id(Flip, folder, "flips", "topic_id"), scenarios=by_topic(ScenarioRank, folder, "scenarios"))
