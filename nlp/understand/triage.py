"""A round of submissions: verdicts, neighbours, suggestion and questions of each, side by side."""

from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date

from nlp.records import Demand, Duplicate, Project, Rule, RuleVerdict
from nlp.understand.case import Case
from nlp.understand.questions import Question, Wording, ask
from nlp.understand.rule_vocabulary import RuleVocabulary
from nlp.understand.rules import check
from nlp.understand.suggest import Completeness, Findings, Suggestion, completeness, suggest

__all__ = ["CLARITY_NAMES", "Entry", "Judged", "headings", "judge_round"]

CLARITY_NAMES: Mapping[str | None, str] = {"clear": "清晰", "vague": "模糊", "concept": "概念", "directionless": "无方向", None: "未判定"}
_NEIGHBOURS = 5
_UNASKED = frozenset({"接收", "合并到", "不予受理", "转其他渠道"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Entry:
    """A case with the demand that it was made from. row_id is the submission's id, or the demand's where a form holds several."""

    row_id: str
    case: Case
    demand: Demand


@dataclass(frozen=True, slots=True, kw_only=True)
class Judged:
    entry: Entry
    verdicts: tuple[RuleVerdict, ...]
    completeness: Completeness
    suggestion: Suggestion
    neighbours: tuple[str, ...]
    questions: tuple[Question, ...]  # empty where no letter goes out

    @property
    def clarity(self) -> str:
        facets = self.entry.case.facets
        return CLARITY_NAMES[facets.clarity if facets else None]


def judge_round(entries: Sequence[Entry], rules: Sequence[Rule], *, vocabulary: RuleVocabulary, wording: Wording,
                duplicates: Sequence[Duplicate] = (), projects: Sequence[Project] = (), hide: Callable[[str], str] = str) -> tuple[Judged, ...]:
    """Every entry in its order. Of two that say the same, the later one is to be merged into the earlier."""
    links: dict[str, list[Duplicate]] = {}
    for duplicate in sorted(duplicates, key=lambda d: (d.label != "duplicate", -d.score, d.a, d.b)):
        links.setdefault(duplicate.a, []).append(duplicate)
        links.setdefault(duplicate.b, []).append(duplicate)
    by_id = {e.demand.demand_id: e for e in entries}
    titles = {**{p.project_id: _project(p) for p in projects}, **{i: _shown(e) for i, e in by_id.items()}}
    return tuple(_judged(e, rules, links.get(e.demand.demand_id, []), by_id, titles, vocabulary, wording, hide) for e in entries)


def _judged(entry: Entry, rules: Sequence[Rule], links: Sequence[Duplicate], by_id: Mapping[str, Entry], titles: Mapping[str, str],
            vocabulary: RuleVocabulary, wording: Wording, hide: Callable[[str], str]) -> Judged:
    verdicts, complete, facets = check(entry.case, rules, vocabulary=vocabulary), completeness(entry.case), entry.case.facets
    findings = Findings(
        verdicts=verdicts, completeness=complete, clarity=facets.clarity if facets else None, n_parts=len(facets.parts) if facets else 1,
        merge_into=_earlier(entry, links, by_id), superseded_by=_newer(entry, by_id))
    suggestion = suggest(findings)
    questions = () if suggestion.action in _UNASKED else ask(verdicts, entry.case.body, wording=wording, hide=hide)
    return Judged(entry=entry, verdicts=verdicts, completeness=complete, suggestion=suggestion, questions=questions,
                  neighbours=tuple(_neighbour(entry.demand.demand_id, d, titles) for d in links[:_NEIGHBOURS]))


def _rank(entry: Entry) -> tuple[bool, date, str]:
    received = entry.case.received
    return received is None, received or date.max, entry.demand.demand_id


def _earlier(entry: Entry, links: Sequence[Duplicate], by_id: Mapping[str, Entry]) -> str | None:
    """The submission that says the same and came first; None if this one did."""
    mine = entry.demand.demand_id
    others = [by_id[i] for d in links if d.label == "duplicate" for i in (d.a, d.b) if i != mine and i in by_id and by_id[i].demand.superseded_by is None]
    first = min(others, key=_rank, default=None)
    return first.row_id if first and _rank(first) < _rank(entry) else None


def _newer(entry: Entry, by_id: Mapping[str, Entry]) -> str | None:
    newer = entry.demand.superseded_by
    return by_id[newer].row_id if newer and newer in by_id else newer


def _shown(entry: Entry) -> str:
    return f"{entry.row_id}《{entry.demand.title}》（{entry.demand.region}）"


def _project(project: Project) -> str:
    return f"历史项目 {project.project_id}《{project.title}》（{project.year or '年份不详'}）"


def _neighbour(mine: str, duplicate: Duplicate, titles: Mapping[str, str]) -> str:
    """Who it is, how near, and the words and numbers that differ."""
    other = duplicate.b if duplicate.a == mine else duplicate.a
    label = "重复" if duplicate.label == "duplicate" else "相关"
    differing = f"；不同处：{'、'.join(duplicate.differences)}" if duplicate.differences else ""
    return f"{label} {duplicate.score:.2f} {titles.get(other, other)}{differing}"


def headings(rules: Iterable[Rule], wording: Wording) -> list[str]:
    """A column name a rule; two rules of one kind are told apart by their number or words."""
    names: list[str] = []
    for rule in rules:
        name = wording.headings.get(rule.rule, rule.rule)
        detail = "、".join(rule.words) if rule.words else f"{rule.number:g}" if rule.number is not None else ""
        again = f"{name}（{detail or len(names) + 1}）"
        names.append(name if name not in names else again if again not in names else f"{again}{len(names) + 1}")
    return names
