"""Which differences of spelling change nothing, and which forbid a merge; the data is variants.toml.

`fold` makes a form for comparing only: width, case, blanks, hyphens, Greek letters, units, and the particles that a
writer may drop. It never touches numbers, formulae or heads.
"""

import re
import unicodedata
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType

from nlp.terms.rules import read_or_default

__all__ = ["VariantRules", "fold", "load_variants"]

HAN = "\u3400-\u9fff"
QUOTES = re.compile("[\"'“”‘’「」『』《》〈〉<>]")
DASH = "[-‐‑‒–—―−－]"
# Between two digits a dash is a range or a minus: 1-2级, 10-6.
HYPHEN = re.compile(rf"(?<=[^\d\s]){DASH}+|{DASH}+(?=[^\d\s])")
PLURAL = re.compile(r"(?<![A-Za-z])([A-Z]{2,})s(?![A-Za-z])")  # MOFs
PARTICLES = "的用型式"
DIGITS = dict(zip("一二三四五六七八九", range(1, 10), strict=True))
NOTHING = re.compile("(?!)")


@dataclass(frozen=True, slots=True, kw_only=True)
class VariantRules:
    """The defaults fold width, case and blanks, and nothing else."""

    greek: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    spelled: re.Pattern[str] = NOTHING  # a Greek letter's name
    units: Mapping[str, str] = field(default_factory=lambda: MappingProxyType({}))
    measured: re.Pattern[str] = NOTHING  # number and unit
    counted: re.Pattern[str] = NOTHING  # numeral before a word that is counted
    particles: re.Pattern[str] = NOTHING
    hyphens: re.Pattern[str] = NOTHING
    quotes: re.Pattern[str] = NOTHING
    plural: re.Pattern[str] = NOTHING
    kept: re.Pattern[str] = NOTHING  # words that the conversion from Traditional must leave
    joined_after: frozenset[str] = frozenset()
    not_names: frozenset[str] = frozenset()
    opposites: frozenset[frozenset[str]] = frozenset()
    same_heads: frozenset[frozenset[str]] = frozenset()


def fold(surface: str, rules: VariantRules) -> str:
    """Before Traditional characters are simplified: NFKC, quotes, units, Greek letters, hyphens, blanks, case."""
    text = unicodedata.normalize("NFKC", surface)
    if not text.isascii() or not text.isalpha():
        text = rules.measured.sub(lambda m: m["number"] + rules.units[m["unit"]], text)
        text = rules.quotes.sub("", text)
    text = rules.plural.sub(lambda m: m[1], text)
    text = rules.spelled.sub(lambda m: rules.greek[m[0].lower()], text)
    return "".join(rules.hyphens.sub("", text).split()).casefold()


def loosen(key: str, rules: VariantRules) -> str:
    """After characters are simplified: numerals before counted words, particles that may be dropped."""
    key = rules.counted.sub(lambda m: str(_number(m["numeral"])), key)
    return rules.particles.sub("", key)


def _number(numeral: str) -> int:
    """一 … 九十九 -> 1 … 99."""
    tens, ten, ones = numeral.rpartition("十")
    return (DIGITS.get(tens, 1) * 10 if ten else 0) + DIGITS.get(ones, 0)


def load_variants(path: Path) -> VariantRules:
    """The rules of variants.toml; absent: the defaults. Raises InvalidSetting naming the file."""
    return read_or_default(path, _rules, VariantRules())


def _rules(data: Mapping[str, Mapping[str, str]]) -> VariantRules:
    greek, units = dict(data["greek"]), dict(data["units"])
    counted = _either(data["numerals"]["before"].split())
    return VariantRules(
        greek=MappingProxyType(greek),
        spelled=_spelled(greek),
        units=MappingProxyType(units),
        measured=re.compile(rf"(?P<number>[\d一二三四五六七八九十])\s*(?P<unit>{_either(units)})(?![A-Za-z/])"),
        counted=re.compile(rf"(?P<numeral>[一二三四五六七八九]?十[一二三四五六七八九]?|[一二三四五六七八九])(?=(?:{counted}))"),
        particles=re.compile("|".join(_particle(p, data["particles"]) for p in PARTICLES)),
        hyphens=HYPHEN,
        quotes=QUOTES,
        plural=PLURAL,
        kept=re.compile(f"({_either(data['traditional']['kept'].split())})"),
        joined_after=frozenset(data["brackets"]["joined_after"]),
        not_names=frozenset(data["short_names"]["not_names"].split()),
        opposites=_pairs(data["veto"]["opposites"]),
        same_heads=_pairs(data["veto"]["same_heads"]),
    )


def _either(words: Iterable[str]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=lambda word: (-len(word), word)))


def _spelled(greek: Mapping[str, str]) -> re.Pattern[str]:
    latin = _either(name for name in greek if name.isascii())
    rest = _either(name for name in greek if not name.isascii())
    return re.compile(rf"(?<![A-Za-z])(?i:{latin})(?=[A-Z]{{2}}|[^A-Za-z]|$)|{rest}")


def _particle(particle: str, data: Mapping[str, str]) -> str:
    """A word of two characters or more stands on either side; none of the exceptions is met."""
    kept = _either(word[1:] for word in data[f"{particle}_keep_words"].split())
    before = re.escape(data[f"{particle}_keep_after"])
    return rf"(?<=[{HAN}][{HAN}])(?<![{before}]){particle}(?!{kept})(?=[{HAN}]{{2}}|[a-z]{{2}})"


def _pairs(text: str) -> frozenset[frozenset[str]]:
    pairs = [frozenset(pair.split("/")) for pair in text.split()]
    if any(len(pair) != 2 for pair in pairs):
        raise ValueError("每一对用一条斜线隔开")
    return frozenset(pairs)
