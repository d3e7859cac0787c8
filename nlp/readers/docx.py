"""docx by lxml over the main part, in body order and through content controls (w:sdt)."""

import re
import zipfile
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field

from lxml import etree

from nlp.errors import UnreadableDocument
from nlp.readers.document import make_document
from nlp.readers.guards import find_part, open_package, read_xml
from nlp.readers.numbering import Numbering, load_numbering
from nlp.readers.wordml import Seen, W, children, paragraph_text
from nlp.records import Block, Document, Merge, Table

__all__ = ["read"]

_MAX_DEPTH = 8  # nested tables
_MAX_SPAN = 64  # grid columns of one cell
_SHOWN = 300  # characters of a footnote or header that a note quotes
_PAGE_NUMBER = re.compile(r"[\s\d第页共/\-—－of]*", re.I)
_COUNTED = {
    "image": "含图片 {n} 张，未读取",
    "object": "含嵌入对象 {n} 个（公式编辑器、Excel 等），未读取",
    "embedded": "含嵌入的内容块 {n} 个，未读取",
    "inserted": "有修订：插入 {n} 处，已按接受修订读取",
    "deleted": "有修订：删除 {n} 处，删去的文字没有采用",
    "hidden": "有隐藏文字 {n} 处，没有采用",
    "symbol": "有符号字体的字符 {n} 个无法识别，请核对原文",
}


@dataclass(slots=True)
class _Body:
    """What has been read so far; the only mutable thing here, private to one call of `read`."""

    headings: frozenset[str]
    numbering: Numbering
    seen: Seen = field(default_factory=Seen)
    blocks: list[Block] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)
    paragraphs: int = 0


@dataclass(frozen=True, slots=True, kw_only=True)
class _Cell:
    """One cell as written: its text, the grid columns it takes, and whether it goes on from the row above."""

    text: str
    span: int
    continues: bool


def read(name: str, data: bytes) -> Document:
    """Paragraphs become blocks, tables become tables. A merged cell stands once; its continuation is "".

    Tracked insertions are kept and deletions left out; text boxes stand after their paragraph; headers, footers and
    notes are quoted in the warnings and never mixed into the text.
    """
    package = open_package(name, data)
    main = find_part(name, package, "word/document.xml")
    element = read_xml(name, package, main).find(f"{W}body")
    if element is None:
        raise UnreadableDocument(name, "文档没有正文", "请在 Word 或 WPS 中重新打开并另存为 .docx")
    styles = _part(name, package, "word/styles.xml")
    numbering = load_numbering(_part(name, package, "word/numbering.xml"), styles)
    body = _Body(headings=_heading_styles(styles), numbering=numbering)
    for child in children(element, body.seen):
        _take(body, child)
    counted = [text.format(n=body.seen.counts[what]) for what, text in _COUNTED.items() if body.seen.counts[what]]
    return make_document(name, data, blocks=body.blocks, tables=body.tables, warnings=[*counted, *_beside(name, package)])


def _part(name: str, package: zipfile.ZipFile, member: str) -> etree._Element | None:
    return read_xml(name, package, member) if member in package.namelist() else None


def _take(body: _Body, child: etree._Element, beside: str = "") -> None:
    if child.tag == f"{W}tbl":
        if _is_frame(child, body.seen):
            for inner in _frame_content(child, body.seen):
                _take(body, inner, beside)
            return
        grid = list(_grid(child, body))
        table = Table(rows=tuple(map(_texts, grid)), location=f"表{len(body.tables) + 1}", merges=_merges(grid), after=len(body.blocks))
        body.tables.append(table)
    elif child.tag == f"{W}p":
        body.paragraphs += not beside
        location = f"第{body.paragraphs}段{beside}"
        text = _numbered(child, body)
        boxes, body.seen.boxes = body.seen.boxes, []
        if text.strip():
            body.blocks.append(Block(text=text, location=location, heading=_is_heading(child, body.headings)))
        for inner in (part for box in boxes for part in children(box, body.seen)):
            _take(body, inner, "文本框")
    elif child.tag == f"{W}altChunk":
        body.seen.counts["embedded"] += 1


def _numbered(paragraph: etree._Element, body: _Body) -> str:
    label = body.numbering.label(paragraph)
    text = paragraph_text(paragraph, body.seen)
    return label + text if text.strip() or label.isdecimal() else text


def _is_frame(table: etree._Element, seen: Seen) -> bool:
    """A table of one column with a table inside only lays out the page."""
    if table.find(f".//{W}tc/{W}tbl") is None and table.find(f".//{W}tbl") is None:
        return False
    rows = [row for row in children(table, Seen()) if row.tag == f"{W}tr"]
    return all(sum(cell.tag == f"{W}tc" for cell in children(row, Seen())) == 1 for row in rows)


def _frame_content(table: etree._Element, seen: Seen) -> Iterator[etree._Element]:
    for row in children(table, seen):
        for cell in children(row, seen) if row.tag == f"{W}tr" else ():
            yield from children(cell, seen)


def _heading_styles(styles: etree._Element | None) -> frozenset[str]:
    """Style ids that are headings by name (heading 1, 标题 1, Title) or by outline level."""
    found = styles.iterfind(f"{W}style") if styles is not None else ()
    return frozenset(s.get(f"{W}styleId", "") for s in found if _style_is_heading(s))


