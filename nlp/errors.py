"""The error tree. Every message says what, why and what to do, in Chinese.

LuxiantuError
├── UnreadableDocument      a file or archive member that no reader can take
├── UnmappedColumns         a table whose required columns were not found
├── MalformedRecord         one row or form that lacks what its kind must have
├── EmptyCorpus             nothing was left to work on
├── ModelUnavailable        a model folder is missing or is not what its card says
└── InvalidSetting          a value in settings.toml, a chain or a lexicon that cannot be used
"""

from collections.abc import Sequence

__all__ = [
    "EmptyCorpus",
    "InvalidSetting",
    "LuxiantuError",
    "MalformedRecord",
    "ModelUnavailable",
    "UnmappedColumns",
    "UnreadableDocument",
]


class LuxiantuError(Exception):
    """Base of every error that a person is meant to read: `name`, `reason`, `remedy`."""

    verb = "无法处理"

    def __init__(self, name: str, reason: str, remedy: str) -> None:
        super().__init__(name, reason, remedy)  # same args, so it pickles across workers
        self.name, self.reason, self.remedy = name, reason, remedy

    def __str__(self) -> str:
        return f"{self.verb}《{self.name}》：{self.reason}。{self.remedy}。"


class UnreadableDocument(LuxiantuError):
    verb = "无法读取"


class UnmappedColumns(LuxiantuError):
    """A required column has no counterpart in the header that was seen."""

    verb = "无法对应表头"

    def __init__(self, name: str, missing: Sequence[str], seen: Sequence[str]) -> None:
        reason = f"缺少必需的列 {'、'.join(missing)}；见到的列是 {'、'.join(seen) or '（没有表头）'}"
        super().__init__(name, reason, "请在 corpora/lexicons/columns.toml 中为该列补充同义表头，或修改表头后重新放入")
        self.missing, self.seen = tuple(missing), tuple(seen)

    def __reduce__(self) -> tuple[type["UnmappedColumns"], tuple[str, tuple[str, ...], tuple[str, ...]]]:
        return type(self), (self.name, self.missing, self.seen)


class MalformedRecord(LuxiantuError):
    verb = "无法采用"


class EmptyCorpus(LuxiantuError):
    verb = "没有可用材料"


class ModelUnavailable(LuxiantuError):
    verb = "无法使用模型"


class InvalidSetting(LuxiantuError):
    verb = "设置有误"
