"""Why these units are one topic, from the registry alone; and how an analyst's split would divide it."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from nlp.options import TopicOptions
from nlp.topics.partition import Bounds, partition
from nlp.topics.registry import Registry, centre_of_units
from nlp.topics.space import Floats

__all__ = ["Borderline", "Explanation", "Halves", "Near", "explain", "halve"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Near:
    id: str  # of a unit or a topic
    cosine: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Borderline:
    """A unit that is hardly nearer to its own topic than to another, or not at all."""

    unit_id: str
    cosine: float
    other: str
    other_cosine: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Explanation:
    central: tuple[Near, ...]  # nearest to the topic's centre first
    borderline: tuple[Borderline, ...]  # the most doubtful first
    neighbours: tuple[Near, ...]
    mean_cosine: float | None


@dataclass(frozen=True, slots=True, kw_only=True)
class Halves:
    stays: tuple[str, ...]  # unit ids, the larger part
    leaves: tuple[str, ...]
    cosine: float  # between the two centres: the lower, the clearer


def explain(registry: Registry, topic_id: str, *, most: int = 8, margin: float = 0.05) -> Explanation:
    """The units of the last run around the topic's centre, and the topics next to it. Raises KeyError for an unknown topic."""
    home = registry.topics[registry.places[topic_id]].topic_id
    others = [t.topic_id for t in registry.topics if t.state == "active" and t.topic_id != home]
    units = registry.by_topic()
    centres = np.vstack([centre_of_units(registry, set(units.get(t, ()))) for t in (home, *others)])
    members = set(units.get(home, ()))
    rows = [i for i, u in enumerate(registry.unit_ids) if u in members]
    cosines = registry.points[rows] @ centres.T if rows else np.zeros((0, len(centres)))
    central = sorted((Near(id=registry.unit_ids[r], cosine=float(c[0])) for r, c in zip(rows, cosines, strict=True)), key=lambda n: (-n.cosine, n.id))
    neighbours = sorted((Near(id=t, cosine=float(centres[0] @ c)) for t, c in zip(others, centres[1:], strict=True)), key=lambda n: (-n.cosine, n.id))
    return Explanation(central=tuple(central[:most]), borderline=doubtful(registry, rows, cosines, others, margin=margin)[:most],
                       neighbours=tuple(neighbours[:most]), mean_cosine=float(cosines[:, 0].mean()) if rows else None)


def doubtful(registry: Registry, rows: Sequence[int], cosines: Floats, others: Sequence[str], *, margin: float) -> tuple[Borderline, ...]:
    found = []
    for row, c in zip(rows, cosines, strict=True):
        if others and c[0] - c[1:].max() < margin:
            best = int(c[1:].argmax())
            found.append(Borderline(unit_id=registry.unit_ids[row], cosine=float(c[0]), other=others[best], other_cosine=float(c[1 + best])))
    return tuple(sorted(found, key=lambda b: (b.cosine - b.other_cosine, b.unit_id)))


def halve(registry: Registry, topic_id: str, *, options: TopicOptions) -> Halves | None:
    """The units of a topic in the two parts that the house's clusterer makes of them; None where it cannot."""
    members = set(registry.of(registry.home(topic_id)))
    rows = sorted((i for i, u in enumerate(registry.unit_ids) if u in members), key=lambda i: registry.unit_ids[i])
    if len(rows) < 2 * options.smallest:
        return None
    labels = partition(registry.points[rows], Bounds(low=2, high=2), options=options).tolist()
    greatest = min(set(labels), key=lambda k: (-labels.count(k), k))
    stays, leaves = (tuple(registry.unit_ids[r] for r, k in zip(rows, labels, strict=True) if (k == greatest) == keep) for keep in (True, False))
    if not leaves:
        return None
    centres = np.vstack([centre_of_units(registry, set(part)) for part in (stays, leaves)])
    return Halves(stays=stays, leaves=leaves, cosine=float(centres[0] @ centres[1]))
