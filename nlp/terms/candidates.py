"""Noun-phrase candidates: maximal compounds of a token row, trimmed by the rules of candidate_rules.toml."""

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from enum import Enum

from nlp.terms.lexicon import Lexicon
from nlp.terms.segmenter import Token

__all__ = ["Candidate", "Grammar", "Role"]

MAX_TOKENS = 7
EDGE_TOKENS = 3
AFTER_VERB = range(2, 5)  # one to three words after a verb in the middle: longer is a clause
NUMBER = re.compile(r"\d+(?:[-.·‑−–]\d+)*")
QUANTITY = re.compile(r"\d+(?:\.\d+)?(?:[-~–‑]\d+(?:\.\d+)?)?(?P<unit>[A-Za-zµμΩ]+)")


class Role(Enum):
    HEAD = "head"  # may end a compound
    PROCESS = "process"  # a verb that names a process: may end a compound
    VERB = "verb"  # a verb that may only modify
    MODIFIER = "modifier"
    BREAK = "break"


@dataclass(frozen=True, slots=True, kw_only=True)
class Candidate:
    """A trimmed compound. `licensed`: what stands before it cannot take its first word as a predicate."""

    tokens: tuple[Token, ...]
    roles: tuple[Role, ...]
    licensed: bool

    @property
    def start(self) -> int:
        return self.tokens[0].start

    @property
    def end(self) -> int:
        return self.tokens[-1].end

    def parts(self) -> Iterator["Candidate"]:
        """Shorter compounds inside this one that could stand alone: its beginnings, ends and middles."""
        n = len(self.tokens)
        for i in range(n):
            for j in range(i + 1, n + 1):
                whole = j - i == n
                if not whole and self.roles[j - 1] in (Role.HEAD, Role.PROCESS) and self.tokens[i].word != " ":
                    yield Candidate(tokens=self.tokens[i:j], roles=self.roles[i:j], licensed=True)


