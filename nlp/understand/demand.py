"""All that is read out of one demand: its targets, then its facets, which rest on them.

    vocabulary = load_demand_vocabulary(Path("corpora/lexicons"), Path("models/clarity"))
    found = understand("D1", title, text, vocabulary=vocabulary)
"""

from dataclasses import dataclass, fields, replace
from pathlib import Path

from nlp.records import Facets, Understood
from nlp.understand.facets import FacetVocabulary, find_facets, load_facet_vocabulary
from nlp.understand.targets import TargetVocabulary, find_targets, load_target_vocabulary

__all__ = ["DemandVocabulary", "as_one", "as_two", "load_demand_vocabulary", "renamed", "understand"]

_FACETS = tuple(f.name for f in fields(Facets))


@dataclass(frozen=True, slots=True, kw_only=True)
class DemandVocabulary:
    figures: TargetVocabulary
    words: FacetVocabulary


def load_demand_vocabulary(lexicons: Path, clarity: Path) -> DemandVocabulary:
    """Raises InvalidSetting for a file of the lexicons, ModelUnavailable for the folder of the clarity weights."""
    return DemandVocabulary(figures=load_target_vocabulary(lexicons), words=load_facet_vocabulary(lexicons / "facets.toml", clarity))


def understand(demand_id: str, title: str, text: str, *, vocabulary: DemandVocabulary) -> Understood:
    """Every offset refers to title + "\\n" + text."""
    targets = find_targets(demand_id, f"{title}\n{text}", vocabulary=vocabulary.figures)
    facets = find_facets(demand_id, title, text, targets=targets, vocabulary=vocabulary.words)
    return Understood(**{name: getattr(facets, name) for name in _FACETS}, targets=tuple(targets))


def renamed(found: Understood, demand_id: str) -> Understood:
    """The same of another demand with the same title and text."""
    return replace(found, demand_id=demand_id, targets=tuple(replace(t, demand_id=demand_id) for t in found.targets))


def as_one(title: str, text: str) -> str:
    """Both as one text that says where the title ends, for a title may hold line ends."""
    return f"{len(title)}\n{title}\n{text}"


def as_two(one: str) -> tuple[str, str]:
    """Title and text of what `as_one` made."""
    length, _, both = one.partition("\n")
    return both[: int(length)], both[int(length) + 1 :]
