"""TermExtractor: lexicon matches and phrase candidates, scored with what the corpus shows."""

import math
import re
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from enum import Enum

from nlp.records import TermMention
from nlp.terms.candidates import Candidate, Grammar, Role
from nlp.terms.corpus import CorpusStatistics, Sighting, count
from nlp.terms.lexicon import Entry, Lexicon
from nlp.terms.ruler import CharacterRuler, inside_word
from nlp.terms.segmenter import Cuts, segmenter, tokens

__all__ = ["TermExtractor", "best_terms"]


MANY_UNITS = 50  # units before a share of them says that a word is common
COMMON_SHARE = 0.02
OFTEN_ALONE = 3  # times that a part stands alone in the corpus before it is taken out of longer terms


class Register(Enum):
    """How a text is written; it decides what counts as a term there."""

    FORMAL = "patent or abstract"
    POLICY = "policy"
    PLAIN = "plain"


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """One unit with its candidates and its lexicon matches."""

    unit_id: str
    text: str
    candidates: tuple[Candidate, ...]
    known: frozenset[tuple[int, int]]
    register: Register

    def surface(self, candidate: Candidate) -> str:
        return self.text[candidate.start : candidate.end]


@dataclass(frozen=True, slots=True, kw_only=True)
class Accepted:
    surface: str
    score: float
    extractor: str


