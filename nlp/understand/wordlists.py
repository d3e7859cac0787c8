"""What decides whether two demands are the same beside their own words: duplicates.toml and the lexicon's synonyms."""

import re
import tomllib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import cached_property
from pathlib import Path
from types import MappingProxyType

from nlp.errors import InvalidSetting
from nlp.terms.lexicon import Lexicon

__all__ = ["DuplicateWords", "load_duplicate_words", "uncommon"]

_LISTS = ("generic", "background_headings", "need_headings", "background_marks", "idle_units")
_MARKS = 2  # so many marks in one sentence make it one on the organisation
_REMEDY = "请按文件中的注释修改：词写在英文双引号里，用逗号分开"


@dataclass(frozen=True, kw_only=True)
class DuplicateWords:
    """The word lists of duplicates.toml; the comments there say what each one is for."""

    generic: frozenset[str] = frozenset()
    background_headings: tuple[str, ...] = ()
    need_headings: tuple[str, ...] = ()
    background_marks: tuple[str, ...] = ()
    idle_units: frozenset[str] = frozenset()
    same: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))  # word -> the word that stands for its group
    spellings: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))  # unit -> canonical unit
    inside: tuple[tuple[str, str], ...] = ()  # (variant, name) exchanged within longer words, longest variant first
    factors: Mapping[str, tuple[str, float]] = field(default_factory=lambda: MappingProxyType({}))  # unit -> (quantity, factor)
    contrasts: tuple[frozenset[str], ...] = ()
    _known: dict[str, str] = field(default_factory=dict, compare=False, repr=False)  # words seen, for speed only

    def canonical(self, word: str) -> str:
        """The form that a word is compared by: folded, under the name of its synonyms, also where they are part of it."""
        if word not in self._known:
            self._known[word] = self._exchanged(word.casefold())
        return self._known[word]

    def _exchanged(self, word: str) -> str:
        if word in self.same or len(word) < 3 or word.isascii():
            return self.same.get(word, word)
        for variant, name in self.inside:
            if variant in word and name not in word:
                word = word.replace(variant, name)
        return word

    def measured(self, value: float, unit: str) -> tuple[float, str]:
        """Value and unit for comparison: in the base unit of the quantity where there is one, to six digits."""
        quantity, factor = self.factors.get(unit, (unit, 1.0))
        return float(f"{value * factor:.6g}"), quantity

    def unit(self, written: str) -> str:
        return self.spellings.get(written) or self.spellings.get(written.casefold()) or written.casefold()

    def unit_at(self, text: str, start: int) -> str:
        """The longest Chinese unit that stands in `text` at `start`, after a blank or not; "" if none does."""
        start += text[start : start + 1] == " "
        candidates = (text[start : start + length] for length in range(self._longest_unit, 0, -1))
        return next((c for c in candidates if c in self.spellings and not c.isascii()), "")

    @cached_property
    def _longest_unit(self) -> int:
        return max(map(len, self.spellings), default=0)

    @cached_property
    def contrasted(self) -> frozenset[str]:
        return frozenset().union(*self.contrasts)

    @cached_property
    def _sets_of(self) -> Mapping[str, frozenset[int]]:
        found: dict[str, set[int]] = {}
        for index, group in enumerate(self.contrasts):
            for word in group:
                found.setdefault(word, set()).add(index)
        return {word: frozenset(indexes) for word, indexes in found.items()}

    def exclude(self, a: str, b: str) -> bool:
        """Whether two words stand for things of one kind that are not the same thing: 玉米/大豆, 氮化铝/氧化铝, 正极/负极."""
        if a == b:
            return False
        return any(self._together(x, y) for x, y in ((a, b), *_stripped(a, b)))

    def _together(self, a: str, b: str) -> bool:
        return bool(a and b and self.groups_of(a) & self.groups_of(b))

    def groups_of(self, word: str) -> frozenset[int]:
        """The numbers of the contrast groups that hold the word."""
        return self._sets_of.get(word, frozenset())

    def heading(self, label: str, *, inside: bool) -> bool:
        """Whether the lines from this label on are on the organisation; a label of neither kind changes nothing."""
        if any(h in label for h in self.background_headings):
            return True
        return inside and not any(h in label for h in self.need_headings)

    def without_generic(self, text: str) -> str:
        """The text with every generic word of two characters or more blanked; its length stays."""
        return self._generic_pattern.sub(lambda match: " " * len(match[0]), text)

    @cached_property
    def _generic_pattern(self) -> re.Pattern[str]:
        longer = sorted((w for w in self.generic if len(w) > 1), key=lambda w: (-len(w), w))
        return re.compile("|".join(map(re.escape, longer)) or r"(?!)")

    def on_organisation(self, sentence: str) -> bool:
        return sum(mark in sentence for mark in self.background_marks) >= _MARKS


