import json
import time
from datetime import date

import pytest

from nlp.errors import UnreadableDocument
from nlp.readers import READERS, read
from nlp.records import Document
from tests.nlp import office
from tests.nlp.readers.hostile import HOSTILE, RANDOM, Hostile

HEADER = ("需求名称", "需求描述")
ROW = ("低温键合胶", "现有胶层在300℃开裂，\n需≤0.5%放气率")
CSV = '需求名称,需求描述\n低温键合胶,"现有胶层在300℃开裂，\n需≤0.5%放气率"\n'


@pytest.mark.parametrize(
    ("name", "data"),
    [
        ("a.csv", CSV.encode()),
        ("a.csv", b"\xef\xbb\xbf" + CSV.encode()),
        ("a.csv", CSV.encode("gb18030")),
        ("a.csv", CSV.encode("utf-16")),
        ("a.csv", CSV.replace(",", ";").encode()),
        ("a.tsv", CSV.replace(",", "\t").encode()),
        ("a.jsonl", json.dumps(dict(zip(HEADER, ROW, strict=True)), ensure_ascii=False).encode()),
        ("a.json", json.dumps([dict(zip(HEADER, ROW, strict=True))]).encode()),
        ("a.xlsx", office.xlsx({"表1": [HEADER, ROW]})),
        ("a.docx", office.docx(office.table([HEADER, ROW]))),
        ("a.html", f"<table><tr><th>{HEADER[0]}<th>{HEADER[1]}<tr><td>{ROW[0]}<td>{ROW[1].replace(chr(10), '<br>')}</table>".encode()),
    ],
    ids=["utf8", "bom", "gb18030", "utf16", "semicolon", "tab", "jsonl", "json", "xlsx", "docx", "html"],
)
def test_one_table_reads_the_same_from_every_format(name: str, data: bytes) -> None:
    (found,) = read(name, data).tables
    assert found.rows == (HEADER, ROW)


def test_every_reader_is_named_when_a_suffix_is_unknown() -> None:
    with pytest.raises(UnreadableDocument) as refusal:
        read("需求表.xyz", b"\x01\x02")
    assert all(suffix in str(refusal.value) for suffix in READERS)


def test_the_content_decides_and_the_note_says_so() -> None:
    table = office.table([HEADER, ROW])
    page = "<html><body><table><tr><td>需求名称<td>需求描述<tr><td>甲<td>乙</table></body></html>".encode()
    for name, data, kind in (("a.doc", office.docx(table), ".docx"), ("b.docx", office.xlsx({"a": [HEADER, ROW]}), ".xlsx"), ("c.xls", page, ".html"), ("d.xls", CSV.replace(",", "\t").encode(), ".csv"), ("e.doc", page, ".html")):
        found = read(name, data)
        assert found.tables[0].rows[0] == HEADER and found.suffix == name[1:]
        assert found.warnings == (f"扩展名是 {name[1:]}，内容是 {kind}，已按内容读取",)


@pytest.mark.parametrize("case", [case for case in HOSTILE if case.name != "两百兆.csv"], ids=lambda case: case.name)
def test_hostile_bytes_are_refused_in_time(case: Hostile) -> None:
    data = case.data()
    started = time.perf_counter()
    with pytest.raises(UnreadableDocument, match=case.reason) as refusal:
        read(case.name, data)
    assert refusal.value.remedy and time.perf_counter() - started < 4


@pytest.mark.parametrize("suffix", READERS)
def test_every_reader_takes_empty_and_random_bytes_in_words(suffix: str) -> None:
    for data in (b"", b" \r\n\t ", RANDOM):
        try:
            document = read("x" + suffix, data)
        except UnreadableDocument as refusal:
            assert refusal.reason and refusal.remedy
        else:
            assert suffix in {".html", ".htm"} and document


@pytest.mark.parametrize(("name", "data"), [("坏.json", b'{"a": '), ("数.json", b"5")])
def test_broken_json_is_refused(name: str, data: bytes) -> None:
    with pytest.raises(UnreadableDocument):
        read(name, data)


def test_half_a_character_is_told_from_a_whole_one() -> None:
    """The escape of half a surrogate pair is JSON, but no text that could be stored."""
    (table,) = read("导出.json", br'[{"title": "\udf09\u5149\ud83d\ude00", "\ud800": ["\udc00"]}]').tables
    assert table.rows == (("title", "\ufffd"), ("\ufffd光\U0001f600", "\ufffd"))


def test_a_line_of_five_megabytes_is_set_aside() -> None:
    with pytest.raises(UnreadableDocument):
        read("长行.jsonl", b'{"title": "' + b"a" * 5_000_000 + b'"}')


