"""Proves that a written file says what the draft says: every line of the one is a line of the other, in the same order.

A *line* is a heading, a paragraph, a caption or a whole table row (its cells joined), white space folded. The readers
here share no code with the writers, except the list of the writers' own words, which may hold no digit. Workbooks, where
the tables stand apart from the text, are read by `nlp.readback_xlsx`.
"""

import io
import re
import zipfile
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from html import unescape

from lxml import etree, html

from nlp.errors import UnreadableDocument
from nlp.provenance import Finding, fold, numerals
from nlp.readback_figures import check_figure, figures_of, page_findings, picture_findings
from nlp.records import Figure, Fragment, Grid, RoadmapDraft
from nlp.writers.wording import WORDING

__all__ = ["Reading", "check_docx", "check_html", "check_markdown", "compare", "docx_lines", "out_of_order", "parse_xml", "row_line"]

_BETWEEN_CELLS = " ¦ "
_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_INLINE = frozenset({"span", "a", "b", "i", "em", "strong", "sub", "sup", "mark", "code", "small", "br"})
_SHOWN_ATTRIBUTES = ("title", "alt", "placeholder", "aria-label")
_IMAGE = re.compile(r"!\[((?:[^\[\]\\]|\\.)*)\]\(figures/([a-z0-9_-]+)\.svg\)")
_SILENT_TAGS = frozenset({"script", "style", "nav", "head", "template"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Reading:
    """What stands in a file: its body line by line, and what only repeats it (contents, running heads, tooltips)."""

    lines: tuple[str, ...]
    repeats: tuple[str, ...] = ()


def row_line(cells: Iterable[str]) -> str:
    """A table row as one line."""
    return _BETWEEN_CELLS.join(fold(cell) for cell in cells)


# ---- comparing ----------------------------------------------------------------------------


def _grid_lines(grid: Grid) -> Iterator[str]:
    yield fold(grid.caption)
    yield row_line(grid.header)
    yield from (row_line(cell.text for cell in cells) for cells in grid.rows)


def _draft_lines(draft: RoadmapDraft) -> list[str]:
    lines = [fold(draft.title), fold(draft.notice)]
    for section in draft.sections:
        lines.append(fold(section.title.text))
        for item in section.content:
            lines += _grid_lines(item) if isinstance(item, Grid) else [fold(item.text)]
    return [line for line in lines if line]


def compare(name: str, expected: Sequence[str], reading: Reading) -> Iterator[Finding]:
    """Lines too many, lines lost, and repeats of something that is not there."""
    wanted, found = Counter(expected), Counter(line for line in reading.lines if line)
    for line in found - wanted:
        if line not in WORDING or numerals(line):
            yield Finding(place=name, problem="文件中有草稿里没有的内容", text=line)
    for line in wanted - found:
        yield Finding(place=name, problem="文件中缺少草稿的内容", text=line)
    known = {*expected, *WORDING}
    for line in reading.repeats:
        if line and line not in known:
            yield Finding(place=name, problem="目录、页眉页脚或提示中有草稿里没有的内容", text=line)


def out_of_order(name: str, expected: Sequence[str], reading: Reading) -> Iterator[Finding]:
    """The first line that stands in another place; only asked of files with exactly the lines of the draft."""
    wanted = set(expected)
    found = [line for line in reading.lines if line in wanted]
    for before, after in zip(expected, found, strict=False):
        if before != after:
            yield Finding(place=name, problem="内容的顺序与草稿不同", text=after)
            return


def _judge(name: str, draft: RoadmapDraft, reading: Reading) -> tuple[Finding, ...]:
    expected = _draft_lines(draft)
    findings = tuple(compare(name, expected, reading))
    return findings or tuple(out_of_order(name, expected, reading))


# ---- docx ---------------------------------------------------------------------------------


def parse_xml(data: bytes) -> etree._Element:
    """The root of one part of an Office file, with nothing fetched or expanded."""
    return etree.fromstring(data, etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True))


def _word_text(element: etree._Element) -> str:
    spaces = {f"{_W}tab": " ", f"{_W}br": " ", f"{_W}cr": " "}
    # Text that a field computes (a page number) is not part of what is written.
    parts = (
        spaces.get(str(node.tag), node.text or "")
        for node in element.iter(f"{_W}t", f"{_W}delText", *spaces)
        if next(node.iterancestors(f"{_W}fldSimple"), None) is None
    )
    return fold("".join(parts))


def _style_names(package: zipfile.ZipFile) -> dict[str, str]:
    names = parse_xml(package.read("word/styles.xml")).iterfind(f"{_W}style/{_W}name")
    return {str(name.xpath("string(../@*[local-name()='styleId'])")): name.get(f"{_W}val", "") for name in names}


def _is_contents(paragraph: etree._Element, styles: dict[str, str]) -> bool:
    style = paragraph.find(f"{_W}pPr/{_W}pStyle")
    return style is not None and styles.get(style.get(f"{_W}val", ""), "").lower().startswith("toc ")


def _read_docx(data: bytes) -> Reading:
    package = zipfile.ZipFile(io.BytesIO(data))
    styles, lines, repeats = _style_names(package), list[str](), list[str]()
    body = parse_xml(package.read("word/document.xml"))[0]
    for element in body:
        if element.tag == f"{_W}tbl":
            lines += [row_line(_word_text(cell) for cell in row.iter(f"{_W}tc")) for row in element.iter(f"{_W}tr")]
        elif _is_contents(element, styles):
            repeats.append(_word_text(element))
        else:
            lines.append(_word_text(element))
    for name in package.namelist():
        if re.fullmatch(r"word/(header|footer|footnotes|endnotes|comments)\d*\.xml", name):
            repeats += [_word_text(paragraph) for paragraph in parse_xml(package.read(name)).iter(f"{_W}p")]
    return Reading(lines=tuple(lines), repeats=tuple(repeats))


def docx_lines(data: bytes, source: str) -> list[str]:
    """The body of a Word file line by line, as a draft's lines are compared. Raises UnreadableDocument."""
    try:
        return [line for line in _read_docx(data).lines if line]
    except (zipfile.BadZipFile, KeyError, etree.XMLSyntaxError) as error:
        raise UnreadableDocument(source, "不是 Word 文档，或已损坏", "请另存为 .docx 后重试") from error


def check_docx(data: bytes, draft: RoadmapDraft) -> tuple[Finding, ...]:
    """What a Word file says more, less or otherwise than the draft; () is the proof."""
    package = zipfile.ZipFile(io.BytesIO(data))
    pictures = picture_findings(package, parse_xml(package.read("word/document.xml")), draft)
    return (*_judge("docx", draft, _read_docx(data)), *pictures)


# ---- html ---------------------------------------------------------------------------------


def _html_lines(element: html.HtmlElement) -> Iterator[str]:
    """Text of the blocks below (and directly in) an element, each block a line, a table row one line."""
    if element.tag == "tr":
        yield row_line(cell.text_content() for cell in element)
        return
    own = [element.text or ""]
    for child in element:
        if child.tag in _INLINE:
            own.append(child.text_content())
        elif isinstance(child.tag, str) and child.tag not in _SILENT_TAGS:
            yield fold("".join(own))
            own = []
            yield from _html_lines(child)
        own.append(child.tail or "")
    yield fold("".join(own))


def _tips(draft: RoadmapDraft) -> set[str]:
    sources = (fragment.source for fragment in _fragments(draft) if fragment.source)
    return {fold(f"来源：{source.table}/{source.row}/{source.column}") for source in sources}


def _fragments(draft: RoadmapDraft) -> Iterator[Fragment]:
    for section in draft.sections:
        yield from section.title.fragments
        for item in section.content:
            if isinstance(item, Figure):
                continue
            cells = (cell for row in item.rows for cell in row) if isinstance(item, Grid) else (item,)
            for cell in cells:
                yield from cell.fragments


def check_html(data: bytes, draft: RoadmapDraft) -> tuple[Finding, ...]:
    """What a page shows more, less or otherwise than the draft, tooltips included; () is the proof."""
    rest, findings = page_findings(data, draft)
    findings += [finding for figure in figures_of(draft) for finding in check_figure(figure)]
    page = html.document_fromstring(rest, parser=html.HTMLParser(encoding="utf-8", huge_tree=True))
    body, tips = page.find("body"), _tips(draft)
    shown = [fold(element.get(name) or "") for element in page.iter() for name in _SHOWN_ATTRIBUTES]
    repeats = [line for element in page.iter("nav", "title") for line in _html_lines(element)]
    reading = Reading(
        lines=tuple(_html_lines(body)) if body is not None else (),
        repeats=(*repeats, *(text for text in shown if text not in tips)),
    )
    return (*_judge("html", draft, reading), *findings)


# ---- markdown -----------------------------------------------------------------------------


def _plain(text: str) -> str:
    """Markdown's escapes undone: backslashes first, for an entity never holds one."""
    return fold(unescape(re.sub(r"\\([!-/:-@\[-`{-~])", r"\1", text)))


def _markdown_line(line: str) -> str | None:
    if _IMAGE.fullmatch(line):
        return None
    if line.startswith("|"):
        cells = [cell.replace("\0", r"\|") for cell in _shield(line).strip().strip("|").split("|")]
        return None if all(re.fullmatch(r" *-+:? *", cell) for cell in cells) else row_line(map(_plain, cells))
    if line.startswith("**") and line.endswith("**"):
        return _plain(line[2:-2])
    return _plain(re.sub(r"^(?:#{1,6} |> |- )", "", line))


def _shield(line: str) -> str:
    """Escaped bars as NUL, so that only the bars between cells are left."""
    return re.sub(r"\\(.)", lambda m: "\0" if m[1] == "|" else m[0], line)


def check_markdown(text: str, draft: RoadmapDraft) -> tuple[Finding, ...]:
    """What a Markdown file says more, less or otherwise than the draft; () is the proof."""
    lines = (_markdown_line(line) for line in text.split("\n"))
    images = [(image[2], _plain(image[1])) for line in text.split("\n") if (image := _IMAGE.fullmatch(line))]
    wrong = [(name, alt) for name, alt in images if (name, alt) not in [(f.name, fold(f.alt)) for f in figures_of(draft)]]
    findings = [Finding(place="markdown", problem="文件中有草稿里没有的图", text=name) for name, _ in wrong]
    findings += [Finding(place="markdown", problem="文件中缺少草稿的图", text=f.caption) for f in figures_of(draft) if f.name not in dict(images)]
    return (*_judge("markdown", draft, Reading(lines=tuple(line for line in lines if line))), *findings)
