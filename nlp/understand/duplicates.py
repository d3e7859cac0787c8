"""Identical, near-identical and re-worded demands, and those that only look like it.

Two demands are duplicates when the words of one need stand in the other and nothing stands against it: no other node,
material, value or object (`differences`). They are related when much is shared and something stands against it, or
when the object is the same and the rest is not. The verdict on a pair depends on the two texts and the word lists
alone; blocking decides only which pairs are looked at.
"""

from collections import defaultdict
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from itertools import combinations, product
from typing import Literal

from nlp.embed import Encoder, centre
from nlp.records import Demand, Duplicate, Project
from nlp.terms.canonical import simplifier
from nlp.terms.lexicon import Lexicon
from nlp.terms.segmenter import segmenter
from nlp.understand.blocking import bag, candidates
from nlp.understand.comparable import Comparable, Reader
from nlp.understand.differences import Difference, differences, presence
from nlp.understand.wordlists import DuplicateWords

__all__ = ["DuplicateFinder", "TitledText", "find_duplicates"]

DUPLICATE = 0.72  # likeness from which two texts without a hard difference are the same
RELATED = 0.45
_GLANCE = 0.2  # share of common words below which a closer look is not taken
_HARD = 1.0  # weight of a difference that keeps two texts apart whatever else they share
_TITLE_SWAP = 0.8  # an exchanged word in both titles is one too where the rest is a copy
_EXTRACT, _ALL_COPIED = 0.4, 0.95  # the same share that makes it an extract of the longer, and one that makes it all the same
_COPIED = 0.5  # share of a text in runs of _RUN characters that makes it a copy
_RUN = 8
_SOFT, _SOFT_PAST = 0.12, 0.06  # taken off the likeness for each unit of lesser differences

_PROJECT_TITLES, _BARE_TITLES = 0.75, 0.85  # how far titles must agree with a project's text, and with one of nothing but a title
_LITTLE = 6.0  # weight of a need that says too little for being contained to mean anything
_SHOWN = 8  # differences listed
_CROWD = 30  # members of one class of identical texts of which every pair is listed


@dataclass(frozen=True, slots=True, kw_only=True)
class TitledText:
    """What is compared: a demand or a past project."""

    ident: str
    title: str
    text: str
    project: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Verdict:
    """How alike two texts are, 0..1, and what stands against each other."""

    likeness: float
    same: bool
    differences: tuple[Difference, ...]


class DuplicateFinder:
    """Compares texts under one lexicon; holds the segmenter, which is slow to build."""

    def __init__(self, lexicon: Lexicon, words: DuplicateWords) -> None:
        self._words = words
        self._reader = Reader(segmenter(lexicon.entries), words, simplifier())

    def read(self, text: TitledText) -> Comparable:
        return self._reader.read(text.ident, text.title, text.text)

    def judge(self, a: Comparable, b: Comparable) -> Verdict:
        return judge(a, b, self._words)

    def compare(self, a: TitledText, b: TitledText) -> Verdict:
        """The verdict on two texts; where one is a project it must be b."""
        return judge(self.read(a), self.read(b), self._words, past=b.project)

    def find(self, texts: Sequence[TitledText], *, encoder: Encoder | None = None, touching: Collection[str] | None = None) -> list[Duplicate]:
        """Every pair found, in the order of the ids; a is the smaller id, or the demand where b is a project.

        Raises ValueError when two texts have one id. `encoder` adds a second search for re-worded texts. `touching`: only
        pairs with one of these ids, which spares the closer look at the others.
        """
        ordered = sorted(texts, key=lambda t: (t.project, t.ident))
        if len({t.ident for t in ordered}) < len(ordered):
            raise ValueError("two texts have the same id")
        read = [self.read(text) for text in ordered]
        classes = _classes(read)
        heads = [members[0] for members in classes]
        bags = [bag(read[head]) for head in heads]
        vectors = centre(encoder.encode([f"{ordered[h].title}\n{ordered[h].text}" for h in heads])) if encoder else None
        found = [pair for members in classes for pair in self._identical(members, ordered)]
        wanted = [touching is None or any(ordered[m].ident in touching for m in members) for members in classes]
        for i, j in candidates(bags, vectors):
            if wanted[i] or wanted[j]:
                found.extend(self._pairs(classes[i], classes[j], ordered, read))
        return sorted((d for d in found if touching is None or d.a in touching or d.b in touching), key=lambda d: (d.a, d.b))

    def _identical(self, members: Sequence[int], texts: Sequence[TitledText]) -> Iterator[Duplicate]:
        for x, y in _crowd(members):
            if not (texts[x].project and texts[y].project):
                yield Duplicate(a=texts[x].ident, b=texts[y].ident, label="duplicate", score=1.0, differences=())

    def _pairs(
        self, left: Sequence[int], right: Sequence[int], texts: Sequence[TitledText], read: Sequence[Comparable]
    ) -> Iterator[Duplicate]:
        """The verdict on two classes of identical texts, for each pair of their members (of the first few, if there are many)."""
        some = [(min(x, y), max(x, y)) for x, y in product(left[:_CROWD], right[:_CROWD]) if not (texts[x].project and texts[y].project)]
        verdicts: dict[tuple[bool, bool], Verdict] = {}
        for x, y in some:
            kind = (texts[y].project, x in left)
            if kind not in verdicts:
                verdicts[kind] = judge(read[x], read[y], self._words, past=texts[y].project)
            verdict = verdicts[kind]
            if label := _label(verdict):
                shown = tuple(f"{d.a} ↔ {d.b}" for d in verdict.differences[:_SHOWN])
                yield Duplicate(a=texts[x].ident, b=texts[y].ident, label=label, score=round(verdict.likeness, 4), differences=shown)


