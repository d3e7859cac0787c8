"""The word groups of policy_tasks.toml: what may speak for or against a task in a policy clause."""

import re
import tomllib
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from nlp.errors import InvalidSetting

__all__ = ["PolicyWords", "load_policy_words"]


@dataclass(frozen=True, slots=True, kw_only=True)
class PolicyWords:
    """Every pattern is compiled once; a group's pattern finds any of its words."""

    adverbs: re.Pattern[str]
    scope_starts: tuple[str, ...]
    scope_ends: tuple[str, ...]
    numbering: re.Pattern[str]
    lead_in: int  # characters before a colon that are an announcement
    figure: re.Pattern[str]
    plain_number: re.Pattern[str]
    leads: tuple[str, ...]
    lead: re.Pattern[str]
    lead_classes: Mapping[str, frozenset[str]]
    groups: Mapping[str, re.Pattern[str]]
    retrospect: re.Pattern[str]
    plans: re.Pattern[str]


def load_policy_words(path: Path) -> PolicyWords:
    """Reads policy_tasks.toml. Raises InvalidSetting for a file that is not TOML, lacks a part or holds a broken pattern."""
    try:
        content = tomllib.loads(path.read_text("utf-8"))
        leads = tuple(content["leads"]["words"].split())
        return PolicyWords(
            adverbs=re.compile(f"(?:{_any(content['adverbs'])}|[，、的地])*"),
            scope_starts=tuple(content["scope_starts"].split()),
            scope_ends=tuple(content["scope_ends"].split()),
            numbering=re.compile(content["numbering"]),
            lead_in=int(content["lead_in"]),
            figure=re.compile(content["figure"]),
            plain_number=re.compile(content["plain_number"]),
            leads=leads,
            lead=re.compile(_any(" ".join(leads))),
            lead_classes={name: frozenset(listed.split()) for name, listed in content["lead_classes"].items()},
            groups={name: re.compile(_any(words)) for name, words in content["groups"].items()},
            retrospect=re.compile("|".join(content["retrospect"]["patterns"])),
            plans=re.compile(_any(" ".join(content["retrospect"]["plans"]))),
        )
    except (OSError, ValueError, RecursionError) as error:
        raise InvalidSetting(path.name, f"无法读取（{error}）", "请恢复该文件，或从安装包中复制一份") from error
    except (KeyError, TypeError, AttributeError, re.error) as error:
        raise InvalidSetting(path.name, f"缺少或写错了 {error}", "请对照安装包中的同名文件修改") from error


def _any(words: str) -> str:
    """Longest first, so that 培育壮大 is not read as 培育."""
    return "|".join(re.escape(word) for word in sorted(set(words.split()), key=lambda word: (-len(word), word)))
