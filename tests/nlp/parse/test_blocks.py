"""A list of patents parsed in parts is the list parsed whole: records, ids, refusals and their places."""

import io
import json
from collections.abc import Iterator
from dataclasses import fields

import pytest

from nlp.errors import UnreadableDocument
from nlp.parse import Parsed, parse
from nlp.parse.blocks import parse_blocks
from nlp.readers import read
from nlp.readers.blocks import Part, cut, numbered
from nlp.records import Document
from tests.nlp.parse.lexicons import regions, synonyms

KEYS = ("公开（公告）号", "标题", "摘要", "申请人", "申请日", "IPC分类号")


def record(i: int) -> tuple[str, ...]:
    number = f"CN{100000000 + (i if i % 50 else 0)}A"  # every fiftieth wishes the same number with another content
    title = "" if i % 70 == 3 else f"涂布装置{i if i % 90 else 0}"
    return number, title, f'第{i}项，带"引号"\n换行', f"甲{i % 7}公司; 乙大学", f"20{10 + i % 9}-03-0{1 + i % 9}", "H01L21/67; G03F7/16"


ROWS = [record(i) for i in range(600)] + [record(7), ("CN9A", "多一格", "", "", "", "", "格")]


def quoted(cell: str) -> str:
    return '"' + cell.replace('"', '""') + '"'


CSV = "\n".join(["专利检索结果,,,,,", ",".join(KEYS), *(",".join(map(quoted, row)) for row in ROWS)])
JSONL = "\n".join([*(json.dumps({k: v for k, v in zip(KEYS, row, strict=False) if k != "申请日" or i > 300}, ensure_ascii=False) for i, row in enumerate(ROWS)), "坏", "[]"])


def in_parts(name: str, data: bytes, size: int) -> Parsed | None:
    def answers() -> Iterator[tuple[Part, Document | UnreadableDocument]]:
        for part in cut(name, io.BytesIO(data), size=size):
            yield part, read(part.name, part.data)

    return parse_blocks(numbered(answers()), kind=None, synonyms=synonyms(), regions=regions())


@pytest.mark.parametrize(("name", "text"), [("a.csv", CSV), ("a.jsonl", JSONL)])
@pytest.mark.parametrize("size", [3_000, 20_000, 10_000_000])
def test_parts_and_whole(name: str, text: str, size: int) -> None:
    whole = parse(read(name, text.encode()), kind=None, synonyms=synonyms(), regions=regions())
    parts = in_parts(name, text.encode(), size)
    assert parts is not None and len(whole.patents) > 550 and len(whole.rejected) >= 9
    for field in fields(Parsed):
        if field.name in {"rejected", "columns"}:
            assert sorted(map(repr, getattr(parts, field.name))) == sorted(map(repr, getattr(whole, field.name)))
        elif field.name not in {"mappings", "notes"}:
            assert getattr(parts, field.name) == getattr(whole, field.name)


def test_what_is_no_list_of_patents_is_left_alone() -> None:
    assert in_parts("a.csv", "需求名称,需求单位,主要问题\n键合胶,甲公司,开裂\n".encode(), 1000) is None
