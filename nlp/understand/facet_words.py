"""The word lists of corpora/lexicons/facets.toml, read once; each list is one compiled alternation, longest word first."""

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from pydantic import ConfigDict, TypeAdapter, ValidationError

from nlp.errors import InvalidSetting

__all__ = ["FacetWords", "any_of", "load_facet_words"]

STRICT = ConfigDict(extra="forbid", hide_input_in_errors=True)
Words = tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Group:
    __pydantic_config__: ClassVar[ConfigDict] = STRICT
    words: Words
    name: str = ""
    score: float = 0.0


@dataclass(frozen=True, slots=True, kw_only=True)
class _File:
    __pydantic_config__: ClassVar[ConfigDict] = STRICT
    headings: dict[str, Words]
    self_description: _Group
    money: dict[str, Words]
    period: dict[str, Words]
    foreign: dict[str, Words]
    cooperation: tuple[_Group, ...]
    cooperation_wish: dict[str, Words]
    benchmark: _Group
    problem: tuple[_Group, ...]
    parts: dict[str, Words]
    clarity: dict[str, Words]


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighted:
    pattern: re.Pattern[str]
    name: str
    score: float


@dataclass(frozen=True, slots=True, kw_only=True)
class FacetWords:
    """Patterns by the list's name in the file; `cooperation` and `problem` keep the file's order."""

    headings: Mapping[str, re.Pattern[str]]
    self_description: re.Pattern[str]
    money: Mapping[str, re.Pattern[str]]
    period: Mapping[str, re.Pattern[str]]
    foreign: Mapping[str, re.Pattern[str]]
    cooperation: tuple[Weighted, ...]
    cooperation_wish: Mapping[str, re.Pattern[str]]
    benchmark: re.Pattern[str]
    problem: tuple[Weighted, ...]
    parts: Mapping[str, re.Pattern[str]]
    clarity: Mapping[str, re.Pattern[str]]


REQUIRED = {
    "headings": ("basis", "background", "money", "cooperation", "goal", "problem", "need"),
    "money": ("total", "planned", "mentioned", "own", "fiscal", "not_budget", "items"),
    "period": ("labels", "not_before", "done"),
    "foreign": ("strong", "inlet_before", "inlet_after", "held", "abroad", "not_held", "countries", "vendors"),
    "cooperation_wish": ("wish", "done"),
    "parts": ("numbered", "openers", "titles", "topics"),
    "clarity": ("contrast", "present", "means", "about", "problem", "strong_problem", "how", "improve", "wish", "study", "functions", "must", "standard", "slogans",
                "properties", "economic", "talent", "funds", "sales"),
}


def any_of(words: Iterable[str]) -> re.Pattern[str]:
    ordered = sorted({word for word in words if word}, key=lambda word: (-len(word), word))
    return re.compile("|".join(map(re.escape, ordered)) or "(?!)")


def load_facet_words(path: Path) -> FacetWords:
    """Reads facets.toml. Raises InvalidSetting for a file that is missing, not TOML, or lacks or misspells a list."""
    try:
        file = TypeAdapter(_File).validate_python(tomllib.loads(path.read_text("utf-8")))
    except ValidationError as error:
        place = ".".join(map(str, error.errors()[0]["loc"]))
        raise InvalidSetting(path.name, f"{place} 一项缺少、多余或类型不对", "请对照安装包中的同名文件修改") from error
    except (OSError, ValueError, RecursionError) as error:
        raise InvalidSetting(path.name, f"无法读取（{error}）", "请恢复该文件，并按 UTF-8 保存") from error
    for section, names in REQUIRED.items():
        if missing := [name for name in names if name not in getattr(file, section)]:
            raise InvalidSetting(path.name, f"[{section}] 缺少 {'、'.join(missing)}", "请对照安装包中的同名文件补上")
    return _compile(file)


def _compile(file: _File) -> FacetWords:
    def each(lists: Mapping[str, Words]) -> dict[str, re.Pattern[str]]:
        return {name: any_of(words) for name, words in lists.items()}

    def weighted(groups: Iterable[_Group]) -> tuple[Weighted, ...]:
        return tuple(Weighted(pattern=any_of(g.words), name=g.name, score=g.score) for g in groups)

    return FacetWords(
        headings=each(file.headings), self_description=any_of(file.self_description.words), money=each(file.money),
        period=each(file.period), foreign=each(file.foreign), cooperation=weighted(file.cooperation),
        cooperation_wish=each(file.cooperation_wish), benchmark=any_of(file.benchmark.words), problem=weighted(file.problem),
        parts=each(file.parts), clarity=each(file.clarity),
    )
