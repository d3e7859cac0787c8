"""Topics and all that was read -> evidence, priorities, gates, modes, partners, and how provinces compare."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from typing import TypeVar

from prefect import task
from prefect.cache_policies import NO_CACHE

from flows.discover import terms_by_unit
from flows.progress import display
from flows.run import Run
from flows.store import Artefact, each, load, save
from flows.topic_edits import read_edits
from flows.understand import LEXICONS, chain_of
from nlp.consortium import suggest_partners
from nlp.evidence import Sources, load_evidence_rules, measure, region_matrix, region_pairs
from nlp.gates import judge_gates, with_gates
from nlp.modes import suggest_mode
from nlp.organising import OrganisingRules, load_organising_rules
from nlp.priority import FactTable, Ranking, explore, fact_table
from nlp.projects import related_projects
from nlp.records import (
    Acceptability,
    Assignment,
    Clause,
    Demand,
    Facets,
    Fact,
    Flip,
    Gate,
    MatrixCell,
    ModeSuggestion,
    Partner,
    Patent,
    Policy,
    Priority,
    Project,
    ProjectMode,
    RegionPair,
    ScenarioRank,
    Target,
    Term,
    TermUse,
    Topic,
)

__all__ = ["Organised", "organise", "rank_topics", "sources_of"]

T = TypeVar("T")


@dataclass(frozen=True, slots=True, kw_only=True)
class Organised:
    """Of every topic: its gates, how it could be organised, and with whom."""

    gates: tuple[Gate, ...]
    modes: tuple[ModeSuggestion, ...]
    partners: tuple[Partner, ...]


@task(name="测算与排序", cache_policy=NO_CACHE, persist_result=False)
def rank_topics(artefacts: dict[str, Artefact], run: Run) -> dict[str, Artefact]:
    with display.stage("测算证据并排序", "rank"):
        topics, assignments = [t for t in load(Topic, artefacts["topics"]) if not t.hidden], load(Assignment, artefacts["assignments"])
        sources = sources_of(topics, artefacts, run)
        facts = measure(topics, assignments, sources=sources, rules=load_evidence_rules(LEXICONS))
        ranking = explore(topics, facts, seed=run.seed, options=run.settings.priority)
        rules = load_organising_rules(LEXICONS / "organising.toml")
        organised = organise(ranking.priorities, fact_table(topics, facts), assignments, sources, rules, overrides=chosen_modes(run))
        matrix = region_matrix(assignments, sources=sources)
        pairs = region_pairs(matrix, segments=[s.id for s in chain_of(run.chain).segments], alike=rules.consortium.alike, seed=run.seed)
    return save_ranking(facts, ranking, organised, matrix, pairs, run)


def chosen_modes(run: Run) -> dict[str, ProjectMode]:
    """What people decided, the last decision on a topic standing."""
    return {e.topic_id: ProjectMode(e.payload[0]) for e in read_edits(run.out, run.chain) if e.action == "mode"}


def sources_of(topics: Sequence[Topic], artefacts: Mapping[str, Artefact], run: Run) -> Sources:
    return Sources(
        demands=load(Demand, artefacts["demands"]), facets=load(Facets, artefacts["facets"]), targets=load(Target, artefacts["targets"]),
        clauses=load(Clause, artefacts["clauses"]), policies=load(Policy, artefacts["policies"]),
        patents=[replace(p, title="", abstract="") for p in each(Patent, artefacts["patents"])],  # what they say is not counted, and is most of their memory
        projects=related_projects(topics, load(Project, artefacts["projects"])),
        named=terms_by_unit(each(TermUse, artefacts["mentions"]), load(Term, artefacts["terms"])), as_of=run.as_of)


def organise(priorities: Iterable[Priority], table: FactTable, assignments: Sequence[Assignment], sources: Sources, rules: OrganisingRules, *,
             overrides: Mapping[str, ProjectMode] | None = None) -> Organised:
    """`overrides` maps a topic id to the mode that a person chose."""
    homes = {a.unit_id: a.topic_id for a in assignments if a.topic_id is not None}
    demands, patents = grouped(sources.demands, "demand_id", homes), grouped(sources.patents, "patent_id", homes)
    year = sources.as_of.year if sources.as_of else max((p.year for p in sources.patents if p.year), default=0)
    gates: list[Gate] = []
    modes: list[ModeSuggestion] = []
    partners: list[Partner] = []
    for p in sorted(priorities, key=lambda p: p.topic_id):
        gates += judge_gates(p.topic_id, table[p.topic_id], rules.gates, as_of_year=year)
        modes.append(suggest_mode(p, table[p.topic_id], rules.mode, overrides=overrides))
        partners += suggest_partners(p.topic_id, demands.get(p.topic_id, ()), patents.get(p.topic_id, ()),
                                     sources.projects.get(p.topic_id, ()), rules.consortium)
    return Organised(gates=tuple(gates), modes=tuple(modes), partners=tuple(partners))


def grouped(records: Iterable[T], identity: str, homes: Mapping[str, str]) -> dict[str, list[T]]:
    found: dict[str, list[T]] = {}
    for r in records:
        if (home := homes.get(getattr(r, identity))) is not None:
            found.setdefault(home, []).append(r)
    return found


def save_ranking(facts: Sequence[Fact], ranking: Ranking, organised: Organised, matrix: Sequence[MatrixCell], pairs: Sequence[RegionPair], run: Run) -> dict[str, Artefact]:
    return {
        "evidence": save(Fact, facts, run.data("evidence")),
        "priorities": save(Priority, with_gates(ranking.priorities, organised.gates), run.data("priorities")),
        "acceptability": save(Acceptability, ranking.acceptability, run.data("acceptability")),
        "flips": save(Flip, ranking.flips, run.data("flips")), "scenarios": save(ScenarioRank, ranking.scenarios, run.data("scenarios")),
        "gates": save(Gate, organised.gates, run.data("gates")), "modes": save(ModeSuggestion, organised.modes, run.data("modes")),
        "partners": save(Partner, organised.partners, run.data("partners")),
        "matrix": save(MatrixCell, matrix, run.data("matrix")), "region_pairs": save(RegionPair, pairs, run.data("region_pairs"))}