class Grammar:
    """Decides what a word can do in a compound, and cuts compounds out of a token row."""

    def __init__(self, lexicon: Lexicon) -> None:
        self._rules = lexicon.rules
        self._left = lexicon.rules.left | frozenset(lexicon.prefixes)
        self._right = lexicon.rules.right | frozenset(lexicon.suffixes)
        self._entries = frozenset(entry.term for entry in lexicon.entries)
        self._roles: dict[tuple[str, str], Role] = {}

    def role(self, token: Token) -> Role:
        key = (token.word, token.tag)
        if key not in self._roles:
            self._roles[key] = self._decide(token.word, token.tag)
        return self._roles[key]

    def _decide(self, word: str, tag: str) -> Role:
        rules = self._rules
        if word in self._entries:
            return Role.HEAD
        if tag == "x" or (word in rules.breakers and word not in rules.affixes):
            return Role.BREAK
        if word in rules.process:
            return Role.PROCESS
        if word in rules.nouns or (word in rules.compounds and tag not in rules.modifier_tags):
            return Role.HEAD
        if word in rules.affixes or word in rules.modifiers:
            return Role.MODIFIER
        if tag == "eng":
            return self._latin(word)
        if rules.classifying.fullmatch(word):
            return Role.MODIFIER
        if tag in rules.nominal_tags:
            return Role.HEAD
        if tag in rules.verbal_tags:
            return Role.VERB
        return Role.MODIFIER if tag in rules.modifier_tags else Role.BREAK

    def _latin(self, word: str) -> Role:
        """Numbers and quantities break, names are heads."""
        if NUMBER.fullmatch(word):
            return Role.BREAK
        quantity = QUANTITY.fullmatch(word)
        if quantity and quantity["unit"] in self._rules.units:
            return Role.BREAK
        return Role.HEAD

    def attach(self, row: Sequence[Token]) -> list[Token]:
        """Join a word with the one-character head after it: 连接|壳 -> 连接壳."""
        joined: list[Token] = []
        for token in row:
            if joined and self._is_part(joined[-1], token):
                first = joined.pop()
                joined.append(Token(first.word + token.word, "n", first.start, token.end))
            else:
                joined.append(token)
        return joined

    def _is_part(self, first: Token, second: Token) -> bool:
        if len(second.word) != 1 or second.word not in self._rules.part_heads or second.tag == "x":
            return False
        if len(first.word) != 2 or first.tag in ("x", "eng"):
            return False
        return first.word in self._rules.attachable or self.role(first) is not Role.BREAK

    def candidates(self, words: Sequence[Token]) -> Iterator[Candidate]:
        """Compounds in text order; `words` is the whole text's tokens without gaps."""
        row = self.attach(words)
        for begin, end in self._runs(row):
            for left, right in self._pieces(row, begin, end):
                yield from self._trim(row, left, right)

    def _runs(self, row: Sequence[Token]) -> Iterator[tuple[int, int]]:
        """Maximal stretches [begin, end) of words that do not break."""
        begin = 0
        for index in range(len(row) + 1):
            if index < len(row) and self._belongs(row, index):
                continue
            if index > begin:
                yield begin, index
            begin = index + 1

    def _belongs(self, row: Sequence[Token], index: int) -> bool:
        if self.role(row[index]) is not Role.BREAK or self._is_joint(row, index):
            return True
        # 的参考电压, 所述接地装置: no predicate can stand there, so the verb modifies.
        if row[index].word not in self._rules.attachable or index + 1 == len(row):
            return False
        if self._licensed(row, index):
            return self.role(row[index + 1]) is Role.HEAD
        # 信号接收设备: between a noun and the name of a device it tells what the device does.
        return index > 0 and self.role(row[index - 1]) is Role.HEAD and row[index + 1].word in self._rules.devices

    @staticmethod
    def _is_joint(row: Sequence[Token], index: int) -> bool:
        """A single blank between two Latin words holds a name together (SiC MOSFET)."""
        inner = 0 < index < len(row) - 1 and row[index].word == " "
        return inner and all(t.tag == "eng" and t.word[:1].isalpha() for t in (row[index - 1], row[index + 1]))

    def _pieces(self, row: Sequence[Token], begin: int, end: int) -> Iterator[tuple[int, int]]:
        """Split a run at verbs that are predicates: 拉丝机|拉伸|成铜线; a verb before one last head modifies it."""
        start = begin
        for index in range(begin, end):
            if self.role(row[index]) is Role.VERB and not self._modifies(row, start, index, end):
                yield start, index
                start = index + 1
        yield start, end

    def _modifies(self, row: Sequence[Token], start: int, index: int, end: int) -> bool:
        return self._licensed(row, index) if index == start else end - index in AFTER_VERB

    def _licensed(self, row: Sequence[Token], index: int) -> bool:
        """True where only a noun phrase can begin: after 的, 一种, 所述 …, or at the beginning of a line."""
        if index == 0:
            return True
        before = row[index - 1]
        return before.word in self._rules.licences or before.word in self._left

    def _trim(self, row: Sequence[Token], left: int, right: int) -> Iterator[Candidate]:
        if self._is_organisation(row, left, right):
            return
        right = self._trim_end(row, left, right)
        left = self._trim_start(row, max(left, right - MAX_TOKENS), right)
        if left < right:
            kept = tuple(row[left:right])
            roles = tuple(self.role(token) for token in kept)
            yield Candidate(tokens=kept, roles=roles, licensed=self._licensed(row, left))

    def _is_organisation(self, row: Sequence[Token], left: int, right: int) -> bool:
        """省交通运输厅 by its end; 重庆人工智能产业园 by a place together with what only organisations are called."""
        if row[right - 1].word.endswith(self._rules.organisation_ends):
            return True
        named = any(token.word in self._rules.organisations for token in row[right - 1 : right + 1])
        return named and any(self._is_place(token) for token in row[left:right])

    def _is_place(self, token: Token) -> bool:
        return token.tag in ("ns", "nt") and token.word not in self._rules.not_places

    def _trim_end(self, row: Sequence[Token], left: int, right: int) -> int:
        # 通信技术领域 names the field 通信: 技术 belongs to 领域 there.
        if right < len(row) and row[right].word == "领域" and right > left and row[right - 1].word == "技术":
            right -= 1
        while right > left:
            stripped = self._stripped(row[left:right][::-1], self._right, backwards=True)
            if not stripped and self._can_end(row[right - 1]):
                break
            right -= stripped or 1
        return right

    def _trim_start(self, row: Sequence[Token], left: int, right: int) -> int:
        while left < right:
            stripped = self._stripped(row[left:right], self._left, backwards=False)
            if not stripped and not self._is_no_beginning(row, left, right):
                break
            left += stripped or 1
        return left

    def _is_no_beginning(self, row: Sequence[Token], left: int, right: int) -> bool:
        word = row[left].word
        if word in self._rules.predicates and right - left > 1:
            return not self._licensed(row, left)
        return word == " " or self._is_place(row[left])

    def _stripped(self, row: Sequence[Token], words: frozenset[str], *, backwards: bool) -> int:
        """How many tokens at the edge make up one of `words`; `row` begins at that edge."""
        longest, word = 0, ""
        for count, token in enumerate(row[:EDGE_TOKENS], start=1):
            word = token.word + word if backwards else word + token.word
            if word in words and word not in self._entries:
                longest = count
        return longest

    def _can_end(self, token: Token) -> bool:
        return self.role(token) in (Role.HEAD, Role.PROCESS)
