"""What the rules of a notice are held against: one submission with its demand, targets, facets and the past projects."""

import re
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date

from nlp.parse.regions import UNKNOWN
from nlp.parse.values import to_date
from nlp.records import Demand, Duplicate, Facets, Project, Span, Submission, SubmittedField, Target
from nlp.understand.rule_vocabulary import RuleVocabulary

__all__ = ["Case", "case_of", "case_of_text"]

_LABELLED_TITLE = re.compile(r"^\s*(?:技术)?(?:需求|项目|难题|课题|榜单)?(?:名称|题目|标题)\s*[：:]\s*(?P<title>.+?)\s*$", re.M)
_LABELLED_PLACE = re.compile(r"^\s*[^：:\n]{0,10}(?:单位|企业|机构|公司|地区|地域|所在|注册|地址)[^：:\n]{0,8}[：:]\s*(?P<place>.+)$", re.M)
_STATED_PLACE = re.compile(r"(?:位于|坐落于|坐落在|注册于|注册在|注册地在|地处)(?P<place>[^，。；\n]{2,20})")
_LABELLED_DATE = re.compile(r"^\s*(?:填报|填表|提交|申报|报送)(?:日期|时间)\s*[：:]\s*(?P<date>.+)$", re.M)
_MONEY_FIELDS = frozenset({"budget", "fiscal"})
_TITLE_LENGTH = 60


@dataclass(frozen=True, slots=True, kw_only=True)
class Case:
    """Every span of a verdict refers to `body`; title_start is where the title stands in it, None if it has none."""

    submission_id: str
    title: str
    title_start: int | None
    body: str
    organisation: str | None = None
    region: str = UNKNOWN
    received: date | None = None
    budget_wan: float | None = None
    fiscal_wan: float | None = None
    period_years: float | None = None
    form_money: str = ""  # what the form's money fields say in words: 总投入…，其中企业自筹…
    segment: str | None = None
    targets: tuple[Target, ...] = ()
    facets: Facets | None = None
    projects: tuple[Project, ...] = ()
    duplicates: tuple[Duplicate, ...] = ()  # of this demand with past projects

    def title_span(self, start: int, end: int) -> Span | None:
        return None if self.title_start is None else Span(start=self.title_start + start, end=self.title_start + end)


def _either(first: float | None, second: float | None) -> float | None:
    return second if first is None else first


def case_of(submission: Submission, demand: Demand, *, targets: Sequence[Target] = (), facets: Facets | None = None,
            projects: Sequence[Project] = (), duplicates: Sequence[Duplicate] = (), fields: Sequence[SubmittedField] = ()) -> Case:
    """Spans of targets and facets refer to title + "\\n" + text. What a field of the form says goes before what its text says."""
    ids = {p.project_id for p in projects}
    return Case(
        submission_id=submission.submission_id, title=demand.title, title_start=0, body=f"{demand.title}\n{demand.text}",
        organisation=demand.organisation or submission.organisation, region=demand.region, received=submission.received,
        budget_wan=_either(demand.budget_wan, facets.budget_wan if facets else None),
        fiscal_wan=_either(demand.fiscal_wan, facets.fiscal_wan if facets else None),
        period_years=_either(demand.period_years, facets.period_years if facets else None),
        form_money="\n".join(f.text for f in fields if f.canonical in _MONEY_FIELDS),
        segment=demand.segment, targets=tuple(targets), facets=facets, projects=tuple(projects),
        duplicates=tuple(d for d in duplicates if demand.demand_id in (d.a, d.b) and {d.a, d.b} & ids))


def case_of_text(record_id: str, text: str, *, vocabulary: RuleVocabulary, targets: Sequence[Target] = (), facets: Facets | None = None,
                 segment: str | None = None, projects: Sequence[Project] = ()) -> Case:
    """A bare text: its title is the line 名称：…, else a short first line; its region is what a line on the firm or place names."""
    title = _LABELLED_TITLE.search(text)
    first = text.split("\n", 1)[0]
    short = "\n" in text and 0 < len(first.strip()) <= _TITLE_LENGTH and not re.search(r"[。；]|[：:]", first)
    start = title.start("title") if title else len(first) - len(first.lstrip()) if short else None
    labelled = [m["place"] for m in _LABELLED_PLACE.finditer(text)]
    places, received = [*labelled, *(m["place"] for m in _STATED_PLACE.finditer(text))], _LABELLED_DATE.search(text)
    return Case(
        submission_id=record_id, title=title["title"] if title else first.strip() if short else "", title_start=start, body=text,
        organisation=labelled[0] if labelled else None, region=_province(places, vocabulary),
        received=to_date(received["date"]) if received else None,
        budget_wan=facets.budget_wan if facets else None, fiscal_wan=facets.fiscal_wan if facets else None,
        period_years=facets.period_years if facets else None, segment=segment,
        targets=tuple(targets), facets=facets, projects=tuple(projects))


def _province(places: Sequence[str], vocabulary: RuleVocabulary) -> str:
    names = sorted(vocabulary.provinces, key=len, reverse=True)
    pattern = re.compile("|".join(map(re.escape, names))) if names else None
    found = [m[0] for place in places if pattern and (m := pattern.search(place))]
    return vocabulary.province(found[0]) if found else UNKNOWN
