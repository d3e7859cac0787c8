"""A collection notice (征集通知), kept whole until rules are compiled from it."""

from nlp.normalise import clean
from nlp.parse.ids import digest
from nlp.parse.result import Parsed, Rows, no_title
from nlp.records import Call, Document, Kind, Rejected

__all__ = ["parse_notice", "parse_rows"]


def parse_notice(document: Document, title: str) -> Parsed:
    """One Call; its text is every block, then every table row, one a line."""
    lines = [clean(block.text).strip() for block in document.blocks]
    rows = [" ".join(clean(c).strip() for c in row if c.strip()) for table in document.tables for row in table.rows]
    text = "\n".join(line for line in (*lines, *rows) if line)
    if not text:
        empty = Rejected(source=document.name, location=None, reason="通知没有正文", remedy="请确认文件内容后重新放入")
        return Parsed(kind=Kind.NOTICE, rejected=(empty,))
    call = Call(call_id=digest("N", title, text), title=title, text=text, source_file=document.name)
    return Parsed(kind=Kind.NOTICE, calls=(call,))


def parse_rows(rows: Rows) -> Parsed:
    """One Call a row; rows without a title or a text are rejected."""
    value = rows.mapping.value
    pairs = [(row, value(row.cells, "title"), value(row.cells, "text")) for row in rows.rows]
    calls = [Call(call_id=digest("N", t, x), title=t, text=x, source_file=rows.source) for _, t, x in pairs if t and x]
    blank = [no_title(rows.source, row.location, ["标题", "正文"]) for row, t, x in pairs if not (t and x)]
    unique = tuple({call.call_id: call for call in calls}.values())
    return Parsed(kind=Kind.NOTICE, calls=unique, rejected=(*rows.rejected, *blank), mappings=(rows.mapping,))
