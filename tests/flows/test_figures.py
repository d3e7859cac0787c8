"""Topics described and drawn from the tables of a run, and written beside it."""

from datetime import date
from pathlib import Path

import numpy as np
import pytest

from flows import settings as configuration
from flows.describing import dated_units, describe_topics
from flows.figures import draw, figures_of, write_figures
from flows.run import Run, start
from flows.store import Artefact, load, save
from flows.tables import views
from flows.vectors import write_vectors
from nlp.provenance import check
from nlp.records import (
    Assignment,
    Clause,
    Demand,
    Fragment,
    Paragraph,
    Patent,
    Policy,
    Priority,
    RoadmapDraft,
    Section,
    Submission,
    Topic,
    TopicPlace,
    TopicYear,
    Unit,
)

TOPICS = [Topic(topic_id=f"t{i}", segment="materials", label=f"{name}3D", terms=(name, "集成电路"), n_demands=2, n_clauses=1, n_patents=3, regions=("上海",), stability=0.5)
          for i, name in enumerate(("光刻胶", "抛光液"))]


def demand(unit_id: str) -> Demand:
    return Demand(demand_id=unit_id, submission_id=f"s-{unit_id}", version=1, superseded_by=None, source_file="a.docx", source_location="第1段", organisation="某公司",
                  region="上海", title=f"{unit_id}的需求", text="正文")


def patent(unit_id: str, year: int) -> Patent:
    return Patent(patent_id=unit_id, family_id=f"f{year}", title=f"{unit_id}的专利", abstract="摘要", first_applicant=None, country="中国", province="上海", year=year, ipc=(),
                  source_file="p.csv", source_location="第2行")


@pytest.fixture
def described(tmp_path: Path) -> tuple[Run, dict[str, Artefact]]:
    """A run with two topics whose tables lie where a run puts them."""
    run = start(work_root=tmp_path, as_of=date(2026, 3, 1), seed=7, chain="ic", settings=configuration.read())
    demands = [demand(f"d{t}{i}") for t in (0, 1) for i in (0, 1)]
    patents = [patent(f"p{t}{i}", 2020 + i) for t in (0, 1) for i in range(3)]
    clauses = [Clause(clause_id=f"c{t}", policy_id="z", path="一、", heading="重点任务", text="支持光刻胶等 5 类材料攻关。", source_location="第3段") for t in (0, 1)]
    kinds = {**{d.demand_id: "demand" for d in demands}, **{p.patent_id: "patent" for p in patents}, **{c.clause_id: "clause" for c in clauses}}
    units = [Unit(unit_id=u, unit_kind=k, title=u, text=u, region="上海", organisation=None, source_file="a", source_location="b") for u, k in sorted(kinds.items())]  # type: ignore[arg-type] # plain strings
    rows = np.random.default_rng(2).normal(size=(len(units), 8)).astype(np.float32)
    assigned = [Assignment(unit_id=u.unit_id, unit_kind=u.unit_kind, segment="materials", topic_id=f"t{u.unit_id[1]}", method="聚类", similarity=0.4) for u in units]
    ranks = [Priority(topic_id=t.topic_id, rank=i + 1, urgency=0.5, advantage=0.5, quadrant=None, demand=0.1, policy=0.1, patents=0.1, breadth=0.1, foreign=None, rank_median=1.0,
                      rank_p05=1.0, rank_p95=2.0, p_top10=1.0, confidence="C", cross_region=False) for i, t in enumerate(TOPICS)]
    policy = Policy(policy_id="z", title="规划", doc_number=None, issuer=None, level=None, region="上海", date=date(2024, 5, 1), status=None, source_file="z.docx")
    submissions = [Submission(submission_id=d.submission_id, source_file="a.docx", source_location="第1段", organisation=None, region="上海", received=date(2025, 1, 1)) for d in demands]
    made: dict[str, Artefact] = {
        "units": save(Unit, units, run.stage("units.parquet")), "vectors": write_vectors([u.unit_id for u in units], rows, "test", run.stage("vectors.npz")),
        "topics": save(Topic, TOPICS, run.data("topics")), "assignments": save(Assignment, assigned, run.data("assignments")),
        "demands": save(Demand, demands, run.data("demands")), "patents": save(Patent, patents, run.data("patents")), "clauses": save(Clause, clauses, run.data("clauses")),
        "policies": save(Policy, [policy], run.data("policies")), "submissions": save(Submission, submissions, run.data("submissions")),
        "priorities": save(Priority, ranks, run.data("priorities"))}
    return run, made | describe_topics.fn(made, run)


def test_topics_are_described_in_tables(described: tuple[Run, dict[str, Artefact]]) -> None:
    _, made = described
    assert len(load(TopicPlace, made["topic_places"])) == 2 + 12
    years = {y.year_id: y for y in load(TopicYear, made["topic_years"])}
    assert (years["t0/2020"].families, years["t0/2025"].demands, years["t0/2024"].policies) == (1, 2, 1)
    assert [y.year for y in years.values() if y.topic_id == "t0" and y.lagged] == [2024, 2025, 2026]
    assert len(list(dated_units(made))) == 12


def test_the_figures_of_a_run_cite_its_tables(described: tuple[Run, dict[str, Artefact]]) -> None:
    run, _ = described
    figures = figures_of(run.work, "ic", options=run.settings.priority)
    assert sorted(figures) == ["map-materials", "quadrants", "ranks", "ranks-materials", "years-materials"]
    (run.work / "manifest.json").write_text("{}", "utf-8")
    (run.work / "rejected.jsonl").write_text("", "utf-8")
    title = Paragraph(fragments=(Fragment(text="图"),))
    sections = tuple(Section(anchor=name, title=title, level=1, content=(figure,)) for name, figure in figures.items())
    assert check(RoadmapDraft(title="图", notice="图", sections=sections), views(run.work)) == ()


def test_a_run_keeps_its_figures_as_files(described: tuple[Run, dict[str, Artefact]]) -> None:
    run, _ = described
    made = draw(run)
    assert {p.relative_to(run.work).as_posix() for p in (run.work / "figures").iterdir()} == set(made)
    assert Path(made["figures/ranks.png"].path).read_bytes().startswith(b"\x89PNG") and len(made) == 10
    again = write_figures(figures_of(run.work, "ic", options=run.settings.priority), run.work)
    assert {name: a.sha256 for name, a in again.items()} == {name: a.sha256 for name, a in made.items()}
