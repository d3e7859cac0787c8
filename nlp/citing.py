"""Fragments of the draft: fixed wording, the value of a table's cell, or a part of one."""

from nlp.provenance import Cell, fold, format_value
from nlp.provenance import excerpt as shortened
from nlp.records import Fragment, Paragraph, SourceRef

__all__ = ["BLANK", "body", "bullet", "cell", "excerpt", "fact_row", "line", "note", "words"]

ELLIPSIS = "……"
BLANK = "—"


def words(text: str) -> Fragment:
    return Fragment(text=text)


def cell(table: str, row: str, column: str, value: Cell, *, missing: str = BLANK) -> Fragment:
    """The whole value of a cell; a missing one is shown as a dash, with no source."""
    if value is None or value == "" or value == ():
        return Fragment(text=missing)
    return Fragment(text=format_value(value), source=SourceRef(table=table, row=row, column=column))


def excerpt(table: str, row: str, column: str, text: str, *, longest: int) -> tuple[Fragment, ...]:
    """The beginning of a text cell, with …… where something is left out."""
    kept = shortened(text, longest)
    quoted = Fragment(text=kept, source=SourceRef(table=table, row=row, column=column), quote=True)
    return (quoted,) if kept == fold(text) else (quoted, words(ELLIPSIS))


def fact_row(topic_id: str, fact: str) -> str:
    """How the table `evidence` is keyed: one row a topic and fact."""
    return f"{topic_id}/{fact}"


def line(*fragments: Fragment) -> Paragraph:
    """A table's cell."""
    return Paragraph(fragments=fragments)


def body(*fragments: Fragment) -> Paragraph:
    return Paragraph(fragments=fragments, style="body")


def bullet(*fragments: Fragment) -> Paragraph:
    return Paragraph(fragments=fragments, style="bullet")


def note(*fragments: Fragment) -> Paragraph:
    return Paragraph(fragments=fragments, style="note")
