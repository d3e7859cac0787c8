"""Industry chain: which segment (设计, 制造, 封测, …) a text belongs to, with what speaks for it.

A chain is data: `load_chain` reads any file of the form of corpora/chains/ic.toml, with any segment ids.
Evidence is additive and explainable. A seed term weighs by its kind (strong, weak, lexicon) and by where it
stands (title, opening sentence, body); a title pattern and an IPC code add to it; an exclusion takes away.
    score = evidence / (evidence + half),   in the chain when score >= threshold
A verdict near the threshold is doubtful (`[doubt]` of the chain's file). nlp/chain_head.py corrects the rules by a
trained head where there is one.
Weak words alone never put a text into the chain: without an anchor (a strong seed, a title pattern, a chain word
in the title or opening, or an IPC code) the score stays below the threshold.
"""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field

from nlp.chain_file import NONE, Chain, Doubt, Exclusion, IpcRole, Role, Scoring, Segment, SubSegment, load_chain
from nlp.records import ChainVerdict

__all__ = ["NONE", "Chain", "Doubt", "Exclusion", "Scoring", "Segment", "SubSegment", "Weighed", "alternatives", "classify", "load_chain",
           "sub_segment", "weigh"]

MAX_TITLE = 100  # a first line longer than this is a paragraph, not a title
MAX_OPENING = 80
CLAUSE_END = "，。；;\n"


# ---- matching -----------------------------------------------------------------------------


def _places(text: str, chain: Chain) -> dict[str, float]:
    """Every matched term (longest first, no overlap) with the weight of its best place."""
    lowered = text.lower()
    title_end = _title_end(text)
    opening_end = _opening_end(text, title_end)
    mentions = _mention_spans(text, title_end, chain.mention)
    weights, found = chain.scoring, dict[str, float]()
    position = 0
    while position < len(lowered) - 1:
        term = _term_at(lowered, position, chain)
        if term is None:
            position += 1
            continue
        place = weights.title if position < title_end else weights.opening if position < opening_end else weights.body
        if any(start <= position < end for start, end in mentions):
            place *= weights.mention
        found[term] = max(found.get(term, 0.0), place)
        position += len(term)
    return found


def _term_at(lowered: str, position: int, chain: Chain) -> str | None:
    for length in chain.lengths.get(lowered[position : position + 2], ()):
        term = lowered[position : position + length]
        if term in chain.roles and _whole_word(lowered, position, position + length):
            return term
    return None


def _whole_word(text: str, start: int, end: int) -> bool:
    """Latin terms must not be cut out of a longer Latin word: EDA is not in FREEDATA."""
    before = start > 0 and text[start].isascii() and text[start - 1].isascii() and text[start - 1].isalnum()
    after = end < len(text) and text[end - 1].isascii() and text[end].isascii() and text[end].isalpha()
    return not (before or after)


def _title_end(text: str) -> int:
    """A first line is a title; so is a text of one short phrase, as export lists of titles hold them."""
    end = text.find("\n")
    if end < 0 and not any(mark in text for mark in CLAUSE_END):
        end = len(text)
    return end if 0 < end <= MAX_TITLE else 0


def _opening_end(text: str, title_end: int) -> int:
    stops = [i for i in (text.find("。", title_end), text.find("\n", title_end + 1)) if i >= 0]
    return min([*stops, title_end + MAX_OPENING])


def _mention_spans(text: str, title_end: int, mention: re.Pattern[str] | None) -> list[tuple[int, int]]:
    """Clauses that only tell where something may be used."""
    if mention is None:
        return []
    return [_clause_span(text, m.start(), m.end()) for m in mention.finditer(text, title_end)]


def _clause_span(text: str, start: int, end: int) -> tuple[int, int]:
    left = max(text.rfind(mark, 0, start) for mark in CLAUSE_END)
    right = min((i for i in (text.find(mark, end) for mark in CLAUSE_END) if i >= 0), default=len(text))
    return left + 1, right


# ---- verdict ------------------------------------------------------------------------------


@dataclass(slots=True)
class _Evidence:
    """What speaks for one segment, item -> weight. Firm items anchor: strong seeds, title patterns, codes."""

    firm: dict[str, float] = field(default_factory=dict)
    weak: dict[str, float] = field(default_factory=dict)
    lexicon: dict[str, float] = field(default_factory=dict)


@dataclass(frozen=True, slots=True, kw_only=True)
class _Shared:
    """What holds for the whole chain: its general words, and what speaks against it."""

    common: Mapping[str, float]
    against_front: Mapping[str, float]  # in the title, in the opening below a title, or an IPC code
    against_body: Mapping[str, float]


@dataclass(frozen=True, slots=True, kw_only=True)
class Weighed:
    """What the rules make of a text: segment -> score (0..1), best first, and what the scores are made of."""

    scores: Mapping[str, float]
    found: Mapping[str, _Evidence]
    shared: _Shared

    def evidence(self, segment: str) -> tuple[str, ...]:
        """The strings and codes that speak for a segment, strongest first; a leading "-" marks what speaks against the chain."""
        return _evidence(self.found[segment], self.shared)


def weigh(text: str, *, chain: Chain, ipc: Sequence[str] = ()) -> Weighed:
    """Every segment's evidence in `title + "\\n" + body`, or a body alone."""
    places = _places(text, chain)
    title = text[: _title_end(text)]
    codes = _ipc_hits(ipc, chain)
    found = _collect(places, title, chain, codes)
    shared = _shared(places, title, chain, codes)
    scores = {segment: _score(segment, found, shared, chain.scoring) for segment in found}
    ranked = sorted(scores.items(), key=lambda item: (-item[1], item[0]))
    return Weighed(scores=dict(ranked), found=found, shared=shared)


