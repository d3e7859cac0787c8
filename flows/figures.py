"""The figures of a run: drawn from its published tables alone, written as figures/*.svg and *.png."""

from pathlib import Path
from typing import TypeVar

from flows.progress import display
from flows.run import Run
from flows.store import Artefact, load, write_bytes
from flows.understand import chain_of
from nlp.citing import cell, excerpt, line
from nlp.illustrations import Exhibits, illustrate
from nlp.options import PriorityOptions
from nlp.records import (
    Clause,
    Demand,
    Figure,
    MatrixCell,
    Paragraph,
    Patent,
    Priority,
    Topic,
    TopicGroup,
    TopicPlace,
    TopicYear,
)

__all__ = ["draw", "exhibits_of", "figures_of", "rows", "write_figures"]

T = TypeVar("T")
FOLDER = "figures"
QUOTED = 40  # characters of a clause that its dot on a map shows


def figures_of(folder: Path, chain: str, *, options: PriorityOptions) -> dict[str, Figure]:
    """By name, from the tables in a run's folder; a table that is not there gives no figure."""
    return illustrate(exhibits_of(folder, chain, options=options))


def draw(run: Run) -> dict[str, Artefact]:
    """Draw the run's figures and write them; the draft takes the same figures from `figures_of`."""
    with display.stage("绘制图件", "figures"):
        return write_figures(figures_of(run.work, run.chain, options=run.settings.priority), run.work)


def write_figures(figures: dict[str, Figure], folder: Path, slides: bytes | None = None) -> dict[str, Artefact]:
    """figures/map-design.svg, figures/map-design.png, … and figures/layers.pptx."""
    files = {f"{FOLDER}/{name}.{suffix}": data for name, figure in figures.items() for suffix, data in (("svg", figure.svg), ("png", figure.png))}
    files |= {f"{FOLDER}/layers.pptx": slides} if slides else {}
    return {name: write_bytes(data, folder / name) for name, data in files.items()}


def exhibits_of(folder: Path, chain_name: str, *, options: PriorityOptions) -> Exhibits:
    chain = chain_of(chain_name)
    return Exhibits(
        chain=chain.name, segments={s.id: s.name for s in chain.segments}, topics=rows(Topic, folder, "topics"),
        priorities={p.topic_id: p for p in rows(Priority, folder, "priorities")}, places=rows(TopicPlace, folder, "topic_places"),
        years=rows(TopicYear, folder, "topic_years"), groups=rows(TopicGroup, folder, "topic_groups"), matrix=rows(MatrixCell, folder, "matrix"),
        titles=titles_of(folder), high_urgency=options.high_urgency, high_advantage=options.high_advantage)


def rows(kind: type[T], folder: Path, name: str) -> list[T]:
    path = folder / "data" / f"{name}.parquet"
    return load(kind, path) if path.is_file() else []


def titles_of(folder: Path) -> dict[str, Paragraph]:
    """What a dot on the map stands for: a demand's or patent's title, the beginning of a clause."""
    demands = {d.demand_id: line(cell("demands", d.demand_id, "title", d.title)) for d in rows(Demand, folder, "demands")}
    patents = {p.patent_id: line(cell("patents", p.patent_id, "title", p.title)) for p in rows(Patent, folder, "patents")}
    clauses = {c.clause_id: line(*excerpt("clauses", c.clause_id, "text", c.text, longest=QUOTED)) for c in rows(Clause, folder, "clauses")}
    return {**demands, **patents, **clauses}
