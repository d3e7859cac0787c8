"""Workbooks and delimited text: what the sheet shows is what is read, and what was lost is said."""

import io
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest

from nlp.errors import UnreadableDocument
from nlp.readers import read
from nlp.readers.delimited import sniff
from nlp.readers.encoding import decoded
from nlp.records import Document, Merge

DATA = Path(__file__).parents[2] / "data"


def book(fill: "Callable[[object], None]") -> Document:
    from openpyxl import Workbook

    workbook = Workbook()
    fill(workbook)
    target = io.BytesIO()
    workbook.save(target)
    return read("a.xlsx", target.getvalue())


@pytest.mark.parametrize(
    ("value", "number_format", "text"),
    [
        (123, "000000", "000123"), (0.95, "0%", "95%"), (0.0005, "0.00%", "0.05%"), (500, '0"万元"', "500万元"), (1234567.5, "#,##0.00", "1234567.5"),
        (date(2024, 3, 5), 'yyyy"年"m"月"d"日"', "2024-03-05"), (13900000001, "General", "13900000001"), (2.5, "General", "2.5"), (True, "General", "是"),
        ("0123", "@", "0123"), ("=CMD()", "General", "=CMD()"), ("<script>alert(1)</script>", "General", "<script>alert(1)</script>"),
    ],
)  # fmt: skip
def test_a_number_is_read_as_the_sheet_shows_it(value: object, number_format: str, text: str) -> None:
    def fill(workbook: object) -> None:
        cell = workbook.active["A1"]  # type: ignore[attr-defined]
        cell.value = value
        cell.data_type = "s" if isinstance(value, str) else cell.data_type
        cell.number_format = number_format

    assert book(fill).tables[0].rows == ((text,),)


def test_raised_figures_merges_hidden_sheets_and_unvalued_formulas() -> None:
    from openpyxl.cell.rich_text import CellRichText, TextBlock
    from openpyxl.cell.text import InlineFont

    def fill(workbook: object) -> None:
        sheet = workbook.active  # type: ignore[attr-defined]
        sheet["A1"] = CellRichText("漏率≤10", TextBlock(InlineFont(vertAlign="superscript"), "-9"), "Pa")
        sheet["B1"], sheet["C1"] = "=1+2", 123456789012345678
        sheet["A2"] = "并"
        sheet.merge_cells("A2:B3")
        workbook.create_sheet("底稿").sheet_state = "hidden"  # type: ignore[attr-defined]
        workbook["底稿"]["A1"] = "藏"  # type: ignore[index]

    found = book(fill)
    first, second = found.tables
    assert first.rows[0][:2] == ("漏率≤10⁻⁹Pa", "") and first.merges == (Merge(top=1, left=0, bottom=2, right=1),)
    assert second.rows == (("藏",),)
    assert [w.split("（")[0] for w in found.warnings] == ["工作表“底稿”是隐藏的，也已读取", "工作表“Sheet”有 1 个公式没有存下结果", "工作表“Sheet”有 1 个数字超过 15 位"]


@pytest.mark.parametrize("name", ["a.xls", "a.et", "误命名.xlsx"])
def test_the_old_format_by_its_content(name: str) -> None:
    found = read(name, (DATA / "list.xls").read_bytes())
    assert found.tables[0].rows[2] == ("1", "合肥甲公司", "键合胶", "胶层开裂。", "800", "2024-03-05")
    assert Merge(top=2, left=1, bottom=3, right=1) in found.tables[0].merges and "隐藏" in found.warnings[-1]


HANS, HANT = "序号,单位名称,主要问题\n1,合肥某公司,键合胶在三百度开裂，须更换材料\n", "序號,單位名稱,主要問題\n1,臺北某公司,鍵合膠在三百度開裂，須更換材料\n"


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16", "utf-16-le", "utf-16-be", "big5"])
def test_every_encoding_of_the_ladder(encoding: str) -> None:
    text = HANT if encoding == "big5" else HANS
    found = decoded("a.csv", text.encode(encoding))
    assert found.text == text and not found.warnings


@pytest.mark.parametrize("encoding", ["utf-8", "gb18030"])
def test_one_bad_byte_does_not_refuse_a_long_file(encoding: str) -> None:
    data = (HANS * 500).encode(encoding)
    place = data.index(b"\n", 9000) + 1
    found = read("a.csv", data[:place] + b"\xff\xff" + data[place:])
    assert len(found.tables[0].rows) == 1000 and "字节无法识别" in found.warnings[0]


@pytest.mark.parametrize("delimiter", [",", ";", "\t", "|"])
def test_delimiters(delimiter: str) -> None:
    assert sniff(HANS.replace(",", delimiter)) == delimiter


def test_a_very_long_cell_and_a_told_delimiter() -> None:
    long = "字" * 200_000
    assert read("a.csv", f'标题,正文\n甲,"{long}""引\n号"\n乙,丙\n'.encode()).tables[0].rows == (("标题", "正文"), ("甲", f'{long}"引\n号'), ("乙", "丙"))
    told = read("a.csv", "sep=;\n标题;正文\n甲,一;乙\n".encode()).tables[0]
    assert told.rows == (("标题", "正文"), ("甲,一", "乙")) and told.row_offset == 2


def test_numbers_in_scientific_notation_are_doubted() -> None:
    assert "科学计数" in read("a.csv", "名称,电话\n甲,1.39E+10\n".encode()).warnings[0]


def test_spans_of_a_page_keep_the_columns_aligned() -> None:
    page = "<table><tr><th rowspan=2>单位<th colspan=2>经费<tr><td>总<td>财<tr><td>甲<td>1<td>2</table>"
    (table,) = read("a.html", page.encode()).tables
    assert table.rows == (("单位", "经费", ""), ("", "总", "财"), ("甲", "1", "2"))
    assert table.merges == (Merge(top=0, left=0, bottom=1, right=0), Merge(top=0, left=1, bottom=0, right=2))


def test_a_circle_or_a_cut_directory_in_an_old_workbook_is_refused() -> None:
    """Found by the fuzz: calamine would never end with the one and abort the process with the other."""
    data = (Path(__file__).parents[2] / "data" / "list.xls").read_bytes()
    assert read("旧.xls", data).tables
    table = 512 * (1 + int.from_bytes(data[76:80], "little"))
    directory = int.from_bytes(data[48:52], "little")
    circle = bytearray(data)
    circle[table + 4 * directory : table + 4 * directory + 4] = directory.to_bytes(4, "little")
    beyond = bytearray(data)
    beyond[48:52], beyond[table : table + 4] = (len(data) // 512 + 1).to_bytes(4, "little"), directory.to_bytes(4, "little")
    for broken in (bytes(circle), bytes(beyond), data[: 512 * (1 + directory) + 30], data[:600]):
        with pytest.raises(UnreadableDocument, match="损坏"):
            read("旧.xls", broken)
