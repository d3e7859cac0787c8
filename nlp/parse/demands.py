"""Demand lists and forms to Submission and Demand records. Contact values never enter a record."""

from collections.abc import Sequence
from dataclasses import replace

from nlp.normalise import clean
from nlp.parse.cells import split_cell
from nlp.parse.columns import match_label
from nlp.parse.fields import Field, Fields, Pair, build
from nlp.parse.form_split import NUMBERED_TITLE, FormPart, split_forms
from nlp.parse.forms import form_fields, loose_field
from nlp.parse.ids import Keyed, settle
from nlp.parse.regions import Regions
from nlp.parse.result import Parsed, Row, Rows, no_title
from nlp.parse.synonyms import Synonyms
from nlp.parse.ticks import chosen
from nlp.parse.values import money_unit
from nlp.records import ColumnUse, Document, Kind, Rejected

_HEADLINE = 40  # characters
_OF_SENDER = frozenset({"organisation", "region", "address", "received"})

__all__ = ["parse_form", "parse_prose", "parse_rows"]


def parse_rows(rows: Rows, head: Fields, synonyms: Synonyms, regions: Regions) -> Parsed:
    """One submission with one demand a row. `head` is what stands above the table: who sends it, if no column says so.

    Rows with neither title nor text, and repetitions, are rejected.
    """
    named = {c.canonical for c in rows.mapping.columns}
    above = tuple(f for f in head.fields if f.canonical in _OF_SENDER and f.value and not ("organisation" in named or f.canonical in named))
    built = [(row, build(_row_fields(rows, row, above, synonyms), synonyms, regions)) for row in rows.rows]
    blank = [no_title(rows.source, row.location, ["需求名称", "需求描述"]) for row, pair in built if pair is None]
    parsed = _settled(rows.source, [pair for _, pair in built if pair])
    return replace(parsed, rejected=(*rows.rejected, *blank, *parsed.rejected), mappings=(rows.mapping,))


def _row_fields(rows: Rows, row: Row, above: tuple[Field, ...], synonyms: Synonyms) -> Fields:
    columns = [c for c in rows.mapping.columns if c.canonical != "contact" and c.index < len(row.cells)]
    sections = synonyms.kinds[Kind.DEMAND].sections
    labels = {c.index: _labelled(c.label, c.canonical, rows.unit) for c in columns}
    known = [Field(canonical=c.canonical, label=labels[c.index], value=_value(row.cells[c.index], c.canonical, sections, synonyms)) for c in columns]
    mapped = {c.index for c in rows.mapping.columns}
    unknown = [(label.strip(), cell) for i, (label, cell) in enumerate(zip(rows.labels, row.cells, strict=False)) if i not in mapped]
    loose = [loose_field(_shown(label), cell, synonyms) for label, cell in unknown if cell]
    return Fields(source=rows.source, location=row.location, fields=(*known, *loose, *above))


def _labelled(label: str, canonical: str, unit: str | None) -> str:
    """The label, with the table's money unit where it names none itself."""
    shown = _shown(label)
    return f"{shown}（{unit}）" if unit and canonical in {"budget", "fiscal"} and not money_unit(shown) else shown


def _shown(label: str) -> str:
    return label.replace("\n/\n", "/")


def _value(cell: str, canonical: str, sections: Sequence[str], synonyms: Synonyms) -> str:
    return cell if canonical in sections else chosen(cell, synonyms)


def parse_form(document: Document, synonyms: Synonyms, regions: Regions) -> Parsed:
    """The submissions of a file of one or more forms. A form with neither a name nor a description is rejected."""
    parts = [(part, form_fields(part.document, synonyms)) for part in split_forms(document, synonyms)]
    pairs: list[Pair] = []
    blank: list[Rejected] = []
    head: Fields | None = None
    for part, found in parts:
        own = (*found.fields, *_headline(part.document, found, synonyms))
        fields = replace(found, source=document.name, location=part.location, fields=(*own, *_inherited(part, head)))
        head = fields if not part.shares_head else head
        pair = build(fields, synonyms, regions)
        if pair is None:
            blank.append(no_title(document.name, fields.location, ["需求名称", "需求描述"]))
        else:
            pairs.append(_of_submission(pair, pairs[-1]) if part.shares_head and pairs else pair)
    settled = _settled(document.name, pairs)
    uses = tuple(dict.fromkeys(use for part, fields in parts for use in _label_uses(part, fields, synonyms)))
    return replace(settled, rejected=(*blank, *settled.rejected), columns=uses)


