"""What a candidate phrase may be made of; the data is candidate_rules.toml."""

import re
import tomllib
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any, TypeVar

from nlp.errors import InvalidSetting

__all__ = ["CandidateRules", "load_rules", "read_or_default"]

R = TypeVar("R")

WORD_LISTS = ("breakers", "left", "right", "process", "generic", "attachable", "part_heads")
MORE_WORDS = ("nouns", "modifiers", "compounds", "devices", "predicates")
NAME_LISTS = ("not_places", "organisations")
CHARACTERS = ("initial", "final", "affixes", "splitting", "open")
TAG_LISTS = ("nominal", "verbal", "modifier")


@dataclass(frozen=True, slots=True, kw_only=True)
class CandidateRules:
    """Word classes, heads and weights. The defaults take plain noun compounds."""

    nominal_tags: frozenset[str] = frozenset({"n", "nz", "vn", "eng"})
    verbal_tags: frozenset[str] = frozenset()
    modifier_tags: frozenset[str] = frozenset({"b"})
    breakers: frozenset[str] = frozenset()
    left: frozenset[str] = frozenset()
    right: frozenset[str] = frozenset()
    process: frozenset[str] = frozenset()
    generic: frozenset[str] = frozenset()
    nouns: frozenset[str] = frozenset()
    modifiers: frozenset[str] = frozenset()
    compounds: frozenset[str] = frozenset()
    predicates: frozenset[str] = frozenset()
    devices: frozenset[str] = frozenset()
    attachable: frozenset[str] = frozenset()
    part_heads: frozenset[str] = frozenset()
    formal_marks: tuple[str, ...] = ()
    heads: tuple[str, ...] = ()
    common_heads: tuple[str, ...] = ()
    single_heads: tuple[str, ...] = ()
    licences: frozenset[str] = frozenset("的、")
    initial: frozenset[str] = frozenset()
    final: frozenset[str] = frozenset()
    affixes: frozenset[str] = frozenset()
    splitting: frozenset[str] = frozenset()
    open: frozenset[str] = frozenset()
    not_places: frozenset[str] = frozenset()
    organisations: frozenset[str] = frozenset()
    organisation_ends: tuple[str, ...] = ()
    policy_weak: tuple[str, ...] = ()
    register_marks: tuple[str, ...] = ()
    marks_per_hundred: float = 4.0
    classifying: re.Pattern[str] = field(default_factory=lambda: re.compile(r"(?!)"))
    units: frozenset[str] = frozenset()
    weights: Mapping[str, float] = field(default_factory=lambda: MappingProxyType({"bias": 1.0}))


def load_rules(path: Path) -> CandidateRules:
    """The rules of candidate_rules.toml; absent: the defaults. Raises InvalidSetting naming the file."""
    return read_or_default(path, _rules, CandidateRules())


def read_or_default(path: Path, build: Callable[[dict[str, dict[str, Any]]], R], absent: R) -> R:
    """What `build` makes of a TOML file; absent: the defaults. Raises InvalidSetting when a part is missing or of a wrong kind."""
    if not path.is_file():
        return absent
    try:
        return build(tomllib.loads(path.read_text("utf-8-sig")))
    except (re.error, ValueError, RecursionError) as error:
        raise InvalidSetting(path.name, f"内容无法解析（{error}）", "请对照随附的原文件修改") from error
    except (KeyError, TypeError, AttributeError) as error:
        raise InvalidSetting(path.name, f"缺少或写错了一项：{error}", "请对照随附的原文件补全") from error


def _rules(data: Mapping[str, Mapping[str, object]]) -> CandidateRules:
    tags = {f"{name}_tags": frozenset(map(str, _strings(data["tags"][name]))) for name in TAG_LISTS}
    words = {name: frozenset(_split(data["words"][name])) for name in WORD_LISTS + MORE_WORDS}
    names = {name: frozenset(_split(data["names"][name])) for name in NAME_LISTS}
    characters = {name: frozenset(str(data["function"][name])) for name in CHARACTERS}
    weights = {name: float(str(value)) for name, value in data["weights"].items()}
    return CandidateRules(
        **tags,
        **words,
        **names,
        **characters,
        organisation_ends=_split(data["names"]["organisation_ends"]),
        heads=_split(data["heads"]["technical"]),
        common_heads=_split(data["heads"]["common"]),
        single_heads=_split(data["heads"]["single"]),
        licences=frozenset(_split(data["function"]["licences"])) | {"\n"},
        policy_weak=_split(data["heads"]["policy_weak"]),
        register_marks=_split(data["register"]["marks"]),
        formal_marks=_split(data["register"]["formal"]),
        marks_per_hundred=float(str(data["register"]["per_hundred"])),
        classifying=re.compile(str(data["numbers"]["classifying"])),
        units=frozenset(str(data["numbers"]["units"]).split("|")),
        weights=MappingProxyType(weights),
    )


def _strings(value: object) -> list[str]:
    if not isinstance(value, list):
        raise TypeError(f"应为列表：{value!r}")
    return [str(item) for item in value]


def _split(value: object) -> tuple[str, ...]:
    if not isinstance(value, str):
        raise TypeError(f"应为以空白分隔的文字：{value!r}")
    return tuple(dict.fromkeys(value.split()))
