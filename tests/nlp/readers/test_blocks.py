"""A file read in parts says what the same file says read whole, with the same row numbers."""

import io
import json
from collections.abc import Iterator
from itertools import chain

import pytest

from nlp.errors import UnreadableDocument
from nlp.readers import read
from nlp.readers.blocks import Part, cut, numbered
from nlp.records import Document

HEAD = "公开号,标题,摘要\n"
ROWS = [f'CN{i}A,涂布{i},"第一行{i}\n第二行，带""引号""，和逗号,"' for i in range(400)]
CSV = HEAD + "\n".join(ROWS) + "\n"
JSONL = "\n".join(["", *(json.dumps({"id": i, "标题": f"涂布{i}", **({"晚": "列"} if i > 300 else {})}, ensure_ascii=False) for i in range(400)), "{坏", ""])


def documents(name: str, data: bytes, size: int) -> list[Document]:
    def answers() -> Iterator[tuple[Part, Document | UnreadableDocument]]:
        for part in cut(name, io.BytesIO(data), size=size):
            try:
                yield part, read(part.name, part.data)
            except UnreadableDocument as error:
                yield part, error

    return list(numbered(answers()))


def by_number(found: list[Document], *, header: bool) -> dict[int, tuple[tuple[str, str], ...]]:
    """Row number -> what the row says: of a .jsonl by key."""
    rows: dict[int, tuple[tuple[str, str], ...]] = {}
    for table in (d.tables[0] for d in found if d.tables):
        for i, row in enumerate(table.rows[1:] if header else table.rows, 1 if header else 0):
            if any(row):
                keys = table.rows[0] if header else [""] * len(row)
                rows[table.row_offset + i] = tuple((k, v.replace("\r\n", "\n")) for k, v in zip(keys, row, strict=True) if v)
    return rows


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
@pytest.mark.parametrize("text", [CSV, CSV.replace("\n", "\r\n"), "sep=;\n" + CSV.replace(",涂", ";涂").replace(',"', ';"').replace("公开号,标题,", "公开号;标题;")])
def test_csv(encoding: str, text: str) -> None:
    data = text.encode(encoding)
    whole, parts = read("甲.csv", data), documents("甲.csv", data, 2000)
    assert len(parts) > 5 and by_number(parts, header=False) == by_number([whole], header=False)


def test_jsonl() -> None:
    data = JSONL.encode()
    whole, parts = read("甲.jsonl", data), documents("甲.jsonl", data, 2000)
    assert len(parts) > 5 and by_number(parts, header=True) == by_number([whole], header=True)
    assert [r for d in parts for r in d.rejected] == list(whole.rejected) and whole.rejected[0].location == "第402行"


def test_a_stray_quote_costs_its_part_and_nothing_is_lost() -> None:
    said = {200: '5英寸"'}
    lines = [f"CN{i}A,涂布{i},{said.get(i, '平')}" for i in range(400)]
    parts = documents("甲.csv", (HEAD + "\n".join(lines)).encode(), 2000)
    assert [row[0] for d in parts for row in d.tables[0].rows][1:] == [f"CN{i}A" for i in range(400)]


def test_the_encoding_is_the_whole_streams() -> None:
    """ASCII for longer than any sample, then Chinese that is no UTF-8."""
    data = ("id,title\n" + "1,a\n" * 100_000).encode() + "2,涂布机\n".encode("gb18030") * 50
    assert documents("甲.csv", data, 100_000)[-1].tables[0].rows[-1] == ("2", "涂布机")
    nearly = ("编号,标题\n" + "1,涂布机的送料装置\n" * 1000).encode() + b"2,\xff\n"
    (warning,) = documents("甲.csv", nearly, 10_000)[0].warnings
    assert "1 处字节" in warning


@pytest.mark.parametrize(("name", "data"), [("甲.csv", b"a" * 50_000), ("甲.jsonl", b"{" * 50_000), ("甲.csv", bytes(range(256)) * 200)])
def test_what_cannot_be_cut_is_refused(name: str, data: bytes) -> None:
    with pytest.raises(UnreadableDocument):
        documents(name, data, 10_000)


def test_a_later_part_that_cannot_be_read_is_one_line_of_the_rejected() -> None:
    parts = list(cut("甲.jsonl", io.BytesIO("\n".join(['{"标题": "涂布"}'] * 10 + [""] * 10 + ['{"标题": "刻蚀"}'] * 10).encode()), size=150))
    answers = chain(((p, read(p.name, p.data)) for p in parts[:1]), ((p, UnreadableDocument("甲", "超时", "拆分")) for p in parts[1:]))
    places = [r.location for d in numbered(answers) for r in d.rejected]
    assert places[0] == f"第{parts[0].lines + 1}–{parts[0].lines + parts[1].lines}行" and places[-1].endswith("–30行")