def _headline(document: Document, fields: Fields, synonyms: Synonyms) -> list[Field]:
    """The line above a form without a name label that is the need's own name (高纯石英件开裂难题), not the form's (征集表)."""
    if fields.first("demand_title", "title") or not any(f.canonical in synonyms.kinds[Kind.DEMAND].sections and f.value for f in fields.fields):
        return []
    line = _above(document, synonyms)
    plain = 4 <= len(line) <= _HEADLINE and not any(mark in line for mark in (*synonyms.words["form_titles"], "：", ":", "。"))
    return [Field(canonical="title", label="", value=line)] if plain and split_cell(line, synonyms) is None else []


def _above(document: Document, synonyms: Synonyms) -> str:
    """The numbered line right above the first label, without its number; else the first line."""
    lines = [clean(block.text).strip() for block in document.blocks]
    first = next((i for i, line in enumerate(lines) if split_cell(line, synonyms)), 0)
    if first and (number := NUMBERED_TITLE.match(lines[first - 1])):
        return lines[first - 1][number.end() :]
    return lines[0] if lines else ""


def _inherited(part: FormPart, head: Fields | None) -> tuple[Field, ...]:
    """What stands once for several demands of one form: who asks, and where."""
    return tuple(f for f in head.fields if f.canonical in _OF_SENDER) if part.shares_head and head else ()


def _of_submission(pair: Pair, first: Pair) -> Pair:
    """The pair as a further demand of the submission of `first`."""
    submission_id = first.submission.submission_id
    fields = tuple(replace(f, submission_id=submission_id) for f in pair.fields)
    return replace(pair, submission=first.submission, demand=replace(pair.demand, submission_id=submission_id), fields=fields)


def _label_uses(part: FormPart, fields: Fields, synonyms: Synonyms) -> list[ColumnUse]:
    """The form's labels as a mapping report."""
    columns = synonyms.kinds[Kind.DEMAND]
    found = [(f, match_label(" ".join(f.label.split()), columns, synonyms, partly=True)) for f in fields.fields if f.label and f.value]
    place = part.location.split("第")[0] if part.location.startswith("表") else part.location
    return [
        ColumnUse(
            source_file=fields.source,
            table=place,
            column=" ".join(f.label.split())[:80],
            canonical=f.canonical if f.canonical != "unknown" else None,
            how=match.how if match and f.canonical == match.canonical else "unused" if f.canonical in {None, "unknown"} else "normalised",
            sure=match.sure if match else 1.0,
        )
        for f, match in found
    ]


def parse_prose(document: Document, title: str, synonyms: Synonyms, regions: Regions) -> Parsed:
    """A demand written as running text: its title and every other line."""
    lines = [clean(block.text).strip() for block in document.blocks]
    rows = [" ".join(clean(c).strip() for c in row if c.strip()) for table in document.tables for row in table.rows]
    text = "\n".join(line for line in (*lines, *rows) if line and line != title)
    parts = (Field(canonical="title", label="", value=title), Field(canonical="text", label="", value=text))
    pair = build(Fields(source=document.name, location="全文", fields=parts), synonyms, regions)
    return _settled(document.name, [pair] if pair else [])


def _settled(source: str, pairs: Sequence[Pair]) -> Parsed:
    """Unique ids. Without an explicit id, identical content is a repetition; with different ids both are kept."""
    settled = settle(source, [_keyed(pair) for pair in pairs])
    kept = [_renamed(pair, i) for pair, i in zip(pairs, settled.ids, strict=True) if i]
    return Parsed(
        kind=Kind.DEMAND,
        submissions=tuple({pair.submission.submission_id: pair.submission for pair in kept}.values()),
        demands=tuple(pair.demand for pair in kept),
        rejected=settled.rejected,
        fields=tuple(field for pair in kept for field in pair.fields),
    )


def _keyed(pair: Pair) -> Keyed:
    content = repr(replace(pair.demand, source_location="")) + repr(pair.submission.received)
    return Keyed(wished=pair.demand.demand_id, content=content, location=pair.demand.source_location)


def _renamed(pair: Pair, demand_id: str) -> Pair:
    if demand_id == pair.demand.demand_id:
        return pair
    suffix = demand_id.removeprefix(pair.demand.demand_id)
    submission_id = pair.submission.submission_id + suffix
    return replace(
        pair,
        submission=replace(pair.submission, submission_id=submission_id),
        demand=replace(pair.demand, demand_id=demand_id, submission_id=submission_id),
        fields=tuple(replace(f, submission_id=submission_id) for f in pair.fields),
    )
