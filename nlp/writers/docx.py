"""RoadmapDraft -> Word document, in the sober look of a Chinese government paper. The only file that imports docx."""

import io
import zipfile
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from nlp.records import Figure, Fragment, Grid, Paragraph, RoadmapDraft, Section
from nlp.writers.inert import PROPERTY_LENGTH, inert, numeric_column, one_line
from nlp.writers.looks import CAPTION, CELL, CELL_HEAD, CONTENTS_HEAD, KAI, LOOKS, NOTE, QUOTE, SONG, Look
from nlp.writers.wording import CONTENTS

__all__ = ["prepare_styles", "repack", "set_page", "write"]

_LATIN = "Times New Roman"
_MARGIN, _SHORT_SIDE, _LONG_SIDE = 1418, 11906, 16838  # A4, 2.5 cm margins, in twips
_WIDE_COLUMNS = 9  # from this many columns on a table is set across the page
_WIDE_FIGURE = 1000  # and from this width on, in its own units, a drawing is too
_CAPTION_ROOM, _TEXT_ROOM = 1500, 2700  # twips above a drawing for a heading and the caption, and for a few lines of text too
_SPLITTABLE = 400  # a row with more characters may break over pages, else it could be cut off
_CONTENTS_LINES = 24  # what fits under the title; a longer list shows chapters only
_STYLE = {"body": "Normal", "bullet": "List Bullet", "note": NOTE}


def _add(parent: Any, tag: str, **attributes: object) -> Any:
    """Append <w:tag w:attribute=…/> and return it."""
    from docx.oxml import OxmlElement
    from docx.oxml.ns import qn

    child = OxmlElement(f"w:{tag}", attrs={qn(f"w:{name}"): str(value) for name, value in attributes.items()})
    parent.append(child)
    return child


def _replace(parent: Any, tag: str, **attributes: object) -> None:
    from docx.oxml.ns import qn

    for old in parent.findall(qn(f"w:{tag}")):
        parent.remove(old)
    _add(parent, tag, **attributes)


# ---- styles -------------------------------------------------------------------------------


def _set_fonts(properties: Any, east: str) -> None:
    _replace(properties, "rFonts", ascii=_LATIN, hAnsi=_LATIN, eastAsia=east, cs=_LATIN)
    properties.insert(0, properties[-1])  # the schema wants fonts first; theme fonts are gone with the old element


def _dress(style: Any, look: Look) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH
    from docx.shared import Pt, RGBColor

    _clear(style.element)
    font, layout = style.font, style.paragraph_format
    _set_fonts(style.element.get_or_add_rPr(), look.east)
    font.size, font.bold = Pt(look.size), look.bold
    font.color.rgb = RGBColor(0x59, 0x59, 0x59) if look.grey else RGBColor(0, 0, 0)
    layout.space_before, layout.space_after, layout.line_spacing = Pt(look.before), Pt(look.after), look.line
    layout.alignment = {
        "left": WD_ALIGN_PARAGRAPH.LEFT,
        "center": WD_ALIGN_PARAGRAPH.CENTER,
        "both": WD_ALIGN_PARAGRAPH.JUSTIFY,
    }[look.align]
    layout.keep_with_next = look.keep
    _indent(style, look)


def _clear(element: Any) -> None:
    """Drop the template's colours, borders and theme fonts of a style; numbering and outline level stay."""
    from docx.oxml.ns import qn

    for old in element.findall(qn("w:rPr")):
        element.remove(old)
    for tag in ("w:pBdr", "w:contextualSpacing", "w:tabs"):
        for old in element.findall(f"{qn('w:pPr')}/{qn(tag)}"):
            old.getparent().remove(old)


def _indent(style: Any, look: Look) -> None:
    from docx.oxml.ns import qn
    from docx.shared import Pt

    if look.style == "List Bullet":
        style.paragraph_format.left_indent, style.paragraph_format.first_line_indent = Pt(42), Pt(-18)
        return
    style.paragraph_format.left_indent = Pt(21 if look.style == "toc 2" else 0)
    style.paragraph_format.first_line_indent = Pt(look.size * look.indent_chars / 100)
    style.element.pPr.ind.set(qn("w:firstLineChars"), str(look.indent_chars))


def prepare_styles(document: Any) -> None:
    from docx.enum.style import WD_STYLE_TYPE
    from docx.oxml.ns import qn

    known = {style.name for style in document.styles}
    defaults = document.styles.element.find(f"{qn('w:docDefaults')}/{qn('w:rPrDefault')}/{qn('w:rPr')}")
    _set_fonts(defaults, SONG)
    defaults.find(qn("w:lang")).set(qn("w:eastAsia"), "zh-CN")
    document.settings.element.find(qn("w:themeFontLang")).set(qn("w:eastAsia"), "zh-CN")
    for look in LOOKS:
        if look.style not in known:
            added = document.styles.add_style(look.style, WD_STYLE_TYPE.PARAGRAPH, look.style.startswith("toc"))
            added.base_style = document.styles["Normal"]
        _dress(document.styles[look.style], look)
    quote = document.styles.add_style(QUOTE, WD_STYLE_TYPE.CHARACTER)
    _set_fonts(quote.element.get_or_add_rPr(), KAI)