def test_formulas_and_scripts_stay_plain_text() -> None:
    titles = ["=cmd|' /C calc'!A0", "<script>alert(1)</script>", "+1+2", "@SUM(1)", "{{7*7}}"]
    body = office.table([[t.replace("<", "&lt;").replace(">", "&gt;")] for t in titles])
    assert [row[0] for row in read("a.docx", office.docx(body)).tables[0].rows] == titles
    assert [row[0] for row in read("a.csv", "\n".join(titles).encode()).tables[0].rows] == titles


def test_docx_reads_through_content_controls_and_leaves_deletions_out() -> None:
    body = (
        office.control(office.paragraph("一、在控件里"))
        + "<w:p><w:r><w:t>前</w:t></w:r>" + office.control("<w:r><w:t>中</w:t></w:r>") + "<w:r><w:t>后</w:t></w:r></w:p>"
        + "<w:p><w:ins><w:r><w:t>插入</w:t></w:r></w:ins><w:del><w:r><w:delText>删去</w:delText></w:r></w:del></w:p>"
    )  # fmt: skip
    assert [b.text for b in read("a.docx", office.docx(body)).blocks] == ["一、在控件里", "前中后", "插入"]


def test_docx_headings_merged_cells_and_boxes() -> None:
    heading = office.paragraph("总则", '<w:pPr><w:outlineLvl w:val="0"/></w:pPr>')
    box = '<w:sdt><w:sdtPr><w14:checkbox><w14:checked w14:val="1"/></w14:checkbox></w:sdtPr><w:sdtContent><w:r><w:t>☒</w:t></w:r></w:sdtContent></w:sdt>'
    tick = f"<w:p>{box}<w:r><w:t>委托研发</w:t></w:r><w:r><w:sym w:char=\"F0A8\"/></w:r><w:r><w:t>自研</w:t></w:r></w:p>"
    rows = (
        "<w:tr>" + office.cell("概述", '<w:vMerge w:val="restart"/>') + office.cell("主要问题", '<w:gridSpan w:val="2"/>') + "</w:tr>"
        "<w:tr>" + office.cell("", "<w:vMerge/>") + office.cell("甲") + office.control(office.cell("乙")) + "</w:tr>"
    )
    document = read("a.docx", office.docx(heading + tick + f"<w:tbl>{rows}</w:tbl>"))
    assert [(b.text, b.heading) for b in document.blocks] == [("总则", True), ("☑委托研发□自研", False)]
    assert document.tables[0].rows == (("概述", "主要问题", ""), ("", "甲", "乙"))


def test_xlsx_gives_iso_dates_whole_numbers_and_the_sheets_own_rows() -> None:
    (first, second) = read("a.xlsx", office.xlsx({"汇总": [["", ""], [date(2024, 3, 5), 12.0]], "另": [[0.5, "x"]]})).tables
    assert first.rows[-1] == ("2024-03-05", "12") and first.location == "工作表“汇总”" and len(first.rows) == 2
    assert second.rows == (("0.5", "x"),)


def test_a_bad_json_line_is_kept_as_rejected_and_line_numbers_stay_true() -> None:
    document = read("a.jsonl", '{"title": "甲", "tags": ["x", "y"], "n": null}\n{坏\n[1]\n{"title": "乙"}\n'.encode())
    assert [r.location for r in document.rejected] == ["第2行", "第3行"]
    table = document.tables[0]
    assert table.rows[0] == ("title", "tags", "n") and table.rows[1] == ("甲", "x; y", "")
    assert table.rows[4][0] == "乙" and table.row_offset + 4 == 4


def test_a_stray_quote_does_not_swallow_the_rows_below() -> None:
    document = read("a.csv", '名称,描述\n甲,"5寸晶圆\n乙,正常\n丙,正常\n'.encode())
    assert len(document.tables[0].rows) == 4 and document.warnings


def html(name: str, text: str) -> Document:
    return read(name, text.encode())


def test_html_keeps_title_and_text_and_drops_what_surrounds_it() -> None:
    page = "<html><head><title>关于征集的通知_科技厅</title><style>p{}</style></head><body><nav>首页</nav><script>x()</script><h1>通知</h1><p>第一<b>段</b></p><div>第二段<br>第三段</div><footer>版权</footer></body></html>"
    document = html("a.html", page)
    assert document.title == "关于征集的通知_科技厅"
    assert [(b.text, b.heading) for b in document.blocks] == [("通知", True), ("第一段", False), ("第二段", False), ("第三段", False)]


def test_html_in_gbk_and_nested_divs() -> None:
    page = '<html><head><meta charset="gb2312"></head><body><p>光刻胶</p></body></html>'.encode("gb18030")
    assert read("a.htm", page).blocks[0].text == "光刻胶"
    started = time.perf_counter()
    nested = html("b.html", "<div>" * 200 + "深处" + "</div>" * 200)
    assert [b.text for b in nested.blocks] == ["深处"] and time.perf_counter() - started < 2
