"""Groups of variants that mean the same, from synonyms.toml."""

import tomllib
from dataclasses import dataclass
from pathlib import Path

from nlp.errors import InvalidSetting

__all__ = ["SynonymGroup", "load_synonyms"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SynonymGroup:
    """Variants of one term; `inside` allows the exchange within longer terms (SiC衬底 = 碳化硅衬底)."""

    name: str
    variants: tuple[str, ...]
    inside: bool = False


def load_synonyms(path: Path) -> tuple[SynonymGroup, ...]:
    """Read `[[group]]` tables with name, variants, inside. Raises InvalidSetting for anything else."""
    if not path.is_file():
        return ()
    try:
        tables = tomllib.loads(path.read_text("utf-8-sig")).get("group", [])
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise InvalidSetting(path.name, f"不是有效的 TOML（{error}）", "请按文件开头的示例修改") from error
    return tuple(_group(path.name, number, table) for number, table in enumerate(tables, start=1))


def _group(name: str, number: int, table: object) -> SynonymGroup:
    match table:
        case {"name": str(title), "variants": [*variants], "inside": bool(inside)}:
            pass
        case {"name": str(title), "variants": [*variants]}:
            inside = False
        case _:
            variants = [None]
    if not all(isinstance(variant, str) for variant in variants):
        raise InvalidSetting(name, f"第{number}组缺少 name 或 variants", "每个 [[group]] 写 name 和 variants 两项")
    return SynonymGroup(name=title, variants=tuple(map(str, variants)), inside=inside)
