"""triage/settings.toml, read once when the server or a command starts."""

import tomllib
from pathlib import Path

import pydantic
from pydantic import Field, TypeAdapter
from pydantic.dataclasses import dataclass

from nlp.errors import InvalidSetting
from nlp.options import STRICT

__all__ = ["ROOT", "Settings", "read"]

ROOT = Path(__file__).resolve().parents[1]
DEFAULT = Path(__file__).with_name("settings.toml")


@dataclass(frozen=True, slots=True, kw_only=True, config=STRICT)
class SessionSettings:
    idle_minutes: int = Field(gt=0)
    longest_hours: int = Field(gt=0)


@dataclass(frozen=True, slots=True, kw_only=True, config=STRICT)
class LoginSettings:
    failures: int = Field(gt=0)
    locked_minutes: int = Field(gt=0)
    invitation_hours: int = Field(gt=0)
    password_length: int = Field(ge=8)


@dataclass(frozen=True, slots=True, kw_only=True, config=STRICT)
class UploadSettings:
    file_mb: int = Field(gt=0)
    at_once: int = Field(gt=0)
    minutes: int = Field(gt=0)


@dataclass(frozen=True, slots=True, kw_only=True, config=STRICT)
class PageSettings:
    prefetched: int = Field(ge=0)
    bulk: int = Field(gt=0)
    poll_seconds: int = Field(gt=0)


@dataclass(frozen=True, slots=True, kw_only=True, config=STRICT)
class NumberSettings:
    pause_minutes: int = Field(gt=0)
    public_min: int = Field(gt=0)


@dataclass(frozen=True, slots=True, kw_only=True, config=STRICT)
class ChoiceSettings:
    channels: tuple[str, ...]
    refusals: tuple[str, ...]


@dataclass(frozen=True, slots=True, kw_only=True, config=STRICT)
class Settings:
    session: SessionSettings
    login: LoginSettings
    upload: UploadSettings
    page: PageSettings
    numbers: NumberSettings
    choices: ChoiceSettings


def read(path: Path = DEFAULT) -> Settings:
    """Raises InvalidSetting naming what is wrong."""
    try:
        return TypeAdapter(Settings).validate_python(tomllib.loads(path.read_text("utf-8")))
    except pydantic.ValidationError as error:
        first = error.errors(include_url=False, include_input=False)[0]
        raise InvalidSetting(path.name, f"{'.'.join(map(str, first['loc']))}：{first['msg']}", "请改正后重新启动") from error
    except (OSError, ValueError, RecursionError) as error:
        raise InvalidSetting(path.name, f"无法读取（{error}）", "请从安装包中恢复该文件") from error
