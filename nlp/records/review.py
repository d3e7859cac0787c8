"""The experts' round."""

from dataclasses import dataclass

__all__ = ["Agreement", "Nomination", "PanelScore"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PanelScore:
    """What a panel of experts says of one topic or challenge, beside the place that the system gave it."""

    item_id: str
    system_rank: int | None
    panel_rank: int | None  # None: too few experts rated it
    score: float | None  # 1..5
    spread: float | None  # mean interquartile range
    n_experts: int
    n_recused: int
    medians: tuple[float | None, ...]  # in the order of nlp.review.CRITERIA
    comments: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Agreement:
    criterion: str
    alpha: float | None  # Krippendorff, ordinal
    w: float | None  # Kendall
    n_experts: int
    n_items: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Nomination:
    """What an expert proposes that the list does not hold (专家提名). It is kept whatever becomes of it."""

    expert: str
    title: str
    segment: str
    reason: str
    fate: str = ""
    topic_id: str | None = None
