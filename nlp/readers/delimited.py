"""csv and tsv: encoding ladder, delimiter by counting, quoted multi-line fields."""

import csv
import io
import re
from collections import Counter
from collections.abc import Sequence

from nlp.errors import UnreadableDocument
from nlp.readers.document import make_document
from nlp.readers.encoding import decoded
from nlp.records import Document, Table

__all__ = ["delimiter_of", "read", "sniff"]

_DELIMITERS = ",\t;|"
_LOOK = 20_000  # characters that decide the delimiter
_LINES = 12
_SEP = re.compile(r"\A\s*sep=(.)\r?\n")  # a line by which Excel is told the delimiter
_SCIENTIFIC = re.compile(r"[1-9](?:\.\d+)?E\+(?:1\d|0?[6-9])")

Rows = tuple[tuple[str, ...], ...]


def read(name: str, data: bytes) -> Document:
    """One table. A row is one record, however many lines its quoted fields span.

    Raises UnreadableDocument for text that is no table by any reading.
    """
    found = decoded(name, data)
    told = _SEP.match(found.text)
    text = found.text[told.end() :] if told else found.text
    delimiter = delimiter_of(found.text)
    warnings = list(found.warnings)
    try:
        rows = tuple(tuple(row) for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except csv.Error as error:
        rows = _lenient(name, text, delimiter, error)
        if "limit" not in str(error):
            warnings.append("引号用法不规范，已按宽松方式读取，请核对")
    if doubtful := [cell for row in rows for cell in row if len(cell) <= 24 and _SCIENTIFIC.fullmatch(cell.strip())]:
        warnings.append(f"有 {len(doubtful)} 个数字是科学计数（如 {doubtful[0]}），编号或电话的末位可能已丢失，请向填报单位核对")
    return make_document(name, data, tables=[Table(rows=rows, location="表1", row_offset=2 if told else 1)], warnings=warnings)


def delimiter_of(text: str) -> str:
    """The delimiter that a file's text names (sep=;), else the likeliest by its beginning."""
    told = _SEP.match(text)
    return told[1] if told else sniff(text[:_LOOK])


def sniff(text: str) -> str:
    """The delimiter that stands equally often, outside quotes, in most of the first lines; a comma when none does."""
    outside = "".join(text.split('"')[::2])
    lines = [line for line in outside.split("\n") if line.strip()][:_LINES]
    best = max(_DELIMITERS, key=lambda delimiter: _agreement(lines, delimiter))
    return best if _agreement(lines, best)[0] * 2 >= len(lines) else ","


def _agreement(lines: Sequence[str], delimiter: str) -> tuple[int, int]:
    """(lines with the commonest number of this delimiter, that number)."""
    counts = Counter(filter(None, (line.count(delimiter) for line in lines)))
    number, agreeing = max(counts.items(), key=lambda item: (item[1], item[0]), default=(0, 0))
    return agreeing, number


def _lenient(name: str, text: str, delimiter: str, error: csv.Error) -> Rows:
    """Rows of a file with stray quotes or very long cells. Leniency never swallows lines into one field."""
    if text.count('"') % 2:
        # an odd quote swallows all that follows it, so quotes are taken as ordinary characters
        return tuple(tuple(line.split(delimiter)) for line in text.splitlines())
    if "limit" in str(error):
        return _unlimited(text, delimiter)
    try:
        return tuple(tuple(row) for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    except csv.Error as again:
        raise UnreadableDocument(name, f"表格内容无法按分隔符读取（{again}）", "请在表格软件中打开后另存为 .xlsx") from again


def _unlimited(text: str, delimiter: str) -> Rows:
    """RFC 4180 without the csv module's limit of 131,072 characters a field, which is global to the process."""
    mark = re.escape(delimiter)
    token = re.compile(rf'(?:"((?:[^"]|"")*)"|([^{mark}\r\n]*))({mark}|\r\n|\r|\n|\Z)')
    rows: list[tuple[str, ...]] = []
    row: list[str] = []
    position = 0
    while position < len(text) and (found := token.match(text, position)):
        row.append(found[1].replace('""', '"') if found[1] is not None else found[2])
        if found[3] != delimiter:
            rows.append(tuple(row))
            row = []
        position = found.end()
    if row or position < len(text):
        rows.append((*row, text[position:]))
    return tuple(rows)
