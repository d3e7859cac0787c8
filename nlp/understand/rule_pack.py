"""Rules <-> a TOML pack that staff can read and edit."""

import tomllib
from collections.abc import Iterable
from datetime import date

from pydantic import ConfigDict, TypeAdapter, ValidationError
from pydantic.dataclasses import dataclass

from nlp.errors import InvalidSetting
from nlp.records import Rule

__all__ = ["from_toml", "to_toml"]

_LISTED = frozenset({"title_without", "title_without_names", "subject_without", "region_in", "field_in", "received_by"})
_HEAD = """\
# 一份征集通知的规则包，由系统从通知原文编译，工作人员可以修改、增删。
# rule   规则名；quote 通知原句（退回补正时引用）；number 数量：项、万元、年、倍、%、字、年份；words 禁用字样、地区、领域、截止日期
# rule = "unreadable" 是系统没有读懂的要求：请人工核对，或改写成上面已有的规则，或删去。
"""


@dataclass(frozen=True, kw_only=True, config=ConfigDict(extra="forbid"))
class _Row:
    rule: str
    quote: str
    number: float | None = None
    words: tuple[str, ...] = ()


def to_toml(rules: Iterable[Rule]) -> str:
    return _HEAD + "".join(f"\n[[rule]]\n{_row(rule)}" for rule in rules)


def _row(rule: Rule) -> str:
    lines = [f"rule = {_string(rule.rule)}", f"quote = {_string(rule.quote)}"]
    if rule.number is not None:
        lines.append(f"number = {int(rule.number) if rule.number.is_integer() else repr(rule.number)}")
    if rule.words:
        lines.append(f"words = [{', '.join(map(_string, rule.words))}]")
    return "\n".join(lines) + "\n"


def _string(text: str) -> str:
    """A TOML basic string; control characters as \\uXXXX."""
    escaped = text.replace("\\", "\\\\").replace('"', '\\"')
    return '"' + "".join(c if c >= " " and c != "\x7f" else f"\\u{ord(c):04X}" for c in escaped) + '"'


def from_toml(text: str) -> tuple[Rule, ...]:
    """Raises InvalidSetting, naming the rule and key, for a pack that cannot be used."""
    try:
        rows = TypeAdapter(tuple[_Row, ...]).validate_python(tomllib.loads(text).get("rule", []))
    except ValidationError as error:
        first = error.errors()[0]
        place = ".".join(str(part + 1) if isinstance(part, int) else part for part in first["loc"])
        raise InvalidSetting("规则包", f"第 {place} 处：{first['msg']}", "请对照编译出的规则包修改") from error
    except (ValueError, RecursionError) as error:  # of TOML: also a number too long, brackets too deep
        raise InvalidSetting("规则包", f"不是合法的 TOML：{error}", "请对照编译出的规则包修改") from error
    for row in rows:
        _check_row(row)
    return tuple(Rule(rule=r.rule, quote=r.quote, number=r.number, words=r.words) for r in rows)


def _check_row(row: _Row) -> None:
    """What a rule cannot be checked without."""
    lacks_number = row.rule.endswith(("_at_least", "_at_most")) and row.number is None
    lacks_words = row.rule in _LISTED and not row.words
    if lacks_number or lacks_words:
        raise InvalidSetting("规则包", f"规则 {row.rule} 缺少 {'number' if lacks_number else 'words'}", "请补上，或删去这条规则")
    if row.rule == "received_by":
        try:
            date.fromisoformat(row.words[0])
        except ValueError as error:
            raise InvalidSetting("规则包", f"规则 received_by 的日期 {row.words[0]} 无法识别", "请写成 2024-05-10 的样子") from error
