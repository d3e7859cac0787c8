"""Pairs of terms that may be one: vectors propose, a veto forbids, a person decides. Nothing here merges."""

import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import numpy as np

from nlp.embed import Vectors, centre
from nlp.records import Term
from nlp.terms.canonical import comparison_key, simplifier
from nlp.terms.variants import VariantRules

__all__ = ["Proposal", "propose_merges", "veto"]

NUMBER = re.compile(r"\d+(?:\.\d+)?|[一二三四五六七八九十]+(?=[维轴相级阶次代元])")
LATIN = re.compile(r"[a-zα-ω]+")
HAN = re.compile("[\u3400-\u9fff]")
BLOCK = 1024


@dataclass(frozen=True, slots=True, kw_only=True)
class Proposal:
    """Two terms for a person to look at, the more frequent first; similarity is the mean-centred cosine."""

    first_id: str
    first: str
    second_id: str
    second: str
    similarity: float


def propose_merges(
    terms: Sequence[Term], vectors: Vectors, rules: VariantRules, *, threshold: float = 0.75, at_most: int = 500
) -> tuple[Proposal, ...]:
    """Most similar first. `vectors`: (len(terms), d), one row a term, of any norm; the mean of all rows is taken away.

    Raises ValueError when the numbers of terms and rows differ.
    """
    if len(terms) != len(vectors):
        raise ValueError(f"{len(terms)} terms, {len(vectors)} vectors")
    key = comparison_key(simplifier(rules.kept), rules)
    keys = [key(term.name) for term in terms]
    found = [
        _proposal(terms[a], terms[b], similarity)
        for a, b, similarity in _near(centre(vectors), threshold)
        if veto(keys[a], keys[b], rules) is None
    ]
    return tuple(sorted(found, key=lambda p: (-p.similarity, p.first, p.second))[:at_most])


def _near(vectors: Vectors, threshold: float) -> Iterator[tuple[int, int, float]]:
    for start in range(0, len(vectors), BLOCK):
        similar = vectors[start : start + BLOCK] @ vectors.T
        for row, column in np.argwhere(similar >= threshold).tolist():
            if start + row < column:
                yield start + row, column, float(similar[row, column])


def _proposal(a: Term, b: Term, similarity: float) -> Proposal:
    first, second = sorted((a, b), key=lambda term: (-term.n_units, term.name))
    return Proposal(
        first_id=first.term_id, first=first.name, second_id=second.term_id, second=second.name, similarity=round(similarity, 4)
    )


def veto(first: str, second: str, rules: VariantRules) -> str | None:
    """Why two comparison keys cannot be one term, in Chinese, or None."""
    checks: tuple[tuple[str, Callable[[str, str, VariantRules], bool]], ...] = (
        ("数字不同", lambda a, b, _: NUMBER.findall(a) != NUMBER.findall(b)),
        ("英文、符号或化学式不同", _latin_differs),
        ("一个是另一个加了限定", lambda a, b, _: a in b or b in a),
        ("含义相反或不同的字样", _opposite),
        ("字词相同而次序不同", lambda a, b, _: a != b and sorted(a) == sorted(b)),
        ("词尾不同", _heads_differ),
    )
    return next((reason for reason, holds in checks if holds(first, second, rules)), None)


def _latin_differs(first: str, second: str, rules: VariantRules) -> bool:
    """CVD and PVD; an abbreviation beside a Chinese name (CVD, 化学气相沉积) may be the same."""
    a, b = LATIN.findall(first), LATIN.findall(second)
    return bool(a and b) and a != b


def _opposite(first: str, second: str, rules: VariantRules) -> bool:
    a, b = _difference(first, second)
    return any((x in a and y in b) or (y in a and x in b) for x, y in map(tuple, rules.opposites))


def _difference(first: str, second: str) -> tuple[str, str]:
    """What is left when the common beginning and the common end are taken away."""
    start = len(_prefix(first, second))
    a, b = first[start:], second[start:]
    end = len(_prefix(a[::-1], b[::-1]))
    return a[: len(a) - end], b[: len(b) - end]


def _prefix(first: str, second: str) -> str:
    for n, (x, y) in enumerate(zip(first, second, strict=False)):
        if x != y:
            return first[:n]
    return first[: min(len(first), len(second))]


def _heads_differ(first: str, second: str, rules: VariantRules) -> bool:
    if not (HAN.match(first[-1:]) and HAN.match(second[-1:])) or first[-1] == second[-1]:
        return False
    for pair in rules.same_heads:
        x, y = tuple(pair)
        if (first.endswith(x) and second.endswith(y)) or (first.endswith(y) and second.endswith(x)):
            return False
    return True
