"""Topics, where units went, what became of topics and of decisions on them."""

from dataclasses import dataclass
from typing import Literal

from nlp.records.evidence import SubstitutionProfile

__all__ = ["Assignment", "RankChange", "Topic", "TopicAction", "TopicChange", "TopicEdit", "TopicEditFate", "TopicEvent", "TopicExample", "TopicGroup", "TopicName", "TopicPlace", "TopicYear"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Topic:
    topic_id: str  # ours, never the clusterer's number
    segment: str
    label: str
    terms: tuple[str, ...]
    n_demands: int
    n_clauses: int
    n_patents: int
    regions: tuple[str, ...]
    stability: float | None
    hidden: bool = False  # by an analyst: kept in the tables, left out of the draft
    notes: tuple[str, ...] = ()  # the analysts' own words


TopicChange = Literal["born", "kept", "grown", "shrunk", "split", "merged", "retired"]


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicEvent:
    """What became of one topic since the run before; one row a topic."""

    topic_id: str
    event: TopicChange
    from_topic_ids: tuple[str, ...]  # where its units were, most first
    previous_run: str | None
    segment: str
    label: str
    n_before: int
    n_after: int
    shared: int  # units in it then and now
    reason: str


TopicAction = Literal["rename", "merge", "split", "hide", "show", "note", "mode"]


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicEdit:
    """What an analyst decided of a topic; never changed afterwards, only followed by another."""

    edit_id: int
    at: str  # ISO, UTC
    who: str
    chain: str
    topic_id: str
    action: TopicAction
    payload: tuple[str, ...]  # rename: the name; merge: the ids taken in; split: the new id, its name, the ids of its units; note: the text
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicEditFate:
    """What a refresh made of an edit: kept, or retired with the reason."""

    edit_id: int
    topic_id: str
    action: TopicAction
    what: str  # the payload in words
    who: str
    at: str
    fate: Literal["kept", "retired"]
    reason: str


@dataclass(frozen=True, slots=True, kw_only=True)
class RankChange:
    """A topic's place in two runs; None where it had none."""

    topic_id: str
    label: str
    rank_before: int | None
    rank_after: int | None
    places: int | None  # how many places it rose; negative: fell
    urgency_before: float | None
    urgency_after: float | None
    reason: str
    profile_before: SubstitutionProfile | None = None  # how urgent domestic substitution was, and is
    profile_after: SubstitutionProfile | None = None
    substitution: Literal["↑", "↓", "→", "新"] | None = None  # more urgent, less, the same, not there before; None: no longer there


@dataclass(frozen=True, slots=True, kw_only=True)
class Assignment:
    """Where one unit went; topic_id None means unassigned, and `method` says why."""

    unit_id: str
    unit_kind: str
    segment: str
    topic_id: str | None
    method: str
    similarity: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicName:
    """A topic's Chinese name, made of its own terms only."""

    topic_id: str
    name: str
    head: str  # the term that leads the name
    terms: tuple[str, ...]  # those that it is made of
    how: Literal["terms", "kept", "labeller"]  # from its terms, an analyst's own label, or the optional language model


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicExample:
    """A unit that stands for its topic: near the centre, and unlike the examples before it."""

    example_id: str  # topic/unit
    topic_id: str
    unit_id: str
    unit_kind: str
    place: int  # among the topic's examples of this kind, 1 is first
    similarity: float  # cosine to the topic's centre


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicGroup:
    """Neighbouring topics of a segment under one name; a group of level 2 lies within one of level 1."""

    group_id: str
    segment: str
    level: int
    name: str
    terms: tuple[str, ...]
    topic_ids: tuple[str, ...]
    parent_id: str | None
    similarity: float | None  # mean cosine between its topics; None for a single one


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicYear:
    """What speaks of a topic in one year; patents by year of filing, each family once."""

    year_id: str  # topic/year
    topic_id: str
    year: int
    demands: int
    policies: int  # documents, not clauses
    families: int
    lagged: bool  # so young that patents of the year are still being published


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicPlace:
    """Where a topic, or a unit in its circle, stands on the segment's map; the segment's topics fill 0..1 both ways."""

    place_id: str  # the unit's id, or the topic's
    segment: str
    topic_id: str
    unit_kind: str  # "topic" for the circle itself
    x: float
    y: float
    radius: float | None  # of a topic's circle
