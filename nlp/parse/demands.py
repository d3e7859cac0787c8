"""Demand lists and forms to Submission and Demand records. Contact values never enter a record."""

from collections.abc import Sequence
from dataclasses import replace

from nlp.normalise import clean
from nlp.parse.fields import Field, Fields, Pair, build, chosen
from nlp.parse.forms import form_fields, loose_field
from nlp.parse.ids import Keyed, settle
from nlp.parse.regions import Regions
from nlp.parse.result import Parsed, Row, Rows, no_title
from nlp.parse.synonyms import Synonyms
from nlp.records import Document, Kind

__all__ = ["parse_form", "parse_prose", "parse_rows"]


def parse_rows(rows: Rows, synonyms: Synonyms, regions: Regions) -> Parsed:
    """One submission with one demand a row. Rows with neither title nor text, and repetitions, are rejected."""
    built = [(row, build(_row_fields(rows, row, synonyms), synonyms, regions)) for row in rows.rows]
    blank = [no_title(rows.source, row.location, ["需求名称", "需求描述"]) for row, pair in built if pair is None]
    parsed = _settled(rows.source, [pair for _, pair in built if pair])
    return replace(parsed, rejected=(*rows.rejected, *blank, *parsed.rejected), mappings=(rows.mapping,))


def _row_fields(rows: Rows, row: Row, synonyms: Synonyms) -> Fields:
    columns = [c for c in rows.mapping.columns if c.canonical != "contact" and c.index < len(row.cells)]
    sections = synonyms.kinds[Kind.DEMAND].sections
    known = [Field(canonical=c.canonical, label=c.label, value=_value(row.cells[c.index], c.canonical, sections, synonyms)) for c in columns]
    mapped = {c.index for c in rows.mapping.columns}
    unknown = [(label.strip(), cell) for i, (label, cell) in enumerate(zip(rows.labels, row.cells, strict=False)) if i not in mapped]
    loose = [loose_field(label, cell, synonyms) for label, cell in unknown if cell]
    return Fields(source=rows.source, location=row.location, fields=(*known, *loose))


def _value(cell: str, canonical: str, sections: Sequence[str], synonyms: Synonyms) -> str:
    return cell if canonical in sections else chosen(cell, synonyms)


def parse_form(document: Document, synonyms: Synonyms, regions: Regions) -> Parsed:
    """The one submission of a form. A form with neither a name nor a description is rejected."""
    fields = form_fields(document, synonyms)
    pair = build(fields, synonyms, regions)
    if pair is None:
        return Parsed(kind=Kind.DEMAND, rejected=(no_title(document.name, fields.location, ["需求名称", "需求描述"]),))
    return _settled(document.name, [pair])


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
        submissions=tuple(pair.submission for pair in kept),
        demands=tuple(pair.demand for pair in kept),
        rejected=settled.rejected,
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
    )
