"""Rules on the title of a demand: its length, forbidden words, names of firms and product models."""

import re

from nlp.records import Rule
from nlp.understand.case import Case
from nlp.understand.rule_judgement import Judgement, failed, figure, passed, undecided, word_count
from nlp.understand.rule_vocabulary import RuleVocabulary

__all__ = ["title_length_at_least", "title_length_at_most", "title_without", "title_without_names"]

_FIRM = re.compile(r"[\u4e00-\u9fff]{2,}(?:有限公司|股份公司|集团|公司)")
_MODEL = re.compile(r"(?<![A-Za-z])[A-Za-z]{1,6}-?\d{3,}[A-Za-z0-9-]*")
_TAIL = re.compile(r"[（(].*|(?:股份|科技|技术)?(?:有限)?(?:责任)?公司$|集团$")
_NO_TITLE = "没有读出需求名称"


def title_without(case: Case, rule: Rule, vocabulary: RuleVocabulary) -> Judgement:
    if not case.title:
        return undecided(_NO_TITLE)
    word = next((w for w in rule.words if w in case.title), None)
    if word is None:
        return passed("名称中没有禁用字样")
    start = case.title.index(word)
    return failed(f"名称中出现“{word}”", case.title_span(start, start + len(word)))


def title_without_names(case: Case, rule: Rule, vocabulary: RuleVocabulary) -> Judgement:
    """A firm's name is certain; what looks like a product model may be a standard or a process, so a person decides."""
    if not case.title:
        return undecided(_NO_TITLE)
    own = _short_name(case.organisation)
    place = case.title.find(own) if own else -1
    if place >= 0 and own:
        return failed(f"名称中出现单位名称“{own}”", case.title_span(place, place + len(own)))
    if firm := _FIRM.search(case.title):
        return undecided(f"名称中的“{firm[0]}”可能是单位名称，请核对", case.title_span(*firm.span()))
    if number := _MODEL.search(case.title):
        return undecided(f"名称中的“{number[0]}”可能是产品型号，请核对", case.title_span(*number.span()))
    return passed("名称中没有单位名称和产品型号")


def _short_name(organisation: str | None) -> str | None:
    """上海沪澄微电子材料有限公司（示例） -> 上海沪澄微电子材料; None where too little is left to be sure."""
    bare = _TAIL.sub("", _TAIL.sub("", organisation or ""))
    return bare if len(bare) >= 4 else None


def title_length_at_most(case: Case, rule: Rule, vocabulary: RuleVocabulary) -> Judgement:
    if not case.title or rule.number is None:
        return undecided(_NO_TITLE)
    characters, words = len("".join(case.title.split())), word_count(case.title)
    bound = f"要求不超过 {figure(rule.number)} 个字"
    if characters <= rule.number:
        return passed(f"名称 {characters} 个字，{bound}")
    if words <= rule.number:
        return undecided(f"名称 {characters} 个字符，英文和数字按词算 {words} 个字，{bound}")
    return failed(f"名称 {words} 个字，{bound}", case.title_span(0, len(case.title)))


def title_length_at_least(case: Case, rule: Rule, vocabulary: RuleVocabulary) -> Judgement:
    if not case.title or rule.number is None:
        return undecided(_NO_TITLE)
    said = f"名称 {word_count(case.title)} 个字，要求不少于 {figure(rule.number)} 个字"
    return passed(said) if word_count(case.title) >= rule.number else failed(said, case.title_span(0, len(case.title)))
