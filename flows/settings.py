"""The one settings file, read once a run into frozen values; nothing else in the project reads configuration."""

import math
import os
import re
import tomllib
from pathlib import Path
from typing import TYPE_CHECKING, Literal

import pydantic
from pydantic import Field, TypeAdapter
from pydantic.dataclasses import dataclass

from nlp.embed import Precision
from nlp.engines import EngineChoice
from nlp.errors import InvalidSetting
from nlp.options import STRICT, DraftOptions, IdentityOptions, PriorityOptions, TopicOptions
from nlp.terms.tiers import Tier

if TYPE_CHECKING:
    from pydantic_core import ErrorDetails

__all__ = ["ROOT", "EncoderSettings", "ExecutorName", "LabellerSettings", "ReadingSettings", "RunSettings", "ScaleSettings", "ScheduleSettings", "Settings", "TermSettings", "available_cores", "read", "read_schedule"]

ROOT = Path(__file__).resolve().parents[1]
DEFAULT = Path(__file__).with_name("settings.toml")


# pydantic's kinds of errors that a settings file can cause, in words for whoever wrote it
WRONG = {
    "missing": "缺少这一项", "unexpected_keyword_argument": "没有这一项，请检查拼写与所在的节", "dataclass_type": "应为一节或一张表，如 {{ 名称 = 值 }}", "dict_type": "应为一张表",
    "string_type": "应为文字，写在引号里", "int_type": "应为整数，不加引号", "int_parsing": "应为整数，不加引号", "int_parsing_size": "整数过大", "int_from_float": "应为整数，不带小数",
    "float_type": "应为数字，不加引号", "float_parsing": "应为数字，不加引号", "finite_number": "应为有限的数", "bool_type": "应为 true 或 false", "bool_parsing": "应为 true 或 false",
    "tuple_type": "应为方括号中的列表", "literal_error": "应为其中之一：{expected}", "enum": "应为其中之一：{expected}",
    "greater_than": "应大于 {gt}", "greater_than_equal": "应不小于 {ge}", "less_than": "应小于 {lt}", "less_than_equal": "应不大于 {le}",
}
ExecutorName = Literal["serial", "process", "dask"]


@dataclass(frozen=True, slots=True, kw_only=True, config=STRICT)
class RunSettings:
    chain: str
    seed: int


@dataclass(frozen=True, slots=True, kw_only=True, config=STRICT)
class ReadingSettings:
    """How large exports (csv, tsv, jsonl) are read; everything else is read whole, up to 200 MB."""

    whole_mb: int = Field(default=48, ge=1, le=200)  # above this an export is read in parts
    largest_mb: int = Field(default=8192, ge=200)
    workers: int = Field(default=0, ge=0)  # 0: as many as the process has cores


@dataclass(frozen=True, slots=True, kw_only=True, config=STRICT)
class EncoderSettings:
    name: str
    dtype: Precision
    engine: EngineChoice = "auto"
    batch_size: int = Field(gt=0)
    threads: int = Field(ge=0)


@dataclass(frozen=True, slots=True, kw_only=True, config=STRICT)
class TermSettings:
    tier: Tier


@dataclass(frozen=True, slots=True, kw_only=True, config=STRICT)
class LabellerSettings:
    """The optional language model that may propose names of topics; its key is read from the environment, never from a file."""

    enabled: bool = False
    endpoint: str = ""  # any service that speaks OpenAI's chat protocol
    name: str = ""  # of the model
    key_variable: str = "LUXIANTU_LABELLER_KEY"
    timeout: float = Field(default=20, gt=0)  # seconds a topic


@dataclass(frozen=True, slots=True, kw_only=True, config=STRICT)
class ScheduleSettings:
    """Scheduled runs; paths are relative to the project's folder or absolute."""

    corpus: str
    intake: str
    timezone: str
    corpus_inbox: tuple[str, ...]
    intake_inbox: tuple[str, ...]
    notice: str = ""  # the call or rule pack of intakes; none: the one call in the inbox
    out: str
    keep_days: int = Field(ge=1)
    port: int = Field(ge=1, le=65535)
    notify: tuple[str, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True, config=STRICT)
class ScaleSettings:
    """What bounds the work on very many patents."""

    fit_units: int = Field(default=20_000, ge=0)  # of a segment, from which its topics are found in a sample; 0: never
    executor: ExecutorName = "serial"
    workers: int = Field(default=0, ge=0)  # 0: as many as the process has cores
    address: str = ""  # of a Dask scheduler; none: workers on this machine
    partition: int = Field(default=2000, ge=1)  # texts
    store: str = ""  # folder or address (s3://…) of the partitions; none: below the output folder
    read_mb: int = Field(default=64, ge=0)  # an inbox of more is read by the workers of the scheduler at `address` too


