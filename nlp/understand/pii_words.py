"""The word lists of corpora/lexicons/pii.toml, read once and compiled into the patterns that `pii` uses."""

import re
import tomllib
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import ClassVar

from pydantic import ConfigDict, TypeAdapter, ValidationError

from nlp.errors import InvalidSetting

__all__ = ["PiiWords", "load_pii_words"]

STRICT = ConfigDict(extra="forbid", hide_input_in_errors=True)
SEPARATOR = r"(?:(?:号码?|名称|信息)?[ \t]*(?:[:=|/—]+|为|是|\n)[ \t|]*|[ \t]+)"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Contact:
    __pydantic_config__: ClassVar[ConfigDict] = STRICT
    person: tuple[str, ...]
    person_with_colon: tuple[str, ...]
    person_verbs: tuple[str, ...]
    followers: tuple[str, ...]
    titles: tuple[str, ...]
    not_names: tuple[str, ...]
    surnames: str
    compound_surnames: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Phone:
    __pydantic_config__: ClassVar[ConfigDict] = STRICT
    labels: tuple[str, ...]
    number_labels: tuple[str, ...]
    units: tuple[str, ...]
    area3: tuple[str, ...]
    area4_prefixes: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Documents:
    __pydantic_config__: ClassVar[ConfigDict] = STRICT
    id_card: tuple[str, ...]
    passport: tuple[str, ...]
    provinces: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _Accounts:
    __pydantic_config__: ClassVar[ConfigDict] = STRICT
    wechat: tuple[str, ...]
    qq: tuple[str, ...]
    not_accounts: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class _File:
    __pydantic_config__: ClassVar[ConfigDict] = STRICT
    contact: _Contact
    phone: _Phone
    documents: _Documents
    accounts: _Accounts


@dataclass(frozen=True, slots=True, kw_only=True)
class PiiWords:
    """Compiled patterns. All are matched on half-width text of the same length as the original."""

    area: re.Pattern[str]  # an area code, whole string
    phone_label: re.Pattern[str]  # a label that ends where a number begins
    number_label: re.Pattern[str]  # a label of something else that ends shortly before
    unit: re.Pattern[str]  # what makes a number a quantity
    id_label: re.Pattern[str]
    provinces: frozenset[str]
    passport: re.Pattern[str]
    wechat: re.Pattern[str]
    qq: re.Pattern[str]
    name_label: re.Pattern[str]  # ends where a name begins
    name_verb: re.Pattern[str]
    surname: re.Pattern[str]
    title: re.Pattern[str]
    follower: re.Pattern[str]
    not_name: re.Pattern[str]


def load_pii_words(path: Path) -> PiiWords:
    """Reads pii.toml. Raises InvalidSetting for a file that is missing, not TOML, or lacks or misspells an entry."""
    try:
        return _compile(TypeAdapter(_File).validate_python(tomllib.loads(path.read_text("utf-8"))))
    except ValidationError as error:
        place = ".".join(map(str, error.errors()[0]["loc"]))
        raise InvalidSetting(path.name, f"{place} 一项缺少、多余或类型不对", "请对照安装包中的同名文件修改") from error
    except (OSError, re.error, ValueError, RecursionError) as error:
        raise InvalidSetting(path.name, f"无法读取（{error}）", "请恢复该文件，并按 UTF-8 保存") from error


def _any(words: Iterable[str]) -> str:
    return "|".join(map(re.escape, sorted(set(words), key=lambda word: (-len(word), word))))


def _spaced(words: Iterable[str]) -> str:
    """Like `_any`, with blanks allowed between the characters of Chinese words: 联 系 人."""
    ordered = sorted(set(words), key=lambda word: (-len(word), word))
    return "|".join(re.escape(w) if w.isascii() else "[ ]*".join(map(re.escape, w)) for w in ordered)


def _compile(file: _File) -> PiiWords:
    contact, phone, documents, accounts = file.contact, file.phone, file.documents, file.accounts
    ignore = re.IGNORECASE
    never = f"(?!{_any(accounts.not_accounts)})"
    return PiiWords(
        area=re.compile(f"(?:{_any(phone.area3)})|(?:{_any(phone.area4_prefixes)})\\d"),
        phone_label=re.compile(f"(?:{_any(phone.labels)})(?:号码?|号|人)?[ \\t]*[\\[(]?[ \\t]*(?:[:=|/\\n]|为|是)?[ \\t|]*[\\[(]?$", ignore),
        number_label=re.compile(f"(?:{_any(phone.number_labels)})[^\\n,。;]{{0,6}}$"),
        unit=re.compile(f"[ ]?(?:{_any(phone.units)})"),
        id_label=re.compile(f"(?:{_any(documents.id_card)})[^\\d\\n]{{0,4}}$", ignore),
        provinces=frozenset(documents.provinces),
        passport=re.compile(f"(?:{_any(documents.passport)})(?:[号码 \\t:.#|=为是()\\n]|No){{0,6}}(?P<value>(?=[A-Z0-9 -]*\\d{{6}})[A-Z]{{0,2}}[ -]?\\d{{6,9}})(?![A-Z0-9])", ignore),
        wechat=re.compile(f"(?<![A-Z])(?:{_any(accounts.wechat)})(?:/QQ)?{never}[( ]*{SEPARATOR}?{never}[( ]*(?P<value>[A-Z][A-Z0-9_-]{{5,19}})(?![A-Z0-9_@-])", ignore),
        qq=re.compile(f"(?<![A-Z])(?:{_any(accounts.qq)})(?:/微信|/WeChat)?{never}[( ]*{SEPARATOR}?[( ]*(?P<value>[1-9](?:[ -]?\\d){{4,11}})(?![\\d@.])", ignore),
        name_label=re.compile(
            f"(?P<loose>{_spaced(contact.person)})(?:(?:及|和|与|/|、)?(?:电话|手机|联系方式|联系电话|职务)+)?(?:\\(签[字章]\\))?{SEPARATOR}?[\\[(（【]?[ ]*"
            f"|(?P<strict>{_spaced(contact.person_with_colon)})(?:(?:及|和|与|/|、)(?:电话|手机|联系方式|联系电话|职务)+)?(?:[ \\t]*[:|\\n][ \\t|]*|[ ]+(?=[\u4e00-\u9fff]{{2,3}}(?![\u4e00-\u9fff])))", ignore),
        name_verb=re.compile(_any(contact.person_verbs)),
        surname=re.compile(f"{_any(contact.compound_surnames)}|[{contact.surnames}]"),
        title=re.compile(_any(contact.titles)),
        follower=re.compile(_any(contact.followers)),
        not_name=re.compile(_any(contact.not_names)),
    )
