"""The choices that an analyst may change, as frozen values; flows/settings.toml holds them and says what each means."""

from dataclasses import fields

from pydantic import ConfigDict, Field
from pydantic.dataclasses import dataclass

__all__ = ["STRICT", "DraftOptions", "IdentityOptions", "PriorityOptions", "Severity", "TopicOptions", "Weights"]

STRICT = ConfigDict(extra="forbid", hide_input_in_errors=True)


@dataclass(frozen=True, slots=True, kw_only=True, config=STRICT)
class TopicOptions:
    floor: int = Field(ge=2)
    smallest: int = Field(ge=1)
    average: int = Field(ge=2)
    nearest: float = Field(ge=-1, le=1)
    apart: float = Field(default=0.4, gt=0, lt=2)
    few_units: int = Field(default=200, ge=0)
    term_weight: float = Field(ge=0)
    dimensions: int = Field(gt=1)
    resamples: int = Field(ge=0)
    top_terms: int = Field(gt=0)


@dataclass(frozen=True, slots=True, kw_only=True, config=STRICT)
class IdentityOptions:
    """When a topic of an earlier run stays what it was, and what is evidence enough that it does not."""

    growth: float = Field(default=1.25, gt=1)
    margin: float = Field(default=0.25, ge=0)
    born_from: int = Field(default=8, ge=2)
    born_chance: float = Field(default=0.01, gt=0, lt=1)
    born_gain: float = Field(default=0.1, ge=0)
    split_cosine: float = Field(default=0.25, ge=-1, le=1)
    merge_cosine: float = Field(default=0.8, ge=-1, le=1)
    changed: float = Field(default=0.2, gt=0)


@dataclass(frozen=True, slots=True, kw_only=True, config=STRICT)
class Weights:
    """Of the components of strategic urgency; they sum to 1."""

    demand: float = Field(ge=0)
    policy: float = Field(ge=0)
    patents: float = Field(ge=0)
    breadth: float = Field(ge=0)
    foreign: float = Field(ge=0)
    substitution: float = Field(ge=0)

    def __post_init__(self) -> None:
        total = sum(self.values())
        if abs(total - 1) > 1e-6:
            raise ValueError(f"权重合计应为 1，现为 {total:g}")

    def values(self) -> tuple[float, ...]:
        return tuple(getattr(self, f.name) for f in fields(self))


@dataclass(frozen=True, slots=True, kw_only=True, config=STRICT)
class Severity:
    """How urgent each kind of statement on supply makes a topic at most, 0..1."""

    cut_off: float = Field(ge=0, le=1)
    single: float = Field(ge=0, le=1)
    concentrated: float = Field(ge=0, le=1)


@dataclass(frozen=True, slots=True, kw_only=True, config=STRICT)
class PriorityOptions:
    draws: int = Field(gt=0)
    half_demand: float = Field(gt=0)
    half_policy: float = Field(gt=0)
    half_patents: float = Field(gt=0)
    half_statements: float = Field(gt=0)
    weight_doubt: float = Field(gt=0)
    prior_count: float = Field(gt=0)
    prior_statements: float = Field(gt=0)
    prior_rate: float = Field(gt=0)
    high_urgency: float = Field(gt=0, lt=1)
    high_advantage: float = Field(gt=0, lt=1)
    severity: Severity
    weights: Weights
    scenarios: dict[str, Weights]


@dataclass(frozen=True, slots=True, kw_only=True, config=STRICT)
class DraftOptions:
    topics_per_segment: int = Field(ge=1)
    sources_per_card: int = Field(ge=1)
    requirements_per_card: int = Field(ge=1)
    near_years: int = Field(ge=0)
    middle_years: int = Field(ge=0)
    annex_sources: int = Field(default=12, ge=1)  # that the annex names of one line
