"""The words by which a collection notice is read: corpora/lexicons/notice_rules.toml and regions.toml, staff edit both."""

import dataclasses
import re
import tomllib
from collections.abc import Mapping
from pathlib import Path

import pydantic
from pydantic import ConfigDict, TypeAdapter
from pydantic.dataclasses import dataclass

from nlp.errors import InvalidSetting
from nlp.parse.regions import UNKNOWN, load_regions

__all__ = ["RuleVocabulary", "load_vocabulary"]

STRICT = ConfigDict(extra="forbid")
Words = tuple[str, ...]


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Normative:
    words: Words
    not_words: Words
    preferences: Words
    other_subjects: Words
    companions: Words


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Compare:
    least: Words
    most: Words
    below: Words
    above: Words
    refused: Words
    least_after: Words
    most_after: Words
    verbs: Words
    fillers: Words


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Quantity:
    subjects: Words
    units: Words


@dataclass(frozen=True, kw_only=True, config=STRICT)
class WordList:
    words: Words


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Ratio:
    own: Words
    fiscal: Words
    total: Words


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Benchmark:
    verbs: Words
    nouns: Words
    patterns: Words
    stated: Words
    generic: Words
    slogans: Words


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Funded:
    funded: Words
    refused: Words
    since: Words


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Title:
    subjects: Words
    forbid: Words
    list_ends: Words
    kinds: Words


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Subject:
    forbid: Words
    ends: Words


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Patterns:
    patterns: Words


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Region:
    triggers: Words
    restrict: Words
    groups: Mapping[str, Words]


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Field:
    restrict: Words
    heads: Words
    segments: Mapping[str, Words]


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Deadline:
    verbs: Words


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Judging:
    implausible_money: float  # 万元
    same: float
    close: float
    close_same_organisation: float
    filler_words: Words
    own_money: Words
    no_fiscal: Words
    never_funded: Words


@dataclass(frozen=True, kw_only=True, config=STRICT)
class Counting:
    economic: Words
    economic_units: Words
    capacity: Words


@dataclass(frozen=True, kw_only=True, config=STRICT)
class RuleVocabulary:
    """Every list of notice_rules.toml, and the provinces: name as written -> province's short name."""

    normative: Normative
    compare: Compare
    quantity: Mapping[str, Quantity]
    not_this_demand: WordList
    ratio: Ratio
    benchmark: Benchmark
    funded: Funded
    title: Title
    subject: Subject
    single: Patterns
    region: Region
    field: Field
    deadline: Deadline
    judging: Judging
    counting: Counting
    provinces: Mapping[str, str] = dataclasses.field(default_factory=dict)  # 济宁 -> 山东, 山东省 -> 山东
    whole_provinces: frozenset[str] = frozenset()  # the names that mean a province, not a place in one

    def province(self, name: str) -> str:
        return self.provinces.get(name, UNKNOWN)


def load_vocabulary(folder: Path) -> RuleVocabulary:
    """Reads notice_rules.toml and regions.toml of one folder. Raises InvalidSetting naming the key or pattern at fault."""
    path = folder / "notice_rules.toml"
    try:
        table = tomllib.loads(path.read_text("utf-8"))
        regions = load_regions(folder / "regions.toml")
        whole = frozenset((*regions.provinces, *regions.full_names))
        read = TypeAdapter(RuleVocabulary).validate_python({**table, "provinces": dict(regions.names), "whole_provinces": whole})
        for pattern in (*read.single.patterns, *read.benchmark.stated, *read.benchmark.patterns, *read.normative.companions):
            re.compile(pattern)
    except pydantic.ValidationError as error:
        first = error.errors()[0]
        raise InvalidSetting(path.name, f"{'.'.join(map(str, first['loc']))}：{first['msg']}", "请对照安装包中的同名文件修改") from error
    except (OSError, ValueError, RecursionError) as error:
        raise InvalidSetting(path.name, f"无法读取（{error}）", "请恢复该文件，或从安装包中复制一份") from error
    except re.error as error:
        raise InvalidSetting(path.name, f"正则写法有误：{error.pattern!r}（{error}）", "请改正后再运行") from error
    return read
