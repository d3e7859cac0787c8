"""Tables of a .doc by their cell marks, and what must not be followed."""

from pathlib import Path

import pytest

from nlp.readers.doc97 import cell_rows, with_lost_tables
from nlp.readers.document import make_document
from nlp.records import Block

DOC = (Path(__file__).parents[2] / "data" / "form.doc").read_bytes()  # written by LibreOffice from our own form


def test_rows_and_cells() -> None:
    (table,) = cell_rows(DOC)
    assert table[0][:2] == ("单位名称", "合肥示例键合材料有限公司") and table[4][:2] == ("需求名称", "低放气临时键合胶")


def test_a_table_that_became_one_line_is_put_back() -> None:
    (table,) = cell_rows(DOC)
    line = "".join(cell for row in table for cell in row)
    lost = make_document("表.doc", DOC, blocks=[Block(text="技术需求征集表", location="第1段"), Block(text=line, location="第2段")])
    found = with_lost_tables(lost, DOC)
    assert [b.text for b in found.blocks] == ["技术需求征集表"]
    assert [(t.rows, t.location, t.after) for t in found.tables] == [(table, "表1", 1)]
    whole = make_document("表.doc", DOC, blocks=[Block(text="另一段", location="第1段")])
    assert with_lost_tables(whole, DOC) == whole


@pytest.mark.parametrize("cut", [8, 100, 600, 5000, len(DOC) // 2])
def test_a_cut_or_spoilt_file_gives_nothing_and_no_error(cut: int) -> None:
    spoilt = bytearray(DOC)
    spoilt[cut : cut + 4] = b"\x01\x00\x00\x00"
    assert isinstance(cell_rows(DOC[:cut]), list) and isinstance(cell_rows(bytes(spoilt)), list)
    circle = bytearray(DOC)
    circle[512:1024] = b"\x00" * 512  # every sector follows itself to the first
    assert isinstance(cell_rows(bytes(circle)), list)
