"""docx by lxml over word/document.xml, in body order and through content controls (w:sdt)."""

import zipfile
from collections.abc import Iterator
from dataclasses import dataclass, field
from functools import partial

from lxml import etree

from nlp.errors import UnreadableDocument
from nlp.readers.document import make_document
from nlp.readers.guards import open_package, read_member
from nlp.records import Block, Document, Table

__all__ = ["read"]

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_W14 = "{http://schemas.microsoft.com/office/word/2010/wordml}"
_THROUGH = {f"{_W}{tag}" for tag in ("sdt", "sdtContent", "ins", "smartTag", "customXml", "hyperlink", "fldSimple", "moveTo")}
_SKIP = {f"{_W}{tag}" for tag in ("del", "moveFrom", "pPr", "rPr", "instrText", "delText", "sdtPr", "sdtEndPr")}
_SKIP.add("{http://schemas.openxmlformats.org/markup-compatibility/2006}Fallback")  # repeats the text of mc:Choice
_BREAKS = {f"{_W}br": "\n", f"{_W}cr": "\n", f"{_W}tab": "\t", f"{_W}noBreakHyphen": "-"}
# Wingdings and Symbol code points of ticked and empty boxes, as Word writes them in w:sym
_SYMBOLS = {"F0FE": "☑", "F052": "☑", "F0FD": "☒", "F054": "☒", "F0A8": "□", "F06F": "□", "F0A3": "□", "F0FC": "√"}
_MAX_DEPTH = 8  # nested tables


@dataclass(slots=True)
class _Body:
    """What has been read so far; the only mutable thing here, private to one call of `read`."""

    headings: frozenset[str]
    blocks: list[Block] = field(default_factory=list)
    tables: list[Table] = field(default_factory=list)
    paragraphs: int = 0


def read(name: str, data: bytes) -> Document:
    """Paragraphs become blocks, tables become tables. A merged cell stands once; its continuation is ""."""
    package = open_package(name, data, needs="word/document.xml")
    root = _xml(name, package, "word/document.xml")
    element = root.find(f"{_W}body")
    if element is None:
        raise UnreadableDocument(name, "文档没有正文", "请在 Word 或 WPS 中重新打开并另存为 .docx")
    body = _Body(headings=_heading_styles(name, package))
    for child in _children(element):
        _take(body, child)
    return make_document(name, data, blocks=body.blocks, tables=body.tables)


def _xml(name: str, package: zipfile.ZipFile, member: str) -> etree._Element:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False)
    try:
        return etree.fromstring(read_member(name, package, member), parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise UnreadableDocument(name, "文档内容已损坏", "请在 Word 或 WPS 中重新打开并另存为 .docx") from error


def _children(element: etree._Element) -> Iterator[etree._Element]:
    """Children in order, with content controls and other wrappers opened."""
    for child in element:
        if child.tag in _THROUGH:
            yield from _children(child)
        elif isinstance(child.tag, str) and child.tag not in _SKIP:
            yield child


def _take(body: _Body, child: etree._Element) -> None:
    if child.tag == f"{_W}tbl":
        body.tables.append(Table(rows=tuple(_rows(child)), location=f"表{len(body.tables) + 1}"))
    elif child.tag == f"{_W}p":
        body.paragraphs += 1
        text = _text(child)
        if text.strip():
            heading = _is_heading(child, body.headings)
            body.blocks.append(Block(text=text, location=f"第{body.paragraphs}段", heading=heading))


def _heading_styles(name: str, package: zipfile.ZipFile) -> frozenset[str]:
    """Style ids that are headings by name (heading 1, 标题 1, Title) or by outline level."""
    if "word/styles.xml" not in package.namelist():
        return frozenset()
    styles = _xml(name, package, "word/styles.xml").iterfind(f"{_W}style")
    return frozenset(s.get(f"{_W}styleId", "") for s in styles if _style_is_heading(s))


def _style_is_heading(style: etree._Element) -> bool:
    label = style.find(f"{_W}name")
    text = "" if label is None else label.get(f"{_W}val", "").lower()
    return text.startswith(("heading", "标题")) or text == "title" or _outline(style) is not None


def _outline(element: etree._Element) -> int | None:
    level = element.find(f"{_W}pPr/{_W}outlineLvl")
    value = "" if level is None else level.get(f"{_W}val", "")
    return int(value) if value.isdecimal() and int(value) < 9 else None


def _is_heading(paragraph: etree._Element, headings: frozenset[str]) -> bool:
    style = paragraph.find(f"{_W}pPr/{_W}pStyle")
    named = style is not None and style.get(f"{_W}val", "") in headings
    return named or _outline(paragraph) is not None


def _text(element: etree._Element) -> str:
    """Text of a paragraph or run in order: controls opened, deletions left out, ticked boxes as ☑."""
    if element.tag == f"{_W}t":
        return element.text or ""
    if element.tag == f"{_W}sym":
        return _SYMBOLS.get(element.get(f"{_W}char", "").upper(), "")
    if element.tag in _BREAKS:
        return _BREAKS[element.tag]
    if element.tag == f"{_W}sdt" and (box := element.find(f"{_W}sdtPr/{_W14}checkbox")) is not None:
        return "☑" if _checked(box) else "□"
    kept = (child for child in element if isinstance(child.tag, str) and child.tag not in _SKIP)
    return "".join(_text(child) + ("\n" if child.tag == f"{_W}p" else "") for child in kept)


def _checked(box: etree._Element) -> bool:
    state = box.find(f"{_W14}checked")
    return state is not None and state.get(f"{_W14}val", "1") in {"1", "true", "on"}


def _rows(table: etree._Element, depth: int = 1) -> Iterator[tuple[str, ...]]:
    for row in _children(table):
        if row.tag == f"{_W}tr":
            yield tuple(cell for tc in _children(row) if tc.tag == f"{_W}tc" for cell in _cells(tc, depth))


def _cells(cell: etree._Element, depth: int) -> list[str]:
    """The cell's text and one "" for each further grid column it spans, so that columns stay aligned."""
    span = cell.find(f"{_W}tcPr/{_W}gridSpan")
    value = "" if span is None else span.get(f"{_W}val", "1")
    padding = [""] * (min(int(value), 64) - 1 if value.isdecimal() else 0)
    merge = cell.find(f"{_W}tcPr/{_W}vMerge")
    if merge is not None and merge.get(f"{_W}val", "continue") == "continue":
        return ["", *padding]
    return ["\n".join(filter(str.strip, map(partial(_inner, depth=depth), _children(cell)))), *padding]


def _inner(child: etree._Element, depth: int) -> str:
    """A paragraph, or a nested table as lines of 标签：值."""
    if child.tag == f"{_W}p":
        return _text(child)
    if child.tag == f"{_W}tbl" and depth < _MAX_DEPTH:
        return "\n".join("：".join(filter(str.strip, row)) for row in _rows(child, depth + 1))
    return ""
