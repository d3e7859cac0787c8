import pytest

from nlp.errors import UnreadableDocument
from nlp.readers import read
from tests.nlp.parse.lexicons import parsed
from tests.nlp.pdf_files import Sheet, pdf_file

XS, LABEL, VALUE = (60, 160, 530), 66, 166
LONG = "现有胶层在三百摄氏度下开裂减薄后晶圆翘曲须更换胶层并重做界面处理流程"  # 34 characters: 357 pt of 359


def form() -> Sheet:
    sheet = Sheet().text(240, 60, "企业技术需求征集表", 16).grid(XS, (100, 125, 150, 200, 225, 250))
    for top, label, value in ((105, "单位名称", "苏州示例公司"), (130, "需求名称", "低温键合胶"), (155, "技术难题", LONG), (205, "时限要求", "18个月"), (230, "资金投入", "120万元")):
        sheet.text(LABEL, top, label).text(VALUE, top, value)
    return sheet.text(VALUE, 172, "并保证良率。")


def test_a_form_gives_the_submission_that_its_labels_say() -> None:
    found = parsed("a.pdf", pdf_file([form()]))
    (demand,) = found.demands
    assert (demand.title, demand.organisation, demand.budget_wan, demand.period_years) == ("低温键合胶", "苏州示例公司", 120, 1.5)
    assert f"{LONG}并保证良率。" in demand.text


def test_places_and_merged_cells() -> None:
    sheet = form().line(300, 200, 300, 225).text(306, 205, "联系电话")
    (table,) = read("a.pdf", pdf_file([Sheet().text(60, 80, "前言"), sheet])).tables
    assert table.location == "第2页表1" and table.after == 2
    assert table.rows[0] == ("单位名称", "苏州示例公司", "") and table.rows[3] == ("时限要求", "18个月", "联系电话")
    assert {(m.top, m.left, m.right) for m in table.merges} == {(0, 1, 2), (1, 1, 2), (2, 1, 2), (4, 1, 2)}


def test_a_table_goes_on_overleaf_and_its_repeated_header_stands_once() -> None:
    first = Sheet().grid((60, 200, 400, 530), (700, 725, 750))
    second = Sheet().grid((60, 200, 400, 530), (60, 85, 110, 135))
    for sheet, top in ((first, 705), (second, 65)):
        for x, label in ((66, "需求名称"), (206, "需求描述"), (406, "单位")):
            sheet.text(x, top, label)
    first.text(66, 730, "甲").text(206, 730, "胶层开裂").text(406, 730, "一公司")
    second.text(66, 90, "乙").text(206, 90, "膜层脱落").text(406, 90, "二公司").text(206, 115, "返修困难")
    (table,) = read("a.pdf", pdf_file([first, second])).tables
    assert table.rows == (("需求名称", "需求描述", "单位"), ("甲", "胶层开裂", "一公司"), ("乙", "膜层脱落", "二公司"), ("", "返修困难", ""))


def test_paragraphs_are_rejoined_also_over_a_page_break() -> None:
    full = "加快突破先进封装所需的临时键合材料支持链主企业牵头组建联合体承担攻关任务并给予资金"  # 40 characters
    one = Sheet().text(81, 700, "一、" + full[:36]).text(60, 720, full)
    two = Sheet().text(60, 80, "支持。").text(81, 100, "二、加强人才培养。")
    found = read("a.pdf", pdf_file([one, two]))
    assert [(b.text, b.location) for b in found.blocks] == [(f"一、{full[:36]}{full}支持。", "第1页"), ("二、加强人才培养。", "第2页")]


def test_running_headers_and_page_numbers_are_left_out_and_said() -> None:
    pages = [Sheet().text(60, 30, "某市科技局文件").text(60, 100 + i, f"正文{i}。").text(280, 800, f"- {i} -") for i in (1, 2, 3)]
    found = read("a.pdf", pdf_file(pages))
    assert [b.text for b in found.blocks] == ["正文1。", "正文2。", "正文3。"]
    assert found.warnings == ("页眉、页脚没有采用：某市科技局文件",)
    single = read("a.pdf", pdf_file([Sheet().text(60, 30, "某市科技局文件").text(60, 100, "正文。")]))
    assert [b.text for b in single.blocks] == ["某市科技局文件", "正文。"] and not single.warnings


def test_text_typed_into_form_fields_is_read() -> None:
    sheet = Sheet().grid(XS, (100, 125, 150)).text(LABEL, 105, "单位名称").text(LABEL, 130, "需求名称").typed(VALUE, 105, "苏州示例公司").typed(VALUE, 130, "键合胶")
    (table,) = read("a.pdf", pdf_file([sheet])).tables
    assert table.rows == (("单位名称", "苏州示例公司"), ("需求名称", "键合胶"))


@pytest.mark.parametrize(
    ("data", "reason"),
    [
        (pdf_file([form()], encrypt=True), "有密码"),
        (pdf_file([form()])[:60], "损坏|没有页面"),
        (b"%PDF-1.7\n" + bytes(range(256)) * 20, "损坏|没有页面"),
        (pdf_file([Sheet()]), "没有文字层"),
        (b"%PDF-1.5\n1 0 obj\n2 0 R\nendobj\n2 0 obj\n1 0 R\nendobj\nxref\n0 3\n0000000000 65535 f \n0000000009 00000 n \n0000000030 00000 n \n"
         b"trailer\n<</Size 3/Root 1 0 R>>\nstartxref\n51\n%%EOF\n", "损坏"),
    ],
    ids=["encrypted", "cut", "random", "blank", "a circle of references"],
)
def test_what_cannot_be_read_is_refused_with_its_reason(data: bytes, reason: str) -> None:
    with pytest.raises(UnreadableDocument, match=reason):
        read("a.pdf", data)
