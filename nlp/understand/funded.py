"""Whether what a demand asks was funded before: its own words, found duplicates, and the titles of past projects."""

import itertools
import re
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache

from nlp.normalise import key
from nlp.records import Project, Rule, Span
from nlp.understand.case import Case
from nlp.understand.rule_judgement import Judgement, failed, passed, undecided
from nlp.understand.rule_vocabulary import Judging, RuleVocabulary

__all__ = ["likeness", "not_funded_before"]

_STATED = re.compile(r"(?P<year>20\d{2})年[^。；\n]{0,30}?(?:获|列入|得到|承担)[^。；\n]{0,20}?(?:立项|财政支持|财政资助|科技计划)")
_TOKEN = re.compile(r"[a-z]+|\d+(?:\.\d+)?[a-zμ]*|[^\W\d_a-z]")


@dataclass(frozen=True, slots=True, kw_only=True)
class _Near:
    project: Project
    score: float


def not_funded_before(case: Case, rule: Rule, vocabulary: RuleVocabulary) -> Judgement:
    since, judging = int(rule.number or 0), vocabulary.judging
    stated = next((m for m in _STATED.finditer(case.body) if int(m["year"]) >= since), None)
    if stated:
        return failed(f"自述已立项：{stated[0]}", Span(start=stated.start(), end=stated.end()))
    if linked := _linked(case, "duplicate", since):
        return failed(_said(linked[0], True), case.title_span(0, len(case.title)))
    nearest = max(_near(case, since, judging), key=lambda n: n.score, default=None)
    if nearest and nearest.score >= judging.same:
        return failed(_said(nearest.project, True), case.title_span(0, len(case.title)))
    doubtful = nearest.project if nearest else next((p for p in _linked(case, "related", since) if _own(case, p)), None)
    if doubtful:
        return undecided(_said(doubtful, False), case.title_span(0, len(case.title)))
    if any(word in case.body for word in judging.never_funded):
        return passed("自述未曾立项，历史项目中也没有相同内容" if case.projects else "自述未曾立项")
    return passed("历史项目中没有相同或相似内容") if case.projects else undecided("没有历史项目可供比对")


def _linked(case: Case, label: str, since: int) -> list[Project]:
    named = {x for d in case.duplicates if d.label == label for x in (d.a, d.b)}
    return [p for p in case.projects if p.project_id in named and (p.year is None or p.year >= since)]


def _own(case: Case, project: Project) -> bool:
    return bool(case.organisation) and key(case.organisation or "") == key(project.organisation or "")


def _said(project: Project, same: bool) -> str:
    year = f"{project.year}年" if project.year else "年份不详"
    return f"历史项目《{project.title}》（{year}，{project.organisation or '单位不详'}）与本需求{'相同或相似' if same else '相近，请人工核对'}"


def _near(case: Case, since: int, judging: Judging) -> list[_Near]:
    """Projects as near as a person should look at; of the same organisation a little is enough."""
    found = []
    for project in case.projects:
        score = likeness(case.title, project.title, judging.filler_words)
        enough = score >= (judging.close_same_organisation if _own(case, project) else judging.close)
        if enough and (project.year is None or project.year >= since):
            found.append(_Near(project=project, score=score))
    return found


def likeness(a: str, b: str, fillers: tuple[str, ...]) -> float:
    """Dice coefficient of the character pairs of two titles, Latin words and numbers with their unit counted whole."""
    first, second = _pairs(a, fillers), _pairs(b, fillers)
    total = sum(first.values()) + sum(second.values())
    return 2 * sum((first & second).values()) / total if total else 0.0


@lru_cache(maxsize=65536)  # the same project is held against every demand
def _pairs(title: str, fillers: tuple[str, ...]) -> Counter[str]:
    text = key(title)
    for word in sorted(fillers, key=len, reverse=True):
        text = text.replace(key(word), " ")
    pairs: Counter[str] = Counter()
    for part in text.split():
        tokens = _TOKEN.findall(part)
        pairs.update(t for t in tokens if len(t) > 1)
        pairs.update(x + y for x, y in itertools.pairwise(tokens) if len(x) == len(y) == 1)
    return pairs
