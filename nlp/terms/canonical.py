"""Variants of one term under one name, by deterministic rules only; vectors never decide (抛光液 and 抛光垫 are close)."""

import hashlib
import unicodedata
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace

from nlp.records import Term, TermMention
from nlp.terms.abbreviations import mine
from nlp.terms.lexicon import Lexicon
from nlp.terms.ruler import inside_word

__all__ = ["TermTable", "comparison_key", "merge"]


@dataclass(frozen=True, slots=True, kw_only=True)
class TermTable:
    """All terms, by name, and the mentions with their term_id, by unit and place."""

    terms: tuple[Term, ...]
    mentions: tuple[TermMention, ...]


def comparison_key(simplify: Callable[[str], str] = str) -> Callable[[str], str]:
    """str -> key: NFKC, no white space, lower case, then `simplify`. For comparing only, never for storing."""

    def key(surface: str) -> str:
        folded = "".join(unicodedata.normalize("NFKC", surface).split()).casefold()
        return simplify(folded) or surface

    return key


def simplifier() -> Callable[[str], str]:
    """Traditional -> Simplified with Mainland wording (OpenCC tw2sp)."""
    from opencc import OpenCC

    converter = OpenCC("tw2sp")

    def simplify(text: str) -> str:
        return text if text.isascii() else str(converter.convert(text))

    return simplify


def merge(mentions: Sequence[TermMention], lexicon: Lexicon, units: Iterable[tuple[str, str]] = ()) -> TermTable:
    """Give each mention the id of its term: same key, same synonym group, or abbreviation of the same full form.

    `units` are the texts of the mentions; abbreviations (X（ABBR）) are mined only when they are given.
    term_id is taken from the group's key (of the synonym group's name or the full form), not from the most frequent
    surface, so it holds when counts change. The order of the mentions does not matter.
    """
    key = comparison_key(simplifier())
    keys = {surface: key(surface) for surface in {m.surface for m in mentions}}
    short = mine(mentions, dict(units), lexicon.terms)
    groups = _Groups(lexicon, key, {key(abbreviation): key(full) for abbreviation, full in short.items()})
    by_group: dict[str, list[TermMention]] = defaultdict(list)
    for mention in mentions:
        by_group[groups.of(keys[mention.surface])].append(mention)
    terms = [_term(group, found) for group, found in by_group.items()]
    merged = [replace(m, term_id=_term_id(group)) for group, found in by_group.items() for m in found]
    return TermTable(
        terms=tuple(sorted(terms, key=lambda term: (term.name, term.term_id))),
        mentions=tuple(sorted(merged, key=lambda m: (m.unit_id, m.start, -m.end, m.extractor))),
    )


class _Groups:
    """key -> key of the term that it belongs to."""

    def __init__(self, lexicon: Lexicon, key: Callable[[str], str], short: Mapping[str, str]) -> None:
        self._names: dict[str, str] = {}
        inside: list[tuple[str, str]] = []
        for group in lexicon.synonyms:
            for variant in (group.name, *group.variants):
                self._names.setdefault(key(variant), key(group.name))
                if group.inside and variant != group.name:
                    inside.append((key(variant), key(group.name)))
        self._short = {abbreviation: full for abbreviation, full in short.items() if abbreviation not in self._names}
        self._inside = sorted(inside, key=lambda pair: (-len(pair[0]), pair[0]))

    def of(self, key: str) -> str:
        if key in self._names:
            return self._names[key]
        if key in self._short:
            return self._names.get(self._short[key], self._short[key])
        for variant, name in self._inside:
            key = _exchange(key, variant, name)
        return self._names.get(key, key)


def _exchange(key: str, variant: str, name: str) -> str:
    """Put `name` for `variant` in a longer key; never within a Latin word, never where the name already stands."""
    start = key.find(variant)
    if start < 0 or name in key or inside_word(key, start, start + len(variant)):
        return key
    return key[:start] + name + key[start + len(variant) :]


def _term_id(group: str) -> str:
    return "t-" + hashlib.sha1(group.encode("utf-8", "surrogatepass"), usedforsecurity=False).hexdigest()[:10]


def _term(group: str, mentions: Sequence[TermMention]) -> Term:
    """Named by the most frequent surface; ties: the longest, then the first in order of characters."""
    surfaces = Counter(mention.surface for mention in mentions)
    name, *others = sorted(surfaces, key=lambda surface: (-surfaces[surface], -len(surface), surface))
    return Term(
        term_id=_term_id(group),
        name=name,
        variants=tuple(others),
        n_mentions=len(mentions),
        n_units=len({mention.unit_id for mention in mentions}),
    )
