"""Label–value fields of one demand, from a list row or a form, on their way to a Submission and its Demand."""

import re
from collections.abc import Sequence
from dataclasses import dataclass

from nlp.parse.ids import digest
from nlp.parse.regions import Regions
from nlp.parse.synonyms import KindColumns, Synonyms
from nlp.parse.values import money_after, money_unit, money_wan, period_years, to_date
from nlp.records import Demand, Kind, Submission, SubmittedField

__all__ = ["Field", "Fields", "Pair", "build", "heading", "submitted"]

_USED = {"id", "row_number", "title", "demand_title", "organisation", "region", "address", "received", "contact"}
_BRACKETED = re.compile(r"[（(][^（）()]*[)）]?")
_NUMBERED = re.compile(r"^.*?(?<![A-Za-z\d])[\d一二三四五六七八九十]{1,2}[、.．]\s*")
_PERSONAL = re.compile(r"@|(?<!\d)1[3-9]\d{9}(?!\d)|(?<!\d)\d{17}[\dXx](?![\dA-Za-z])|(?<!\d)0\d{2,3}-?\d{7,8}(?!\d)")
_TITLE = 40  # characters of a text's first sentence that stand in for a missing title


@dataclass(frozen=True, slots=True, kw_only=True)
class Field:
    """One value under its label. canonical None: the label is not known, or the text stood under none (label "")."""

    canonical: str | None
    label: str
    value: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Fields:
    source: str
    location: str
    fields: tuple[Field, ...]

    def first(self, *names: str) -> str:
        return next((f.value for name in names for f in self.fields if f.canonical == name and f.value), "")

    def labelled(self, name: str) -> Sequence[Field]:
        return [f for f in self.fields if f.canonical == name and f.value]


@dataclass(frozen=True, slots=True, kw_only=True)
class Pair:
    submission: Submission
    demand: Demand
    fields: tuple[SubmittedField, ...]
    explicit: bool  # the id stood in the source


@dataclass(frozen=True, slots=True, kw_only=True)
class _Money:
    wan: float | None
    unread: tuple[str, ...]  # labels whose amount could not be read


def heading(label: str) -> str:
    """A label as a short heading: 技术需求概述* 1、主要问题（限500字以内） -> 主要问题."""
    bare = _BRACKETED.sub("", label).strip(" *＊★：:。\n")
    return _NUMBERED.sub("", bare).strip(" *＊★：:") or bare


def build(fields: Fields, synonyms: Synonyms, regions: Regions) -> Pair | None:
    """The submission and its demand; None if neither a title nor a description is there."""
    columns = synonyms.kinds[Kind.DEMAND]
    text = _text(fields, columns)
    title = fields.first("demand_title", "title") or _first_sentence(fields, columns)
    if not title:
        return None
    budget = _money(fields, "budget", synonyms.words["money_total"])
    fiscal = _money(fields, "fiscal", ())
    stated = (money_after(f.value, synonyms.words["money_fiscal"]) for f in fields.labelled("budget"))
    granted = fiscal.wan if fiscal.wan is not None else next((wan for wan in stated if wan is not None), None)
    organisation = fields.first("organisation") or None
    region = regions.province(fields.first("region"), fields.first("address"), organisation)
    explicit = fields.first("id")
    submission = Submission(
        submission_id=explicit or digest("S", organisation, title, text),
        source_file=fields.source,
        source_location=fields.location,
        organisation=organisation,
        region=region,
        received=to_date(fields.first("received")),
        unused_fields=_unused(fields, columns, (*budget.unread, *fiscal.unread)),
    )
    demand = Demand(
        demand_id=explicit or digest("D", organisation, title, text),
        submission_id=submission.submission_id,
        version=1,
        superseded_by=None,
        source_file=fields.source,
        source_location=fields.location,
        organisation=organisation,
        region=region,
        title=title,
        text=text,
        budget_wan=budget.wan,
        fiscal_wan=granted,
        period_years=_period(fields),
    )
    kept = submitted(fields, submission.submission_id, synonyms)
    return Pair(submission=submission, demand=demand, fields=kept, explicit=bool(explicit))


def submitted(fields: Fields, submission_id: str, synonyms: Synonyms) -> tuple[SubmittedField, ...]:
    """Every label with its value, contact fields and postal addresses left out; so is an unknown label's value that may be a person's."""
    kept = [f for f in fields.fields if f.value and f.label and f.canonical != "contact" and not _is_personal(f, synonyms)]
    return tuple(
        SubmittedField(
            submission_id=submission_id,
            canonical=None if f.canonical == "unknown" else f.canonical,
            label=" ".join(f.label.split()),
            text=f.value,
            source_file=fields.source,
            source_location=fields.location,
        )
        for f in kept
    )


def _is_personal(field: Field, synonyms: Synonyms) -> bool:
    if any(mark in field.label for mark in synonyms.words["address_marks"]):
        return True
    doubtful = field.canonical in {"unknown", None} and len(field.value) <= 40
    return doubtful and (any(mark in field.label for mark in synonyms.words["person_marks"]) or _PERSONAL.search(field.value) is not None)


def _first_sentence(fields: Fields, columns: KindColumns) -> str:
    """What stands in for a missing title: the opening of the first description."""
    known = [f.value for name in columns.sections for f in fields.labelled(name)]
    loose = [f.value for f in fields.fields if f.canonical is None and f.value]
    return re.split(r"[。！？\n]", next(iter([*known, *loose]), ""))[0][:_TITLE]


def _text(fields: Fields, columns: KindColumns) -> str:
    """The description sections in the file's own order of columns.toml, each under its label; a lone text without one."""
    known = [f for name in columns.sections for f in fields.labelled(name)]
    loose = [f for f in fields.fields if f.canonical is None and f.value]
    spare = fields.labelled("demand_title")[1:]
    sections = [*known, *spare, *loose]
    if len(sections) == 1 and sections[0].canonical in {"text", None}:
        return sections[0].value
    return "\n".join(f"{heading(f.label)}\n{f.value}" if f.label else f.value for f in sections)


def _money(fields: Fields, name: str, totals: Sequence[str]) -> _Money:
    """The first amount that can be read; of 自筹…，合计… the total."""
    found = [(f.label, _amount(f, totals)) for f in fields.labelled(name)]
    read = [wan for _, wan in found if wan is not None]
    return _Money(wan=read[0] if read else None, unread=tuple(label for label, wan in found if wan is None))


def _amount(field: Field, totals: Sequence[str]) -> float | None:
    total = money_after(field.value, totals) if totals else None
    return money_wan(field.value, money_unit(field.label)) if total is None else total


def _period(fields: Fields) -> float | None:
    """From the period itself, else from its first and last year."""
    stated = next((f for f in fields.labelled("period")), None)
    if stated:
        return period_years(stated.value, stated.label)
    first, last = fields.first("period_start"), fields.first("period_end")
    return period_years(f"{first}至{last}") if first and last else None


def _unused(fields: Fields, columns: KindColumns, unread: Sequence[str]) -> tuple[str, ...]:
    """Labels that had a value which went nowhere."""
    used = _USED | set(columns.sections) | {"budget", "fiscal", "period", "period_start", "period_end"}
    idle = [f.label for f in fields.fields if f.value and f.label and f.canonical is not None and f.canonical not in used]
    return tuple(dict.fromkeys((*idle, *unread)))
