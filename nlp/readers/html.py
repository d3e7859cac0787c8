"""html by lxml: title, text blocks in order, data tables; scripts, styles and navigation dropped."""

import re
from collections.abc import Iterator

from lxml import etree, html

from nlp.errors import UnreadableDocument
from nlp.readers.document import make_document
from nlp.readers.encoding import decode
from nlp.records import Block, Document, Merge, Table

__all__ = ["read"]

_DROPPED = {"script", "style", "nav", "header", "footer", "aside", "noscript", "button", "select", "iframe", "svg", "head", "template"}
_HEADINGS = {"h1", "h2", "h3", "h4", "h5", "h6"}
_BLOCKS = _HEADINGS | {
    "p", "div", "li", "ul", "ol", "section", "article", "main", "body", "br", "hr", "dt", "dd", "dl", "pre", "blockquote",
    "table", "tr", "td", "th", "tbody", "thead", "figure", "figcaption", "form", "center",
}  # fmt: skip
_MAX_SPAN = 200  # rows or columns of one cell
_CHARSET = re.compile(rb"""<meta[^>]{0,200}?charset\s*=\s*["']?([A-Za-z0-9_-]{3,20})""", re.I)


def read(name: str, data: bytes) -> Document:
    """The charset is the byte-order mark's, UTF-8 if it fits, else the page's own, else GB18030."""
    declared = _CHARSET.search(data[:4096])
    charset = declared.group(1).decode("ascii").lower() if declared else None
    text = decode(name, data, "gb18030" if charset in {"gb2312", "gbk"} else charset)
    root = _tree(name, text)
    title = " ".join((root.findtext(".//title") or "").split()) or None
    tables = [_table(table, f"表{i}") for i, table in enumerate(_data_tables(root), 1)]
    blocks = [Block(text=t, location=f"第{i}段", heading=h) for i, (t, h) in enumerate(_blocks(root), 1)]
    return make_document(name, data, title=title, blocks=blocks, tables=tables)


def _tree(name: str, text: str) -> html.HtmlElement:
    parser = html.HTMLParser(no_network=True, huge_tree=False, encoding="utf-8", remove_comments=True, remove_pis=True)
    try:
        return html.document_fromstring(text.encode("utf-8", "replace"), parser=parser)
    except (etree.ParserError, etree.XMLSyntaxError, ValueError) as error:
        raise UnreadableDocument(name, "网页没有可读的内容", "请在浏览器中打开后另存为网页或纯文本") from error


def _is_data(table: etree._Element) -> bool:
    """At least two rows of two cells and no table inside: data, not page layout."""
    rows = [row for row in table.iter("tr") if len(row.findall("td")) + len(row.findall("th")) >= 2]
    return len(rows) >= 2 and next(table.iterdescendants("table"), None) is None


def _data_tables(root: etree._Element) -> Iterator[etree._Element]:
    return (table for table in root.iter("table") if _is_data(table))


def _table(table: etree._Element, location: str) -> Table:
    """The grid with spanned cells as "" after the first, so that columns stay aligned."""
    rows: list[list[str]] = []
    merges: list[Merge] = []
    covered: set[tuple[int, int]] = set()
    for i, row in enumerate(table.iter("tr")):
        texts: list[str] = []
        for cell in (cell for cell in row if cell.tag in {"td", "th"}):
            while (i, len(texts)) in covered:
                texts.append("")
            down, across = _span(cell, "rowspan"), _span(cell, "colspan")
            if down > 1 or across > 1:
                merges.append(Merge(top=i, left=len(texts), bottom=i + down - 1, right=len(texts) + across - 1))
                covered |= {(i + d, len(texts) + a) for d in range(1, down) for a in range(across)}
            texts += [_cell(cell), *[""] * (across - 1)]
        while (i, len(texts)) in covered:
            texts.append("")
        rows.append(texts)
    return Table(rows=tuple(map(tuple, rows)), location=location, merges=tuple(merges))


def _span(cell: etree._Element, name: str) -> int:
    value = cell.get(name, "1").strip()
    return min(max(int(value), 1), _MAX_SPAN) if value.isdecimal() and len(value) < 6 else 1


def _cell(cell: etree._Element) -> str:
    return "\n".join(" ".join(str(part).split()) for part in cell.itertext() if part.strip())


def _blocks(root: etree._Element) -> Iterator[tuple[str, bool]]:
    """Text between block-level borders, with whether it stood in a heading."""
    pending: list[str] = []
    walk = etree.iterwalk(root, events=("start", "end"))
    for event, element in walk:
        skipped = event == "start" and (element.tag in _DROPPED or (element.tag == "table" and _is_data(element)))
        if skipped:
            walk.skip_subtree()
        if element.tag in _BLOCKS and pending:
            if text := " ".join("".join(pending).split()):
                yield text, event == "end" and element.tag in _HEADINGS
            pending = []
        pending.append((element.text if event == "start" and not skipped else element.tail if event == "end" else "") or "")
    if text := " ".join("".join(pending).split()):
        yield text, False
