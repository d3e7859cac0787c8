"""The words by which a demanded figure is told from background; the data is target_cues.toml and units.toml."""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from nlp.errors import InvalidSetting
from nlp.understand.quantities import QuantityReader
from nlp.understand.units_table import load_units

__all__ = ["TargetVocabulary", "load_target_vocabulary"]

_WORDS = ("want", "now", "other", "condition_before", "condition_after", "budget", "calendar", "deliverable", "increase", "change_to",
          "decrease_to", "reach", "work", "history", "test", "parameter", "attributive", "rated", "economic", "smaller_is_better", "better", "reported")
_HEADINGS = ("goal", "content", "past", "problem", "always_past")


@dataclass(frozen=True, slots=True, kw_only=True)
class TargetVocabulary:
    """Patterns and weights, compiled once for a run."""

    reader: QuantityReader
    headings: Mapping[str, re.Pattern[str]]  # goal, content, past, problem, always_past
    words: Mapping[str, re.Pattern[str]]  # want, now, other, …
    weights: Mapping[str, float]  # feature -> weight; `bias` is always among them


def load_target_vocabulary(folder: Path) -> TargetVocabulary:
    """Read units.toml and target_cues.toml of `folder`. Raises InvalidSetting, naming the file, when one is unusable."""
    path = folder / "target_cues.toml"
    try:
        return _vocabulary(tomllib.loads(path.read_text("utf-8-sig")), folder)
    except (OSError, re.error, ValueError, RecursionError) as error:
        raise InvalidSetting(path.name, f"内容无法解析（{error}）", "请对照随附的原文件修改") from error
    except (KeyError, TypeError, AttributeError) as error:
        raise InvalidSetting(path.name, f"缺少或写错了一项：{error}", "请对照随附的原文件补全") from error


def _vocabulary(data: Mapping[str, Mapping[str, object]], folder: Path) -> TargetVocabulary:
    operators = {name: str(line).split() for name, line in data["operators"].items()}
    weights = {name: float(str(value)) for name, value in data["weights"].items()}
    return TargetVocabulary(
        reader=QuantityReader(load_units(folder / "units.toml"), operators, str(data["skip"]["not_figures"]).split()),
        headings={name: _any_of(str(data["headings"][name]).split()) for name in _HEADINGS},
        words={name: _any_of(str(data["words"][name]).split()) for name in _WORDS},
        weights={"bias": weights["bias"], **weights},
    )


def _any_of(words: Sequence[str]) -> re.Pattern[str]:
    return re.compile("|".join(sorted(words, key=len, reverse=True)))