class TermExtractor:
    """Built once from a lexicon; `extract` holds no state between calls."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._rules = lexicon.rules
        extra = [Entry(term=word, freq=None, tag="n", hint="") for word in sorted(lexicon.rules.compounds)]
        self._segmenter = segmenter([*extra, *lexicon.entries])
        rules = lexicon.rules
        self._cuts = Cuts(initial=rules.initial, final=rules.final, inside=rules.splitting)
        self._grammar = Grammar(lexicon)
        self._terms = frozenset(lexicon.terms)
        self._stop = lexicon.stop_terms | lexicon.rules.generic
        self._boilerplate = re.compile("|".join(map(re.escape, lexicon.boilerplate)) or "(?!)")
        self._ruler = CharacterRuler(t for t in self._terms if len(t) > 1 and t not in self._stop)

    def extract(self, units: Iterable[tuple[str, str]]) -> list[TermMention]:
        """Mentions of all units, by unit id, then place. The order of `units` does not matter.

        Document frequency, nesting and repetition are counted over the units given, a single text included.
        """
        readings = [self._read(unit_id, text) for unit_id, text in sorted(units)]
        corpus = count((s for reading in readings for s in _sightings(reading)), len(readings))
        return [mention for reading in readings for mention in self._mentions(reading, corpus)]

    def _read(self, unit_id: str, text: str) -> Reading:
        row = tokens(text, self._segmenter, self._cuts)
        known = frozenset((m.start, m.end) for m in self._ruler.matches(text))
        candidates = tuple(self._grammar.candidates(row))
        return Reading(unit_id=unit_id, text=text, candidates=candidates, known=known, register=self._register(text))

    def _register(self, text: str) -> Register:
        marks = sum(text.count(mark) for mark in self._rules.register_marks)
        if any(mark in text for mark in self._rules.formal_marks):
            return Register.FORMAL
        dense = marks * 100 >= self._rules.marks_per_hundred * max(len(text), 100)
        return Register.POLICY if dense else Register.PLAIN

    def _mentions(self, reading: Reading, corpus: CorpusStatistics) -> Iterator[TermMention]:
        accepted: dict[str, Accepted] = {}
        for term in self._accepted(reading, corpus):
            best = accepted.get(term.surface)
            if best is None or term.extractor == "lexicon" or term.score > best.score:
                accepted[term.surface] = term
        found = [
            TermMention(
                unit_id=reading.unit_id, term_id=None, surface=a.surface, start=start, end=start + len(a.surface),
                score=a.score, extractor=a.extractor,
            )
            for a in accepted.values()
            for start in _occurrences(reading.text, a.surface)
        ]  # fmt: skip
        return iter(sorted(found, key=lambda m: (m.start, -m.end)))

    def _accepted(self, reading: Reading, corpus: CorpusStatistics) -> list[Accepted]:
        phrases = list(self._phrases(reading, corpus))
        return [*phrases, *self._known(reading, {phrase.surface for phrase in phrases})]

    def _phrases(self, reading: Reading, corpus: CorpusStatistics) -> Iterator[Accepted]:
        counts = Counter(reading.surface(c) for c in reading.candidates)
        threshold = self._rules.weights.get("threshold", 0.5)
        own = (c for c in reading.candidates if not _within(c.start, c.end, reading.known))  # 英寸硅片 in 12英寸硅片
        distinct = {(reading.surface(c), c.licensed): c for c in own}
        for (surface, _), candidate in distinct.items():
            if not self._allowed(reading, candidate):
                continue
            score = self._score(reading, candidate, counts[surface], corpus)
            if score < threshold:
                continue
            yield Accepted(surface=surface, score=score, extractor="phrase")
            for part in self._nested(reading, candidate, corpus):
                yield Accepted(surface=part, score=self._rules.weights.get("nested_part", 0.4), extractor="phrase")

    def _nested(self, reading: Reading, candidate: Candidate, corpus: CorpusStatistics) -> Iterator[str]:
        """Parts of an accepted phrase that are terms themselves: one word that ends as terms do, or often seen alone.

        Only in plain text (demands): patents and abstracts rarely list a part of a term (1 in 20 on the gold texts).
        """
        if reading.register is not Register.PLAIN:
            return
        for part in candidate.parts():
            surface = reading.surface(part)
            if len(surface) < 3 or not (len(part.tokens) == 1 or corpus.alone[surface] >= OFTEN_ALONE):
                continue
            if surface.endswith(self._rules.heads) and self._allowed(reading, part):
                yield surface

    def _known(self, reading: Reading, phrases: set[str]) -> Iterator[Accepted]:
        """Lexicon terms that stand alone; within a longer accepted term only where such texts list both."""
        weight = self._rules.weights.get
        longer = [(c.start, c.end) for c in reading.candidates if reading.surface(c) in phrases]
        found: dict[str, float] = {}
        for start, end in reading.known:
            if _within(start, end, reading.known):
                continue
            nested = _within(start, end, longer)
            if nested and reading.register is Register.FORMAL:
                continue
            score = weight("lexicon_nested", 0.6) if nested else weight("lexicon_alone", 0.9)
            surface = reading.text[start:end]
            found[surface] = max(score, found.get(surface, 0.0))
        return (Accepted(surface=s, score=found[s], extractor="lexicon") for s in sorted(found))

    def _allowed(self, reading: Reading, candidate: Candidate) -> bool:
        surface = reading.surface(candidate)
        if surface in self._stop or len(surface) < 2 or self._boilerplate.search(surface):
            return False
        return reading.register is not Register.POLICY or self._is_technology(reading, candidate)

    def _is_technology(self, reading: Reading, candidate: Candidate) -> bool:
        """The stricter rule for policy text: a short phrase with a technical head, a broad head only with a known term."""
        surface = reading.surface(candidate)
        if not surface.endswith(self._rules.heads):
            return False
        if any(candidate.start <= start and end <= candidate.end for start, end in reading.known):
            return len(candidate.tokens) <= 3
        return len(candidate.tokens) <= 2 and not surface.endswith(self._rules.policy_weak)

    def _score(self, reading: Reading, candidate: Candidate, times: int, corpus: CorpusStatistics) -> float:
        """Logistic of the weighted features of candidate_rules.toml."""
        weights = self._rules.weights
        features = self._features(reading, candidate, times, corpus)
        total = weights.get("bias", 0.0) + sum(weights.get(name, 0.0) * value for name, value in features.items())
        return 1 / (1 + math.exp(-total))

    def _features(
        self, reading: Reading, candidate: Candidate, times: int, corpus: CorpusStatistics
    ) -> dict[str, float]:
        surface, n = reading.surface(candidate), len(candidate.tokens)
        first = candidate.tokens[0]
        process = candidate.roles[0] is Role.PROCESS
        predicate = process or first.tag in self._rules.verbal_tags or first.tag == "vn"
        single = n == 1
        strong = n > 1 and surface.endswith(self._rules.heads)
        return {
            "tokens": min(n - 1, 3),
            "long": max(n - 4, 0),
            "single": single,
            "single_long": single and len(surface) >= 3,
            "single_head": single and surface.endswith(self._rules.single_heads),
            "process_first": process,
            "process_last": candidate.roles[-1] is Role.PROCESS,
            "unlicensed": n > 1 and predicate and not candidate.licensed,
            "repeated": min(math.log2(times), 2.0),
            "fragment": corpus.is_fragment(surface, self._rules.open),
            "spread": n > 1 and corpus.units[surface] > 1,
            "common": single and corpus.n_units >= MANY_UNITS and corpus.share(surface) > COMMON_SHARE,
            "head": strong,
            "head_common": n > 1 and not strong and surface.endswith(self._rules.common_heads),
            "modifier_verb": Role.VERB in candidate.roles,
            "lexicon_inside": any(candidate.start <= s and e <= candidate.end for s, e in reading.known),
            "policy": reading.register is Register.POLICY,
            "plain": reading.register is Register.PLAIN,
        }


def _sightings(reading: Reading) -> Iterator[Sighting]:
    text = reading.text
    for candidate in reading.candidates:
        before = text[candidate.start - 1] if candidate.start else ""
        yield Sighting(reading.surface(candidate), reading.unit_id, before, text[candidate.end : candidate.end + 1])


def _within(start: int, end: int, spans: Iterable[tuple[int, int]]) -> bool:
    return any(s <= start and end <= e and (s, e) != (start, end) for s, e in spans)


def _occurrences(text: str, surface: str) -> Iterator[int]:
    start = text.find(surface)
    while start >= 0:
        if not inside_word(text, start, start + len(surface)):
            yield start
        start = text.find(surface, start + 1)


def best_terms(mentions: Sequence[TermMention]) -> list[TermMention]:
    """One unit's terms, best first, one a surface: its first occurrence."""
    first: dict[str, TermMention] = {}
    for mention in sorted(mentions, key=lambda m: m.start):
        first.setdefault(mention.surface, mention)
    return sorted(first.values(), key=lambda m: (-m.score, m.start, -m.end))
