"""Terms that this corpus uses and no lexicon holds, with evidence, as a file in which staff accept them."""

import json
import math
import tomllib
from array import array
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import NamedTuple

from nlp.errors import InvalidSetting
from nlp.records import Term, TermMention, Unit
from nlp.terms.canonical import comparison_key, simplifier
from nlp.terms.lexicon import Lexicon

__all__ = ["Acceptance", "NewTerm", "accept", "from_toml", "new_terms", "to_toml"]

LISTED = 5  # organisations and variants that the file shows
UNFINISHED = 2  # last years whose patents are not all published: never part of a growth
AROUND = 20  # characters of a quotation on either side
HEAD = """# 本批语料中用到、而词库里没有的术语，按有用程度排列。
# 认可一个：把 accept 改成 true，hint 写它所属的词库（materials、design、manufacturing、packaging_test、equipment、
# supporting、common 或 general；也可写词库文件名）。其余各行是证据，只供判断，改了也不起作用。
"""


@dataclass(frozen=True, slots=True, kw_only=True)
class NewTerm:
    """One term with its evidence; text[start:end] of the unit `quote_unit` is the term."""

    term_id: str
    name: str
    variants: tuple[str, ...]
    score: float  # usefulness, 0..1
    n_units: int
    n_mentions: int
    kinds: tuple[str, ...]  # demand, clause, patent
    organisations: tuple[str, ...]
    regions: tuple[str, ...]
    growth: float | None  # units a year: the later half of the finished years over the earlier; None: not known
    quote_unit: str
    quote_start: int
    quote_end: int
    quote: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Acceptance:
    """What staff decided about one term."""

    term: str
    hint: str


def new_terms(
    mentions: Iterable[TermMention], terms: Sequence[Term], lexicon: Lexicon, units: Iterable[Unit],
    years: Mapping[str, int] | None = None, *, least_units: int = 2, at_most: int = 500,
) -> tuple[NewTerm, ...]:  # fmt: skip
    """Most useful first. `mentions` carry the term_id of `terms` and are gone through once; `years`: unit id -> year, where one is known."""
    key = comparison_key(simplifier(lexicon.variants.kept), lexicon.variants)
    known = _known(lexicon, key)
    wanted = {t.term_id: t for t in terms if t.n_units >= least_units and not any(key(form) in known for form in (t.name, *t.variants))}
    uses, numbers = dict[str, _Uses](), dict[str, int]()  # numbers: of units, in order
    for mention in mentions:
        number = numbers.setdefault(mention.unit_id, len(numbers))
        if term := wanted.get(mention.term_id or ""):
            if term.term_id not in uses:
                uses[term.term_id] = _Uses(term, mention)
            uses[term.term_id].add(mention, number)
    source, ids = _Source.of(units, quoted={one.best.unit_id for one in uses.values()}), list(numbers)
    found = [_new_term(one, sorted(ids[n] for n in set(one.numbers)), source, years or {}) for one in map(uses.get, wanted) if one]
    return tuple(sorted(found, key=lambda t: (-t.score, t.name))[:at_most])


class _Uses:
    """What is kept of a term's mentions: the unit and the score of each, and the one to be quoted."""

    __slots__ = ("best", "numbers", "rank", "scores", "term")

    def __init__(self, term: Term, first: TermMention) -> None:
        self.term, self.numbers, self.scores = term, array("I"), array("d")
        self.best, self.rank = first, self.rank_of(first)

    def add(self, mention: TermMention, number: int) -> None:
        self.numbers.append(number)
        self.scores.append(mention.score)
        if (rank := self.rank_of(mention)) < self.rank:
            self.best, self.rank = mention, rank

    def rank_of(self, m: TermMention) -> tuple[bool, float, str, int]:
        return m.surface != self.term.name, -m.score, m.unit_id, m.start


def _known(lexicon: Lexicon, key: Callable[[str], str]) -> frozenset[str]:
    forms = [*lexicon.terms, *lexicon.stop_terms, *(form for g in lexicon.synonyms for form in (g.name, *g.variants))]
    return frozenset(map(key, forms))


class _Said(NamedTuple):
    kind: str
    organisation: str | None
    region: str


@dataclass(frozen=True, slots=True)
class _Source:
    """Of the units, who says it, and the texts that are quoted."""

    said: Mapping[str, _Said]
    texts: Mapping[str, str]

    @classmethod
    def of(cls, units: Iterable[Unit], *, quoted: Collection[str]) -> "_Source":
        shared, said, texts = dict[_Said, _Said](), dict[str, _Said](), dict[str, str]()
        for u in units:
            one = _Said(u.unit_kind, u.organisation, u.region)
            said[u.unit_id] = shared.setdefault(one, one)
            if u.unit_id in quoted:
                texts[u.unit_id] = u.text
        return cls(said, texts)


