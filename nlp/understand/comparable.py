"""One text made ready for comparison: its words, its numbers, and which of its sentences speak of the need.

Everything here depends on the one text and the word lists alone, so a verdict on two demands never depends on which
other demands are present, nor on their order.
"""

import re
import unicodedata
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property

from nlp.terms.segmenter import Segmenter, Token, tokens
from nlp.understand.wordlists import DuplicateWords

__all__ = ["Comparable", "Number", "Reader", "Word", "fold"]

_LINE_END = re.compile(r"[。；;！!？?\n]")
_NUMBER = re.compile(
    r"(?<![A-Za-z0-9.^])(?P<minus>(?<![0-9°%)）^])-)?(?<!\^-)(?P<value>\d+(?:\.\d+)?)(?:\s?[×x*]\s?10\^?(?P<power>-?\d+)|\^(?P<exponent>-?\d+))?"
    r"\s?(?P<unit>(?:°C|°|%|‰|[A-Za-zμΩ]+)(?:[·/*][A-Za-zμΩ]+|\^-?\d|[²³])*)?"
)
_ITEM = re.compile(r"(?:^|(?<=[\n。；;：:，,]))\s*[(（]?(?:\d{1,2}|[一二三四五六七八九十]{1,3})[)）.．、](?!\d)|[①-⑳]", re.MULTILINE)
_LABEL = re.compile(r"^[\s(（\d一二三四五六七八九十)）.、]*(?P<label>[^，。；：:\s]{2,14}?)\s*(?:[：:]|$)")
_MEANT = re.compile(r"(?<=\d)[.,:/～-](?=\d)|[%°±≥≤<>×^²³]|[^\W_]")
_NAMES = 14  # characters beside a figure in which its name is sought
_KEPT_TAGS = frozenset("nvajlisbgz")  # jieba: nouns, verbs, adjectives, idioms, places, distinctives, morphemes


@dataclass(frozen=True, slots=True, kw_only=True)
class Word:
    """A word that says something: `key` is its canonical form, `surface` as it stands; weight about 0.3..2."""

    key: str
    surface: str
    weight: float
    start: int  # in Comparable.text
    title: bool


@dataclass(frozen=True, slots=True, kw_only=True)
class Number:
    """A figure with its unit in canonical spelling and the words around it."""

    value: float  # in the base unit of its quantity: 7nm is 7e-9 length
    unit: str  # the quantity, or the unit where none is known
    surface: str
    name: str  # the last word before it in the clause
    after: str
    title: bool
    idle: bool  # money, dates, counts of people: its change is no other need


@dataclass(frozen=True, kw_only=True)
class Comparable:
    """What two texts are compared by."""

    ident: str
    whole: str  # letters and digits of title and body, folded: equal texts have equal wholes
    title: str  # the same of the title
    body: str
    need: str  # the same of the body without what is said on the organisation
    text: str  # canonical words of everything, background included, without gaps: what "stands in the text" means
    words: tuple[Word, ...]  # of title and need, in order, repetitions kept
    numbers: tuple[Number, ...]

    @cached_property
    def weights(self) -> Mapping[str, float]:
        """Word -> weight, each word once; title words count double."""
        found: dict[str, float] = {}
        for word in self.words:
            found[word.key] = max(found.get(word.key, 0.0), word.weight * (2 if word.title else 1))
        return found

    @cached_property
    def plain_weights(self) -> Mapping[str, float]:
        return {word.key: word.weight for word in self.words}

    @cached_property
    def title_weights(self) -> Mapping[str, float]:
        return {word.key: word.weight for word in self.words if word.title}

    @cached_property
    def figures(self) -> frozenset[tuple[float, str]]:
        """(value, unit) of every figure that could tell two needs apart."""
        return frozenset((n.value, n.unit) for n in self.numbers if not n.idle)


def fold(text: str, simplify: Callable[[str], str] = str) -> str:
    """NFKC, Simplified characters, superscripts as ^; for comparison only."""
    marked = re.sub(r"[⁰¹²³⁴-⁹⁻⁺]+", lambda m: "^" + m[0] if m[0] not in "²³" else m[0], text)
    kept = marked.replace("²", "\ue000").replace("³", "\ue001")  # m² is not m2
    plain = unicodedata.normalize("NFKC", kept).replace("\ue000", "²").replace("\ue001", "³")
    for written, meant in (("−", "-"), ("µ", "μ"), ("~", "～"), (">=", "≥"), ("<=", "≤"), ("≧", "≥"), ("≦", "≤")):
        plain = plain.replace(written, meant)
    return simplify(plain)