def classify(unit_id: str, text: str, *, chain: Chain, ipc: Sequence[str] = ()) -> ChainVerdict:
    """The segment of one text by rules alone, or "none".

    The score is that of the segment; for "none" it is one minus the best segment's. Alternatives are the other
    segments that have any evidence, best first.
    """
    weighed = weigh(text, chain=chain, ipc=ipc)
    segment, best = next(iter(weighed.scores.items()))
    inside = best >= chain.scoring.threshold
    return ChainVerdict(
        unit_id=unit_id,
        segment=segment if inside else NONE,
        score=round(best if inside else 1.0 - best, 4),
        alternatives=alternatives(weighed.scores, without=segment if inside else NONE),
        evidence=weighed.evidence(segment),
        doubtful=chain.doubt is not None and chain.doubt.rules_low <= best < chain.doubt.rules_high,
    )


def alternatives(scores: Mapping[str, float], *, without: str) -> tuple[tuple[str, float], ...]:
    """The other segments, best first; "none" is no segment."""
    ranked = sorted(scores.items(), key=lambda item: (-item[1], item[0]))
    return tuple((s, round(v, 4)) for s, v in ranked if s not in (without, NONE) and round(v, 4) > 0)


def _collect(
    places: Mapping[str, float], title: str, chain: Chain, codes: Mapping[str, IpcRole]
) -> dict[str, _Evidence]:
    weights, found = chain.scoring, {s.id: _Evidence() for s in chain.segments}
    for term, place in places.items():
        for role in chain.roles[term]:
            if role.kind == "strong":
                found[role.owner].firm[term] = weights.strong * place
            elif role.kind == "weak":
                found[role.owner].weak[term] = weights.weak * place
            elif role.kind == "specific":
                side = found[role.owner].firm if place > weights.body else found[role.owner].weak
                side[term] = weights.specific * place
            elif role.kind == "lexicon":
                found[role.owner].lexicon[term] = weights.lexicon * place
    for segment_id, pattern in chain.patterns:
        if title and (match := pattern.search(title)):
            found[segment_id].firm[f"标题：{match[0]}"] = weights.title_pattern
    for code, ipc_role in codes.items():
        if ipc_role.weight > 0:
            found[ipc_role.owner].firm[code] = ipc_role.weight
    return found


def _ipc_hits(ipc: Sequence[str], chain: Chain) -> dict[str, IpcRole]:
    """Role of the longest known prefix of each code; a code without one is silent."""
    hits: dict[str, IpcRole] = {}
    for code in (re.sub(r"\s+|\(.*", "", c).upper() for c in ipc):
        prefix = next((code[:n] for n in range(len(code), 2, -1) if code[:n] in chain.ipc), None)
        if prefix:
            hits[code] = chain.ipc[prefix]
    return hits


def _shared(places: Mapping[str, float], title: str, chain: Chain, codes: Mapping[str, IpcRole]) -> _Shared:
    owners = {rule.id for rule in chain.exclusions if not any(word in title for word in rule.unless)}
    against = {term: place for term, place in places.items() if _excluded(term, owners, chain)}
    front = chain.scoring.opening if title else chain.scoring.title
    weight = chain.scoring.exclusion
    ipc = {code: -role.weight for code, role in codes.items() if role.weight < 0 and role.owner in owners}
    return _Shared(
        common={t: w * chain.scoring.common for t, w in places.items() if Role("", "common") in chain.roles[t]},
        against_front=ipc | {term: weight * place for term, place in against.items() if place >= front},
        against_body={term: weight * place for term, place in against.items() if place < front},
    )


def _excluded(term: str, owners: set[str], chain: Chain) -> bool:
    return any(role.kind == "exclusion" and role.owner in owners for role in chain.roles[term])


def _score(segment: str, found: Mapping[str, _Evidence], shared: _Shared, weights: Scoring) -> float:
    """What the body excludes cancels weak words only; what the title excludes cancels everything."""
    own = found[segment]
    firm, soft = sum(own.firm.values()), _soft(own, weights)
    if not firm + soft:
        return 0.0
    others = sum(sum(e.firm.values()) + _soft(e, weights) for s, e in found.items() if s != segment)
    soft += min(sum(shared.common.values()), weights.common_cap) + weights.spread * others
    total = firm + max(0.0, soft - sum(shared.against_body.values()))
    chain_word_in_front = any(w >= weights.common * weights.opening for w in shared.common.values())
    if not (firm or chain_word_in_front):
        total = min(total, weights.half * weights.threshold)
    total = max(0.0, total - sum(shared.against_front.values()))
    return total / (total + weights.half)


def _soft(evidence: _Evidence, weights: Scoring) -> float:
    """Capped, so that a text does not get into the chain by its length."""
    weak = min(sum(evidence.weak.values()), weights.weak_cap)
    return weak + min(sum(evidence.lexicon.values()), weights.lexicon_cap)


def _evidence(own: _Evidence, shared: _Shared) -> tuple[str, ...]:
    against = {f"-{term}": w for term, w in (*shared.against_front.items(), *shared.against_body.items())}
    weighed = {**own.firm, **own.weak, **own.lexicon, **shared.common, **against}
    return tuple(sorted(weighed, key=lambda term: (-weighed[term], term))[:10])


def sub_segment(verdict: ChainVerdict, chain: Chain) -> str | None:
    """Id of the sub-segment (细分) with most of its terms among the verdict's evidence, or None."""
    subs = [sub for s in chain.segments if s.id == verdict.segment for sub in s.sub]
    hits = {sub.id: sum(term.lower() in verdict.evidence for term in sub.terms) for sub in subs}
    best = max(hits, key=lambda i: hits[i], default=None)
    return best if best and hits[best] else None
