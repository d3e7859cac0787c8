"""JSON Lines and JSON: a table whose first row is the union of the keys. A bad line is set aside, never lost."""

import json
import re
from collections.abc import Iterable, Sequence

from nlp.errors import UnreadableDocument
from nlp.readers.document import make_document, suffix_of
from nlp.readers.encoding import decode
from nlp.records import Document, Rejected, Table

__all__ = ["read"]

MAX_LINE = 1_000_000  # characters; the longest plan known is under 300,000
_WRAPPERS = ("data", "items", "records", "rows", "list", "result", "results")
_HALF = re.compile("[\ud800-\udfff]")  # of a character, as the escape \\udf09 alone gives it: nothing can store it
_PACKED = frozenset({"language", "country_code"})


def read(name: str, data: bytes) -> Document:
    """One table; lists are joined with "; ", null is "", a nested object is its JSON text."""
    text = decode(name, data)
    if suffix_of(name) == ".json":
        return _whole(name, data, text)
    lines = text.split("\n")
    parsed = [(i, _line(name, i, line)) for i, line in enumerate(lines, 1) if line.strip()]
    records = {i: record for i, record in parsed if isinstance(record, dict)}
    rejected = [record for _, record in parsed if isinstance(record, Rejected)]
    if rejected and not records:
        raise UnreadableDocument(name, f"没有一行是 JSON 对象（共 {len(rejected)} 行）", "请检查文件内容，每行应是一个 {…} 对象")
    # blank rows keep 第N行 true where a line is empty or was set aside
    rows = [records.get(i, {}) for i in range(1, len(lines) + 1)]
    return make_document(name, data, tables=[_table(rows, first=1)], rejected=rejected)


def _whole(name: str, data: bytes, text: str) -> Document:
    try:
        content: object = json.loads(text)
    except (ValueError, RecursionError) as error:
        raise UnreadableDocument(name, "不是有效的 JSON", "请检查文件是否完整，或改存为 .jsonl、.csv") from error
    records = _records(content)
    if not records:
        raise UnreadableDocument(name, "JSON 中没有记录列表", "请存为对象的数组 [{…}, {…}]，或每行一个对象的 .jsonl")
    good = [record if isinstance(record, dict) else {} for record in records]
    rejected = [_reject(name, i, "不是 JSON 对象") for i, record in enumerate(records, 1) if not isinstance(record, dict)]
    return make_document(name, data, tables=[_table(good, first=1)], rejected=rejected)


def _records(content: object) -> Sequence[object]:
    if isinstance(content, list):
        return content
    if isinstance(content, dict):
        inner = next((content[k] for k in _WRAPPERS if isinstance(content.get(k), list)), None)
        return inner if inner is not None else [content]
    return []


def _line(name: str, number: int, line: str) -> dict[str, object] | Rejected:
    if len(line) > MAX_LINE:
        return _reject(name, number, f"一行有 {len(line):,} 个字符，超过 {MAX_LINE:,} 的上限")
    try:
        record: object = json.loads(line)
    except (ValueError, RecursionError):
        return _reject(name, number, "不是有效的 JSON")
    return record if isinstance(record, dict) else _reject(name, number, "不是 JSON 对象")


def _reject(name: str, number: int, reason: str) -> Rejected:
    return Rejected(source=name, location=f"第{number}行", reason=reason, remedy="请改正这一行后重新放入")


def _table(records: Iterable[dict[str, object]], first: int) -> Table:
    """Header plus one row a record; `row_offset` is one less than the first record's line, for the header has none."""
    rows = list(records)
    keys = list(dict.fromkeys(key for record in rows for key in record))
    cells = (tuple(_cell(record.get(key)) for key in keys) for record in rows)
    return Table(rows=tuple(tuple(_HALF.sub("\ufffd", cell) for cell in row) for row in (tuple(keys), *cells)), location="表1", row_offset=first - 1)


def _cell(value: object) -> str:
    match value:
        case None:
            return ""
        case str():
            return value
        case bool():
            return "是" if value else "否"
        case list() if value and all(isinstance(item, dict) and _PACKED & item.keys() for item in value):
            return json.dumps(value, ensure_ascii=False)  # nlp.parse.packed chooses among languages and reads the countries
        case list():
            return "; ".join(_cell(item) for item in value)
        case dict():
            return _nested(value)
        case _:
            return str(value)


def _nested(value: dict[str, object]) -> str:
    """BigQuery's {text, language}, {name, country_code} and {code} give their text; anything else its JSON."""
    for name in ("text", "name", "code"):
        if isinstance(value.get(name), str):
            return str(value[name])
    return json.dumps(value, ensure_ascii=False)
