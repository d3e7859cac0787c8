"""Proves that the slides say what the charts say: every text, every link and where its ends are, every line of the notes."""

import io
import posixpath
import re
import zipfile
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from lxml import etree

from nlp.provenance import Finding, fold, numerals
from nlp.readback import parse_xml
from nlp.records import Paragraph
from nlp.writers.layers import LAYERS, NOT_SAID, PHASES, REST, SIGNS, STATES, SUPPORTS, LayerChart, SolutionState

__all__ = ["check_pptx"]

_A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"
_P = "{http://schemas.openxmlformats.org/presentationml/2006/main}"
_SIGN = re.compile(rf"^[{''.join(SIGNS.values())}] ")
_FIXED = frozenset({*LAYERS, *PHASES, *(state.value for state in SolutionState), NOT_SAID, REST, STATES, SUPPORTS})


@dataclass(frozen=True, slots=True, kw_only=True)
class _Slide:
    texts: Mapping[str, tuple[str, str]]  # by shape id: its name and what it says, in full
    links: tuple[tuple[str, str], ...]  # shape ids of the ends; "" where an end hangs loose
    notes: tuple[str, ...]


def check_pptx(data: bytes, charts: Sequence[LayerChart], notes: Mapping[str, Sequence[Paragraph]], *, notice: str) -> tuple[Finding, ...]:
    """What the slides say more, less or otherwise than the charts and their notes; () is the proof."""
    slides = list(_slides(data))
    if len(slides) != len(charts):
        return (Finding(place="pptx", problem="页数与环节数不符", text=f"{len(slides)}"),)
    return tuple(f for slide, chart in zip(slides, charts, strict=True) for f in _slide_findings(slide, chart, notes[chart.segment], notice))


def _slide_findings(slide: _Slide, chart: LayerChart, notes: Sequence[Paragraph], notice: str) -> Iterator[Finding]:
    place = f"pptx〈{chart.name}〉"
    boxes = {b.box_id: fold(b.text.text) for b in chart.boxes}
    others = {f"{chart.name}：分层路线图", fold(notice), *(fold(p.text) for p in chart.phases)}
    for name, text in slide.texts.values():
        if text and text != boxes.get(name) and text not in others and (text not in _FIXED or numerals(text)):
            yield Finding(place=place, problem="页中有没有出处的文字", text=text)
    names = {name for name, _ in slide.texts.values()}
    if any(b not in names for b in boxes) and REST not in names:
        yield Finding(place=place, problem="页中缺少框", text="；".join(boxes[b] for b in boxes if b not in names))
    for text in others - {text for _, text in slide.texts.values()}:
        yield Finding(place=place, problem="页中缺少文字", text=text)
    yield from _link_findings(slide, chart, names, place)
    if list(slide.notes) != [fold(p.text) for p in notes]:
        yield Finding(place=place, problem="备注与草稿不同", text="；".join(slide.notes)[:80])


def _link_findings(slide: _Slide, chart: LayerChart, names: set[str], place: str) -> Iterator[Finding]:
    """Of the links whose ends are both shown, each once, and no other."""
    name_of = {number: name for number, (name, _) in slide.texts.items()}
    drawn = Counter((name_of.get(a, ""), name_of.get(b, "")) for a, b in slide.links)
    wanted = Counter((link.source, link.target) for link in chart.links if {link.source, link.target} <= names and link.source != link.target)
    for a, b in (drawn - wanted) + (wanted - drawn):
        yield Finding(place=place, problem="连线与草稿不同", text=f"{a} → {b}")


# ---- reading ------------------------------------------------------------------------------


def _slides(data: bytes) -> Iterator[_Slide]:
    package = zipfile.ZipFile(io.BytesIO(data))
    names = [n for n in package.namelist() if re.fullmatch(r"ppt/slides/slide\d+\.xml", n)]
    for name in sorted(names, key=lambda n: int(re.sub(r"\D", "", n))):
        root = parse_xml(package.read(name))
        texts = {str(_about(sp).get("id")): (str(_about(sp).get("name")), _said(sp)) for sp in root.iter(f"{_P}sp")}
        ends = [(c.find(f".//{_A}stCxn"), c.find(f".//{_A}endCxn")) for c in root.iter(f"{_P}cxnSp")]
        links = tuple(("" if a is None else str(a.get("id")), "" if b is None else str(b.get("id"))) for a, b in ends if a is not None or b is not None)
        yield _Slide(texts=texts, links=links, notes=tuple(_notes(package, name)))


def _about(sp: etree._Element) -> etree._Element:
    return next(sp.iter(f"{_P}cNvPr"))


def _said(sp: etree._Element) -> str:
    """Without its sign; a text that was cut, in full if its description goes on from it."""
    shown = _SIGN.sub("", fold("".join(t.text or "" for t in sp.iter(f"{_A}t"))))
    full = fold(_about(sp).get("descr") or "")
    return full if shown.endswith("…") and full.startswith(shown[:-1]) else f"{shown}{full}"


def _notes(package: zipfile.ZipFile, slide: str) -> Iterator[str]:
    links = parse_xml(package.read(f"ppt/slides/_rels/{posixpath.basename(slide)}.rels"))
    for target in (str(link.get("Target")) for link in links if str(link.get("Type")).endswith("/notesSlide")):
        root = parse_xml(package.read(posixpath.normpath(posixpath.join("ppt/slides", target))))
        for paragraph in root.iter(f"{_A}p"):
            if text := fold("".join(t.text or "" for r in paragraph.iter(f"{_A}r") for t in r.iter(f"{_A}t"))):
                yield text