def _new_term(uses: _Uses, ids: Sequence[str], source: _Source, years: Mapping[str, int]) -> NewTerm:
    """`ids`: of the units that name it, sorted."""
    term, best = uses.term, uses.best
    units = [source.said[unit_id] for unit_id in ids if unit_id in source.said]
    kinds = tuple(sorted({unit.kind for unit in units}))
    organisations = Counter(unit.organisation for unit in units if unit.organisation)
    text = source.texts.get(best.unit_id, best.surface)
    start, end = (best.start, best.end) if best.unit_id in source.texts else (0, len(best.surface))
    return NewTerm(
        term_id=term.term_id, name=term.name, variants=term.variants[:LISTED], score=_usefulness(uses.scores, ids, kinds, organisations),
        n_units=len(ids), n_mentions=len(uses.scores), kinds=kinds,
        organisations=tuple(name for name, _ in sorted(organisations.items(), key=lambda item: (-item[1], item[0]))[:LISTED]),
        regions=tuple(sorted({unit.region for unit in units} - {"未知"})),
        growth=_growth([years[unit_id] for unit_id in ids if unit_id in years], years.values()),
        quote_unit=best.unit_id, quote_start=best.start, quote_end=best.end,
        quote=text[max(0, start - AROUND) : end + AROUND].replace("\n", " "),
    )  # fmt: skip


def _usefulness(scores: Sequence[float], ids: Sequence[str], kinds: Sequence[str], organisations: Collection[str]) -> float:
    """Surer, wider, from several kinds of source and several organisations; each part 0..1 with fixed bounds."""
    sure = sum(scores) / len(scores)
    wide = min(math.log2(len(ids)) / 6, 1.0)  # 64 units are as good as more
    mixed = (len(kinds) - 1) / 2 if kinds else 0.0
    shared = min(len(organisations) / 5, 1.0)
    return round(0.4 * sure + 0.3 * wide + 0.15 * mixed + 0.15 * shared, 4)


def _growth(own: Sequence[int], all_years: Iterable[int]) -> float | None:
    last = max(all_years, default=0) - UNFINISHED
    finished = [year for year in own if year <= last]
    if len(finished) < 4 or min(finished) == last:
        return None
    first = min(finished)
    middle = (first + last + 1) // 2
    early, late = sum(y < middle for y in finished), sum(y >= middle for y in finished)
    return round((late / (last - middle + 1)) / (early / (middle - first)), 2) if early else None


def to_toml(found: Iterable[NewTerm]) -> str:
    """The file that staff edit: every term with accept = false."""
    return HEAD + "".join(_table(term) for term in found)


def _table(term: NewTerm) -> str:
    growth = "" if term.growth is None else f"growth = {term.growth}\n"
    return (
        f"\n[[term]]\nname = {_quoted(term.name)}\naccept = false\nhint = \"\"\n"
        f"score = {term.score}\nunits = {term.n_units}\nmentions = {term.n_mentions}\n"
        f"variants = {_list(term.variants)}\nkinds = {_list(term.kinds)}\norganisations = {_list(term.organisations)}\n"
        f"regions = {_list(term.regions)}\n{growth}quote = {_quoted(term.quote)}\n"
        f"place = {_quoted(f'{term.quote_unit}:{term.quote_start}-{term.quote_end}')}\n"
    )


def _quoted(text: str) -> str:
    """A JSON string is a TOML basic string, but for U+007F and half characters."""
    clean = text.encode("utf-8", "replace").decode()
    return json.dumps(clean, ensure_ascii=False).replace("\x7f", "\\u007F")


def _list(texts: Sequence[str]) -> str:
    return "[" + ", ".join(map(_quoted, texts)) + "]"


def from_toml(text: str, name: str = "new_terms.toml") -> tuple[Acceptance, ...]:
    """The accepted terms. Raises InvalidSetting naming the term that cannot be used."""
    try:
        tables = tomllib.loads(text).get("term", [])
    except (ValueError, RecursionError) as error:
        raise InvalidSetting(name, f"不是有效的 TOML（{error}）", "请只改 accept 与 hint 两行") from error
    accepted = []
    for number, table in enumerate(tables, start=1):
        match table:
            case {"name": str(term), "accept": True, "hint": str(hint)} if term.strip() and hint.strip():
                accepted.append(Acceptance(term=term.strip(), hint=hint.strip()))
            case {"name": str(), "accept": False}:
                continue
            case _:
                raise InvalidSetting(name, f"第{number}个 [[term]] 缺少 name、accept 或 hint", "认可的词须写 accept = true 和 hint")
    return tuple(accepted)


def accept(accepted: Iterable[Acceptance], lexicon: Lexicon, stems: Collection[str]) -> dict[str, tuple[str, ...]]:
    """Lexicon file's stem -> the lines to append to it. `stems`: the dictionary files that exist (ic_materials, general).

    A term that a file holds already gives no line. Raises InvalidSetting for a hint that names no file.
    """
    lines: dict[str, dict[str, None]] = defaultdict(dict)
    held = {term.casefold() for term in lexicon.terms}
    for one in accepted:
        stem = next((stem for stem in (one.hint, f"ic_{one.hint}") if stem in stems), None)
        if stem is None:
            raise InvalidSetting(one.term, f"没有名为“{one.hint}”的词库", f"hint 可写：{'、'.join(sorted(stems))}")
        if one.term.casefold() not in held:
            lines[stem][f"{one.term} 1000 {'eng' if one.term.isascii() else 'nz'}"] = None
    return {stem: tuple(found) for stem, found in sorted(lines.items())}
