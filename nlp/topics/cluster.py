"""Topics of one chain segment. The only place that knows BERTopic.

BERTopic gets our vectors, our vocabulary (terms, not words) and our clusterer; its topic numbers never leave this file.
The same units give the same topics whatever their order.
"""

import hashlib
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from nlp.options import TopicOptions
from nlp.records import Assignment, Topic, UnitHead
from nlp.topics.partition import Bounds, bounds, partition
from nlp.topics.space import Space, principal

__all__ = ["Grouping", "choose_label", "discover"]

Vectors = NDArray[np.float32]
Labels = NDArray[np.int64]
SEPARATOR = "\x1f"  # between the terms of a unit: cannot occur in a term
RANKED = 40  # terms a topic that BERTopic ranks, from which the best are kept


@dataclass(frozen=True, slots=True, kw_only=True)
class Grouping:
    """The topics of one segment and where each of its units went."""

    topics: tuple[Topic, ...]
    assignments: tuple[Assignment, ...]


def discover(
    units: Sequence[UnitHead],
    vectors: Vectors,
    terms: Mapping[str, tuple[str, ...]],
    *,
    segment: str,
    seed: int,
    options: TopicOptions,
) -> Grouping:
    """Group the units of one segment; `vectors` is [n, d], row i for units[i], `terms` the term names of a unit.

    Units that name no term, that lie far from every topic, or that are too few to group are returned unassigned.
    """
    order = sorted(range(len(units)), key=lambda i: units[i].unit_id)
    named = [i for i in order if terms.get(units[i].unit_id)]
    silent = [unassigned(units[i], segment, "无技术术语") for i in order if not terms.get(units[i].unit_id)]
    if len(named) < options.floor:
        return Grouping(topics=(), assignments=(*silent, *(unassigned(units[i], segment, "样本太少") for i in named)))
    chosen, rows = [units[i] for i in named], vectors[named]
    found = cluster(rows, [terms[u.unit_id] for u in chosen], seed=seed, options=options)
    topics, assignments = describe(chosen, found, segment=segment)
    return Grouping(topics=topics, assignments=tuple(sorted([*silent, *assignments], key=lambda a: a.unit_id)))


def unassigned(unit: UnitHead, segment: str, reason: str) -> Assignment:
    return Assignment(unit_id=unit.unit_id, unit_kind=unit.unit_kind, segment=segment, topic_id=None,
                      method=reason, similarity=None)


# ---- grouping -----------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class Clusters:
    """Row by row what BERTopic and our clusterer found; label -1 is no cluster."""

    labels: Labels
    similarity: NDArray[np.float64]  # cosine of a row to the centre of its cluster
    words: dict[int, tuple[str, ...]]  # a cluster's terms, best first
    stability: dict[int, float]


class Directions:
    """BERTopic's reduction step: PCA, then rows back to unit length: only directions are compared."""

    def __init__(self, dimensions: int) -> None:
        self.dimensions = dimensions

    def fit(self, points: Vectors, y: object = None) -> "Directions":
        self.pca_ = principal(points.astype(np.float64), self.dimensions)
        return self

    def transform(self, points: Vectors) -> Vectors:
        reduced = self.pca_.transform(points.astype(np.float64))
        directions: Vectors = reduced / np.maximum(np.linalg.norm(reduced, axis=1, keepdims=True), 1e-12)
        return directions


class Groups:
    """BERTopic's clustering step: our partition; far rows and small groups become -1."""

    def __init__(self, options: TopicOptions) -> None:
        self.options = options

    def fit(self, points: Vectors, y: object = None) -> "Groups":
        labels = partition(points.astype(np.float64), bounds(len(points), self.options.average), options=self.options)
        self.labels_, self.similarity_ = detach(points, labels, options=self.options)
        return self


def detach(points: Vectors, labels: Labels, *, options: TopicOptions) -> tuple[Labels, NDArray[np.float64]]:
    """Label -1 for rows far from their centre and for clusters too small; and each row's cosine to its centre."""
    centres = np.zeros((int(labels.max()) + 1, points.shape[1]))
    for k in set(labels.tolist()):
        mean = points[labels == k].mean(axis=0)
        centres[k] = mean / max(float(np.linalg.norm(mean)), 1e-12)
    similarity = np.einsum("ij,ij->i", points, centres[labels])
    near = similarity >= options.nearest
    sizes = np.bincount(labels[near], minlength=len(centres))
    return np.where(near & (sizes[labels] >= options.smallest), labels, -1), similarity