# ---- pages --------------------------------------------------------------------------------


def set_page(section: Any, *, wide: bool) -> None:
    from docx.enum.section import WD_ORIENT
    from docx.shared import Twips

    width, height = (_LONG_SIDE, _SHORT_SIDE) if wide else (_SHORT_SIDE, _LONG_SIDE)
    section.orientation = WD_ORIENT.LANDSCAPE if wide else WD_ORIENT.PORTRAIT
    section.page_width, section.page_height = Twips(width), Twips(height)
    section.left_margin = section.right_margin = Twips(_MARGIN)
    section.top_margin = section.bottom_margin = Twips(_MARGIN)


def _furnish(document: Any, draft: RoadmapDraft, as_of: date) -> None:
    """Page size, running header, page number and document properties; no clock is read."""
    section, properties = document.sections[0], document.core_properties
    set_page(section, wide=False)
    section.header.paragraphs[0].text = one_line(draft.notice)
    _add(section.footer.paragraphs[0]._p, "fldSimple", instr=" PAGE ")
    moment = datetime(as_of.year, as_of.month, as_of.day)
    properties.title, properties.comments = (one_line(text)[:PROPERTY_LENGTH] for text in (draft.title, draft.notice))
    properties.author, properties.last_modified_by = "", ""
    properties.created, properties.modified, properties.revision = moment, moment, 1


def _add_contents(document: Any, draft: RoadmapDraft) -> None:
    """A contents field that is filled already, so that nobody has to update it before reading."""
    document.add_paragraph(CONTENTS, style=CONTENTS_HEAD)
    depth = 2 if sum(section.level <= 2 for section in draft.sections) <= _CONTENTS_LINES else 1
    listed = [section for section in draft.sections if section.level <= depth]
    if not listed:
        return
    lines = [document.add_paragraph(style=f"toc {section.level}") for section in listed]
    _add(_add(lines[0]._p, "r"), "fldChar", fldCharType="begin")
    _add(_add(lines[0]._p, "r"), "instrText").text = f'TOC \\o "1-{depth}" \\z \\u'
    _add(_add(lines[0]._p, "r"), "fldChar", fldCharType="separate")
    for line, section in zip(lines, listed, strict=True):
        line.add_run(one_line(section.title.text))
    _add(_add(lines[-1]._p, "r"), "fldChar", fldCharType="end")


# ---- content ------------------------------------------------------------------------------


def _add_runs(paragraph: Any, fragments: tuple[Fragment, ...]) -> None:
    for fragment in fragments:
        if text := inert(fragment.text):
            paragraph.add_run(text, style=QUOTE if fragment.quote else None)


