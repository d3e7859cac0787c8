"""What Word and WPS write beside plain runs, and what becomes of it."""

import io
import zipfile

import pytest

from nlp.readers import read
from nlp.readers.numbering import counted
from nlp.records import Document, Merge
from tests.nlp import office

M = 'xmlns:m="http://schemas.openxmlformats.org/officeDocument/2006/math"'
MC = 'xmlns:mc="http://schemas.openxmlformats.org/markup-compatibility/2006"'
BOX = "<w:txbxContent>" + office.paragraph("框内文字") + "</w:txbxContent>"
PICTURE = '<w:drawing><pic:pic xmlns:pic="http://schemas.openxmlformats.org/drawingml/2006/picture"/></w:drawing>'


def document(body: str, **parts: str) -> Document:
    """A docx with further parts: footnotes='<w:footnote>…'."""
    source = zipfile.ZipFile(io.BytesIO(office.docx(body)))
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as package:
        for name in source.namelist():
            package.writestr(name, source.read(name))
        for part, inner in parts.items():
            package.writestr(f"word/{part}.xml", f"<w:{part} {office.W}>{inner}</w:{part}>")
    return read("a.docx", target.getvalue())


def run(text: str, properties: str = "") -> str:
    return f"<w:r><w:rPr>{properties}</w:rPr><w:t xml:space='preserve'>{text}</w:t></w:r>"


def first(body: str) -> str:
    return document(f"<w:p>{body}</w:p>").blocks[0].text


UP, DOWN = '<w:vertAlign w:val="superscript"/>', '<w:vertAlign w:val="subscript"/>'
FIELD = '<w:r><w:fldChar w:fldCharType="begin"><w:ffData>{}</w:ffData></w:fldChar></w:r>'


@pytest.mark.parametrize(
    ("body", "text"),
    [
        (run("漏率≤10") + run("-9", UP) + run("Pa"), "漏率≤10⁻⁹Pa"),
        (run("面积5m") + run("2", UP), "面积5m²"),
        (run("商标") + run("TM", UP), "商标TM"),
        (run("SiO") + run("2", DOWN) + run("与V") + run("th", DOWN), "SiO₂与Vth"),
        ('<w:r><w:sym w:font="Wingdings" w:char="F0FE"/></w:r>' + run("企业"), "☑企业"),
        ('<w:r><w:sym w:font="Wingdings 2" w:char="F052"/></w:r>' + run("企业"), "☑企业"),
        ('<w:r><w:sym w:font="Wingdings 2" w:char="F0A3"/></w:r>' + run("高校"), "□高校"),
        (run("厚度") + '<w:r><w:sym w:font="Symbol" w:char="F0A3"/></w:r>' + run("5μm"), "厚度≤5μm"),
        (run("\uf0fe", '<w:rFonts w:ascii="Wingdings"/>') + run("是"), "☑是"),
        (run("R", '<w:rFonts w:ascii="Wingdings 2"/>') + run("是"), "☑是"),
        (FIELD.format('<w:checkBox><w:default w:val="0"/><w:checked/></w:checkBox>') + run("是"), "☑是"),
        (FIELD.format('<w:checkBox><w:default w:val="0"/></w:checkBox>') + run("否"), "□否"),
        (FIELD.format('<w:ddList><w:result w:val="1"/><w:listEntry w:val="甲"/><w:listEntry w:val="乙"/></w:ddList>') + run("类"), "乙类"),
        (f"<m:oMath {M}><m:f><m:num><m:r><m:t>a+b</m:t></m:r></m:num><m:den><m:r><m:t>2</m:t></m:r></m:den></m:f></m:oMath>", "(a+b)/2"),
        (f"<m:oMath {M}><m:sSup><m:e><m:r><m:t>10</m:t></m:r></m:e><m:sup><m:r><m:t>-6</m:t></m:r></m:sup></m:sSup></m:oMath>", "10⁻⁶"),
        (f"<m:oMath {M}><m:rad><m:deg/><m:e><m:r><m:t>x</m:t></m:r></m:e></m:rad></m:oMath>", "√(x)"),
        ("<w:r><w:ruby><w:rt><w:r><w:t>pin</w:t></w:r></w:rt><w:rubyBase><w:r><w:t>拼</w:t></w:r></w:rubyBase></w:ruby></w:r>", "拼"),
        (run("见") + run("隐藏", "<w:vanish/>") + run("此"), "见此"),
        ("<w:sdt><w:sdtPr><w:showingPlcHdr/></w:sdtPr><w:sdtContent>" + run("单击此处输入文字") + "</w:sdtContent></w:sdt>" + run("空"), "空"),
    ],
)
def test_runs(body: str, text: str) -> None:
    assert first(body) == text


def test_tracked_changes_are_accepted_and_reported() -> None:
    inserted = f"<w:ins>{run('新增')}</w:ins><w:del><w:r><w:delText>删去</w:delText></w:r></w:del>"
    rows = "<w:tr>" + office.cell("留") + "</w:tr><w:tr><w:trPr><w:del/></w:trPr>" + office.cell("删行") + "</w:tr>"
    found = document(f"<w:p>{inserted}</w:p><w:tbl>{rows}</w:tbl>")
    assert found.blocks[0].text == "新增" and found.tables[0].rows == (("留",),)
    assert found.warnings == ("有修订：插入 1 处，已按接受修订读取", "有修订：删除 2 处，删去的文字没有采用")


