"""Abbreviations that a corpus explains itself: 非视距传播（NLOS）, 锂离子电池（锂电池）."""

import re
from collections import Counter, defaultdict
from collections.abc import Container, Iterator, Mapping, Sequence

from nlp.records import TermMention

__all__ = ["is_abbreviation", "mine"]

BRACKET = re.compile(r"[(（](?P<inner>[^()（）\n]{2,40})[)）]")
# Capitals lead, few digits: GPS, CMOS, IGBT, V2G, LoRa; not S1, MPU6050, 图3.
LATIN = re.compile(r"(?=(?:.*[A-Z]){2})[A-Za-z][A-Za-z0-9]{1,7}")
MAX_FORM = 20
SHARE = 2 / 3  # an abbreviation that is explained in several ways belongs to the one that leads clearly


def mine(mentions: Sequence[TermMention], texts: Mapping[str, str], known: Container[str]) -> dict[str, str]:
    """abbreviation -> full form, both as surfaces that are mentioned; one full form an abbreviation."""
    ends: dict[tuple[str, int], list[str]] = defaultdict(list)
    for mention in mentions:
        ends[mention.unit_id, mention.end].append(mention.surface)
    surfaces = {mention.surface for mention in mentions}
    votes: dict[str, Counter[str]] = defaultdict(Counter)
    for unit_id in sorted(texts):
        for short, start in _brackets(texts[unit_id]):
            full = _known_form(texts[unit_id][:start], known) or max(ends.get((unit_id, start), []), key=len, default=None)
            if full and short in surfaces and is_abbreviation(short, full):
                votes[short][full] += 1
    leaders = {short: _leader(counts) for short, counts in votes.items()}
    return {short: full for short, full in leaders.items() if full is not None}


def is_abbreviation(short: str, full: str) -> bool:
    """Latin: capitals, and the initials where the full form is Latin too. Chinese: a part of the characters, in order."""
    if len(short) >= len(full) and not LATIN.fullmatch(short):
        return False
    if LATIN.fullmatch(short):
        if sum(c.isdigit() for c in short) > 1:
            return False
        return _initials(full) == short.upper() if full.isascii() else len(full) > len(short)
    if short.isascii() or full.isascii():
        return False
    rest = iter(full)
    return len(short) >= 2 and short[0] == full[0] and short not in full and all(c in rest for c in short)


def _initials(full: str) -> str:
    return "".join(word[0] for word in re.findall(r"[A-Za-z]+", full)).upper()


def _brackets(text: str) -> Iterator[tuple[str, int]]:
    """Content of each bracket (its last part after a comma) and where the bracket opens."""
    for match in BRACKET.finditer(text):
        yield re.split(r"[,，;；]", match["inner"])[-1].strip(), match.start()


def _known_form(before: str, known: Container[str]) -> str | None:
    """The longest lexicon term that ends where the bracket opens."""
    forms = (before[-length:] for length in range(min(MAX_FORM, len(before)), 1, -1))
    return next((form for form in forms if form in known), None)


def _leader(counts: Counter[str]) -> str | None:
    full, votes = min(counts.items(), key=lambda item: (-item[1], len(item[0]), item[0]))
    return full if votes >= SHARE * counts.total() else None
