"""What a draft is written from: the rows of a run's tables, by the ids that its chapters look them up with."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from nlp.citing import fact_row
from nlp.records import (
    Assignment,
    Clause,
    Demand,
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
    RankChange,
    RegionPair,
    Rejected,
    Requirement,
    ScenarioRank,
    Section,
    Topic,
)

__all__ = ["Material", "Shelf"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Shelf:
    """The rows that topics refer to, by id; lists are by topic."""

    topics: Mapping[str, Topic]
    priorities: Mapping[str, Priority]
    facts: Mapping[str, Fact]  # by topic_id/fact
    members: Mapping[str, Sequence[Assignment]]  # of a topic, most central first
    loose: Mapping[str, Sequence[Assignment]]  # of a segment, what belongs to no topic
    demands: Mapping[str, Demand]
    clauses: Mapping[str, Clause]
    policies: Mapping[str, Policy]
    patents: Mapping[str, Patent]
    facets: Mapping[str, Facets]  # by demand
    projects: Mapping[str, Sequence[Project]]
    requirements: Mapping[str, Sequence[Requirement]]
    gates: Mapping[str, Sequence[Gate]]
    modes: Mapping[str, ModeSuggestion]
    partners: Mapping[str, Sequence[Partner]]
    flips: Mapping[str, Flip]
    scenarios: Mapping[str, Sequence[ScenarioRank]]

    def ranked(self, segment: str) -> list[Topic]:
        found = [t for t in self.topics.values() if t.segment == segment]
        return sorted(found, key=lambda t: (self.priorities[t.topic_id].rank, t.topic_id))

    def fact(self, topic_id: str, name: str) -> Fact | None:
        return self.facts.get(fact_row(topic_id, name))


@dataclass(frozen=True, slots=True, kw_only=True)
class Material:
    """What the draft is written from: rows of the tables in data/ and the run's own facts."""

    run: Mapping[str, str | int | float]  # manifest.json, flattened: run_id, as_of, settings.priority.weights.demand, …
    chain: str  # its Chinese name
    segments: Mapping[str, str]  # id -> Chinese name, in the chain's order
    counts: Mapping[str, int]
    shelf: Shelf
    matrix: Sequence[MatrixCell]
    pairs: Sequence[RegionPair]
    rejected: Sequence[Rejected]
    year: int  # of the run
    changes: Section | None  # 与上次相比
    rank_changes: Mapping[str, RankChange] = field(default_factory=dict)  # against the chain's last run, by topic; empty: there is none
    figures: Mapping[str, Figure]  # ranks, quadrants, matrix-demand, map-design, years-design, …

    def shown(self, *names: str) -> list[Figure]:
        """Those of the figures that there was something to draw from."""
        return [self.figures[name] for name in names if name in self.figures]

    def chain_priorities(self) -> list[Priority]:
        """Of the topics inside the chain, best first."""
        inside = [p for p in self.shelf.priorities.values() if self.shelf.topics[p.topic_id].segment != "none"]
        return sorted(inside, key=lambda p: p.rank)

    def segment_name(self, topic_id: str) -> str:
        segment = self.shelf.topics[topic_id].segment
        return self.segments.get(segment, segment)
