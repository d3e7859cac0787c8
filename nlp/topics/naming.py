"""A Chinese name for each topic and group of topics, made of their own terms and of nothing else."""

import tomllib
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence, Set
from dataclasses import dataclass
from itertools import combinations, pairwise
from pathlib import Path

from nlp.errors import InvalidSetting
from nlp.records import Topic, TopicName

__all__ = ["JOIN", "NamingRules", "group_name", "load_naming", "name_topics", "overlap", "usable"]

JOIN = "、"
LONGEST = 24  # characters from which a second term is left out
FRONT = 3  # terms among which a leading one is looked for
SHARED = 6  # terms of a group from which its name is made
UMBRELLA = 2  # so many other terms of the topic contain a term that leads them
COMMON = 0.5  # a term of more than this share of a segment's topics tells none of them apart
NAMELESS = "（无术语）"


@dataclass(frozen=True, slots=True, kw_only=True)
class NamingRules:
    """Terms that a name had better do without: words too wide, and terms that end like a quantity."""

    generic: frozenset[str] = frozenset()
    measures: tuple[str, ...] = ()

    def dull(self, term: str) -> bool:
        return term in self.generic or term.endswith(self.measures)


def load_naming(path: Path, *, stop_terms: Iterable[str] = ()) -> NamingRules:
    """naming.toml, with the lexicon's stop terms among the generic ones. Raises InvalidSetting."""
    try:
        table = tomllib.loads(path.read_text("utf-8"))
        words = {key: tuple(str(table[key]).split()) for key in ("generic", "measures")}
    except (OSError, KeyError, ValueError, RecursionError) as error:
        raise InvalidSetting(path.name, f"取名规则读不出（{error}）", "请对照原来的 naming.toml 修改") from error
    return NamingRules(generic=frozenset(words["generic"]) | frozenset(stop_terms), measures=words["measures"])


def name_topics(topics: Sequence[Topic], *, rules: NamingRules, kept: Mapping[str, str] | None = None) -> tuple[TopicName, ...]:
    """One name a topic, no two of the same terms; a topic in `kept` has the name that a person gave it. Larger topics choose first."""
    given = kept or {}
    taken, found = {frozenset(name.split(JOIN)) for name in given.values()}, {t.topic_id: named_by_hand(t, given[t.topic_id]) for t in topics if t.topic_id in given}
    for topic in sorted((t for t in topics if t.topic_id not in given), key=lambda t: (-size(t), t.topic_id)):
        terms = usable(topic, [t for t in topics if t.segment == topic.segment], rules=rules)
        chosen = next((parts for parts in proposals(terms) if frozenset(parts) not in taken), None)
        name = JOIN.join(chosen) if chosen else f"{topic.terms[0] if topic.terms else NAMELESS}（{topic.topic_id}）"
        parts = chosen or topic.terms[:1]
        taken.add(frozenset(chosen or (name,)))
        found[topic.topic_id] = TopicName(topic_id=topic.topic_id, name=name, head=parts[0] if parts else "", terms=parts, how="terms")
    return tuple(found[t.topic_id] for t in topics)


def size(topic: Topic) -> int:
    return topic.n_demands + topic.n_clauses + topic.n_patents


def named_by_hand(topic: Topic, name: str) -> TopicName:
    parts = tuple(term for term in topic.terms if term in name)
    return TopicName(topic_id=topic.topic_id, name=name, head=parts[0] if parts else name, terms=parts, how="kept")


def usable(topic: Topic, peers: Sequence[Topic], *, rules: NamingRules) -> tuple[str, ...]:
    """Its terms, best first, without dull ones and those of most of its peers; where none is left, all of them."""
    spread = Counter(term for peer in peers for term in set(peer.terms))
    special = tuple(t for t in topic.terms if not rules.dull(t))
    telling = tuple(t for t in special if len(peers) < 4 or spread[t] <= COMMON * len(peers))
    return telling or special or topic.terms


def overlap(a: str, b: str) -> bool:
    return a in b or b in a


def pairs(term: str) -> set[str]:
    return {a + b for a, b in pairwise(term)}


def umbrella(terms: Sequence[str]) -> str | None:
    """The leading term that several others contain: 光刻胶 where ArF光刻胶 and KrF光刻胶 stand beside it."""
    front = terms[:FRONT]
    holders = {term: sum(term in other for other in terms if other != term) for term in front}
    best = max(front, key=lambda term: (holders[term], -front.index(term)), default=None)
    return best if best is not None and holders[best] >= UMBRELLA else None


def proposals(terms: Sequence[str]) -> Iterator[tuple[str, ...]]:
    """Names from the most to the least wanted: a head with another term beside it, then other pairs, singles and triples."""
    if not terms:
        return
    head = umbrella(terms) or terms[0]
    for first in dict.fromkeys((head, *terms)):
        partners = [t for t in terms if not overlap(t, first) and len(first + JOIN + t) <= LONGEST]
        partners.sort(key=lambda t: bool(pairs(t) & pairs(first)))  # 刻蚀机 beside 刻蚀设备 says nothing more
        yield from ((first, second) for second in partners)
        if not partners:
            yield (first,)
    yield from ((term,) for term in terms)
    yield from (three for three in combinations(terms, 3) if not any(overlap(a, b) for a, b in combinations(three, 2)))


def group_name(topics: Sequence[Topic], names: Mapping[str, TopicName], *, rules: NamingRules, taken: Set[str]) -> tuple[str, ...]:
    """Terms that several of a group's topics name, most widely shared first; without any, the heads of its largest topics."""
    shared: Counter[str] = Counter()
    for term in {t for topic in topics for t in topic.terms if not rules.dull(t)}:
        shared[term] = sum(any(term in other for other in topic.terms) for topic in topics)
    ranks = {t: min(topic.terms.index(t) for topic in topics if t in topic.terms) for t in shared}
    ordered = sorted((t for t, n in shared.items() if n > 1), key=lambda t: (-shared[t], ranks[t], t))
    chosen = next((parts for parts in proposals(ordered[:SHARED]) if len(parts) < 3 and JOIN.join(parts) not in taken), None)
    if chosen:
        return chosen
    largest = sorted(topics, key=lambda t: (-size(t), t.topic_id))[:2]
    return tuple(dict.fromkeys(names[t.topic_id].head or names[t.topic_id].name for t in largest))
