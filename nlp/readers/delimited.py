"""csv and tsv: encoding ladder, delimiter by counting, quoted multi-line fields."""

import csv
import io

from nlp.errors import UnreadableDocument
from nlp.readers.document import make_document
from nlp.readers.encoding import decode
from nlp.records import Document, Table

__all__ = ["read"]

_DELIMITERS = ",\t;"
_LOOK = 20_000  # characters that decide the delimiter


def read(name: str, data: bytes) -> Document:
    """One table. A row is one record, however many lines its quoted fields span.

    The csv module's own limit of 131,072 characters a field is left as it is (it is global to the process); a longer
    field raises UnreadableDocument, as does a quotation mark that never closes.
    """
    text = decode(name, data)
    delimiter = sniff(text[:_LOOK])
    try:
        rows = tuple(tuple(row) for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
        warnings: tuple[str, ...] = ()
    except csv.Error as error:
        rows = _lenient(name, text, delimiter, error)
        warnings = ("引号用法不规范，已按宽松方式读取，请核对",)
    return make_document(name, data, tables=[Table(rows=rows, location="表1")], warnings=warnings)


def sniff(text: str) -> str:
    """The delimiter that stands most often outside quotes in the first records; a comma when none does."""
    outside = "".join(text.split('"')[::2])
    head = "\n".join(outside.split("\n")[:5])
    return max(_DELIMITERS, key=head.count)


def _lenient(name: str, text: str, delimiter: str, error: csv.Error) -> tuple[tuple[str, ...], ...]:
    """Rows of a file with stray quotes. Refused if leniency would swallow lines into one field."""
    if "limit" in str(error):
        raise UnreadableDocument(name, "有一个单元格超过 131,072 个字符", "请把正文另存为 .txt 或 .docx 后放入") from error
    if text.count('"') % 2:
        # an odd quote swallows all that follows it, so quotes are taken as ordinary characters
        lines = io.StringIO(text, newline="")
        return tuple(tuple(row) for row in csv.reader(lines, delimiter=delimiter, quoting=csv.QUOTE_NONE))
    try:
        return tuple(tuple(row) for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter))
    except csv.Error as again:
        raise UnreadableDocument(name, f"表格内容无法按分隔符读取（{again}）", "请在表格软件中打开后另存为 .xlsx") from again
