"""RoadmapDraft -> Word document, in the sober look of a Chinese government paper. Only this file and word_styles import docx."""

import io
import zipfile
from collections.abc import Iterator
from datetime import date, datetime
from typing import Any

from nlp.records import Figure, Fragment, Grid, Paragraph, RoadmapDraft, Section
from nlp.writers.inert import PROPERTY_LENGTH, inert, mark_anchor, numeric_column, one_line
from nlp.writers.looks import CAPTION, CELL, CELL_HEAD, CONTENTS_HEAD, MARK, NOTE, QUOTE
from nlp.writers.word_styles import add, prepare_styles
from nlp.writers.wording import CONTENTS

__all__ = ["prepare_styles", "repack", "set_page", "write"]

_MARGIN, _SHORT_SIDE, _LONG_SIDE = 1418, 11906, 16838  # A4, 2.5 cm margins, in twips
_WIDE_COLUMNS = 9  # from this many columns on a table is set across the page
_WIDE_FIGURE = 1000  # and from this width on, in its own units, a drawing is too
_CAPTION_ROOM, _TEXT_ROOM = 1500, 2700  # twips above a drawing for a heading and the caption, and for a few lines of text too
_SPLITTABLE = 400  # a row with more characters may break over pages, else it could be cut off
_CONTENTS_LINES = 24  # what fits under the title; a longer list shows chapters only
_PRESERVED = "{http://www.w3.org/XML/1998/namespace}space"
_STYLE = {"body": "Normal", "bullet": "List Bullet", "note": NOTE}


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
    add(section.footer.paragraphs[0]._p, "fldSimple", instr=" PAGE ")
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
    add(add(lines[0]._p, "r"), "fldChar", fldCharType="begin")
    add(add(lines[0]._p, "r"), "instrText").text = f'TOC \\o "1-{depth}" \\z \\u'
    add(add(lines[0]._p, "r"), "fldChar", fldCharType="separate")
    for line, section in zip(lines, listed, strict=True):
        line.add_run(one_line(section.title.text))
    add(add(lines[-1]._p, "r"), "fldChar", fldCharType="end")


# ---- content ------------------------------------------------------------------------------


def _add_runs(paragraph: Any, fragments: tuple[Fragment, ...]) -> None:
    for fragment in fragments:
        if text := inert(fragment.text):
            run = _run(paragraph._p, text, MARK if fragment.role else QUOTE if fragment.quote else None)
            if fragment.role:
                _tie(paragraph._p, run, fragment)


def _run(paragraph: Any, text: str, style_id: str | None) -> Any:
    """Straight into the element: a draft has hundreds of thousands of runs, and python-docx takes a dozen calls for each."""
    if "\n" in text or "\t" in text:
        run = paragraph.add_r()
        run.text, run.style = text, style_id
        return run
    run = add(paragraph, "r")
    if style_id:
        add(add(run, "rPr"), "rStyle", val=style_id)
    words = add(run, "t")
    words.text = text
    if text != text.strip():
        words.set(_PRESERVED, "preserve")
    return run


def _tie(paragraph: Any, run: Any, fragment: Fragment) -> None:
    """A mark leads to the bookmark around its own row in the annex."""
    name = mark_anchor(fragment)
    if fragment.role == "use":
        add(paragraph, "hyperlink", anchor=name, history=1).append(run)
        return
    number = ord(fragment.text[0]) * 50_000 + int(fragment.text[1:])  # of its own, and small enough for Word
    start = add(paragraph, "bookmarkStart", id=number, name=name)
    run.addprevious(start)
    add(paragraph, "bookmarkEnd", id=number)


def _column_widths(grid: Grid, total: int) -> list[int]:
    weights = grid.widths or (1,) * len(grid.header)
    return [total * weight // sum(weights) for weight in weights]


def _add_frame(table: Any, widths: list[int]) -> None:
    """Fixed layout, ruled above and below as in print, hair lines inside."""
    properties = add(table, "tblPr")
    add(properties, "tblW", w=sum(widths), type="dxa")
    add(properties, "jc", val="center")
    borders = add(properties, "tblBorders")
    for side in ("top", "bottom"):
        add(borders, side, val="single", sz=8, space=0, color="000000")
    for side in ("insideH", "insideV"):
        add(borders, side, val="single", sz=4, space=0, color="BFBFBF")
    add(properties, "tblLayout", type="fixed")
    margins = add(properties, "tblCellMar")
    for side, width in (("top", 30), ("left", 70), ("bottom", 30), ("right", 70)):
        add(margins, side, w=width, type="dxa")
    columns = add(table, "tblGrid")
    for width in widths:
        add(columns, "gridCol", w=width)


def _add_cell(row: Any, width: int, fill: str | None, style_id: str, *, centred: bool = False) -> Any:
    cell = add(row, "tc")
    properties = add(cell, "tcPr")
    add(properties, "tcW", w=width, type="dxa")
    if fill:
        add(properties, "shd", val="clear", color="auto", fill=fill)
    add(properties, "vAlign", val="center")
    paragraph = add(cell, "p")
    layout = add(paragraph, "pPr")
    add(layout, "pStyle", val=style_id)
    if centred:
        add(layout, "jc", val="center")
    return paragraph


def _add_grid(document: Any, grid: Grid, total: int) -> None:
    from docx.text.paragraph import Paragraph as WordParagraph

    if grid.caption:
        document.add_paragraph(one_line(grid.caption), style=CAPTION)
    after = document.add_paragraph(style=CELL)  # Word needs a paragraph between tables
    table, widths = add(after._p.getparent(), "tbl"), _column_widths(grid, total)
    after._p.addprevious(table)
    _add_frame(table, widths)
    numeric = [numeric_column(grid, column) for column in range(len(grid.header))]
    head_id, cell_id = document.styles[CELL_HEAD].style_id, document.styles[CELL].style_id
    for number, cells in enumerate(_rows(grid)):
        row = add(table, "tr")
        properties = add(row, "trPr")
        if number == 0 or sum(len(cell.text) for cell in cells) <= _SPLITTABLE:
            add(properties, "cantSplit")
        if number == 0:
            add(properties, "tblHeader")
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
    add(paragraph._p.get_or_add_pPr(), "jc", val="center")
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
