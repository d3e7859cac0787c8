"""The two trained extractors behind one interface: `full` with the transformer, `fast` without."""

from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Literal, Protocol

from nlp.embed import Precision
from nlp.errors import InvalidSetting
from nlp.records import TermMention
from nlp.terms.explain import Explanation, explained
from nlp.terms.fast import FAST, FastScorer, load_fast
from nlp.terms.judge import Judge
from nlp.terms.keyword_evidence import TermEvidence
from nlp.terms.lexicon import Lexicon
from nlp.terms.spans import occurrences
from nlp.terms.tagger import TermTagger
from nlp.terms.weights import NAME, load_judge, load_tagger

__all__ = ["Extractor", "FastExtractor", "FullExtractor", "Tier", "load_extractor", "load_full"]

Tier = Literal["fast", "full"]
BATCH = 128  # texts that are held with all their candidates


class Extractor(Protocol):
    """Finds technology terms; a text's terms do not depend on which other texts are given, nor on their order."""

    name: str

    def extract(self, units: Iterable[tuple[str, str]]) -> list[TermMention]:
        """(unit id, text) -> mentions by unit id, then place; text[start:end] == surface."""
        ...

    def explain(self, text: str) -> tuple[Explanation, ...]:
        """Candidates of one text with what made up their score, best first, rejected ones too."""
        ...


class FullExtractor:
    """Tagger and judge. What is found in a text depends on nothing but the text."""

    name = "full"

    def __init__(self, tagger: TermTagger, judge: Judge) -> None:
        self._tagger, self._judge = tagger, judge

    def extract(self, units: Iterable[tuple[str, str]]) -> list[TermMention]:
        by_id = dict(sorted(units))
        texts = sorted(set(by_id.values()), key=lambda text: (len(text), text))
        accepted: dict[str, dict[str, float]] = {}
        for begin in range(0, len(texts), BATCH):
            accepted.update(self._accepted(texts[begin : begin + BATCH]))
        return [mention for unit_id, text in by_id.items() for mention in mentions(unit_id, text, accepted[text], self.name)]

    def _accepted(self, texts: Sequence[str]) -> dict[str, dict[str, float]]:
        scored = list(self._tagger.score(texts).values())
        found = self._judge.probabilities(scored)
        return {
            text.table.text: {s: p for s, p in strings.items() if p >= self._judge.threshold(text)}
            for text, strings in zip(scored, found, strict=True)
        }

    def evidence(self, texts: Iterable[str]) -> dict[str, TermEvidence]:
        """Distinct text -> the network's and the judge's word on its strings, for the keyword ranker."""
        distinct = sorted(set(texts), key=lambda text: (len(text), text))
        found: dict[str, TermEvidence] = {}
        for begin in range(0, len(distinct), BATCH):
            scored = list(self._tagger.score(distinct[begin : begin + BATCH]).values())
            for text, likely in zip(scored, self._judge.probabilities(scored), strict=True):
                scores = dict(zip(text.table.strings, text.scores.tolist(), strict=True))
                found[text.table.text] = TermEvidence(scores=scores, probabilities=likely, registers=tuple(text.registers.tolist()))
        return found

    def explain(self, text: str) -> tuple[Explanation, ...]:
        return explained(self._tagger.score([text])[text], self._judge)


class FastExtractor:
    """A small network over words, in numpy."""

    name = "fast"

    def __init__(self, scorer: FastScorer) -> None:
        self._scorer = scorer

    def extract(self, units: Iterable[tuple[str, str]]) -> list[TermMention]:
        by_id = dict(sorted(units))
        scored = self._scorer.score(by_id.values())
        threshold = self._scorer.threshold
        found: list[TermMention] = []
        for unit_id, text in by_id.items():
            accepted = {s: p for s, p in scored[text].strings.items() if p >= threshold}
            found += mentions(unit_id, text, accepted, self.name)
        return found

    def explain(self, text: str) -> tuple[Explanation, ...]:
        strings = self._scorer.score([text])[text].strings
        threshold = self._scorer.threshold
        rows = [
            Explanation(surface=s, start=next(occurrences(text, s), -1), score=p, accepted=p >= threshold, parts=(("快速档概率", p),))
            for s, p in strings.items()
        ]
        return tuple(sorted((r for r in rows if r.start >= 0), key=lambda r: (-r.score, r.start, -len(r.surface))))


def mentions(unit_id: str, text: str, accepted: Mapping[str, float], extractor: str) -> list[TermMention]:
    """Every place of every accepted string, by place, longer ones first."""
    found = [
        TermMention(
            unit_id=unit_id, term_id=None, surface=surface, start=start, end=start + len(surface),
            score=round(score, 4), extractor=extractor,
        )
        for surface, score in accepted.items()
        for start in occurrences(text, surface)
    ]  # fmt: skip
    return sorted(found, key=lambda m: (m.start, -m.end))


def load_extractor(
    tier: Tier, models: Path, encoder: Path, lexicon: Lexicon, *, dtype: Precision = "auto", threads: int = 1
) -> FullExtractor | FastExtractor:
    """`models` holds term-tagger and term-fast; `encoder` is only read for "full". Raises ModelUnavailable, InvalidSetting."""
    if tier == "fast":
        return FastExtractor(load_fast(models / FAST, lexicon))
    if tier == "full":
        return load_full(models, encoder, lexicon, dtype=dtype, threads=threads)
    raise InvalidSetting("terms.tier", f"没有“{tier}”这一档", "可用的值：fast、full")


def load_full(models: Path, encoder: Path, lexicon: Lexicon, *, dtype: Precision = "auto", threads: int = 1) -> FullExtractor:
    """Raises ModelUnavailable."""
    tagger = load_tagger(encoder, models / NAME, lexicon, dtype=dtype, threads=threads)
    return FullExtractor(tagger, load_judge(models / NAME))