def find_duplicates(
    demands: Sequence[Demand], *, projects: Sequence[Project] = (), finder: DuplicateFinder, encoder: Encoder | None = None,
    touching: Collection[str] | None = None,
) -> list[Duplicate]:
    """Pairs of demands, and of a demand (a) and a past project (b). Demands that a later version replaces are left out."""
    current = [TitledText(ident=d.demand_id, title=d.title, text=d.text) for d in demands if d.superseded_by is None]
    past = [TitledText(ident=p.project_id, title=p.title, text=p.text, project=True) for p in projects]
    return finder.find([*current, *past], encoder=encoder, touching=touching)


def judge(a: Comparable, b: Comparable, words: DuplicateWords, *, past: bool = False) -> Verdict:
    """How alike two texts are and whether they are the same need.

    `past`: b is a finished or running project. Its short description is held against the demand's, its figures are
    what was reached then: another figure in the body is listed but does not make it another need.
    """
    if a.whole == b.whole:
        return Verdict(likeness=1.0, same=True, differences=())
    at_first_sight = _common_words(a, b)
    if at_first_sight < _GLANCE:
        return Verdict(likeness=at_first_sight, same=False, differences=())
    copied = _copied(a, b)
    shared = _shared_with_project(a, b) if past else _shared(a, b, copied) + _agreement(a, b)
    if shared < RELATED:
        return Verdict(likeness=min(max(shared, 0.0), 1.0), same=False, differences=())
    found = differences(a, b, words)
    hard = any(_is_hard(d, copied=copied, past=past) for d in found)
    lesser = sum(d.weight for d in found if d.weight < _HARD)
    likeness = min(max(shared - (_SOFT_PAST if past else _SOFT) * min(lesser, 2.0), 0.0), 0.9999)
    return Verdict(likeness=likeness, same=likeness >= DUPLICATE and not hard, differences=found)


def _agreement(a: Comparable, b: Comparable) -> float:
    """What common figures add: two demands rarely ask for the same three values by chance."""
    common, fewer = len(a.figures & b.figures), min(len(a.figures), len(b.figures))
    return 0.05 * min(common - 1, 2) if common > 1 and common >= 0.7 * fewer else 0.0


def _shared(a: Comparable, b: Comparable, copied: float) -> float:
    """Mean of how much of each stands in the other, more by the one that is contained in the other.

    A need of few words is contained in many: then the longer one must be contained too. A part of a longer text is
    the same need only where each names the other's object.
    """
    less, more = sorted((_share(a.weights, b), _share(b.weights, a)))
    if min(sum(a.plain_weights.values()), sum(b.plain_weights.values())) < _LITTLE:
        return less
    part = 0.75 if copied >= _EXTRACT else 0.65
    shared = part * more + (1 - part) * less
    return min(shared, DUPLICATE - 0.01) if less < 0.5 and _titles(a, b) < 0.4 else shared


def _shared_with_project(demand: Comparable, project: Comparable) -> float:
    """Half by the titles, half by how much of the project's text stands in the demand; a bare title proves less."""
    titles = _titles(demand, project)
    shared = (titles + _share(project.weights, demand)) / 2
    enough = _PROJECT_TITLES if len(project.body) > len(project.title) + _RUN else _BARE_TITLES
    return shared if titles >= enough else min(shared, DUPLICATE - 0.01)


def _titles(a: Comparable, b: Comparable) -> float:
    """How much of each title stands in the other text, the lesser of the two; 1 where a title says nothing."""
    return min(_share(a.title_weights, b), _share(b.title_weights, a))


def _is_hard(difference: Difference, *, copied: float, past: bool) -> bool:
    """Whether it keeps two texts apart whatever else they share.

    In a text that copies another an exchanged title word is meant; where the bodies are the same throughout, it is a
    new title unless it stands in the very same place.
    """
    if difference.kind == "number" and past and not difference.title:
        return False
    swapped = difference.title and (difference.weight >= _TITLE_SWAP or copied < _ALL_COPIED)
    return difference.weight >= _HARD or (swapped and copied >= _COPIED)


def _label(verdict: Verdict) -> Literal["duplicate", "related"] | None:
    if verdict.same:
        return "duplicate"
    return "related" if verdict.likeness >= RELATED else None


def _common_words(a: Comparable, b: Comparable) -> float:
    """Share of the words of the text that says less which the other has too, as they stand: quick, and never too high by much."""
    fewer, more = sorted((a.weights, b.weights), key=lambda weights: sum(weights.values()))
    total = sum(fewer.values())
    return sum(weight for word, weight in fewer.items() if word in more) / total if total else 1.0


def _share(weights: Mapping[str, float], other: Comparable) -> float:
    """Share of words, by weight, that stand in the other text; 1 where there are none."""
    total = sum(weights.values())
    return sum(weight * presence(key, other.text) for key, weight in weights.items()) / total if total else 1.0


def _copied(a: Comparable, b: Comparable) -> float:
    """Share of the shorter need's runs of _RUN characters that stand in the longer one."""
    shorter, longer = sorted((_runs(a.need), _runs(b.need)), key=len)
    return len(shorter & longer) / len(shorter) if shorter else 0.0


def _runs(body: str) -> set[str]:
    return {body[start : start + _RUN] for start in range(len(body) - _RUN + 1)}


def _classes(read: Sequence[Comparable]) -> list[list[int]]:
    """Rows of identical texts, in the order of their first members."""
    found: defaultdict[str, list[int]] = defaultdict(list)
    for row, text in enumerate(read):
        found[text.whole].append(row)
    return list(found.values())


def _crowd(members: Sequence[int]) -> Iterable[tuple[int, int]]:
    """Every pair of a few; of many, each with the first."""
    return combinations(members, 2) if len(members) <= _CROWD else ((members[0], other) for other in members[1:])
