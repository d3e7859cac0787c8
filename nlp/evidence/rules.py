"""The files that say how evidence is counted: evidence.toml and policy_strength.toml."""

import re
import tomllib
from pathlib import Path
from typing import Any, Literal, TypeVar

import pydantic
from pydantic import Field, TypeAdapter
from pydantic.dataclasses import dataclass

from nlp.errors import InvalidSetting
from nlp.options import STRICT

__all__ = ["DemandRules", "EvidenceRules", "PatentRules", "PolicyRules", "ProjectRules", "Statements", "SubstitutionRules", "any_word", "load_evidence_rules"]

T = TypeVar("T")
Share = Field(ge=0, le=1)


@dataclass(frozen=True, slots=True, kw_only=True, config=STRICT)
class DemandRules:
    repeat_damping: float = Field(ge=0, lt=1)
    clarity: dict[Literal["clear", "vague", "concept", "directionless"], float]
    leaders: str


@dataclass(frozen=True, slots=True, kw_only=True, config=STRICT)
class Statements:
    """Word lists, blanks between the words."""

    cut_off: str
    risk: str
    single: str
    not_before: str
    not_after: str
    confidential: str
    rival_routes: str


@dataclass(frozen=True, slots=True, kw_only=True, config=STRICT)
class PatentRules:
    lag_years: int = Field(ge=0)
    window: int = Field(ge=3)
    fewest_years: int = Field(ge=3)
    fewest_families: int = Field(ge=1)
    shrink: float = Field(gt=0)
    route_share: float = Share
    route_families: int = Field(ge=1)


@dataclass(frozen=True, slots=True, kw_only=True, config=STRICT)
class SubstitutionRules:
    concentrated_share: float = Share
    concentrated_hhi: float = Share
    single_holder: float = Share
    dependent_organisations: int = Field(ge=1)


@dataclass(frozen=True, slots=True, kw_only=True, config=STRICT)
class ProjectRules:
    accepted: str
    stopped: str


@dataclass(frozen=True, slots=True, kw_only=True, config=STRICT)
class Form:
    words: str
    add: int


@dataclass(frozen=True, slots=True, kw_only=True, config=STRICT)
class Instruments:
    supply: str
    environment: str
    demand: str


@dataclass(frozen=True, slots=True, kw_only=True, config=STRICT)
class PolicyRules:
    half_life_years: float = Field(gt=0)
    cap: int = Field(ge=1)
    naming: float = Share
    level: dict[str, int]
    form: tuple[Form, ...]
    status: dict[str, float]
    instruments: Instruments


@dataclass(frozen=True, slots=True, kw_only=True, config=STRICT)
class EvidenceRules:
    demand: DemandRules
    statements: Statements
    patents: PatentRules
    substitution: SubstitutionRules
    projects: ProjectRules
    policy: PolicyRules


def load_evidence_rules(folder: Path) -> EvidenceRules:
    """Reads evidence.toml and policy_strength.toml of the folder; raises InvalidSetting naming the key at fault."""
    table = read_toml(folder / "evidence.toml") | {"policy": read_toml(folder / "policy_strength.toml")}
    return validate(EvidenceRules, table, "evidence.toml、policy_strength.toml")


def read_toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text("utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise InvalidSetting(path.name, f"无法读取（{error}）", "请恢复该文件，或从安装包中复制一份") from error


def validate(kind: type[T], table: dict[str, Any], name: str) -> T:
    try:
        return TypeAdapter(kind).validate_python(table)
    except pydantic.ValidationError as error:
        first = error.errors()[0]
        where = ".".join(str(part) for part in first["loc"])
        raise InvalidSetting(name, f"{where}：{first['msg']}", "请对照安装包中的同名文件修改") from error


def any_word(words: str) -> re.Pattern[str]:
    """Finds any of the words, longest first; an empty list finds nothing."""
    listed = sorted(set(words.split()), key=lambda word: (-len(word), word))
    return re.compile("|".join(map(re.escape, listed)) if listed else r"(?!)")
