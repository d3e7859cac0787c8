"""What a person is told of a topic: its name, the units that stand for it, its neighbours, its years, its place on the map."""

import hashlib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from nlp.embed import Vectors
from nlp.records import Assignment, Topic, TopicExample, TopicGroup, TopicName, TopicPlace, TopicYear, UnitHead
from nlp.topics.layout import Floats, arrange, inside, main_axes
from nlp.topics.naming import JOIN, NamingRules, group_name, name_topics
from nlp.topics.space import unit_rows

__all__ = ["Dated", "Description", "describe", "group_topics", "spread_out", "yearly"]

RELEVANCE = 0.7  # of relevance against novelty in MMR
EXAMPLES = 5  # of each kind of unit
FEWEST_GROUPED = 4  # topics of a segment from which they are grouped
MOST_GROUPS = 8  # of the coarse level: as many colours as can be told apart
FINE_FROM = 12  # topics from which there is a second level, of about two topics a group


@dataclass(frozen=True, slots=True, kw_only=True)
class Dated:
    """The year of a unit, and what is counted once however many units it has: a patent's family, a clause's policy."""

    unit_id: str
    year: int
    once: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Description:
    names: tuple[TopicName, ...]
    examples: tuple[TopicExample, ...]
    groups: tuple[TopicGroup, ...]
    years: tuple[TopicYear, ...]
    places: tuple[TopicPlace, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Cloud:
    """A topic with its units and their vectors [m, d], nearest to the centroid [d] first."""

    topic: Topic
    units: tuple[UnitHead, ...]
    points: Floats
    centroid: Floats
    similarity: Floats


def describe(topics: Sequence[Topic], assignments: Sequence[Assignment], units: Sequence[UnitHead], vectors: Vectors | Floats, *,
             dated: Iterable[Dated], as_of: int, lag_years: int, rules: NamingRules, kept: Mapping[str, str] | None = None) -> Description:
    """A segment at a time. `vectors` is [n, d], row i for units[i]; `as_of` a year; `kept` the labels that people gave.

    The order of topics, assignments and units makes no difference.
    """
    ordered = sorted(topics, key=lambda t: t.topic_id)
    rows = members(ordered, assignments, units)
    names = name_topics(ordered, rules=rules, kept=kept)
    by_id = {n.topic_id: n for n in names}
    shown, groups, placed = list[TopicExample](), list[TopicGroup](), list[TopicPlace]()
    for segment in sorted({t.segment for t in ordered}):
        clouds = [cloud_of(t, [units[i] for i in rows[t.topic_id]], unit_rows(vectors[rows[t.topic_id]].astype(np.float64))) for t in ordered if t.segment == segment]
        shown += [e for cloud in clouds for e in examples(cloud)]
        groups += group_topics(clouds, by_id, rules=rules)
        placed += places(clouds)
    return Description(names=names, examples=tuple(sorted(shown, key=lambda e: e.topic_id)), groups=tuple(groups),
                       years=yearly(ordered, assignments, dated, as_of=as_of, lag_years=lag_years), places=tuple(placed))


def members(topics: Sequence[Topic], assignments: Sequence[Assignment], units: Sequence[UnitHead]) -> dict[str, list[int]]:
    """Topic id -> rows of its units, by unit id."""
    home = {a.unit_id: a.topic_id for a in assignments}
    rows: dict[str, list[int]] = {t.topic_id: [] for t in topics}
    for i in sorted(range(len(units)), key=lambda i: units[i].unit_id):
        if (topic_id := home.get(units[i].unit_id)) in rows:
            rows[topic_id].append(i)
    return rows


def cloud_of(topic: Topic, units: Sequence[UnitHead], points: Floats) -> Cloud:
    centroid = unit_rows(points.sum(axis=0, keepdims=True))[0]
    similarity = points @ centroid
    order = np.lexsort((np.arange(len(units)), -np.round(similarity, 9)))
    return Cloud(topic=topic, units=tuple(units[i] for i in order), points=points[order], centroid=centroid, similarity=similarity[order])


# ---- units that stand for a topic ---------------------------------------------------------


def examples(cloud: Cloud) -> list[TopicExample]:
    found = []
    for kind in ("demand", "clause", "patent"):
        rows = [i for i, u in enumerate(cloud.units) if u.unit_kind == kind]
        for place, i in enumerate(spread_out(cloud.similarity[rows], cloud.points[rows], count=EXAMPLES), 1):
            unit = cloud.units[rows[i]]
            found.append(TopicExample(
                example_id=f"{cloud.topic.topic_id}/{unit.unit_id}", topic_id=cloud.topic.topic_id, unit_id=unit.unit_id,
                unit_kind=kind, place=place, similarity=round(float(cloud.similarity[rows[i]]), 4)))
    return found


def spread_out(relevance: Floats, points: Floats, *, count: int) -> list[int]:
    """Row numbers, near the centre and unlike one another (maximal marginal relevance, Carbonell & Goldstein 1998)."""
    chosen: list[int] = []
    nearest = np.zeros(len(points))
    while len(chosen) < min(count, len(points)):
        worth = RELEVANCE * relevance - (1 - RELEVANCE) * nearest
        worth[chosen] = -np.inf
        chosen.append(int(np.argmax(np.round(worth, 9))))
        alike = points @ points[chosen[-1]]
        nearest = np.maximum(nearest, alike) if len(chosen) > 1 else alike
    return chosen


# ---- neighbours ---------------------------------------------------------------------------


def group_topics(clouds: Sequence[Cloud], names: Mapping[str, TopicName], *, rules: NamingRules) -> list[TopicGroup]:
    """Groups of a segment's topics on one or two nested levels: average linkage over the cosines of their centroids."""
    from scipy.cluster.hierarchy import fcluster, linkage
    from scipy.spatial.distance import squareform

    n = len(clouds)
    if n < FEWEST_GROUPED:
        return []
    cosines = np.round(np.stack([c.centroid for c in clouds]) @ np.stack([c.centroid for c in clouds]).T, 9)
    distances = np.maximum(0, 1 - cosines)
    np.fill_diagonal(distances, 0)
    tree = linkage(squareform(distances, checks=False), method="average")
    counts = [min(MOST_GROUPS, max(2, round(n**0.5))), *([max(MOST_GROUPS + 1, n // 2)] if n >= FINE_FROM else [])]
    found: list[TopicGroup] = []
    for level, count in enumerate(counts, 1):
        labels = fcluster(tree, count, "maxclust")
        taken: set[str] = set()
        for rows in sorted([np.flatnonzero(labels == k).tolist() for k in set(labels.tolist())], key=lambda r: (-len(r), r)):
            group = make_group([clouds[i].topic for i in rows], names, cosines[np.ix_(rows, rows)], level, found, rules, taken)
            taken.add(group.name)
            found.append(group)
    return found


def make_group(topics: Sequence[Topic], names: Mapping[str, TopicName], cosines: Floats, level: int, above: Sequence[TopicGroup],
               rules: NamingRules, taken: set[str]) -> TopicGroup:
    ids = tuple(t.topic_id for t in topics)
    only = names[ids[0]]
    terms = group_name(topics, names, rules=rules, taken=taken) if len(topics) > 1 else only.terms
    mark = hashlib.sha1("\n".join(ids).encode(), usedforsecurity=False).hexdigest()[:8]
    parent = next((g.group_id for g in above if g.level == level - 1 and ids[0] in g.topic_ids), None)
    pairs = cosines[np.triu_indices(len(ids), 1)]
    return TopicGroup(
        group_id=f"{topics[0].segment}/{'ab'[level - 1]}-{mark}", segment=topics[0].segment, level=level,
        name=JOIN.join(terms) if len(topics) > 1 else only.name, terms=terms, topic_ids=ids, parent_id=parent,
        similarity=round(float(pairs.mean()), 4) if len(pairs) else None)


# ---- years --------------------------------------------------------------------------------


def yearly(topics: Sequence[Topic], assignments: Sequence[Assignment], dated: Iterable[Dated], *, as_of: int, lag_years: int) -> tuple[TopicYear, ...]:
    """A row for each year from a topic's first dated unit to `as_of`, zeros included; units after `as_of` are left out.

    `lagged` marks the last `lag_years` years, `as_of` among them, in which patents are still being published.
    """
    home = {a.unit_id: (a.topic_id, a.unit_kind) for a in assignments if a.topic_id is not None}
    seen: dict[str, dict[tuple[int, str], set[str]]] = {t.topic_id: {} for t in topics}
    for date in dated:
        topic_id, kind = home.get(date.unit_id, (None, ""))
        if topic_id in seen and date.year <= as_of:
            seen[topic_id].setdefault((date.year, kind), set()).add(date.once)
    found = []
    for topic_id, counts in seen.items():
        first = min((year for year, _ in counts), default=as_of + 1)
        found += [TopicYear(year_id=f"{topic_id}/{year}", topic_id=topic_id, year=year, lagged=year > as_of - lag_years,
                            demands=len(counts.get((year, "demand"), ())), policies=len(counts.get((year, "clause"), ())),
                            families=len(counts.get((year, "patent"), ()))) for year in range(first, as_of + 1)]
    return tuple(found)


# ---- the map ------------------------------------------------------------------------------


def places(clouds: Sequence[Cloud]) -> list[TopicPlace]:
    """The circles of a segment's topics, then their units."""
    if not clouds:
        return []
    sizes = np.array([float(len(c.units)) for c in clouds])
    centroids = np.stack([c.centroid for c in clouds])
    circles = arrange(centroids, np.maximum(sizes, 1))
    # Units lean towards the neighbours that they resemble; one or two topics have no plane, so their own units make it.
    axes = main_axes(centroids if len(clouds) > 2 else np.vstack([c.points - c.points.mean(axis=0) for c in clouds]))
    found = [TopicPlace(place_id=c.topic.topic_id, segment=c.topic.segment, topic_id=c.topic.topic_id, unit_kind="topic",
                        x=round(float(x), 4), y=round(float(y), 4), radius=round(float(r), 4))
             for c, (x, y), r in zip(clouds, circles.centres, circles.radii, strict=True)]
    for cloud, centre, radius in zip(clouds, circles.centres, circles.radii, strict=True):
        spots = inside(cloud.points, cloud.centroid, centre, float(radius), axes)
        found += [TopicPlace(place_id=u.unit_id, segment=cloud.topic.segment, topic_id=cloud.topic.topic_id, unit_kind=u.unit_kind,
                             x=round(float(x), 4), y=round(float(y), 4), radius=None)
                  for u, (x, y) in zip(cloud.units, spots, strict=True)]
    return found
