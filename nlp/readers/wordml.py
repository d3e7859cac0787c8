"""Text of WordprocessingML paragraphs: runs, symbols, raised figures, controls, form fields, equations."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field

from lxml import etree

from nlp.readers.equation import MATH, linear
from nlp.readers.symbols import is_symbol_font, lowered, raised, symbol

__all__ = ["Seen", "W", "boxes", "children", "paragraph_text"]

W = "{http://schemas.openxmlformats.org/wordprocessingml/2006/main}"
_W14 = "{http://schemas.microsoft.com/office/word/2010/wordml}"
_MC = "{http://schemas.openxmlformats.org/markup-compatibility/2006}"
_V = "{urn:schemas-microsoft-com:vml}"
_PICTURE = "{http://schemas.openxmlformats.org/drawingml/2006/picture}pic"
_CHARTS = {
    "{http://schemas.openxmlformats.org/drawingml/2006/chart}chart",
    "{http://schemas.openxmlformats.org/drawingml/2006/diagram}relIds",
}
_THROUGH = {f"{W}{tag}" for tag in ("sdt", "sdtContent", "ins", "smartTag", "customXml", "hyperlink", "fldSimple", "moveTo", "dir", "bdo")}
_SKIP = {f"{W}{tag}" for tag in ("del", "moveFrom", "pPr", "rPr", "instrText", "delText", "sdtPr", "sdtEndPr", "tblPr", "tblGrid", "rt")}
_SKIP.add(f"{_MC}Fallback")  # repeats the text of mc:Choice
_BREAKS = {f"{W}br": "\n", f"{W}cr": "\n", f"{W}tab": "\t", f"{W}noBreakHyphen": "-"}
_PAGE = {"page", "column"}
_TRUE = {"1", "true", "on"}


@dataclass(slots=True)
class Seen:
    """What was met on the way and is not text; private to one call of a reader."""

    counts: Counter[str] = field(default_factory=Counter)  # image object inserted deleted hidden symbol embedded
    boxes: list[etree._Element] = field(default_factory=list)  # text boxes of the paragraph just read


def children(element: etree._Element, seen: Seen) -> Iterator[etree._Element]:
    """Children in order, with content controls, tracked insertions and other wrappers opened."""
    for child in element:
        if not _is_element(child):
            continue
        _count_changes(child, seen)
        if child.tag == f"{_MC}AlternateContent":
            yield from children(_choice(child), seen)
        elif child.tag == f"{W}sdt" and _is_placeholder(child):
            continue
        elif child.tag in _THROUGH:
            yield from children(child, seen)
        elif child.tag not in _SKIP:
            yield child


def _is_element(node: etree._Element) -> bool:
    """Comments and processing instructions stand among the children too; their tag is a function."""
    return isinstance(node.tag, str)


def _count_changes(child: etree._Element, seen: Seen) -> None:
    if child.tag in {f"{W}ins", f"{W}moveTo"}:
        seen.counts["inserted"] += 1
    elif child.tag in {f"{W}del", f"{W}moveFrom"}:
        seen.counts["deleted"] += 1


def _choice(alternative: etree._Element) -> etree._Element:
    found = alternative.find(f"{_MC}Choice")
    return found if found is not None else next(iter(alternative), alternative)


def _is_placeholder(control: etree._Element) -> bool:
    """Whether the control still shows its prompt (单击此处输入文字)."""
    shown = control.find(f"{W}sdtPr/{W}showingPlcHdr")
    return shown is not None and shown.get(f"{W}val", "1") in _TRUE and control.find(f"{W}sdtPr/{_W14}checkbox") is None


def paragraph_text(paragraph: etree._Element, seen: Seen) -> str:
    """Text of a paragraph in order: controls opened, deletions and prompts left out, ticked boxes as ☑.

    Its text boxes are put into `seen.boxes`, for they stand beside the text, not in it.
    """
    return "".join(_inline(child, seen) for child in paragraph)


def _inline(element: etree._Element, seen: Seen) -> str:
    tag = element.tag
    if not _is_element(element):
        return ""
    _count_changes(element, seen)
    if tag in _SKIP:
        return ""
    if tag == f"{W}r":
        return _run(element, seen)
    if tag == f"{W}sdt":
        box = element.find(f"{W}sdtPr/{_W14}checkbox")
        if box is not None:
            return "☑" if _is_on(box.find(f"{_W14}checked"), _W14) else "□"
        return "" if _is_placeholder(element) else "".join(_inline(child, seen) for child in element)
    if tag == f"{_MC}AlternateContent":
        return _inline(_choice(element), seen)
    if tag.startswith(MATH):
        return linear(element)
    return "".join(_inline(child, seen) for child in element)


def _is_on(state: etree._Element | None, space: str) -> bool:
    return state is not None and state.get(f"{space}val", "1") in _TRUE


def _run(run: etree._Element, seen: Seen) -> str:
    properties = run.find(f"{W}rPr")
    if properties is not None and _is_on(properties.find(f"{W}vanish"), W):
        seen.counts["hidden"] += 1
        return ""
    text = "".join(_piece(child, run, seen) for child in run)
    position = None if properties is None else properties.find(f"{W}vertAlign")
    match "" if position is None else position.get(f"{W}val", ""):
        case "superscript":
            return raised(text)
        case "subscript":
            return lowered(text)
        case _:
            return text


def _piece(child: etree._Element, run: etree._Element, seen: Seen) -> str:
    tag = child.tag
    if not _is_element(child) or tag in _SKIP:
        return ""
    if tag == f"{W}t":
        return _plain(child.text or "", _font(run), seen)
    if tag == f"{W}sym":
        return _symbol(child.get(f"{W}font", ""), child.get(f"{W}char", ""), seen)
    if tag in _BREAKS:
        return "" if child.get(f"{W}type") in _PAGE else _BREAKS[tag]
    if tag == f"{W}fldChar":
        return _form_field(child.find(f"{W}ffData"))
    if tag == f"{W}ruby":
        base = child.find(f"{W}rubyBase")
        return "" if base is None else "".join(_inline(part, seen) for part in base)
    if tag == f"{_MC}AlternateContent":
        return _piece(_choice(child), run, seen)
    if tag.startswith(MATH):
        return linear(child)
    _drawing(child, seen)
    return ""


def _font(run: etree._Element) -> str:
    fonts = run.find(f"{W}rPr/{W}rFonts")
    return "" if fonts is None else (fonts.get(f"{W}ascii") or fonts.get(f"{W}hAnsi") or "")


def _plain(text: str, font: str, seen: Seen) -> str:
    """Letters as they stand; in a symbol font, and in Word's private range, what the font draws."""
    if not is_symbol_font(font) and not any("\uf000" <= c <= "\uf0ff" for c in text):
        return text
    pictures = is_symbol_font(font)
    return "".join(_symbol(font, f"{ord(c):X}", seen) if ("\uf000" <= c <= "\uf0ff" or (pictures and ord(c) < 256 and c != " ")) else c for c in text)


