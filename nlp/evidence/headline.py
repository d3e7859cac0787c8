"""Headline numbers from rows: a field's share, whether two shares differ, and totals that must reconcile."""

import math
from collections import Counter
from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass

from nlp.evidence.counting import wilson

__all__ = ["Difference", "Mismatch", "Proportion", "compare", "proportion", "reconcile", "tally"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Proportion:
    """hits of n, with the 95 % Wilson interval."""

    hits: int
    n: int
    value: float
    low: float
    high: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Difference:
    """Two proportions compared; significant at 5 %, two-sided."""

    z: float
    p: float
    significant: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Mismatch:
    """A total that its parts do not add up to."""

    whole: Hashable
    stated: int
    parts: int


def proportion(values: Iterable[Hashable], of: Hashable) -> Proportion | None:
    """Share of the rows whose value is `of`; None where there are no rows (never 0)."""
    rows = list(values)
    if not rows:
        return None
    hits = sum(v == of for v in rows)
    low, high = wilson(hits, len(rows))
    return Proportion(hits=hits, n=len(rows), value=hits / len(rows), low=low, high=high)


def compare(before: Proportion, after: Proportion) -> Difference:
    """Two-proportion z test with the pooled share (Fleiss, Levin & Paik 2003, 3.1), without continuity correction."""
    pooled = (before.hits + after.hits) / (before.n + after.n)
    error = math.sqrt(pooled * (1 - pooled) * (1 / before.n + 1 / after.n))
    z = (after.value - before.value) / error if error else 0.0
    p = math.erfc(abs(z) / math.sqrt(2))
    return Difference(z=z, p=p, significant=p < 0.05)


def tally(values: Iterable[str]) -> dict[str, int]:
    return dict(sorted(Counter(values).items()))


def reconcile(stated: Mapping[Hashable, int], rows: Sequence[tuple[Hashable, ...]], *, level: int = 0) -> tuple[Mismatch, ...]:
    """Stated totals against what the rows add up to at one level (0 province, 1 field, …); empty when all agree."""
    counted = Counter(row[level] for row in rows)
    return tuple(Mismatch(whole=name, stated=stated.get(name, 0), parts=counted[name])
                 for name in sorted({*stated, *counted}, key=str) if stated.get(name, 0) != counted[name])
