"""Which clauses name a topic, how much their documents weigh, and which instruments they use."""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from nlp.evidence.counting import amount, count, garwood
from nlp.evidence.rules import PolicyRules, any_word
from nlp.normalise import key
from nlp.records import Clause, Fact, Policy, Topic

__all__ = ["NamedClause", "core_terms", "document_weight", "naming_clauses", "policy_facts", "strength"]

DAYS = 365.25
INSTRUMENTS = ("supply", "environment", "demand")


@dataclass(frozen=True, slots=True, kw_only=True)
class NamedClause:
    clause: Clause
    policy: Policy


# ---- naming -------------------------------------------------------------------------------


def core_terms(topics: Sequence[Topic], homes: Mapping[str, str], named: Mapping[str, Sequence[str]], *, least: float) -> dict[str, tuple[str, ...]]:
    """The terms of a topic of whose units at least the share `least` lies in it: 刻蚀腔室, but not 晶圆.

    `named` maps a unit to the names of its terms. Where it is empty every term of a topic counts as its own.
    """
    everywhere: Counter[str] = Counter()
    inside: Counter[tuple[str, str]] = Counter()
    for unit_id, terms in named.items():
        everywhere.update(set(terms))
        if unit_id in homes:
            inside.update((homes[unit_id], term) for term in set(terms))
    return {t.topic_id: tuple(w for w in t.terms if not everywhere or inside[t.topic_id, w] >= max(1.0, least * everywhere[w])) for t in topics}


def naming_clauses(core: Mapping[str, Sequence[str]], clauses: Sequence[Clause], policies: Sequence[Policy], *,
                   named: Mapping[str, Sequence[str]], as_of: date | None) -> dict[str, list[NamedClause]]:
    """Topic -> clauses that hold one of its own terms, of documents that stand and were out on `as_of`; by clause id."""
    standing = {p.policy_id: p for p in policies if not p.superseded_by and not (as_of and p.date and p.date > as_of)}
    usable = sorted((c for c in clauses if c.policy_id in standing), key=lambda c: c.clause_id)
    texts = {c.clause_id: key(f"{c.heading or ''}\n{c.text}") for c in usable}
    said = {c.clause_id: set(named.get(c.clause_id, ())) for c in usable}
    found: dict[str, list[NamedClause]] = {}
    for topic_id, terms in core.items():
        keys = [key(t) for t in terms]
        found[topic_id] = [NamedClause(clause=c, policy=standing[c.policy_id]) for c in usable
                           if not said[c.clause_id].isdisjoint(terms) or any(k in texts[c.clause_id] and holds(texts[c.clause_id], k) for k in keys)]
    return found


def holds(text: str, term: str) -> bool:
    """Whether the text has the term; one in Latin letters only as a word of its own (IP, not IPC)."""
    at = text.find(term)
    while at >= 0:
        around = text[at - 1 : at] + text[at + len(term) : at + len(term) + 1]
        if not (term.isascii() and any(c.isascii() and c.isalnum() for c in around)):
            return True
        at = text.find(term, at + 1)
    return False


# ---- weighing -----------------------------------------------------------------------------


def strength(policy: Policy, rules: PolicyRules) -> float:
    """政策力度 0..5: level of the issuer and kind of document, 1–5, times its status (after 彭纪生、孙文祥、仲为国 2008)."""
    base = rules.level.get(policy.level or "unknown", rules.level["unknown"])
    add = next((form.add for form in rules.form if any_word(form.words).search(policy.title)), 0)
    return min(5, max(1, base + add)) * rules.status.get(policy.status or "", 1.0)


def document_weight(policy: Policy, clauses: int, rules: PolicyRules, as_of: date | None) -> float:
    """0..1: strength / 5, halved every half-life, by clauses up to the cap (DOMAIN 5.2). No date counts as one half-life."""
    age = max((as_of - policy.date).days, 0) / DAYS if as_of and policy.date else rules.half_life_years
    return strength(policy, rules) / 5 * math.pow(0.5, age / rules.half_life_years) * min(clauses, rules.cap) / rules.cap


def policy_facts(topic_id: str, clustered: Iterable[str], naming: Sequence[NamedClause], rules: PolicyRules, as_of: date | None) -> list[Fact]:
    """`clauses` were grouped with the topic; `policies`, `policy_weight` and the instruments are of clauses that name it."""
    facts = count(topic_id, "clauses", clustered)
    if not naming:
        return facts
    ids, documents = [n.clause.clause_id for n in naming], {n.policy.policy_id: n.policy for n in naming}
    clauses = Counter(n.policy.policy_id for n in naming)
    facts += count(topic_id, "naming_clauses", ids) + count(topic_id, "policies", documents)
    value = sum(document_weight(p, clauses[i], rules, as_of) for i, p in documents.items())
    low, high = garwood(len(documents))
    each = value / len(documents)
    facts += amount(topic_id, "policy_weight", value, ids, low=low * each, high=high * each)
    for name in ("issuer", "level", "region"):
        known = {i: v for i, p in documents.items() if (v := getattr(p, name)) and v != "未知"}
        facts += amount(topic_id, f"policy_{name}s", len(set(known.values())), known) if known else []
    for kind in INSTRUMENTS:
        words = any_word(getattr(rules.instruments, kind))
        facts += count(topic_id, f"instruments_{kind}", (n.clause.clause_id for n in naming if words.search(n.clause.text)))
    return facts