class Reader:
    """Text -> Comparable, with one segmenter and one set of word lists."""

    def __init__(self, cutter: Segmenter, words: DuplicateWords, simplify: Callable[[str], str]) -> None:
        self._cutter, self._words, self._simplify = cutter, words, simplify

    def read(self, ident: str, title: str, body: str) -> Comparable:
        title, body = fold(title, self._simplify), fold(body, self._simplify)
        need, background = self._sorted_sentences(body)
        parts = [self._tokens(part + "\n") for part in (title, need, background)]
        texts = ["".join(self._words.canonical(token.word) for token in part) for part in parts]
        words = (*self._content(parts[0], 0, title=True), *self._content(parts[1], len(texts[0]), title=False))
        return Comparable(
            ident=ident,
            whole=_letters(title + body),
            title=_letters(title),
            body=_letters(body),
            need=_letters(need),
            text="".join(texts),
            words=tuple(words),
            numbers=(*self._numbers(title, title=True), *self._numbers(need, title=False)),
        )

    def _sorted_sentences(self, body: str) -> tuple[str, str]:
        """The sentences of the need and those on the organisation itself; a text of nothing but the latter is all need."""
        need: list[str] = []
        background: list[str] = []
        inside = False
        for line in body.split("\n"):
            label = _LABEL.match(line)
            if label:
                inside = self._words.heading(label["label"], inside=inside)
            for sentence in _LINE_END.split(line):
                (background if inside or self._words.on_organisation(sentence) else need).append(sentence)
        if sum(map(len, need)) < 12:
            return body, ""
        return "\n".join(need), "\n".join(background)

    def _tokens(self, text: str) -> list[Token]:
        return tokens(text, self._cutter)

    def _content(self, found: Sequence[Token], start: int, *, title: bool) -> Iterator[Word]:
        for token in found:
            key = self._words.canonical(token.word)
            weight = self._weight(token, key)
            if weight > 0:
                yield Word(key=key, surface=token.word, weight=weight, start=start, title=title)
            start += len(key)

    def _weight(self, token: Token, key: str) -> float:
        """0 for what any demand may say; more for longer names. Single characters count where they are in a contrast."""
        if key in self._words.generic or token.word in self._words.generic or token.word in self._words.spellings:
            return 0.0
        if token.tag == "eng":
            return 0.0 if token.word[0].isdigit() or (len(key) == 1 and key.isascii()) else 1.2
        if len(token.word) == 1:
            return 0.8 if key in self._words.contrasted else 0.0
        if token.tag[:1] not in _KEPT_TAGS:
            return 0.0
        base = {"v": 0.4, "a": 0.5, "l": 0.6, "i": 0.4}.get(token.tag[0], 1.0)
        return base * min(len(token.word), 5) / 2

    def _numbers(self, text: str, *, title: bool) -> Iterator[Number]:
        for clause in re.split(r"[，,。；;\n、]", _ITEM.sub("\n", text)):
            yield from self._clause_numbers(clause, title=title)

    def _clause_numbers(self, clause: str, *, title: bool) -> Iterator[Number]:
        found = list(_NUMBER.finditer(clause))
        units = [self._unit(clause, m) for m in found]
        for index, match in enumerate(found):
            unit, end = units[index]
            following = found[index + 1] if index + 1 < len(found) else None
            if not unit and following and re.fullmatch(r"\s?[-～至到]\s?", clause[match.end() : following.start()]):
                unit = units[index + 1][0]  # 6～9 nm
            value, quantity = self._words.measured(_value(match), unit)
            before, after = self._names(clause[max(match.start() - _NAMES, 0) : match.start()]), self._names(clause[end : end + _NAMES])
            yield Number(
                value=value,
                unit=quantity,
                surface=clause[match.start() : end].strip(),
                name=before[-1] if before else "",
                after=after[0] if after else "",
                title=title,
                idle=unit in self._words.idle_units,
            )

    def _names(self, text: str) -> list[str]:
        return [word.key for word in self._content(self._tokens(text), 0, title=False)]

    def _unit(self, clause: str, match: re.Match[str]) -> tuple[str, int]:
        """The unit in canonical spelling and where it ends."""
        if match["unit"]:
            return self._words.unit(match["unit"]), match.end()
        written = self._words.unit_at(clause, match.end())
        return self._words.unit(written), match.end() + len(written)


def _value(match: re.Match[str]) -> float:
    plain = float((match["minus"] or "") + match["value"])
    if match["exponent"]:
        return float(plain ** max(min(int(match["exponent"]), 40), -40))
    return float(f"{plain}e{max(min(int(match['power'] or 0), 40), -40)}")


def _letters(text: str) -> str:
    """What is left when blanks and sentence marks are taken away; marks that carry a figure's meaning stay."""
    return "".join(_MEANT.findall(text)).casefold()
