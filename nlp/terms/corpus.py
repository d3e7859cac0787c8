"""What a corpus shows about its candidates: how often they stand alone, in how many units, and between what."""

from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

__all__ = ["CorpusStatistics", "Sighting", "count"]

ENOUGH = 3  # sightings before the company of a candidate says anything
SHARE = 0.8


@dataclass(frozen=True, slots=True)
class Sighting:
    """A candidate in a unit, with the characters before and after it ("" at the edges of the text)."""

    surface: str
    unit_id: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class CorpusStatistics:
    """Over all candidates of one call."""

    n_units: int
    alone: Counter[str]  # sightings of a surface as a whole candidate
    units: Counter[str]  # units that hold it so
    before: dict[str, Counter[str]]
    after: dict[str, Counter[str]]

    def is_fragment(self, surface: str, open_characters: frozenset[str]) -> bool:
        """True when nearly always the same Chinese character stands beside it: 波变换, always after 小.

        The left and right variety of Feng et al. 2004 ("Accessor variety criteria"), cut down to a yes or no;
        `open_characters` (的 和 第一 …) are neighbours that any phrase may have.
        """
        if self.alone[surface] < ENOUGH:
            return False
        sides = (self.before[surface], self.after[surface])
        return any(_one_neighbour(side, open_characters) for side in sides)

    def share(self, surface: str) -> float:
        """Share of the units that hold the surface as a whole candidate, 0..1."""
        return self.units[surface] / self.n_units if self.n_units else 0.0


def count(sightings: Iterable[Sighting], n_units: int) -> CorpusStatistics:
    """Make the statistics of `n_units` units from all their candidates."""
    alone: Counter[str] = Counter()
    before: dict[str, Counter[str]] = defaultdict(Counter)
    after: dict[str, Counter[str]] = defaultdict(Counter)
    pairs: set[tuple[str, str]] = set()
    for sighting in sightings:
        alone[sighting.surface] += 1
        before[sighting.surface][sighting.before] += 1
        after[sighting.surface][sighting.after] += 1
        pairs.add((sighting.surface, sighting.unit_id))
    units = Counter(surface for surface, _ in pairs)
    return CorpusStatistics(n_units, alone, units, dict(before), dict(after))


def _one_neighbour(side: Counter[str], open_characters: frozenset[str]) -> bool:
    character, times = side.most_common(1)[0]
    return "\u3400" <= character <= "\u9fff" and character not in open_characters and times > SHARE * side.total()
