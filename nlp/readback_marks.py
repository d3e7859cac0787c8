"""Proves that each mark of a Word file or page leads to its own row of the annex: no dead link, none to another row, none forged."""

import io
import zipfile
from collections import Counter
from collections.abc import Iterator

from lxml import etree, html

from nlp.marks import fragments_of
from nlp.provenance import Finding, fold
from nlp.readback import parse_xml
from nlp.records import RoadmapDraft

__all__ = ["check_docx_marks", "check_html_marks"]

_W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"


def check_docx_marks(data: bytes, draft: RoadmapDraft) -> tuple[Finding, ...]:
    """() is the proof."""
    body = parse_xml(zipfile.ZipFile(io.BytesIO(data)).read("word/document.xml"))
    links = [(fold(str(link.get(f"{_W}anchor"))), _text(link)) for link in body.iter(f"{_W}hyperlink")]
    places = [(fold(str(mark.get(f"{_W}name"))), _marked(mark)) for mark in body.iter(f"{_W}bookmarkStart")]
    return tuple(_findings("docx", links, places, draft))


def check_html_marks(data: bytes, draft: RoadmapDraft) -> tuple[Finding, ...]:
    """() is the proof."""
    page = html.document_fromstring(data, parser=html.HTMLParser(encoding="utf-8", huge_tree=True))
    links = [(str(a.get("href")).removeprefix("#"), _page_text(a)) for a in page.iter("a") if a.get("class") == "mark"]
    places = [(str(b.get("id")), _page_text(b)) for b in page.iter("b") if b.get("class") == "mark"]
    return tuple(_findings("html", links, places, draft))


def _findings(place: str, links: list[tuple[str, str]], places: list[tuple[str, str]], draft: RoadmapDraft) -> Iterator[Finding]:
    fragments = list(fragments_of(draft))
    wanted = (Counter(f.text for f in fragments if f.role == role) for role in ("use", "home"))
    for found, expected in zip((links, places), wanted, strict=True):
        given = Counter(text for _, text in found)
        for text in (given - expected) + (expected - given):
            yield Finding(place=place, problem="标记与草稿不同", text=text)
    home = dict(places)
    for anchor, text in links:
        if home.get(anchor) != text:
            yield Finding(place=place, problem="标记没有连到附录中它自己的那一行", text=text)


def _page_text(element: etree._Element) -> str:
    return fold("".join(str(part) for part in element.itertext()))


def _text(element: etree._Element) -> str:
    return fold("".join(t.text or "" for t in element.iter(f"{_W}t")))


def _marked(start: etree._Element) -> str:
    """What stands between the two ends of a bookmark in one paragraph."""
    said = []
    for element in start.itersiblings():
        if element.tag == f"{_W}bookmarkEnd" and element.get(f"{_W}id") == start.get(f"{_W}id"):
            break
        said.append(_text(element))
    return fold("".join(said))
