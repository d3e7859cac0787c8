"""Topics -> evidence, priorities and the written draft; nothing is published whose words cannot be traced."""

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from pathlib import Path
from typing import TypeVar

from prefect import task
from prefect.cache_policies import NO_CACHE

from flows import settings
from flows.comparing import changes_section
from flows.draft_edits import read_draft_edits
from flows.figures import figures_of, rows, write_figures
from flows.progress import display
from flows.ranking import rank_topics
from flows.run import Run
from flows.store import Artefact, load, save, write_bytes
from flows.tables import flatten, views
from flows.understand import chain_of
from nlp import chapters, roadmap, workbook
from nlp.citing import fact_row, words
from nlp.errors import LuxiantuError
from nlp.grounds import grounds_of
from nlp.marks import Marked, check_marks, mark_up
from nlp.material import Material, Shelf
from nlp.options import DraftOptions, PriorityOptions
from nlp.overlay import lay_over
from nlp.projects import related_projects
from nlp.provenance import Finding, TableView, check
from nlp.readback import check_docx, check_html, check_markdown
from nlp.readback_marks import check_docx_marks, check_html_marks
from nlp.readback_pptx import check_pptx
from nlp.readback_xlsx import check_xlsx
from nlp.records import (
    Assignment,
    Citation,
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
    Mark,
    MatrixCell,
    ModeSuggestion,
    Paragraph,
    Partner,
    Patent,
    Policy,
    Priority,
    Project,
    RankChange,
    RegionPair,
    Rejected,
    Requirement,
    RoadmapDraft,
    ScenarioRank,
    Section,
    Topic,
)
from nlp.writers import write_docx, write_html, write_markdown, write_pptx, write_xlsx

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
        composed, options = compose(material, edits, options=run.settings.draft), run.settings.draft
        listing = with_annex(chapters.book(material, options=options), material, options=options, document="challenges", before=composed.marked)
        made = {"edits": save(DraftEdit, edits, run.data("edits")), "edit_fates": save(EditFate, composed.fates, run.data("edit_fates"))}
        book, marked = with_whole_annex(workbook.build(material, options=options), material, options=options, before=listing.marked)
        made |= {"marks": save(Mark, marked.marks, run.data("marks")), "citations": save(Citation, [s.citation for s in marked.statements], run.data("citations"))}
        draft, listed = composed.draft, listing.draft
        docx, html, xlsx = write_docx(draft, run.as_of), write_html(draft), write_xlsx(book, run.as_of)
        markdown, entries = write_markdown(draft), write_docx(listed, run.as_of)
        tables = views(run.work)  # as they are on disk, not as they are in memory
        findings = [*check(draft, tables), *check(book, tables), *check(listed, tables), *check_docx(docx, draft), *check_html(html, draft),
                    *check_marks(draft), *check_marks(book), *check_marks(listed), *check_markdown(markdown, draft), *check_xlsx(xlsx, book), *check_docx(entries, listed),
                    *check_docx_marks(docx, draft), *check_docx_marks(entries, listed), *check_html_marks(html, draft)]
        slides, faults = layer_slides(material, draft, options=options, tables=tables, as_of=run.as_of)
        if findings := [*findings, *faults]:
            raise Untraceable("路线图草稿", explain(findings), "这是程序的缺陷，请把本信息发给维护者；上一次发布的结果不受影响")
    files = {"roadmap.docx": docx, "roadmap.html": html, "roadmap.md": markdown.encode(), "roadmap.xlsx": xlsx, "challenges.docx": entries}
    drawn = {f.name: f for s in draft.sections for f in s.content if isinstance(f, Figure)}
    return made | write_figures(drawn, run.work, slides) | {name: write_bytes(data, run.work / name) for name, data in files.items()}


@dataclass(frozen=True, slots=True, kw_only=True)
class Composed:
    """A document as it is published, and as it stood before ids became marks: what an edited file is compared with."""

    draft: RoadmapDraft
    plain: RoadmapDraft
    marked: Marked
    fates: tuple[EditFate, ...] = ()


