"""Proves that a drawing says nothing but its labels, and that the files hold the drawing they should."""

import json
import re
import zipfile
from collections.abc import Iterator, Sequence
from typing import Final

from lxml import etree, html

from nlp.provenance import Finding, fold, numerals
from nlp.records import Figure, RoadmapDraft
from nlp.writers.charts import strings

__all__ = ["check_figure", "figures_of", "page_findings", "picture_findings"]

_SVG = "{http://www.w3.org/2000/svg}"
_TAGS: Final = frozenset({"svg", "g", "title", "text", "tspan", "rect", "circle", "line", "polygon", "path"})
_DRAWN = re.compile(r"(?:xmlns|viewBox|role|aria-label|font-family|font-size|text-anchor|paint-order|d|points|fill|rx|r|c[xy]|[xy][12]?|width|height|(?:fill|stroke)(?:-[a-z]+)?)")
_STYLE = re.compile(r"#[0-9a-f]{3,8}|-?[\d.]+|\d+px")
_PICTURE = "{http://schemas.openxmlformats.org/drawingml/2006/wordprocessingDrawing}"
_BLIP = "{http://schemas.openxmlformats.org/drawingml/2006/main}blip"
_EMBED = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}embed"


def figures_of(draft: RoadmapDraft) -> list[Figure]:
    return [item for section in draft.sections for item in section.content if isinstance(item, Figure)]


def _bare(text: str) -> str:
    """Line breaks of a wrapped label leave no trace, so blanks do not count."""
    return "".join(fold(text).split())


def check_figure(figure: Figure) -> Iterator[Finding]:
    """Everything in a drawing or its chart that is no label, every label that is missing, and anything that could act."""
    place = f"图〈{figure.name}〉"
    root = etree.fromstring(figure.svg, etree.XMLParser(resolve_entities=False, no_network=True, huge_tree=True))
    for element in root.iter():
        tag = str(element.tag).removeprefix(_SVG)
        if tag not in _TAGS or not all(_DRAWN.fullmatch(str(name)) for name in element.attrib):
            yield Finding(place=place, problem="图中有不该有的元素", text=tag)
    if fold(root.get("aria-label") or "") != fold(figure.alt):
        yield Finding(place=place, problem="图的说明与草稿不同", text=figure.alt)
    known = {_bare(label.text) for label in figure.labels} | set(figure.ticks)
    texts = [(_bare("".join(str(part) for part in text.itertext())), _title(text)) for text in root.iter(f"{_SVG}text")]
    titles = [_bare(title.text or "") for title in root.iter(f"{_SVG}title")]
    for text, full in texts:
        if text not in known and not (full in known and text.endswith("…") and full.startswith(text[:-1])):
            yield Finding(place=place, problem="图中有没有出处的文字", text=text)
    for text in titles:
        if text not in known:
            yield Finding(place=place, problem="图中有没有出处的提示", text=text)
    for text in known - {t for t, _ in texts} - set(titles):
        yield Finding(place=place, problem="图中缺少标注", text=text)
    if figure.chart:
        yield from _chart_findings(figure.chart, known, place)


def _title(text: etree._Element) -> str:
    """The full wording beside a text that was cut."""
    group = text.getparent()
    return _bare(group.findtext(f"{_SVG}title") or "") if group is not None and group.tag == f"{_SVG}g" else ""


def _chart_findings(chart: str, known: set[str], place: str) -> Iterator[Finding]:
    shown = known | {text.translate({ord("{"): "｛", ord("}"): "｝"}) for text in known}
    for text in strings(chart):
        if numerals(text) and not _STYLE.fullmatch(text) and _bare(text) not in shown:
            yield Finding(place=place, problem="交互图中有没有出处的数字", text=text)


# ---- in the files -------------------------------------------------------------------------


def page_findings(data: bytes, draft: RoadmapDraft) -> tuple[bytes, list[Finding]]:
    """The page without its drawings, and what is wrong with these: each must stand in it unchanged, with its own chart."""
    findings, figures = list[Finding](), figures_of(draft)
    for figure in figures:
        if figure.svg not in data:
            findings.append(Finding(place="html", problem="文件中缺少草稿的图，或图被改动", text=figure.caption))
        data = data.replace(figure.svg, b"", 1)
    if b"<svg" in data:
        findings.append(Finding(place="html", problem="文件中有草稿里没有的图", text="svg"))
    page = html.document_fromstring(data, parser=html.HTMLParser(encoding="utf-8", huge_tree=True))
    blocks = [_parsed(script.text or "") for script in page.iter("script") if script.get("type") == "application/json"]
    if blocks != [json.loads(f.chart) for f in figures if f.chart]:
        findings.append(Finding(place="html", problem="交互图的数据与草稿不同", text=f"{len(blocks)}"))
    return data, findings


def _parsed(text: str) -> object:
    try:
        return json.loads(text)
    except json.JSONDecodeError:
        return None


def picture_findings(package: zipfile.ZipFile, body: etree._Element, draft: RoadmapDraft) -> Iterator[Finding]:
    """Pictures of a Word file: the draft's, in its order, with their description."""
    links = etree.fromstring(package.read("word/_rels/document.xml.rels"), etree.XMLParser(resolve_entities=False, no_network=True))
    targets = {str(link.get("Id")): str(link.get("Target")) for link in links}
    found = [(fold(str(p.get("descr"))), package.read("word/" + targets[str(blip.get(_EMBED))]))
             for p, blip in zip(body.iter(f"{_PICTURE}docPr"), body.iter(_BLIP), strict=True)]
    expected = [(fold(f.alt), f.png) for f in figures_of(draft)]
    yield from _differences(found, expected)


def _differences(found: Sequence[tuple[str, bytes]], expected: Sequence[tuple[str, bytes]]) -> Iterator[Finding]:
    for text, _ in [p for p in found if p not in expected]:
        yield Finding(place="docx", problem="文件中有草稿里没有的图", text=text)
    for text, _ in [p for p in expected if p not in found]:
        yield Finding(place="docx", problem="文件中缺少草稿的图，或图被改动", text=text)
    if not [p for p in found if p not in expected] and found != list(expected):
        yield Finding(place="docx", problem="图的顺序与草稿不同", text="")
