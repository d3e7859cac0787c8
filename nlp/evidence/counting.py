"""Records -> frames, and numbers -> facts with their interval and sources."""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields

import pandas as pd

from nlp.normalise import key
from nlp.records import Clause, Demand, Fact, Patent

__all__ = ["DELTA", "UNKNOWN", "amount", "count", "frame", "garwood", "organisation_keys", "share", "wilson"]

DELTA = ("上海", "江苏", "浙江", "安徽")
UNKNOWN = "未知"


def frame(records: Sequence[Demand] | Sequence[Clause] | Sequence[Patent], identity: str, homes: Mapping[str, str]) -> pd.DataFrame:
    """One row a record that has a topic, with its topic_id, sorted by the record's id."""
    kept = sorted((r for r in records if getattr(r, identity) in homes), key=lambda r: str(getattr(r, identity)))
    if not kept:
        return pd.DataFrame({"topic_id": []})
    columns = {field.name: [getattr(r, field.name) for r in kept] for field in fields(kept[0])}
    return pd.DataFrame(columns).assign(topic_id=[homes[getattr(r, identity)] for r in kept])


def organisation_keys(names: Iterable[object], otherwise: Iterable[str]) -> list[str]:
    """One key an organisation however its name is spaced; a record that names none (None, NaN) counts as its own."""
    return [key(name) if isinstance(name, str) and name else own for name, own in zip(names, otherwise, strict=True)]


def count(topic_id: str, name: str, ids: Iterable[str]) -> list[Fact]:
    """How many distinct ids; no fact at all where there are none."""
    distinct = sorted(set(ids))
    return amount(topic_id, name, len(distinct), distinct) if distinct else []


def amount(topic_id: str, name: str, value: float, ids: Iterable[str], *, low: float | None = None, high: float | None = None) -> list[Fact]:
    return [Fact(topic_id=topic_id, fact=name, value=float(value), low=low, high=high, source_ids=tuple(sorted(set(ids))))]


def share(topic_id: str, name: str, hits: Sequence[str], among: Sequence[str]) -> list[Fact]:
    """A proportion 0..1 with its Wilson interval; absent when there is nothing to count."""
    if not among:
        return []
    low, high = wilson(len(hits), len(among))
    return amount(topic_id, name, len(hits) / len(among), among, low=low, high=high)


def wilson(hits: int, among: int) -> tuple[float, float]:
    """95 % score interval of a proportion (Wilson 1927)."""
    from scipy.stats import binomtest

    interval = binomtest(hits, among).proportion_ci(method="wilson")
    return float(interval.low), float(interval.high)


def garwood(n: float) -> tuple[float, float]:
    """Exact 95 % interval of a Poisson mean of which n were counted (Garwood 1936)."""
    from scipy.stats import chi2

    return (float(chi2.ppf(0.025, 2 * n)) / 2 if n else 0.0), float(chi2.ppf(0.975, 2 * n + 2)) / 2
