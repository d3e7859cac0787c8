"""The synonyms file: header variants by kind, and the word lists of the parsers."""

import re
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from nlp.errors import InvalidSetting
from nlp.normalise import key
from nlp.records import Kind

__all__ = ["KindColumns", "Synonyms", "core", "label_key", "load_synonyms"]

_NUMBERING = re.compile(r"^(?:[(（]?(?:\d{1,2}|[一二三四五六七八九十]{1,3})[)）.．、:：]+|[①-⑳])(?=\D)")
_MARKS = re.compile(r"[*＊★※:：?？\s]")
_POLITE = re.compile(r"^(?:请问|请填写|请简述|请描述|请说明|请)?(?:贵|您(?:的)?)?")  # 贵单位名称是？
_ASKING = re.compile(r"(?:是什么|有哪些|是多少|分别是|是)$")
_BRACKETED = re.compile(r"[(（\[【](?P<inner>[^()（）\[\]【】]*)[)）\]】]")
_UNIT_END = re.compile(r"[/,，、](?:亿元|万元|千元|元|年|月)$")  # 经费预算/万元
_BRACKETS = re.compile(r"[()（）\[\]【】。，,、;；]")


@dataclass(frozen=True, slots=True, kw_only=True)
class KindColumns:
    """What the synonyms file says of one kind. `exact` and `normalised` map a label to its canonical name."""

    required: tuple[tuple[str, ...], ...]  # of each group one must be mapped
    distinctive: frozenset[str]
    multiple: frozenset[str]
    sections: tuple[str, ...]
    exact: Mapping[str, str]
    normalised: Mapping[str, str]
    partial: frozenset[str]  # names that a longer label may end as
    marks: tuple[str, ...]  # words in a title's or text's label that speak for the kind
    heads: Mapping[str, str]  # end of a label in a label's place -> canonical name, longest first
    order: Mapping[str, int]  # label key -> preference among labels of one canonical name


@dataclass(frozen=True, slots=True, kw_only=True)
class Synonyms:
    kinds: Mapping[Kind, KindColumns]
    words: Mapping[str, tuple[str, ...]]
    folders: Mapping[Kind, tuple[str, ...]]


def label_key(label: str) -> str:
    """NFKC key without numbering (1、), stars, colons and the bracket characters themselves."""
    bare = _MARKS.sub("", key(label))
    return _ASKING.sub("", _POLITE.sub("", _BRACKETS.sub("", _NUMBERING.sub("", bare))))


def core(label: str, keep: Sequence[str]) -> str:
    """`label_key` without what stands in brackets (hints such as 万元 or 限500字), unless it is one of `keep`."""

    def drop(match: re.Match[str]) -> str:
        inner = match["inner"]
        return inner if inner in keep else ""

    bare = _MARKS.sub("", key(label))
    return label_key(_UNIT_END.sub("", _BRACKETED.sub(drop, _NUMBERING.sub("", bare))))


def load_synonyms(path: Path) -> Synonyms:
    """Reads columns.toml. Raises InvalidSetting for a file that is not TOML or lacks a kind."""
    try:
        content = tomllib.loads(path.read_text("utf-8"))
        return Synonyms(
            kinds={kind: _kind(content[kind.value]) for kind in Kind},
            words={name: tuple(words) for name, words in content["words"].items()},
            folders={kind: tuple(content["folders"][kind.value]) for kind in Kind},
        )
    except (OSError, ValueError, RecursionError) as error:
        raise InvalidSetting(path.name, f"无法读取（{error}）", "请恢复该文件，或从安装包中复制一份") from error
    except (KeyError, TypeError, AttributeError) as error:
        raise InvalidSetting(path.name, f"缺少或写错了 {error}", "请对照安装包中的同名文件修改") from error


def _kind(table: Mapping[str, object]) -> KindColumns:
    columns = table["columns"]
    if not isinstance(columns, dict):
        raise TypeError("columns")
    pairs = [(str(label), str(name)) for name, labels in columns.items() for label in labels]
    keyed = [(label_key(label), name) for label, name in pairs]
    return KindColumns(
        required=tuple(tuple(group) for group in _rows(table["required"])),
        distinctive=frozenset(_strings(table["distinctive"])),
        multiple=frozenset(_strings(table["multiple"])),
        sections=tuple(_strings(table.get("sections", []))),
        partial=frozenset(_strings(table.get("partial", []))),
        marks=tuple(_strings(table.get("marks", []))),
        heads=_heads(table.get("heads", {})),
        exact=dict(reversed(pairs)),
        normalised=dict(reversed(keyed)),
        order={label: i for i, (label, _) in reversed(list(enumerate(keyed)))},
    )


def _heads(table: object) -> dict[str, str]:
    if not isinstance(table, dict):
        raise TypeError("heads")
    pairs = [(end, str(name)) for name, ends in table.items() for end in _strings(ends)]
    return dict(sorted(pairs, key=lambda pair: -len(pair[0])))


def _strings(value: object) -> list[str]:
    if not isinstance(value, list):
        raise TypeError(str(value))
    return [str(item) for item in value]


def _rows(value: object) -> list[list[str]]:
    if not isinstance(value, list):
        raise TypeError(str(value))
    return [_strings(item) for item in value]