@dataclass(frozen=True, slots=True, kw_only=True, config=STRICT)
class Settings:
    run: RunSettings
    encoder: EncoderSettings
    terms: TermSettings
    topics: TopicOptions
    priority: PriorityOptions
    draft: DraftOptions
    schedule: ScheduleSettings
    reading: ReadingSettings = Field(default_factory=ReadingSettings)
    scale: ScaleSettings = Field(default_factory=ScaleSettings)
    identity: IdentityOptions = Field(default_factory=IdentityOptions)
    labeller: LabellerSettings = Field(default_factory=LabellerSettings)


def read(path: Path | None = None) -> Settings:
    """Read settings.toml, or the file that LUXIANTU_SETTINGS names; raises InvalidSetting naming the key at fault."""
    chosen = path or Path(os.environ.get("LUXIANTU_SETTINGS") or DEFAULT)
    try:
        table = tomllib.loads(chosen.read_text("utf-8"))
        return TypeAdapter(Settings).validate_python(table)
    except OSError as error:
        raise InvalidSetting(chosen.name, f"文件读不到（{error.strerror}）", "请检查路径") from error
    except pydantic.ValidationError as error:
        first = error.errors()[0]
        key = ".".join(str(part) for part in first["loc"])
        raise InvalidSetting(chosen.name, f"{key}：{in_chinese(first)}", "请对照 flows/settings.toml 修改") from error
    except (ValueError, RecursionError) as error:  # of TOML: also a number too long, brackets too deep, no UTF-8
        raise InvalidSetting(chosen.name, f"不是合法的 TOML（{place_of(error)}）", "请对照 flows/settings.toml 修改") from error


def in_chinese(error: "ErrorDetails") -> str:
    """What pydantic found; a check of our own speaks Chinese already. What it was given is never quoted."""
    context = error.get("ctx", {})
    if error["type"] == "value_error":
        return str(context.get("error", ""))
    told = WRONG.get(error["type"], "值的类型或范围不对")
    return told.format_map({"expected": "", **{k: f"{v:g}" if isinstance(v, float) else str(v).replace(" or ", "、").replace(", ", "、") for k, v in context.items()}})


def place_of(error: Exception) -> str:
    if isinstance(error, UnicodeDecodeError):
        return "文件不是 UTF-8 编码"
    if found := re.search(r"at line (\d+), column (\d+)", str(error)):
        return f"第 {found[1]} 行第 {found[2]} 列附近"
    return "同一项写了两次" if "overwrite" in str(error) or "twice" in str(error) else "引号或括号没有配对，或数字过长"


LAST_RESORT = ScheduleSettings(corpus="0 2 * * 1", intake="30 1 * * *", timezone="Asia/Shanghai", corpus_inbox=("corpora/inbox",),
                               intake_inbox=("corpora/inbox/demands",), out="outputs", keep_days=36_500, port=4287)


def read_schedule() -> ScheduleSettings:
    """[schedule] for those who must note a failure although the settings cannot be used: of what can still be read of the file,
    else of the file that came with the project, else the last resort, which removes nothing and tells nobody."""
    for path in (Path(os.environ.get("LUXIANTU_SETTINGS") or DEFAULT), DEFAULT):
        try:
            return TypeAdapter(ScheduleSettings).validate_python(tomllib.loads(path.read_text("utf-8"))["schedule"])
        except (OSError, ValueError, KeyError, RecursionError):
            continue
    return LAST_RESORT


def available_cores(groups: Path = Path("/sys/fs/cgroup")) -> int:
    """Cores this process may really use: schedulers give fewer than the machine has, and containers a share of their time."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return max(1, min(cores, quota(groups) or cores))


def quota(groups: Path) -> int | None:
    """Whole cores' worth of time that the control group allows (Linux: Docker and Kubernetes' limits), v2 then v1; None without a limit."""
    for files in (("cpu.max",), ("cpu/cpu.cfs_quota_us", "cpu/cpu.cfs_period_us")):
        try:
            time, of = (int(number) for name in files for number in (groups / name).read_text("ascii").split())
        except (OSError, ValueError):  # no such file, or "max"
            continue
        if time > 0 and of > 0:
            return math.ceil(time / of)
    return None
