"""Groups of variants that mean the same, from synonyms.toml."""

import tomllib
from dataclasses import dataclass
from pathlib import Path

from nlp.errors import InvalidSetting

__all__ = ["SynonymGroup", "load_synonyms"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SynonymGroup:
    """Variants of one term; `inside` allows the exchange within longer terms (SiC衬底 = 碳化硅衬底).

    True: all variants; a tuple: these only, where others mean something else within a term (芯片 = chip).
    """

    name: str
    variants: tuple[str, ...]
    inside: bool | tuple[str, ...] = False

    @property
    def exchanged(self) -> tuple[str, ...]:
        """The variants that may be exchanged within longer terms."""
        if isinstance(self.inside, tuple):
            return self.inside
        return self.variants if self.inside else ()


def load_synonyms(path: Path) -> tuple[SynonymGroup, ...]:
    """Read `[[group]]` tables with name, variants, inside. Raises InvalidSetting for anything else."""
    if not path.is_file():
        return ()
    try:
        tables = tomllib.loads(path.read_text("utf-8-sig")).get("group", [])
    except (ValueError, RecursionError) as error:
        raise InvalidSetting(path.name, f"不是有效的 TOML（{error}）", "请按文件开头的示例修改") from error
    return tuple(_group(path.name, number, table) for number, table in enumerate(tables, start=1))


def _group(name: str, number: int, table: object) -> SynonymGroup:
    match table:
        case {"name": str(title), "variants": [*variants], **rest}:
            inside = rest.get("inside", False)
        case _:
            variants, inside, title = [None], False, ""
    if not all(isinstance(variant, str) for variant in variants):
        raise InvalidSetting(name, f"第{number}组缺少 name 或 variants", "每个 [[group]] 写 name 和 variants 两项")
    if isinstance(inside, list) and set(inside) <= set(variants):
        inside = tuple(map(str, inside))
    if not isinstance(inside, bool | tuple):
        raise InvalidSetting(name, f"第{number}组“{title}”的 inside 有误", "写 true，或从 variants 中选出几个列在方括号里")
    return SynonymGroup(name=title, variants=tuple(map(str, variants)), inside=inside)
