"""Topics -> what a person is told of them: names, examples, groups, years and the map, as tables of the run."""

from collections.abc import Iterator
from dataclasses import dataclass

from prefect import task
from prefect.cache_policies import NO_CACHE

from flows.naming import naming_rules
from flows.progress import display
from flows.registry import read_kinds
from flows.run import Run
from flows.settings import ROOT
from flows.store import Artefact, each, load, save
from flows.topic_space import see
from flows.vectors import encoder_name
from nlp.evidence import load_evidence_rules
from nlp.records import (
    Assignment,
    Clause,
    Demand,
    Policy,
    Submission,
    Topic,
    TopicExample,
    TopicGroup,
    TopicPlace,
    TopicYear,
    UnitHead,
)
from nlp.topics.describe import Dated, describe

__all__ = ["dated_units", "describe_topics"]

LEXICONS = ROOT / "corpora" / "lexicons"


@task(name="描述主题", cache_policy=NO_CACHE, persist_result=False)
def describe_topics(artefacts: dict[str, Artefact], run: Run) -> dict[str, Artefact]:
    """The tables topic_examples, topic_groups, topic_years and topic_places; units without a vector are not on the map.

    Run after the topics were discovered: the vectors are centred and turned as they were there, the names are the topics' labels.
    """
    topics = load(Topic, artefacts["topics"])
    with display.stage("描述主题", "describe"):
        known = read_kinds(run.work) if "registry_kinds" in artefacts else None
        seen = see(each(UnitHead, artefacts["units"]), artefacts["vectors"], encoder=encoder_name(artefacts["vectors"]), known=known)
        told = describe(
            topics, load(Assignment, artefacts["assignments"]), seen.units, seen.rows, dated=dated_units(artefacts), as_of=run.as_of.year,
            lag_years=load_evidence_rules(LEXICONS).patents.lag_years, rules=naming_rules(), kept={t.topic_id: t.label for t in topics})
    return {"topic_examples": save(TopicExample, told.examples, run.data("topic_examples")),
            "topic_groups": save(TopicGroup, told.groups, run.data("topic_groups")),
            "topic_years": save(TopicYear, told.years, run.data("topic_years")),
            "topic_places": save(TopicPlace, told.places, run.data("topic_places"))}


@dataclass(frozen=True, slots=True, kw_only=True)
class Filing:
    """What of a patent is asked here."""

    patent_id: str
    family_id: str | None
    year: int | None


def dated_units(artefacts: dict[str, Artefact]) -> Iterator[Dated]:
    """Demands by the year in which they were received, clauses by their policy's, patents by filing and once a family."""
    received = {s.submission_id: s.received for s in load(Submission, artefacts["submissions"])}
    for demand in each(Demand, artefacts["demands"]):
        if day := received.get(demand.submission_id):
            yield Dated(unit_id=demand.demand_id, year=day.year, once=demand.demand_id)
    issued = {p.policy_id: p.date for p in load(Policy, artefacts["policies"])}
    for clause in each(Clause, artefacts["clauses"]):
        if day := issued.get(clause.policy_id):
            yield Dated(unit_id=clause.clause_id, year=day.year, once=clause.policy_id)
    for patent in each(Filing, artefacts["patents"]):
        if patent.year is not None:
            yield Dated(unit_id=patent.patent_id, year=patent.year, once=patent.family_id or patent.patent_id)