def _style_is_heading(style: etree._Element) -> bool:
    label = style.find(f"{W}name")
    text = "" if label is None else label.get(f"{W}val", "").lower()
    return text.startswith(("heading", "标题")) or text == "title" or _outline(style) is not None


def _outline(element: etree._Element) -> int | None:
    level = element.find(f"{W}pPr/{W}outlineLvl")
    value = "" if level is None else level.get(f"{W}val", "")
    return int(value) if value.isdecimal() and int(value) < 9 else None


def _is_heading(paragraph: etree._Element, headings: frozenset[str]) -> bool:
    style = paragraph.find(f"{W}pPr/{W}pStyle")
    named = style is not None and style.get(f"{W}val", "") in headings
    return named or _outline(paragraph) is not None


# ---- tables -------------------------------------------------------------------------------


def _grid(table: etree._Element, body: _Body, depth: int = 1) -> Iterator[list[_Cell]]:
    for row in children(table, body.seen):
        if row.tag != f"{W}tr":
            continue
        if row.find(f"{W}trPr/{W}del") is not None:
            body.seen.counts["deleted"] += 1
            continue
        before = _int(row.find(f"{W}trPr/{W}gridBefore"), 0)
        cells = [_cell(cell, body, depth) for cell in children(row, body.seen) if cell.tag == f"{W}tc"]
        yield [*(_Cell(text="", span=1, continues=False) for _ in range(before)), *cells]


def _cell(cell: etree._Element, body: _Body, depth: int) -> _Cell:
    span = max(_int(cell.find(f"{W}tcPr/{W}gridSpan"), 1), 1)
    merges = [cell.find(f"{W}tcPr/{W}{kind}") for kind in ("vMerge", "hMerge")]
    going_on = [m is not None and m.get(f"{W}val", "continue") == "continue" for m in merges]
    if any(going_on):
        return _Cell(text="", span=span, continues=going_on[0])
    parts = [text for child in children(cell, body.seen) for text in _inner(child, body, depth)]
    return _Cell(text="\n".join(filter(str.strip, parts)), span=span, continues=False)


def _int(element: etree._Element | None, otherwise: int) -> int:
    value = "" if element is None else element.get(f"{W}val", "")
    return min(int(value), _MAX_SPAN) if value.isdecimal() and len(value) < 6 else otherwise


def _inner(child: etree._Element, body: _Body, depth: int) -> Iterator[str]:
    """A paragraph with its text boxes, or a nested table as lines: 标签：值 where it has two columns."""
    if child.tag == f"{W}p":
        yield _numbered(child, body)
        boxes, body.seen.boxes = body.seen.boxes, []
        for part in (part for box in boxes for part in children(box, body.seen)):
            yield from _inner(part, body, depth + 1)
    elif child.tag == f"{W}tbl" and depth < _MAX_DEPTH:
        for row in _grid(child, body, depth + 1):
            filled = [cell.text for cell in row if cell.text.strip()]
            yield ("：" if len(filled) == 2 else " ").join(filled)


def _texts(row: Sequence[_Cell]) -> tuple[str, ...]:
    """One "" for each further grid column a cell spans, so that columns stay aligned."""
    return tuple(text for cell in row for text in (cell.text, *[""] * (cell.span - 1)))


def _merges(grid: Sequence[Sequence[_Cell]]) -> tuple[Merge, ...]:
    """Blocks of more than one grid cell."""
    open_at: dict[int, Merge] = {}
    found: list[Merge] = []
    for i, row in enumerate(grid):
        column = 0
        for cell in row:
            above = open_at.get(column)
            if cell.continues and above and above.bottom == i - 1:
                open_at[column] = Merge(top=above.top, left=above.left, bottom=i, right=above.right)
            else:
                found += [above] if above else []
                open_at[column] = Merge(top=i, left=column, bottom=i, right=column + cell.span - 1)
            column += cell.span
    return tuple(m for m in (*found, *open_at.values()) if m.bottom > m.top or m.right > m.left)


# ---- what stands beside the text ----------------------------------------------------------


def _beside(name: str, package: zipfile.ZipFile) -> list[str]:
    """Headers, footers, foot- and endnotes, comments: quoted, never mixed in."""
    members = sorted(package.namelist())
    quoted = [m for m in members if re.fullmatch(r"word/(?:header|footer)\d*\.xml", m)]
    frame = dict.fromkeys(_plain(read_xml(name, package, m)) for m in quoted)
    notes = [f"页眉或页脚（没有并入内容）：{text[:_SHOWN]}" for text in frame if not _PAGE_NUMBER.fullmatch(text)]
    for member, title in (("word/footnotes.xml", "脚注"), ("word/endnotes.xml", "尾注"), ("word/comments.xml", "批注")):
        root = _part(name, package, member)
        texts = [_plain(note) for note in root if isinstance(note.tag, str)] if root is not None else []
        notes += [f"{title}（没有并入内容）：{text[:_SHOWN]}" for text in texts if text]
    return notes


def _plain(element: etree._Element) -> str:
    return " ".join(" ".join(paragraph_text(p, Seen()) for p in element.iter(f"{W}p")).split())
