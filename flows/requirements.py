"""Topics, demands, targets and patents -> the figures demanded of each topic beside today's and those that patents state."""

from collections.abc import Sequence
from itertools import islice

from prefect import task
from prefect.cache_policies import NO_CACHE

from flows.progress import display
from flows.run import Run
from flows.settings import ROOT
from flows.store import Artefact, each, load, save
from nlp.records import Assignment, Demand, Patent, Requirement, Target, Topic
from nlp.requirements import PATENTS_READ, collect
from nlp.understand.parameter_names import load_parameter_names
from nlp.understand.targets import load_target_vocabulary

__all__ = ["collect_requirements"]

LEXICONS = ROOT / "corpora" / "lexicons"


@task(name="汇总指标要求", cache_policy=NO_CACHE, persist_result=False)
def collect_requirements(artefacts: dict[str, Artefact], run: Run) -> dict[str, Artefact]:
    """One row a figure, by topic and parameter; topics that lie outside the chain are left out."""
    topics = [t for t in load(Topic, artefacts["topics"]) if t.segment != "none" and not t.hidden]
    demands = {d.demand_id: d for d in load(Demand, artefacts["demands"])}
    targets: dict[str, list[Target]] = {}
    for t in load(Target, artefacts["targets"]):
        targets.setdefault(t.demand_id, []).append(t)
    assigned = load(Assignment, artefacts["assignments"])
    members, filed = members_of(assigned), {a.unit_id for a in assigned if a.unit_kind == "patent"}
    read = {i for t in topics for i in islice(filter(filed.__contains__, members.get(t.topic_id, ())), PATENTS_READ)}  # no more are, of thousands
    patents = {p.patent_id: p for p in each(Patent, artefacts["patents"]) if p.patent_id in read}
    vocabulary, names, found = load_target_vocabulary(LEXICONS), load_parameter_names(LEXICONS), list[Requirement]()
    with display.stage("汇总指标要求", "requirements", total=len(topics)):
        for done, topic in enumerate(topics, 1):
            mine = members.get(topic.topic_id, ())
            found += collect(topic.topic_id, [demands[i] for i in mine if i in demands], targets, [patents[i] for i in mine if i in patents],
                             vocabulary=vocabulary, names=names, year=run.as_of.year)
            display.advance(done)
    return {"requirements": save(Requirement, found, run.data("requirements"))}


def members_of(assignments: Sequence[Assignment]) -> dict[str, list[str]]:
    """The units of each topic, most central first."""
    members: dict[str, list[str]] = {}
    for a in sorted(assignments, key=lambda a: (-(a.similarity or 0.0), a.unit_id)):
        if a.topic_id is not None:
            members.setdefault(a.topic_id, []).append(a.unit_id)
    return members
