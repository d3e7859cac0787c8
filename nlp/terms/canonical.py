"""Variants of one term under one name, by deterministic rules only; vectors never decide (抛光液 and 抛光垫 are close)."""

import hashlib
import re
from array import array
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache
from itertools import chain, groupby
from operator import attrgetter

from nlp.records import Term, TermMention
from nlp.terms.abbreviations import Explanations
from nlp.terms.lexicon import Lexicon
from nlp.terms.ruler import inside_word
from nlp.terms.variants import NOTHING, VariantRules, fold, loosen

__all__ = ["TermNames", "TermTable", "comparison_key", "merge", "name_terms", "simplifier"]

BRACKET = re.compile(r"[(\[【](?P<inner>[^()\[\]【】]*)[)\]】]")
LATIN_WORDS = re.compile(r"[a-z][a-z ,;，；-]*")


@dataclass(frozen=True, slots=True, kw_only=True)
class TermTable:
    """All terms, by name, and the mentions with their term_id, by unit and place."""

    terms: tuple[Term, ...]
    mentions: tuple[TermMention, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class TermNames:
    """All terms, by name, and the id of each surface's term."""

    terms: tuple[Term, ...]
    term_of: Mapping[str, str]

    def named(self, mentions: Iterable[TermMention]) -> Iterator[TermMention]:
        """The mentions with their term_id."""
        return (replace(m, term_id=self.term_of[m.surface]) for m in mentions)


def comparison_key(simplify: Callable[[str], str] = str, rules: VariantRules | None = None) -> Callable[[str], str]:
    """str -> key: `fold`, then `simplify`, then `loosen` of variants.py. For comparing only, never for storing."""
    chosen = rules or VariantRules()

    def key(surface: str) -> str:
        return loosen(simplify(fold(surface, chosen)), chosen) or surface

    return key


@cache
def simplifier(kept: re.Pattern[str] = NOTHING) -> Callable[[str], str]:
    """Traditional -> Simplified with Mainland wording (OpenCC tw2sp); text without Traditional characters stays.

    Mainland words must not be taken for Taiwan's: tw2sp reads 行程 as 进程 and 晶片 as 芯片. `kept` are words that stay
    in Traditional text too.
    """
    from opencc import OpenCC

    characters, wording = OpenCC("t2s"), OpenCC("tw2sp")

    def simplify(text: str) -> str:
        if text.isascii() or characters.convert(text) == text:
            return text
        return "".join(part if kept.fullmatch(part) else str(wording.convert(part)) for part in kept.split(text))

    return simplify


def merge(mentions: Iterable[TermMention], lexicon: Lexicon, units: Iterable[tuple[str, str]] = ()) -> TermTable:
    """`name_terms`, with the mentions under their terms. The order of the mentions does not matter."""
    ordered = sorted(mentions, key=lambda m: (m.unit_id, m.start, -m.end, m.extractor))
    names = name_terms(ordered, lexicon, units)
    return TermTable(terms=names.terms, mentions=tuple(names.named(ordered)))


def name_terms(mentions: Iterable[TermMention], lexicon: Lexicon, units: Iterable[tuple[str, str]] = ()) -> TermNames:
    """Put surfaces under one term: same key, same synonym group, or abbreviation of the same full form.

    The mentions are gone through once, those of a unit one after another. `units` are their texts; abbreviations (X（ABBR）)
    are mined only when they are given. term_id is taken from the group's key (of the synonym group's name or the full form),
    not from the most frequent surface, so it holds when counts change.
    """
    key = comparison_key(simplifier(lexicon.variants.kept), lexicon.variants)
    explained = Explanations(units, lexicon.terms)
    units_of: dict[str, array[int]] = defaultdict(lambda: array("I"))
    for number, (unit_id, own) in enumerate(groupby(mentions, attrgetter("unit_id"))):
        found = list(own)
        explained.look(unit_id, found)
        for mention in found:
            units_of[mention.surface].append(number)
    short = explained.mine(units_of, lexicon.variants.not_names)
    groups = _Groups(lexicon, key, {key(abbreviation): key(full) for abbreviation, full in short.items()})
    group_of = {surface: groups.of(key(surface)) for surface in units_of}
    by_group: dict[str, dict[str, array[int]]] = defaultdict(dict)
    for surface, numbers in units_of.items():
        by_group[group_of[surface]][surface] = numbers
    terms = sorted((_term(group, found) for group, found in by_group.items()), key=lambda term: (term.name, term.term_id))
    return TermNames(terms=tuple(terms), term_of={surface: _term_id(group) for surface, group in group_of.items()})


class _Groups:
    """key -> key of the term that it belongs to."""

    def __init__(self, lexicon: Lexicon, key: Callable[[str], str], short: Mapping[str, str]) -> None:
        self._joined = lexicon.variants.joined_after
        self._inside: dict[str, str] = {}
        for group in lexicon.synonyms:
            self._inside |= {key(variant): key(group.name) for variant in group.exchanged}
        # A name stands for itself, so that 等离子体 is not read as 等离子 with a 体 behind it.
        self._inside |= {key(group.name): key(group.name) for group in lexicon.synonyms if group.exchanged}
        self._lengths = sorted({len(form) for form in self._inside}, reverse=True)
        self._names: dict[str, str] = {}
        for group in lexicon.synonyms:
            for form in (group.name, *group.variants):
                self._names.setdefault(key(form), key(group.name))
                self._names.setdefault(self._exchanged(key(form)), key(group.name))
        self._short = {abbreviation: full for abbreviation, full in short.items() if abbreviation not in self._names}

    def of(self, key: str) -> str:
        key = self._without_brackets(key)
        named = self._names.get(key) or self._short.get(key)
        if named is None:
            named = self._exchanged(key)
        return self._names.get(named, self._exchanged(named))

    def _exchanged(self, key: str) -> str:
        """Names for variants within a longer key, longest first from the left; never within a Latin word."""
        parts, position = [], 0
        while position < len(key):
            end = self._variant_end(key, position)
            parts.append(self._inside[key[position:end]] if end else key[position])
            position = end or position + 1
        return "".join(parts)

    def _variant_end(self, key: str, start: int) -> int:
        """End of the longest variant that begins at `start`, 0 for none."""
        for length in self._lengths:
            if key[start : start + length] in self._inside and not inside_word(key, start, min(start + length, len(key))):
                return min(start + length, len(key))
        return 0

    def _without_brackets(self, key: str) -> str:
        """碳化硅(sic)衬底 -> 碳化硅衬底, where the bracket repeats what stands before it; 硅片(12英寸) is left alone."""
        if "(" not in key and "[" not in key and "【" not in key:
            return key
        for match in reversed(list(BRACKET.finditer(key))):
            before, inner = key[: match.start()], match["inner"]
            if before and self._repeats(before, inner):
                key = before + key[match.end() :]
            elif (not before and LATIN_WORDS.fullmatch(inner)) or before[-1:] in self._joined:
                key = before + inner + key[match.end() :]
        return key or inner

    def _repeats(self, before: str, inner: str) -> bool:
        """The bracket, or the last part of it after a comma, is another name of what `before` ends with."""
        *rest, last = re.split(r"[,，;；]", inner)
        name = self._names.get(last) or self._short.get(last)
        if name is None or not all(LATIN_WORDS.fullmatch(part) for part in rest):
            return False
        return any(self._names.get(before[start:], before[start:]) == name for start in range(len(before) - 1))


def _term_id(group: str) -> str:
    return "t-" + hashlib.sha1(group.encode("utf-8", "surrogatepass"), usedforsecurity=False).hexdigest()[:10]


def _term(group: str, found: Mapping[str, Sequence[int]]) -> Term:
    """Surface -> the number of the unit of each of its mentions. Named by the most frequent surface; ties: the longest, then the
    first in order of characters."""
    name, *others = sorted(found, key=lambda surface: (-len(found[surface]), -len(surface), surface))
    return Term(
        term_id=_term_id(group),
        name=name,
        variants=tuple(others),
        n_mentions=sum(map(len, found.values())),
        n_units=len(set(chain.from_iterable(found.values()))),
    )
