"""What one demand says beside its targets: clarity, parts, problem, dependence, money, period, readiness, cooperation.

    vocabulary = load_facet_vocabulary(Path("corpora/lexicons/facets.toml"), Path("models/clarity"))
    facets = find_facets("D1", title, text, targets=targets, vocabulary=vocabulary)
"""

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from nlp.records import Facets, Target
from nlp.understand.clarity import ClarityWeights, judge_clarity, load_clarity
from nlp.understand.dependence import find_dependence
from nlp.understand.facet_words import FacetWords, load_facet_words
from nlp.understand.layout import lay_out
from nlp.understand.money import find_money
from nlp.understand.parts import find_parts
from nlp.understand.period import find_period
from nlp.understand.wishes import find_benchmark, find_cooperation, find_readiness

__all__ = ["FacetVocabulary", "find_facets", "find_facets_in_text", "load_facet_vocabulary"]

_LONGEST_TITLE = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class FacetVocabulary:
    words: FacetWords
    clarity: ClarityWeights


def load_facet_vocabulary(lexicon: Path, clarity: Path) -> FacetVocabulary:
    """Raises InvalidSetting for facets.toml, ModelUnavailable for the folder of the clarity weights."""
    return FacetVocabulary(words=load_facet_words(lexicon), clarity=load_clarity(clarity))


def find_facets(demand_id: str, title: str, text: str, *, targets: Sequence[Target] = (), vocabulary: FacetVocabulary) -> Facets:
    """Spans, also those of `targets`, refer to title + "\\n" + text."""
    return _facets(demand_id, f"{title}\n{text}", len(title), targets, vocabulary)


def find_facets_in_text(demand_id: str, text: str, *, targets: Sequence[Target] = (), vocabulary: FacetVocabulary) -> Facets:
    """As `find_facets` where title and body are one text: a short first line is the title. Spans refer to `text`."""
    first, line_break, _ = text.partition("\n")
    titled = len(first) <= _LONGEST_TITLE and (bool(line_break) or not any(mark in first for mark in "。！？；，"))
    return _facets(demand_id, text, len(first) if titled else -1, targets, vocabulary)


def _facets(demand_id: str, text: str, title_end: int, targets: Sequence[Target], vocabulary: FacetVocabulary) -> Facets:
    words, start = vocabulary.words, min(title_end + 1, len(text))
    layout = lay_out(text[: max(title_end, 0)], text, start, words)
    verdict = judge_clarity(layout, targets, words, vocabulary.clarity)
    money, dependence, readiness = find_money(layout, words), find_dependence(layout, words), find_readiness(layout)
    return Facets(
        demand_id=demand_id, clarity=verdict.clarity, reasons=verdict.reasons,
        parts=() if verdict.clarity == "directionless" else find_parts(layout, start, words),
        problem=verdict.problem,
        foreign_dependence=dependence.value, foreign_span=dependence.span, vendors=dependence.vendors, countries=dependence.countries,
        budget_wan=money.budget_wan, fiscal_wan=money.fiscal_wan, period_years=find_period(layout, words),
        trl_now=readiness.now, trl_after=readiness.after,
        cooperation=find_cooperation(layout, words), benchmark=find_benchmark(layout, words),
    )
