"""What every writer does to every text before it leaves: nothing in it may act, hide or break the file."""

import re
import unicodedata
from typing import Final

from nlp.records import Fragment, Grid, Paragraph, SourceRef

__all__ = ["PROPERTY_LENGTH", "inert", "mark_anchor", "number_of", "numeric_column", "one_line", "place"]

PROPERTY_LENGTH: Final = 255  # the most that Office takes in a document property
_LINE_ENDS = re.compile("\r\n?|\u2028|\u2029")
_SILENT = frozenset({"Cc", "Cf", "Cs", "Cn"})
_ABSENT = frozenset({"—", "未知", ""})
_NUMBER = re.compile(r"-?(?:0|[1-9]\d{0,9})(?:\.\d+)?%?")


def inert(text: str) -> str:
    """Without control, direction-changing and other invisible characters; line ends become \\n, tabs stay.

    XML 1.0 forbids most of them, and a right-to-left override shows 12 as 21.
    """
    if text.isprintable():
        return text
    text = _LINE_ENDS.sub("\n", text)
    return "".join(c for c in text if c in "\n\t" or unicodedata.category(c) not in _SILENT)


def one_line(text: str) -> str:
    """`inert`, on one line, with single spaces."""
    return " ".join(inert(text).split())


def place(source: SourceRef) -> str:
    """table/row/column, as shown to people."""
    return one_line(f"{source.table}/{source.row}/{source.column}")


def mark_anchor(fragment: Fragment) -> str:
    """Of a mark's row in the annex, in a page as in a Word file."""
    return f"mark_{one_line(fragment.text)}"


def number_of(cell: Paragraph) -> str | None:
    """The numeral of a cell that is nothing but one sourced number (12, 0.5, 50.0%), else None.

    Identifiers made of digits are words, not numbers: 000123 and *_id columns.
    """
    if len(cell.fragments) != 1:
        return None
    fragment = cell.fragments[0]
    if fragment.source is None or fragment.quote or fragment.source.column.endswith("_id"):
        return None
    return fragment.text if _NUMBER.fullmatch(fragment.text) else None


def numeric_column(grid: Grid, column: int) -> bool:
    """Whether a column holds numbers, or a dash where one is missing; one word makes it a column of words."""
    cells = [row[column] for row in grid.rows]
    return any(number_of(cell) for cell in cells) and all(number_of(cell) or cell.text in _ABSENT for cell in cells)
