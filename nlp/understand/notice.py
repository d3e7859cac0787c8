"""A collection notice (征集通知) into checkable rules, each with its sentence. What is not understood says so."""

import re
from collections.abc import Iterator

from nlp.normalise import half_width
from nlp.parse.values import to_date
from nlp.records import Rule
from nlp.understand.notice_amounts import find_periods, find_quantities, find_ratios, states_amount
from nlp.understand.notice_conditions import (
    find_benchmarks,
    find_deadlines,
    find_fields,
    find_funded,
    find_regions,
    find_single,
    find_subjects,
    find_titles,
)
from nlp.understand.notice_text import Found, Sentence, any_of, clauses, sentences
from nlp.understand.rule_vocabulary import RuleVocabulary

__all__ = ["compile_rules"]

_CONDITIONS = (find_ratios, find_quantities, find_periods, find_benchmarks, find_funded, find_titles, find_subjects, find_single, find_regions, find_fields)
_FURNITURE = re.compile(r"附件|联系人|联系电话|抄送|特此通知|关于.{0,60}的(?:通知|公告)$")


def compile_rules(notice_text: str, *, vocabulary: RuleVocabulary) -> tuple[Rule, ...]:
    """The rules of a notice in its own order, each quote a substring of `notice_text`.

    A requirement that is seen and not understood is a rule "unreadable" with its sentence or clause; none is guessed.
    """
    year = _notice_year(notice_text)
    rules: list[Rule] = []
    for sentence in sentences(notice_text):
        if not _FURNITURE.match(sentence.text) and not sentence.heading:
            rules += _rules_of(sentence, vocabulary, year)
    return _settled(rules)


def _rules_of(sentence: Sentence, vocabulary: RuleVocabulary, year: int | None) -> list[Rule]:
    text = half_width(sentence.text)  # same length: offsets and quotes stay those of the notice
    found = [f for find in _CONDITIONS for f in find(text, vocabulary)]
    found += find_deadlines(text, vocabulary, year)
    found.sort(key=lambda f: f.start)
    quoted = [Rule(rule=f.rule.rule, quote=sentence.text, number=f.rule.number, words=f.rule.words) for f in found]
    return [*quoted, *_unreadable(sentence.text, found, vocabulary)]


def _unreadable(sentence: str, found: list[Found], vocabulary: RuleVocabulary) -> Iterator[Rule]:
    """The whole sentence if nothing in it was understood, else those of its clauses that no rule covers."""
    if found and sentence.startswith("为"):
        return  # 为…，现面向…征集: what stands before the rule is its purpose
    parts = clauses(sentence) if found else [(0, sentence)]
    for offset, part in parts:
        covered = any(f.start < offset + len(part) and offset < f.end for f in found)
        if not covered and _is_requirement(part.strip(), vocabulary):
            yield Rule(rule="unreadable", quote=part.strip(), number=None, words=())


def _is_requirement(text: str, vocabulary: RuleVocabulary) -> bool:
    words = vocabulary.normative
    bare = re.sub(any_of(words.not_words), "", text)
    if re.match(any_of(words.other_subjects), text):
        return False
    if not re.search(any_of(words.words), bare) and not states_amount(text, vocabulary):
        return False
    return not any(re.search(pattern, text) for pattern in words.companions)


def _notice_year(notice: str) -> int | None:
    """The year of the notice's own date: the last line that is nothing but a date."""
    dates = [to_date(line) for line in map(str.strip, notice.splitlines()) if len(line) <= 14]
    stated = [day for day in dates if day]
    return stated[-1].year if stated else None


def _settled(rules: list[Rule]) -> tuple[Rule, ...]:
    """One rule once: of two that say the same, the shorter sentence that demands it (应、须、限) is quoted."""
    kept: dict[tuple[str, float | None, tuple[str, ...]], Rule] = {}
    for rule in rules:
        key = (rule.rule, rule.number, tuple(sorted(rule.words)) if rule.rule != "unreadable" else (rule.quote,))
        if key not in kept or (len(rule.quote) < len(kept[key].quote) and re.search("[应须限]", rule.quote)):
            kept[key] = rule
    return tuple(kept.values())