def test_a_text_box_is_read_once_and_stands_after_its_paragraph() -> None:
    both = f'<mc:AlternateContent {MC}><mc:Choice Requires="wps"><w:drawing>{BOX}</w:drawing></mc:Choice><mc:Fallback><w:pict>{BOX}</w:pict></mc:Fallback></mc:AlternateContent>'
    found = document(f"<w:p>{run('前')}<w:r>{both}</w:r>{run('后')}</w:p>")
    assert [(b.text, b.location) for b in found.blocks] == [("前后", "第1段"), ("框内文字", "第1段文本框")]
    old = document(f"<w:p><w:r><w:pict>{BOX}</w:pict></w:r></w:p>")
    assert [b.text for b in old.blocks] == ["框内文字"]
    cell = document(office.table([["甲"]]).replace("<w:t>甲</w:t>", f"<w:t>甲</w:t></w:r><w:r>{both}"))
    assert cell.tables[0].rows == (("甲\n框内文字",),)


def test_pictures_objects_notes_and_headers_are_reported_not_mixed_in() -> None:
    found = document(
        f"<w:p>{run('正文')}<w:r>{PICTURE}</w:r><w:r><w:object/></w:r></w:p>",
        footnotes=f"<w:footnote>{office.paragraph('注文')}</w:footnote>", header1=office.paragraph("内部材料"), footer1=office.paragraph("第 1 页"),
    )  # fmt: skip
    assert [b.text for b in found.blocks] == ["正文"]
    assert found.warnings == (
        "含图片 1 张，未读取", "含嵌入对象 1 个（公式编辑器、Excel 等），未读取", "页眉或页脚（没有并入内容）：内部材料", "脚注（没有并入内容）：注文",
    )  # fmt: skip


def test_automatic_numbers_stand_in_the_text() -> None:
    levels = '<w:lvl w:ilvl="0"><w:start w:val="1"/><w:numFmt w:val="chineseCounting"/><w:lvlText w:val="（%1）"/></w:lvl><w:lvl w:ilvl="1"><w:numFmt w:val="decimal"/><w:lvlText w:val="%2."/></w:lvl>'
    numbering = f'<w:abstractNum w:abstractNumId="0">{levels}</w:abstractNum><w:num w:numId="1"><w:abstractNumId w:val="0"/></w:num>'

    def item(text: str, level: int) -> str:
        return office.paragraph(text, f'<w:pPr><w:numPr><w:ilvl w:val="{level}"/><w:numId w:val="1"/></w:numPr></w:pPr>')

    found = document(item("甲", 0) + item("乙", 1) + item("丙", 1) + item("丁", 0) + item("戊", 1), numbering=numbering)
    assert [b.text for b in found.blocks] == ["（一）甲", "1.乙", "2.丙", "（二）丁", "1.戊"]


@pytest.mark.parametrize(("number", "kind", "text"), [(12, "chineseCounting", "十二"), (20, "chineseCounting", "二十"), (3, "decimalEnclosedCircle", "③"), (4, "upperRoman", "IV"), (2, "lowerLetter", "b")])
def test_counted(number: int, kind: str, text: str) -> None:
    assert counted(number, kind) == text


def test_merged_cells_are_known_and_a_frame_is_opened() -> None:
    rows = "<w:tr>" + office.cell("单位", '<w:vMerge w:val="restart"/>') + office.cell("甲", '<w:gridSpan w:val="2"/>') + "</w:tr>"
    rows += "<w:tr>" + office.cell("", "<w:vMerge/>") + office.cell("乙") + office.cell("丙") + "</w:tr>"
    assert document(f"<w:tbl>{rows}</w:tbl>").tables[0].merges == (Merge(top=0, left=1, bottom=0, right=2), Merge(top=0, left=0, bottom=1, right=0))
    frame = f"<w:tbl><w:tr><w:tc><w:tcPr/>{office.paragraph('题')}{office.table([['甲', '乙']])}<w:p/></w:tc></w:tr></w:tbl>"
    found = document(frame)
    assert [b.text for b in found.blocks] == ["题"] and found.tables[0].rows == (("甲", "乙"),) and found.tables[0].after == 1


def test_a_nested_table_of_values_stays_text_in_its_cell() -> None:
    nested = office.table([["放气率", "≤0.5%"], ["强度", "≥2MPa", "常温"]])
    cell = f"<w:tc><w:tcPr/>{nested}<w:p/></w:tc>"
    found = document("<w:tbl><w:tr>" + office.cell("核心指标") + cell + "</w:tr></w:tbl>")
    assert found.tables[0].rows == (("核心指标", "放气率：≤0.5%\n强度 ≥2MPa 常温"),)


def test_strict_namespaces_and_another_main_part() -> None:
    plain = zipfile.ZipFile(io.BytesIO(office.docx(office.paragraph("严格")))).read("word/document.xml")
    target = io.BytesIO()
    with zipfile.ZipFile(target, "w") as package:
        package.writestr("[Content_Types].xml", "<Types/>")
        package.writestr("_rels/.rels", '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships"><Relationship Type="http://x/officeDocument" Target="/word/document2.xml"/></Relationships>')
        package.writestr("word/document2.xml", plain.replace(b"http://schemas.openxmlformats.org/wordprocessingml/2006/main", b"http://purl.oclc.org/ooxml/wordprocessingml/main"))
    assert read("a.docx", target.getvalue()).blocks[0].text == "严格"
