"""The rules of organising.toml: the two gates of the challenge list, project modes, consortia."""

from dataclasses import replace
from pathlib import Path

from pydantic import Field
from pydantic.dataclasses import dataclass

from nlp.evidence.rules import read_toml, validate
from nlp.options import STRICT
from nlp.records import ProjectMode

__all__ = ["Condition", "ConsortiumRules", "GateRules", "ModeRule", "OrganisingRules", "load_organising_rules"]


@dataclass(frozen=True, slots=True, kw_only=True, config=STRICT)
class GateRules:
    within_share: float = Field(ge=0, le=1)
    readiness: float
    least_readiness: float
    mature_families: int
    mature_years: int
    repeat_share: float = Field(ge=0, le=1)
    few_organisations: int
    elsewhere_share: float = Field(ge=0, le=1)
    elsewhere_supply: int


@dataclass(frozen=True, slots=True, kw_only=True, config=STRICT)
class Condition:
    """A fact and its bounds; one that was not measured fails."""

    fact: str
    name: str = ""  # as a reader is told it; filled from [names]
    at_least: float | None = None
    at_most: float | None = None


@dataclass(frozen=True, slots=True, kw_only=True, config=STRICT)
class ModeRule:
    mode: ProjectMode
    rule: str
    all: tuple[Condition, ...]


@dataclass(frozen=True, slots=True, kw_only=True, config=STRICT)
class ConsortiumRules:
    most: int = Field(ge=2)
    listed: int = Field(ge=1)
    alike: float = Field(ge=0, le=1)


@dataclass(frozen=True, slots=True, kw_only=True, config=STRICT)
class OrganisingRules:
    gates: GateRules
    mode: tuple[ModeRule, ...]  # the first that holds is taken; the last has no condition
    consortium: ConsortiumRules
    names: dict[str, str] = Field(default_factory=dict)  # of facts, in Chinese

    def __post_init__(self) -> None:
        if not self.mode or self.mode[-1].all:
            raise ValueError("最后一条组织方式须没有条件，作为兜底")
        nameless = sorted({c.fact for rule in self.mode for c in rule.all} - set(self.names))
        if nameless:
            raise ValueError(f"[names] 中没有写明 {'、'.join(nameless)} 的中文名")


def load_organising_rules(path: Path) -> OrganisingRules:
    """Raises InvalidSetting naming the key at fault."""
    rules = validate(OrganisingRules, read_toml(path), path.name)
    return replace(rules, mode=tuple(replace(m, all=tuple(replace(c, name=rules.names[c.fact]) for c in m.all)) for m in rules.mode))
