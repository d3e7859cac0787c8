"""Provinces: specialisation by topic, the matrix of provinces and segments, and how alike their profiles are."""

from collections.abc import Iterable, Mapping, Sequence
from itertools import combinations

import numpy as np
import pandas as pd
from numpy.typing import NDArray

from nlp.evidence.counting import DELTA, amount, garwood, wilson
from nlp.records import Fact, MatrixCell, RegionPair

__all__ = ["advantage_facts", "finger_kreinin", "krugman", "matrix", "region_pairs", "symmetric", "unido"]

Profile = NDArray[np.floating]
DRAWS = 400
OTHERS = "其他省份"


# ---- specialisation -----------------------------------------------------------------------


def advantage_facts(once: pd.DataFrame, *, shrink: float) -> list[Fact]:
    """`rta_上海`, `rsca_上海` … of every topic: revealed technological advantage (P_rt/P_r)/(P_t/P), shrunken and symmetric.

    RTA as OECD (Balassa 1965), here (P + a)/(E + a) with E the expected count, so that one patent is no advantage; its
    interval is that of the count (Garwood). RSCA = (RTA − 1)/(RTA + 1), −1..1 (Dalum, Laursen & Villumsen 1998).
    Places are the four provinces, other provinces and abroad.
    """
    placed = once[once["place"].notna()] if not once.empty else once
    if placed.empty:
        return []
    place = placed["place"].where(placed["place"].isin((*DELTA, "国外")), OTHERS)
    counts = pd.crosstab(placed["topic_id"], place)
    expected = np.outer(counts.sum(axis=1), counts.sum(axis=0)) / len(placed)
    facts: list[Fact] = []
    groups = dict(tuple(placed.groupby("topic_id")))
    for i, topic_id in enumerate(counts.index):
        rows = groups[topic_id]
        for province in (p for p in DELTA if p in counts.columns):
            n, e = int(counts.loc[topic_id, province]), float(expected[i, counts.columns.get_loc(province)])
            own = list(rows[rows["place"] == province]["patent_id"]) or list(rows["patent_id"])
            rta, (low, high) = (n + shrink) / (e + shrink), garwood(n)
            ends = (low + shrink) / (e + shrink), (high + shrink) / (e + shrink)
            facts += amount(str(topic_id), f"rta_{province}", rta, own, low=ends[0], high=ends[1])
            facts += amount(str(topic_id), f"rsca_{province}", symmetric(rta), own, low=symmetric(ends[0]), high=symmetric(ends[1]))
    return facts


def symmetric(rta: float) -> float:
    return (rta - 1) / (rta + 1)


# ---- matrix -------------------------------------------------------------------------------


def matrix(kind: str, places: Iterable[tuple[str, str]]) -> list[MatrixCell]:
    """Cells of one kind from (region, segment) of each record; they add up to the number of records."""
    counts: dict[tuple[str, str], int] = {}
    for place in places:
        counts[place] = counts.get(place, 0) + 1
    totals: dict[str, int] = {}
    for (region, _), n in counts.items():
        totals[region] = totals.get(region, 0) + n
    cells = []
    for (region, segment), n in sorted(counts.items()):
        low, high = wilson(n, totals[region])
        cells.append(MatrixCell(cell_id=f"{kind}/{region}/{segment}", kind=kind, region=region, segment=segment, value=n,
                                share=n / totals[region], low=low, high=high))
    return cells


# ---- likeness -----------------------------------------------------------------------------


def unido(x: Profile, y: Profile) -> float:
    """Structural similarity Σxy / √(Σx²·Σy²) of two profiles, 0..1 (UNIDO 1979)."""
    return float((x * y).sum() / max(np.sqrt((x**2).sum() * (y**2).sum()), 1e-12))


def krugman(x: Profile, y: Profile) -> float:
    """Σ|x − y| of shares: 0 the same structure, 2 nothing in common (Krugman 1991)."""
    return float(np.abs(x / x.sum() - y / y.sum()).sum())


def finger_kreinin(x: Profile, y: Profile) -> float:
    """Σ min(x, y) of shares: 1 the same structure, 0 nothing in common (Finger & Kreinin 1979)."""
    return float(np.minimum(x / x.sum(), y / y.sum()).sum())


def region_pairs(cells: Sequence[MatrixCell], *, segments: Sequence[str], alike: float, seed: int) -> tuple[RegionPair, ...]:
    """Every two provinces of the delta, a kind at a time; the interval is of profiles drawn from their Dirichlet posterior."""
    pairs: list[RegionPair] = []
    for kind in sorted({c.kind for c in cells}):
        profiles = profiles_of([c for c in cells if c.kind == kind], segments)
        total = sum(profiles.values(), np.zeros(len(segments)))
        pairs += [pair(kind, a, b, profiles[a], profiles[b], total, segments, alike=alike, seed=seed)
                  for a, b in combinations(DELTA, 2) if a in profiles and b in profiles]
    return tuple(pairs)


def profiles_of(cells: Sequence[MatrixCell], segments: Sequence[str]) -> dict[str, Profile]:
    at: Mapping[str, int] = {s: i for i, s in enumerate(segments)}
    profiles: dict[str, Profile] = {}
    for c in cells:
        if c.segment in at:
            profiles.setdefault(c.region, np.zeros(len(segments)))[at[c.segment]] += c.value
    return profiles


def pair(kind: str, a: str, b: str, x: Profile, y: Profile, total: Profile, segments: Sequence[str], *, alike: float, seed: int) -> RegionPair:
    chance, prior = np.random.default_rng(seed), 1 / len(segments)  # Perks 1947: one record in all
    drawn = [unido(p, q) for p, q in zip(chance.dirichlet(x + prior, DRAWS), chance.dirichlet(y + prior, DRAWS), strict=True)]
    found = unido(x, y)
    # With a handful of records the posterior lies between the estimate and its prior: the interval must still hold what was counted.
    low, high = min(found, float(np.quantile(drawn, 0.025))), max(found, float(np.quantile(drawn, 0.975)))
    special_a, special_b = ((p + 1) / (p.sum() * total / total.sum() + 1) for p in (x, y))
    return RegionPair(
        pair_id=f"{kind}/{a}-{b}", kind=kind, a=a, b=b, n_a=int(x.sum()), n_b=int(y.sum()), similarity=found, low=low, high=high,
        krugman=krugman(x, y), finger_kreinin=finger_kreinin(x, y), alike=low >= alike,
        a_leads=tuple(s for i, s in enumerate(segments) if special_a[i] > max(1.0, special_b[i])),
        b_leads=tuple(s for i, s in enumerate(segments) if special_b[i] > max(1.0, special_a[i])))
