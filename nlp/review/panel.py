"""Experts' ballots -> the panel's view of each item, the order it would give, how far the experts agree, and every nomination's fate."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, replace
from typing import Final

import numpy as np
from numpy.typing import NDArray

from nlp.records import Agreement, Nomination, PanelScore, Topic
from nlp.review.agreement import alpha, concordance, quartiles

__all__ = ["CRITERIA", "FEWEST", "Ballot", "Rating", "agreements", "decide_nominations", "score_items"]

CRITERIA: Final = ("必要性", "紧迫性", "先进性", "可行性", "跨区域必要性", "产业带动")
FEWEST: Final = 3  # experts from which a panel's score is given a place; fewer is one person's opinion


@dataclass(frozen=True, slots=True, kw_only=True)
class Rating:
    """One expert on one item; recused ratings hold no score. Scores 1..5 in the order of CRITERIA, None: not given."""

    item_id: str
    scores: tuple[int | None, ...]
    recused: bool
    comment: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Ballot:
    """One expert's sheet."""

    expert: str
    source: str
    run_id: str
    ratings: tuple[Rating, ...]
    nominations: tuple[Nomination, ...]


def score_items(ballots: Sequence[Ballot], places: Mapping[str, int | None]) -> tuple[PanelScore, ...]:
    """The panel on each item of `places` (item id -> the system's place), best first.

    An item's score is the mean over the criteria of the experts' medians, 1..5; spread is the mean interquartile range.
    An item that fewer than FEWEST experts rated has no place. Equal scores share the better place.
    """
    found = [score_item(item_id, ballots) for item_id in sorted(places)]
    ordered = sorted((s for s, n in found if n >= FEWEST and s is not None), reverse=True)
    scores = []
    for item_id, (score, n) in zip(sorted(places), found, strict=True):
        medians = [median_of(item_id, c, ballots) for c in range(len(CRITERIA))]
        place = ordered.index(score) + 1 if score is not None and n >= FEWEST else None
        scores.append(PanelScore(
            item_id=item_id, system_rank=places[item_id], panel_rank=place, score=None if score is None else round(score, 3),
            spread=spread_of(item_id, ballots), n_experts=n, n_recused=sum(r.recused for r in ratings_of(item_id, ballots)),
            medians=tuple(medians), comments=tuple(r.comment for r in ratings_of(item_id, ballots) if r.comment)))
    return tuple(sorted(scores, key=lambda s: (s.panel_rank is None, s.panel_rank or 0, s.system_rank or 10**6, s.item_id)))


def ratings_of(item_id: str, ballots: Sequence[Ballot]) -> list[Rating]:
    return [r for b in ballots for r in b.ratings if r.item_id == item_id]


def given(item_id: str, criterion: int, ballots: Sequence[Ballot]) -> list[float]:
    return [float(s) for r in ratings_of(item_id, ballots) if not r.recused and (s := r.scores[criterion]) is not None]


def median_of(item_id: str, criterion: int, ballots: Sequence[Ballot]) -> float | None:
    scores = given(item_id, criterion, ballots)
    return float(np.median(scores)) if scores else None


def score_item(item_id: str, ballots: Sequence[Ballot]) -> tuple[float | None, int]:
    """The mean of the criteria's medians, and how many experts gave any score."""
    medians = [m for c in range(len(CRITERIA)) if (m := median_of(item_id, c, ballots)) is not None]
    experts = sum(not r.recused and any(s is not None for s in r.scores) for r in ratings_of(item_id, ballots))
    return (float(np.mean(medians)) if medians else None), experts


def spread_of(item_id: str, ballots: Sequence[Ballot]) -> float | None:
    """Mean interquartile range over the criteria that at least two experts scored; 0 is one opinion, 2 and more is a quarrel."""
    ranges = [high - low for c in range(len(CRITERIA)) if len(s := given(item_id, c, ballots)) > 1 for low, high in (quartiles(s),)]
    return round(float(np.mean(ranges)), 3) if ranges else None


# ---- agreement ----------------------------------------------------------------------------


def agreements(ballots: Sequence[Ballot], items: Sequence[str]) -> tuple[Agreement, ...]:
    """Alpha and W of each criterion over all items."""
    found = []
    for number, criterion in enumerate(CRITERIA):
        table = matrix(ballots, items, number)
        a, w = alpha(table), concordance(table)
        found.append(Agreement(criterion=criterion, alpha=None if a is None else round(a, 3), w=None if w is None else round(w, 3),
                               n_experts=int((~np.isnan(table)).any(axis=1).sum()), n_items=int((~np.isnan(table)).any(axis=0).sum())))
    return tuple(found)


def matrix(ballots: Sequence[Ballot], items: Sequence[str], criterion: int) -> NDArray[np.float64]:
    """Ratings [experts, items], NaN where none was given or the expert was recused."""
    column = {item: i for i, item in enumerate(items)}
    table = np.full((len(ballots), len(items)), np.nan)
    for row, ballot in enumerate(ballots):
        for rating in ballot.ratings:
            score = rating.scores[criterion]
            if rating.item_id in column and not rating.recused and score is not None:
                table[row, column[rating.item_id]] = score
    return table


# ---- nominations --------------------------------------------------------------------------


def decide_nominations(nominations: Sequence[Nomination], topics: Sequence[Topic]) -> tuple[Nomination, ...]:
    """Each with its fate: a topic of the run already covers it (it names one of that topic's terms), or it is new and kept for the next round."""
    return tuple(decided(n, topics) for n in nominations)


def decided(nomination: Nomination, topics: Sequence[Topic]) -> Nomination:
    hits = [(max((len(term) for term in t.terms if term in nomination.title), default=0), t) for t in topics]
    length, best = max(hits, key=lambda pair: (pair[0], pair[1].topic_id), default=(0, None))
    if best is None or not length:
        return replace(nomination, fate="本次主题未覆盖，保留至下一轮并补充材料", topic_id=None)
    return replace(nomination, fate=f"与现有主题“{best.label}”相关，一并论证", topic_id=best.topic_id)