def compose(material: Material, edits: Sequence[DraftEdit], *, options: DraftOptions) -> Composed:
    """The draft as it is published: what the tables say, the analysts' changes over it, what became of each, and the sources."""
    overlaid = lay_over(roadmap.build(material, options=options), edits)
    told = added(overlaid.draft, chapters.edits(edits, overlaid.fates))
    return replace(with_annex(told, material, options=options, document="roadmap"), fates=overlaid.fates)


def with_annex(draft: RoadmapDraft, material: Material, *, options: DraftOptions, document: str, before: Marked | None = None) -> Composed:
    grounds = grounds_of(material.shelf)
    marked = mark_up(draft, grounds, document, most=options.annex_sources, before=before)
    annex = chapters.annex(marked, grounds, document)
    return Composed(draft=added(marked.draft, annex), plain=added(draft, annex), marked=marked)


def with_whole_annex(book: RoadmapDraft, material: Material, *, options: DraftOptions, before: Marked) -> tuple[RoadmapDraft, Marked]:
    """The workbook, whose annex is that of every document."""
    grounds = grounds_of(material.shelf)
    marked = mark_up(book, grounds, "workbook", most=options.annex_sources, before=before, statements=False)
    return added(marked.draft, chapters.whole_annex(marked, grounds)), marked


def layer_slides(material: Material, draft: RoadmapDraft, *, options: DraftOptions, tables: Mapping[str, TableView], as_of: date) -> tuple[bytes | None, Sequence[Finding]]:
    """The charts of the draft once more as slides, None where no segment has one, and what is wrong with them."""
    charts = [c for segment in material.segments if (c := chapters.layer_chart(material, segment, options=options))]
    if not charts:
        return None, ()
    grounds = grounds_of(material.shelf)
    notes = {c.segment: chapters.slide_notes(c, grounds, most=options.annex_sources) for c in charts}
    written = write_pptx(charts, notes, title=f"{draft.title}：分层路线图", notice=draft.notice, as_of=as_of)
    said = tuple(Section(anchor=c.segment, level=1, title=Paragraph(fragments=(words(c.name),)), content=(*c.phases, *(b.text for b in c.boxes), *notes[c.segment])) for c in charts)
    sourced = check(replace(draft, sections=said), tables)
    return written, (*sourced, *check_pptx(written, charts, notes, notice=draft.notice))


def added(draft: RoadmapDraft, section: Section | None) -> RoadmapDraft:
    return draft if section is None else replace(draft, sections=(*draft.sections, section))


def explain(findings: Sequence[Finding]) -> str:
    return f"核对发现 {len(findings)} 处没有出处，例如 " + "；".join(str(f) for f in findings[:3])


def material_of(folder: Path, chain_name: str, *, options: PriorityOptions | None = None, figures: bool = True) -> Material:
    """What a run's folder says, read from its published files alone; drawing its figures takes seconds and can be left out."""
    chain, rejected = chain_of(chain_name), (folder / "rejected.jsonl").read_text("utf-8").splitlines()
    run = flatten(json.loads((folder / "manifest.json").read_text("utf-8")))
    segments = {s.id: s.name for s in chain.segments}
    return Material(
        run=run, chain=chain.name, segments=segments,
        counts={c.name: c.value for c in table(Count, folder, "counts")}, shelf=shelve(folder),
        matrix=table(MatrixCell, folder, "matrix"), pairs=table(RegionPair, folder, "region_pairs"),
        rejected=[Rejected(**json.loads(line)) for line in rejected], year=int(str(run["as_of"])[:4]),
        rank_changes={r.topic_id: r for r in rows(RankChange, folder, "rank_changes")},
        changes=changes_section(folder, segments) if (folder / "data" / "topic_events.parquet").is_file() else None,
        figures=figures_of(folder, chain_name, options=options or settings.read().priority) if figures else {})


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