def _symbol(font: str, code: str, seen: Seen) -> str:
    try:
        found = symbol(font, int(code, 16))
    except ValueError:
        found = None
    if found is None:
        seen.counts["symbol"] += 1
    return found or ""


def _form_field(data: etree._Element | None) -> str:
    """A legacy form field: its box, or the chosen entry of its list (a text field's value stands in the runs)."""
    if data is None:
        return ""
    if (box := data.find(f"{W}checkBox")) is not None:
        checked, default = box.find(f"{W}checked"), box.find(f"{W}default")
        return "☑" if _is_on(checked if checked is not None else default, W) else "□"
    if (choice := data.find(f"{W}ddList")) is not None:
        entries = [entry.get(f"{W}val", "") for entry in choice.iterfind(f"{W}listEntry")]
        result = choice.find(f"{W}result")
        index = "0" if result is None else result.get(f"{W}val", "0")
        return entries[int(index)] if index.isdecimal() and int(index) < len(entries) else ""
    return ""


def _drawing(element: etree._Element, seen: Seen) -> None:
    """Counts the pictures of a drawing and keeps its text boxes."""
    if element.tag == f"{W}object":
        seen.counts["object"] += 1
        return
    seen.boxes += boxes(element)
    for part in _outside_fallback(element):
        seen.counts["image"] += part.tag == _PICTURE or part.tag == f"{_V}imagedata" or part.tag in _CHARTS


def boxes(element: etree._Element) -> Iterator[etree._Element]:
    """The outermost text boxes, each once."""
    for child in element:
        if child.tag == f"{W}txbxContent":
            yield child
        elif isinstance(child.tag, str) and child.tag != f"{_MC}Fallback":
            yield from boxes(child)


def _outside_fallback(element: etree._Element) -> Iterator[etree._Element]:
    for child in element:
        if isinstance(child.tag, str) and child.tag not in {f"{_MC}Fallback", f"{W}txbxContent"}:
            yield child
            yield from _outside_fallback(child)
