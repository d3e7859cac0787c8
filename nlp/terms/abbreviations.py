"""Short names that a corpus explains itself: 非视距传播（NLOS）, NLOS（非视距传播）, 柔性直流输电（以下简称柔直）."""

import re
from collections import Counter, defaultdict
from collections.abc import Collection, Container, Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from nlp.records import TermMention

__all__ = ["Explanations", "is_abbreviation", "is_short_name"]

BRACKET = re.compile(r"[(（](?P<inner>[^()（）\n]{2,60})[)）]")
QUOTE = "“”\"'「」『』"
# 以下简称“X”, 英文缩写为X; outside brackets it follows a comma.
CALLED = re.compile(rf"(?:以下|下文|下)?(?:统?简?称为?|(?:英文)?(?:缩写|简写)为?)[:：]?[{QUOTE}]?(?P<short>[^，,。；;、()（）\s{QUOTE}]{{2,16}})[{QUOTE}]?")
LOOSE = re.compile(r"[，,]\s*(?=(?:以下|下文|下)(?:简称|统称|称))")
# Capitals lead, few digits: GPS, CMOS, IGBT, V2G, LoRa, PS-PVD; not S1, MPU6050, 图3.
LATIN = re.compile(r"(?=(?:.*[A-Z]){2})[A-Za-z][A-Za-z0-9-]{1,9}")
MAX_FORM = 20
SHARE = 2 / 3  # an abbreviation that is explained in several ways belongs to the one that leads clearly
CHARACTERS = 2.2  # Chinese characters for one capital
ALIKE = 0.8  # share of a short name's characters that the full form holds


@dataclass(slots=True)
class _Explained:
    """What explains, where the explained form ends, the lexicon's form that ends there, and the mentions that do."""

    inner: str
    start: int
    known: str | None
    forms: list[str] = field(default_factory=list)


class Explanations:
    """What the texts of a corpus explain. Mentions are shown to it a unit at a time, so that they need not all be held."""

    def __init__(self, texts: Iterable[tuple[str, str]], known: Container[str]) -> None:
        found = ((unit_id, [_Explained(inner, start, _known_form(text[:start], known)) for inner, start in _explanations(text)]) for unit_id, text in texts)
        self._of = {unit_id: explained for unit_id, explained in found if explained}

    def look(self, unit_id: str, mentions: Sequence[TermMention]) -> None:
        """All mentions of a unit, once."""
        for one in self._of.get(unit_id, ()):
            one.forms += [m.surface for m in mentions if m.end == one.start]

    def mine(self, surfaces: Container[str], not_names: Collection[str] = ()) -> dict[str, str]:
        """abbreviation -> full form, both among `surfaces`, which are mentioned; one full form an abbreviation."""
        votes: dict[str, Counter[str]] = defaultdict(Counter)
        for unit_id in sorted(self._of):
            for one in self._of[unit_id]:
                forms = [*one.forms, one.known] if one.known else one.forms
                for short, full in _readings(one.inner, forms, surfaces, not_names):
                    votes[short][full] += 1
        leaders = {short: _leader(counts) for short, counts in votes.items()}
        return {short: full for short, full in leaders.items() if full is not None}


def _readings(
    inner: str, forms: Sequence[str], surfaces: Container[str], not_names: Collection[str]
) -> Iterator[tuple[str, str]]:
    """(short, full) that one explanation gives: what is called so, an abbreviation in brackets, or the reverse order."""
    called = CALLED.fullmatch(inner)
    short = called["short"] if called else re.split(r"[,，;；]", inner)[-1].strip()
    test = is_short_name if called else is_abbreviation
    fitting = [form for form in forms if test(short, form)]
    if fitting and short in surfaces and short not in not_names:
        yield short, _full(short, fitting)
    elif inner in surfaces and not called:
        yield from ((form, inner) for form in forms if LATIN.fullmatch(form) and is_abbreviation(form, inner))


def _full(short: str, forms: Sequence[str]) -> str:
    """先进化学气相沉积（CVD）: of the forms that end there, the one as long as so many words are; Chinese: the longest."""
    capitals = sum(c.isupper() for c in short)
    if not capitals:
        return max(forms, key=len)
    return min(forms, key=lambda form: (abs(len(form) - CHARACTERS * capitals), form))


def is_abbreviation(short: str, full: str) -> bool:
    """Latin: capitals, and the initials where the full form is Latin too. Chinese: a part of the characters, in order.

    A Chinese full form is longer than the number of capitals: every word of it has about two characters, whereas
    锂电池（NCM） names a kind of battery.
    """
    if len(short) >= len(full) and not LATIN.fullmatch(short):
        return False
    if LATIN.fullmatch(short):
        if sum(c.isdigit() for c in short) > 1:
            return False
        capitals = sum(c.isupper() for c in short)
        return _initials(full) == short.upper() if full.isascii() else len(full) > capitals
    if short.isascii() or full.isascii():
        return False
    rest = iter(full)
    return len(short) >= 2 and short[0] == full[0] and short not in full and all(c in rest for c in short)


def is_short_name(short: str, full: str) -> bool:
    """What a text says to call it so need not be formed by rule, but must share its characters and not be a part of it.

    高速列车转向架（以下简称转向架）holds in that text only, so it is no variant.
    """
    if LATIN.fullmatch(short):
        return is_abbreviation(short, full)
    if short.isascii() or short in full or len(short) >= len(full):
        return False
    return sum(c in full for c in short) >= ALIKE * len(short)


def _initials(full: str) -> str:
    return "".join(word[0] for word in re.findall(r"[A-Za-z]+", full)).upper()


def _explanations(text: str) -> Iterator[tuple[str, int]]:
    """What explains, and where the explained form ends."""
    for match in BRACKET.finditer(text):
        yield match["inner"].strip(), match.start()
    for comma in LOOSE.finditer(text):
        if called := CALLED.match(text, comma.end()):
            yield called[0], comma.start()


def _known_form(before: str, known: Container[str]) -> str | None:
    """The longest lexicon term that ends where the bracket opens."""
    forms = (before[-length:] for length in range(min(MAX_FORM, len(before)), 1, -1))
    return next((form for form in forms if form in known), None)


def _leader(counts: Counter[str]) -> str | None:
    full, votes = min(counts.items(), key=lambda item: (-item[1], len(item[0]), item[0]))
    return full if votes >= SHARE * counts.total() else None
