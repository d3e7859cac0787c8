"""What a policy page says of itself above its text: [发文字号] …, 发布机构：…, or a small table of such pairs."""

import re
from collections.abc import Mapping, Sequence

from nlp.normalise import clean
from nlp.parse.clauses import Line
from nlp.parse.columns import match_label
from nlp.parse.synonyms import Synonyms
from nlp.records import Kind, Table

__all__ = ["head_fields", "is_head_table", "table_fields"]

_HEAD = 30  # lines
_LINE = re.compile(r"(?:[\[【](?P<boxed>[^\]】]{2,10})[\]】]|(?P<plain>[\u4e00-\u9fff]{2,6})[：:])\s*(?P<value>.{1,60})")
_MAX_ROWS = 8


def head_fields(lines: Sequence[Line], tables: Sequence[Table], synonyms: Synonyms) -> Mapping[str, str]:
    """Canonical policy column -> value, from the head's lines and the tables that hold nothing else."""
    found = (_LINE.fullmatch(line.text) for line in lines[:_HEAD])
    pairs = [(match["boxed"] or match["plain"], match["value"]) for match in found if match]
    pairs += [pair for table in tables if is_head_table(table, synonyms) for pair in table_fields(table)]
    named = [(_name(label, synonyms), value.strip()) for label, value in pairs]
    return {name: value for name, value in reversed(named) if name and value}


def table_fields(table: Table) -> list[tuple[str, str]]:
    """Label and value cells in turn, row by row."""
    cells = [[clean(cell).strip() for cell in row] for row in table.rows]
    return [(row[i], row[i + 1]) for row in cells for i in range(0, len(row) - 1, 2) if row[i]]


def is_head_table(table: Table, synonyms: Synonyms) -> bool:
    """A few rows of label and value in turn, most of the labels being a policy's."""
    pairs = table_fields(table)
    known = sum(_name(label, synonyms) is not None for label, _ in pairs)
    return 0 < len(table.rows) <= _MAX_ROWS and known >= 2 and known * 3 >= len(pairs) * 2


def _name(label: str, synonyms: Synonyms) -> str | None:
    found = match_label(label, synonyms.kinds[Kind.POLICY], synonyms)
    return found.canonical if found else None
