"""Families a year: the years that can be compared, growth, emergence. Years inside the publication lag are marked, never compared."""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import pandas as pd

from nlp.evidence.counting import amount, count
from nlp.evidence.rules import PatentRules
from nlp.records import Fact

__all__ = ["Growth", "emergence", "growth", "trend_facts"]

BASE, HALF = 3, 5  # emergence needs ten years: three of base, seven of which the last five are compared


@dataclass(frozen=True, slots=True, kw_only=True)
class Growth:
    """Families a year and year, with its 95 % interval, and the two-sided p of no trend."""

    slope: float
    low: float
    high: float
    p: float


def growth(counts: Sequence[int]) -> Growth:
    """Sen's slope (Sen 1968) and the Mann–Kendall test (Mann 1945, Kendall 1975), on one count a year, oldest first."""
    from scipy.stats import kendalltau, theilslopes

    years = list(range(len(counts)))
    sen = theilslopes(counts, years, alpha=0.95)
    p = 1.0 if len(set(counts)) == 1 else float(kendalltau(years, counts).pvalue)
    return Growth(slope=float(sen.slope), low=float(sen.low_slope), high=float(sen.high_slope), p=p)


def emergence(counts: Sequence[int], totals: Sequence[int]) -> float:
    """EScore = 2·active + recent + slope on c/√n over ten years, oldest first (Carley, Newman, Porter & Garner 2018).

    Active: last three years against years 4–6. Recent: 10 × (last two years against the two before).
    Slope: 10 × (last year against year 7) / 3. The scales of the parts are from secondary reports, not checked in the paper:
    compare topics of one run by it, do not hold it against a published threshold.
    """
    root = [math.sqrt(n) for n in totals]

    def rate(first: int, last: int) -> float:
        below = sum(root[first - 1 : last])
        return sum(counts[first - 1 : last]) / below if below else 0.0

    active, recent = rate(8, 10) - rate(4, 6), 10 * (rate(9, 10) - rate(7, 8))
    return 2 * active + recent + 10 * (rate(10, 10) - rate(7, 7)) / 3


def trend_facts(topic_id: str, once: pd.DataFrame, totals: Mapping[int, int], as_of: int, rules: PatentRules) -> list[Fact]:
    """`families_2019` …, `lagged_2025` … for years too young to compare, `growth`, `growth_p`, `emergence`.

    The last comparable year is as_of − lag_years (Dass, Nanda & Xiao 2017: late years of patent samples mislead).
    """
    dated = once[once["year"].notna()]
    if dated.empty:
        return []
    last = as_of - rules.lag_years
    window = range(last - rules.window + 1, last + 1)
    by_year: dict[int, list[str]] = {}
    for year, patent_id in zip(dated["year"].astype(int), dated["patent_id"], strict=True):
        by_year.setdefault(year, []).append(patent_id)
    facts = [f for y, ids in by_year.items() for f in count(topic_id, f"{'families' if y <= last else 'lagged'}_{y}", ids)]
    inside = [i for y in window for i in by_year.get(y, ())]
    started = [y for y in window if any(e <= y for e in by_year)]
    if len(inside) < rules.fewest_families or len(started) < rules.fewest_years:
        return facts
    found = growth([len(by_year.get(y, ())) for y in started])
    facts += amount(topic_id, "growth", found.slope, inside, low=found.low, high=found.high) + amount(topic_id, "growth_p", found.p, inside)
    if rules.window == 2 * HALF and len(started) > BASE:
        score = emergence([len(by_year.get(y, ())) for y in window], [totals.get(y, 0) for y in window])
        facts += amount(topic_id, "emergence", score, inside)
    return facts