def cluster(rows: Vectors, terms: Sequence[tuple[str, ...]], *, seed: int, options: TopicOptions) -> Clusters:
    """Fit BERTopic on vectors [n, d] with the rows' terms as its vocabulary (c-TF-IDF, Grootendorst 2022)."""
    from bertopic import BERTopic
    from bertopic.vectorizers import ClassTfidfTransformer
    from sklearn.feature_extraction.text import CountVectorizer
    from threadpoolctl import threadpool_limits

    directions, groups = Directions(options.dimensions), Groups(options)
    engine = BERTopic(
        language="multilingual",  # the English setting deletes everything that is not A-Z
        umap_model=directions, hdbscan_model=groups, top_n_words=RANKED,
        vectorizer_model=CountVectorizer(analyzer=split_terms),
        ctfidf_model=ClassTfidfTransformer(reduce_frequent_words=True),
    )
    with threadpool_limits(1):  # sums split over threads differ in the last bit from run to run
        points = Space.fit(rows, terms, seed=seed, options=options).joined(rows, terms)
        engine.fit([SEPARATOR.join(t) + SEPARATOR for t in terms], embeddings=points)
        stable = stabilities(points, groups.labels_, seed=seed, options=options)
    words: dict[int, tuple[str, ...]] = {}
    for number, ours in zip(engine.topics_, groups.labels_.tolist(), strict=True):
        if ours >= 0 and ours not in words:
            ranked = [word for word, weight in engine.get_topic(number) if word and weight > 0]
            mine = [t for t, label in zip(terms, groups.labels_.tolist(), strict=True) if label == ours]
            words[ours] = shared(ranked, mine)[: options.top_terms]
    return Clusters(labels=groups.labels_, similarity=groups.similarity_, words=words, stability=stable)


def shared(ranked: Sequence[str], terms: Sequence[tuple[str, ...]]) -> tuple[str, ...]:
    """The ranked terms that several of a topic's units name; all of them where no term is shared."""
    units = Counter(term for unit in terms for term in set(unit))
    return tuple(word for word in ranked if units[word] > 1) or tuple(ranked)


def split_terms(document: str) -> list[str]:
    return [part.strip() for part in document.split(SEPARATOR) if part.strip()]


def stabilities(points: Vectors, labels: Labels, *, seed: int, options: TopicOptions) -> dict[int, float]:
    """Mean best Jaccard similarity of each cluster over re-clustered 90 % samples (Hennig 2007, clusterboot), 0..1."""
    clusters = sorted(set(labels.tolist()) - {-1})
    scores: dict[int, list[float]] = {k: [] for k in clusters}
    chance = np.random.default_rng(seed)
    for _ in range(options.resamples if clusters else 0):
        sample = np.sort(chance.choice(len(points), size=max(2, int(0.9 * len(points))), replace=False))
        reduced = Directions(options.dimensions).fit(points[sample]).transform(points[sample])
        again = partition(reduced.astype(np.float64), Bounds(low=len(clusters), high=len(clusters)), options=options)
        for k in clusters:
            mine = labels[sample] == k
            overlaps = [(mine & (again == j)).sum() / max(1, (mine | (again == j)).sum()) for j in set(again.tolist())]
            scores[k].append(float(max(overlaps)))
    return {k: round(float(np.mean(s)), 3) for k, s in scores.items() if s}


# ---- describing ---------------------------------------------------------------------------


def describe(units: Sequence[UnitHead], found: Clusters, *, segment: str) -> tuple[tuple[Topic, ...], list[Assignment]]:
    names: dict[int, str] = {}
    topics = []
    for k, words in sorted(found.words.items()):
        members = [i for i in range(len(units)) if found.labels[i] == k]
        medoid = min(members, key=lambda i: (-found.similarity[i], units[i].unit_id))
        names[k] = topic_id_of(segment, units[medoid].unit_id)
        topics.append(make_topic(names[k], segment, [units[i] for i in members], words, found.stability.get(k)))
    assignments = []
    for unit, k, similarity in zip(units, found.labels.tolist(), found.similarity.tolist(), strict=True):
        assignments.append(Assignment(
            unit_id=unit.unit_id, unit_kind=unit.unit_kind, segment=segment, topic_id=names.get(k),
            method="聚类" if k in names else "离各主题都远", similarity=round(similarity, 6)))
    return tuple(sorted(topics, key=lambda t: t.topic_id)), assignments


def topic_id_of(segment: str, medoid_id: str) -> str:
    """A topic is named after its most central unit: the same units give the same id in any order."""
    return f"{segment}-{hashlib.sha1(medoid_id.encode(), usedforsecurity=False).hexdigest()[:8]}"


def make_topic(topic_id: str, segment: str, members: Sequence[UnitHead], words: tuple[str, ...], stability: float | None) -> Topic:
    kinds = [u.unit_kind for u in members]
    return Topic(topic_id=topic_id, segment=segment, label=choose_label(words), terms=words,
                 n_demands=kinds.count("demand"), n_clauses=kinds.count("clause"), n_patents=kinds.count("patent"),
                 regions=tuple(sorted({u.region for u in members} - {"未知"})), stability=stability)


def choose_label(words: Sequence[str], *, parts: int = 2) -> str:
    """The first terms that do not contain one another: ArF光刻胶、光致产酸剂."""
    kept: list[str] = []
    for word in words:
        if len(kept) < parts and not any(word in k or k in word for k in kept):
            kept.append(word)
    return "、".join(kept) or "（无术语）"
