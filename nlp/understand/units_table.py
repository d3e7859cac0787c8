"""The units that a figure may carry, and the patterns made of them; the data is units.toml."""

import re
import tomllib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path

from nlp.errors import InvalidSetting

__all__ = ["UnitTable", "alternation", "load_units", "scale_between"]

_LATIN_END = re.compile(r"[A-Za-zμµΩσ]$")
_POWER = r"(?:[²³⁻¹⁴]{1,3}|\^?[-−]?[1-4](?![\d.A-Za-z℃%～~]))?"


@dataclass(frozen=True, slots=True, kw_only=True)
class UnitTable:
    """Patterns are sources, not compiled: they are put into larger ones."""

    unit: str  # one whole unit, scale and denominators included
    prefix_units: str  # HRC, HB: stand before the number
    prefix_names: str  # Ra, φ: stand before the number, are no unit
    hanzi_units: frozenset[str]
    scale: re.Pattern[str]
    atom: re.Pattern[str]
    kinds: Mapping[str, str]  # atom in lower case -> kind

    def kind(self, unit: str) -> str:
        """percent, technical, time, money, …; `rate` for a count per something; `bare` without a unit."""
        if not unit:
            return "bare"
        rest = unit[found.end() :] if (found := self.scale.match(unit)) else unit
        atom = self.atom.match(rest)
        kind = self.kinds[atom[0].lower()] if atom else "scale" if found else "technical"
        return "rate" if kind in ("count", "document", "time", "money") and re.search("[/每]", unit) else kind


def alternation(words: Iterable[str]) -> str:
    """The words as one group, longest first. A word of two Latin letters or more is matched in any case, and none
    may run on into another Latin letter."""
    return "(?:" + "|".join(map(_word, sorted(set(words), key=lambda word: (-len(word), word)))) + ")"


def _word(word: str) -> str:
    source = re.escape(word)
    if sum(char.isascii() and char.isalpha() for char in word) >= 2:
        source = f"(?i:{source})"
    return source + "(?![A-Za-z])" if _LATIN_END.search(word) else source


def load_units(path: Path) -> UnitTable:
    """Read the file. Raises InvalidSetting when it cannot be read or a part is missing."""
    try:
        return _table(tomllib.loads(path.read_text("utf-8-sig")))
    except (OSError, re.error, ValueError, RecursionError) as error:
        raise InvalidSetting(path.name, f"内容无法解析（{error}）", "请对照随附的原文件修改") from error
    except (KeyError, TypeError, AttributeError) as error:
        raise InvalidSetting(path.name, f"缺少或写错了一项：{error}", "请对照随附的原文件补全") from error


def _table(data: Mapping[str, Mapping[str, str]]) -> UnitTable:
    kinds = {unit.lower(): kind for kind, line in data["kinds"].items() for unit in line.split()}
    atom = alternation(unit for line in data["kinds"].values() for unit in line.split())
    scale = "(?:" + "|".join(data["parts"]["scales"].split()) + ")"
    below = "(?:" + "|".join([atom, alternation(data["parts"]["denominators"].split())]) + ")"
    factor = f"{below}{_POWER}"
    unit = (
        rf"(?:{scale}?{atom}{_POWER}(?:\s?(?:[/·•⋅∙*?]|每|(?<=[A-Za-z])\.)\s?(?:{factor}|[（(]{factor}(?:[·•⋅∙*.]?{factor})*[)）])){{0,3}}"
        rf"|{scale}(?:/{factor})?)"
    )
    return UnitTable(
        unit=unit,
        prefix_units=alternation(data["before"]["units"].split()).replace("(?![A-Za-z])", ""),
        prefix_names=alternation(data["before"]["names"].split()).replace("(?![A-Za-z])", ""),
        hanzi_units=frozenset(data["numerals"]["hanzi_units"].split()),
        scale=re.compile(scale),
        atom=re.compile(atom),
        kinds=kinds,
    )


_SI = {"n": 1e-9, "μ": 1e-6, "µ": 1e-6, "u": 1e-6, "m": 1e-3, "": 1.0, "k": 1e3, "K": 1e3, "M": 1e6, "G": 1e9, "T": 1e12}


def scale_between(first: str, second: str) -> float | None:
    """By what a number in `first` is multiplied to stand in `second`: Hz, kHz -> 0.001. None where they are no kin."""
    if first.lower() == second.lower() or second.lower().startswith(first.lower() + "/"):
        return 1.0
    for base in filter(None, (first[1:], first, second)):
        ends = first.endswith(base) and second.endswith(base)
        if ends and (one := _SI.get(first[: -len(base)])) and (other := _SI.get(second[: -len(base)])):
            return one / other
    return None