def _stripped(a: str, b: str) -> Iterable[tuple[str, str]]:
    """The parts that are left when the common beginning, the common end or both are taken away."""
    head, tail = _common(a, b), _common(a[::-1], b[::-1])
    yield a[head:], b[head:]
    yield a[: len(a) - tail], b[: len(b) - tail]
    yield uncommon(a, b)


def uncommon(a: str, b: str) -> tuple[str, str]:
    """Two words without their common beginning and their common end: 猪瘟病, 猪丹毒病 -> 瘟, 丹毒."""
    head = _common(a, b)
    tail = min(_common(a[::-1], b[::-1]), len(a) - head, len(b) - head)
    return a[head : len(a) - tail], b[head : len(b) - tail]


def _common(a: str, b: str) -> int:
    return next((i for i, (x, y) in enumerate(zip(a, b, strict=False)) if x != y), min(len(a), len(b)))


def load_duplicate_words(path: Path, lexicon: Lexicon) -> DuplicateWords:
    """duplicates.toml with the synonyms and stop terms of the lexicon. Raises InvalidSetting for what cannot be used."""
    try:
        table = tomllib.loads(path.read_text("utf-8-sig"))
    except (OSError, ValueError, RecursionError) as error:
        raise InvalidSetting(path.name, f"不是有效的 TOML（{error}）", _REMEDY) from error
    lists = {name: _words(path.name, name, table.get(name, [])) for name in _LISTS}
    groups = {name: _groups(path.name, name, table.get(name, [])) for name in ("units", "paraphrases")}
    contrasts = _groups(path.name, "contrasts", list(table.get("contrasts", {}).values()))
    synonyms = [(group.name, *group.variants) for group in lexicon.synonyms]
    same = _representatives([*synonyms, *groups["paraphrases"]])
    within = [w for g in lexicon.synonyms if g.inside for w in (g.name, *g.variants)] + [w for g in groups["paraphrases"] for w in g]
    contrasted = {word for group in contrasts for word in group}
    return DuplicateWords(
        generic=(frozenset(lists["generic"]) | lexicon.stop_terms) - contrasted,
        background_headings=lists["background_headings"],
        need_headings=lists["need_headings"],
        background_marks=lists["background_marks"],
        idle_units=frozenset(lists["idle_units"]),
        same=same,
        spellings={word: group[0] for group in groups["units"] for word in group},
        inside=tuple(sorted({(w, same[w]) for w in map(str.casefold, within) if same[w] != w and not w.isascii()}, key=lambda p: (-len(p[0]), p))),
        factors=_factors(path.name, table.get("factors", {})),
        contrasts=tuple(_contrast([same.get(word.casefold(), word.casefold()) for word in group]) for group in contrasts),
    )


def _representatives(groups: Iterable[Sequence[str]]) -> dict[str, str]:
    """Word -> first word of its group, folded; a word that an earlier group holds brings its whole group along."""
    found: dict[str, str] = {}
    for group in groups:
        words = [word.casefold() for word in group]
        name = next((found[word] for word in words if word in found), words[0])
        for word in words:
            found.setdefault(word, name)
    return found


def _contrast(group: Sequence[str]) -> frozenset[str]:
    """The words, and what tells them apart where all end alike: 谐波减速器, RV减速器 -> also 谐波, RV."""
    tail = min((_common(group[0][::-1], word[::-1]) for word in group[1:]), default=0)
    heads = [word[:-tail] for word in group if len(word) > tail] if tail > 1 else []
    return frozenset((*group, *heads))


def _factors(file: str, value: object) -> dict[str, tuple[str, float]]:
    found: dict[str, tuple[str, float]] = {}
    for quantity, units in value.items() if isinstance(value, dict) else [("", None)]:
        if not isinstance(units, dict) or not all(isinstance(factor, int | float) and factor > 0 for factor in units.values()):
            raise InvalidSetting(file, f"factors 中的 {quantity} 不是“单位 = 倍数”", _REMEDY)
        found |= {str(unit): (str(quantity), float(factor)) for unit, factor in units.items()}
    return found


def _words(file: str, name: str, value: object) -> tuple[str, ...]:
    if not isinstance(value, list) or not all(isinstance(word, str) and word for word in value):
        raise InvalidSetting(file, f"{name} 不是词的列表", _REMEDY)
    return tuple(dict.fromkeys(map(str, value)))


def _groups(file: str, name: str, value: object) -> tuple[tuple[str, ...], ...]:
    if not isinstance(value, list):
        raise InvalidSetting(file, f"{name} 不是词组的列表", _REMEDY)
    return tuple(_words(file, name, group) for group in value)
