"""What is remembered of the topics of one segment from run to run: the frame, the centroids, who was where."""

from collections.abc import Iterable, Mapping, Set
from dataclasses import dataclass, field, replace
from typing import Literal

import numpy as np

from nlp.topics.space import Floats, Space, unit_rows

__all__ = ["Member", "Registry", "State", "TopicMemory", "centre_of_units", "merge_topics", "split_topic"]

State = Literal["active", "retired", "merged"]


@dataclass(frozen=True, slots=True, kw_only=True)
class TopicMemory:
    topic_id: str
    label: str
    terms: tuple[str, ...]
    state: State
    merged_into: str | None
    first_run: str
    last_run: str  # the last in which it had units
    sizes: tuple[int, ...]  # units in each run since the first


@dataclass(frozen=True, slots=True, kw_only=True)
class Member:
    """A unit and its topic when it was last seen. A unit that is missing from a run keeps its place."""

    unit_id: str
    topic_id: str | None
    since: int  # number of the run in which it was first seen, from 0
    seen: int  # and last


@dataclass(frozen=True, slots=True, kw_only=True)
class Registry:
    """Of one segment. Topics are never removed, so no id is given twice."""

    segment: str
    encoder: str
    runs: tuple[str, ...]  # ids of the runs it has seen, oldest first
    fitted: int  # units from which the frame was fitted
    space: Space | None  # None before the first topics
    centroids: Floats  # [k, p] unit rows in the frame, row i for topics[i]; zero where it is unknown. A merged topic keeps its own
    topics: tuple[TopicMemory, ...]
    members: Mapping[str, Member]
    unit_ids: tuple[str, ...] = ()  # of the last run, those in the frame
    points: Floats = field(default_factory=lambda: np.zeros((0, 1)))  # [n, p] where they stand

    @property
    def homes(self) -> dict[str, str]:
        """Topic id -> the topic in which it lives on: itself, where it was not merged."""
        into, found = {t.topic_id: t.merged_into for t in self.topics}, {}
        for topic_id in into:
            home = topic_id
            while following := into.get(home):
                home = following
            found[topic_id] = home
        return found

    @property
    def places(self) -> dict[str, int]:
        """Topic id -> row of its home."""
        rows = {t.topic_id: i for i, t in enumerate(self.topics)}
        return {topic_id: rows[home] for topic_id, home in self.homes.items()}

    def home(self, topic_id: str) -> str:
        return self.homes.get(topic_id, topic_id)

    def topic(self, topic_id: str) -> TopicMemory | None:
        return next((t for t in self.topics if t.topic_id == topic_id), None)

    def of(self, topic_id: str) -> list[str]:
        """Ids of the units that were last seen in it, or in what was merged into it, sorted."""
        return self.by_topic().get(topic_id, [])

    def by_topic(self) -> dict[str, list[str]]:
        """The same for every topic that has any."""
        homes, found = self.homes, dict[str, list[str]]()
        for unit_id in sorted(self.members):
            if topic_id := self.members[unit_id].topic_id:
                found.setdefault(homes.get(topic_id, topic_id), []).append(unit_id)
        return found


def merge_topics(registry: Registry, into: str, ids: Iterable[str]) -> Registry:
    """`ids` live on in `into`. Raises KeyError for a topic it never had."""
    rows, survivor = registry.places, registry.home(into)
    absorbed = {registry.topics[rows[i]].topic_id for i in ids} - {survivor}
    topics = tuple(replace(t, state="merged", merged_into=survivor) if t.topic_id in absorbed else t for t in registry.topics)
    return replace(registry, topics=topics)


def split_topic(registry: Registry, topic_id: str, new: TopicMemory, part: Iterable[str]) -> Registry:
    """The units of `part` leave `topic_id` for the topic `new`; both get the centre of their units that were in the last run.

    A topic that was merged into `topic_id` stays in it, its own centre forgotten. Raises KeyError for a topic it never had.
    """
    old, leaving = registry.places[topic_id], set(part)
    staying = set(registry.of(registry.topics[old].topic_id)) - leaving
    members = {k: replace(m, topic_id=new.topic_id) if k in leaving else m for k, m in registry.members.items()}
    centroids = np.vstack([registry.centroids, centre_of_units(registry, leaving)])
    centroids[[i for i, place in enumerate(registry.places.values()) if place == old]] = 0
    centroids[old] = centre_of_units(registry, staying)
    return replace(registry, topics=(*registry.topics, new), centroids=centroids, members=members)


def centre_of_units(registry: Registry, unit_ids: Set[str]) -> Floats:
    """[1, p], zero where none of them was in the last run."""
    rows = [i for i, u in enumerate(registry.unit_ids) if u in unit_ids]
    return unit_rows(registry.points[rows].sum(axis=0, keepdims=True)) if rows else np.zeros((1, registry.centroids.shape[1]))