def _column_widths(grid: Grid, total: int) -> list[int]:
    weights = grid.widths or (1,) * len(grid.header)
    return [total * weight // sum(weights) for weight in weights]


def _add_frame(table: Any, widths: list[int]) -> None:
    """Fixed layout, ruled above and below as in print, hair lines inside."""
    properties = _add(table, "tblPr")
    _add(properties, "tblW", w=sum(widths), type="dxa")
    _add(properties, "jc", val="center")
    borders = _add(properties, "tblBorders")
    for side in ("top", "bottom"):
        _add(borders, side, val="single", sz=8, space=0, color="000000")
    for side in ("insideH", "insideV"):
        _add(borders, side, val="single", sz=4, space=0, color="BFBFBF")
    _add(properties, "tblLayout", type="fixed")
    margins = _add(properties, "tblCellMar")
    for side, width in (("top", 30), ("left", 70), ("bottom", 30), ("right", 70)):
        _add(margins, side, w=width, type="dxa")
    columns = _add(table, "tblGrid")
    for width in widths:
        _add(columns, "gridCol", w=width)


def _add_cell(row: Any, width: int, fill: str | None, style_id: str, *, centred: bool = False) -> Any:
    cell = _add(row, "tc")
    properties = _add(cell, "tcPr")
    _add(properties, "tcW", w=width, type="dxa")
    if fill:
        _add(properties, "shd", val="clear", color="auto", fill=fill)
    _add(properties, "vAlign", val="center")
    paragraph = _add(cell, "p")
    layout = _add(paragraph, "pPr")
    _add(layout, "pStyle", val=style_id)
    if centred:
        _add(layout, "jc", val="center")
    return paragraph


def _add_grid(document: Any, grid: Grid, total: int) -> None:
    from docx.text.paragraph import Paragraph as WordParagraph

    if grid.caption:
        document.add_paragraph(one_line(grid.caption), style=CAPTION)
    after = document.add_paragraph(style=CELL)  # Word needs a paragraph between tables
    table, widths = _add(after._p.getparent(), "tbl"), _column_widths(grid, total)
    after._p.addprevious(table)
    _add_frame(table, widths)
    numeric = [numeric_column(grid, column) for column in range(len(grid.header))]
    head_id, cell_id = document.styles[CELL_HEAD].style_id, document.styles[CELL].style_id
    for number, cells in enumerate(_rows(grid)):
        row = _add(table, "tr")
        properties = _add(row, "trPr")
        if number == 0 or sum(len(cell.text) for cell in cells) <= _SPLITTABLE:
            _add(properties, "cantSplit")
        if number == 0:
            _add(properties, "tblHeader")
        fill = "E7E6E6" if number == 0 else "F7F7F7" if number % 2 == 0 else None
        for width, cell, centred in zip(widths, cells, numeric, strict=True):
            paragraph = _add_cell(row, width, fill, cell_id if number else head_id, centred=centred)
            _add_runs(WordParagraph(paragraph, after._parent), cell.fragments)


def _add_figure(document: Any, figure: Figure, page: tuple[int, int]) -> None:
    """Caption and picture on one page, as wide as the text or, where it would be too tall, as tall as there is room (twips)."""
    from docx.shared import Twips

    document.add_paragraph(one_line(figure.caption), style=CAPTION)
    width = min(page[0], page[1] * figure.width // figure.height)
    paragraph = document.add_paragraph(style=CELL)
    _add(paragraph._p.get_or_add_pPr(), "jc", val="center")
    picture = paragraph.add_run().add_picture(io.BytesIO(figure.png), width=Twips(width))
    described = picture._inline.docPr
    described.set("name", figure.name)
    described.set("descr", one_line(figure.alt))


def _rows(grid: Grid) -> Iterator[tuple[Paragraph, ...]]:
    yield tuple(Paragraph(fragments=(Fragment(text=text),)) for text in grid.header)
    yield from grid.rows


def _is_wide(item: Paragraph | Grid | Figure) -> bool:
    """Whether it needs the page's long side."""
    return (isinstance(item, Grid) and len(item.header) >= _WIDE_COLUMNS) or (isinstance(item, Figure) and item.width >= _WIDE_FIGURE)


def _add_section(document: Any, section: Section) -> None:
    from docx.enum.section import WD_SECTION

    wide = any(_is_wide(item) for item in section.content)
    if wide != (document.sections[-1].page_width > document.sections[-1].page_height):
        set_page(document.add_section(WD_SECTION.NEW_PAGE), wide=wide)
    _add_runs(document.add_paragraph(style=f"Heading {section.level}"), section.title.fragments)
    for item in section.content:
        width, height = ((_LONG_SIDE, _SHORT_SIDE) if wide else (_SHORT_SIDE, _LONG_SIDE))
        if isinstance(item, Grid):
            _add_grid(document, item, width - 2 * _MARGIN)
        elif isinstance(item, Figure):
            room = _CAPTION_ROOM if item is section.content[0] else _TEXT_ROOM
            _add_figure(document, item, (width - 2 * _MARGIN, height - 2 * _MARGIN - room))
        else:
            _add_runs(document.add_paragraph(style=_STYLE[item.style]), item.fragments)


def repack(data: bytes, as_of: date) -> bytes:
    """The same parts in the same order under a fixed date, so that equal drafts give equal bytes."""
    source, target = zipfile.ZipFile(io.BytesIO(data)), io.BytesIO()
    with zipfile.ZipFile(target, "w", zipfile.ZIP_DEFLATED) as package:
        for name in source.namelist():
            entry = zipfile.ZipInfo(name, date_time=(as_of.year, as_of.month, as_of.day, 0, 0, 0))
            entry.compress_type, entry.create_system = zipfile.ZIP_DEFLATED, 3
            package.writestr(entry, source.read(name))
    return target.getvalue()


def write(draft: RoadmapDraft, as_of: date) -> bytes:
    """The draft as .docx (A4); dates inside are `as_of`, and the same arguments give the same bytes."""
    import docx
    from docx.enum.text import WD_BREAK

    document = docx.Document()
    prepare_styles(document)
    _furnish(document, draft, as_of)
    document.add_paragraph(one_line(draft.title), style="Title")
    document.add_paragraph(one_line(draft.notice), style="Subtitle")
    _add_contents(document, draft)
    document.paragraphs[-1].add_run().add_break(WD_BREAK.PAGE)
    for section in draft.sections:
        _add_section(document, section)
    buffer = io.BytesIO()
    document.save(buffer)
    return repack(buffer.getvalue(), as_of)
