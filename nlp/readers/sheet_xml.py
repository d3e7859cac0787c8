"""What calamine does not say of an xlsx: number formats, raised figures, formulas without a value, hidden parts."""

import io
import re
import zipfile
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from decimal import Decimal, InvalidOperation

from lxml import etree

from nlp.errors import UnreadableDocument
from nlp.readers.guards import find_part, read_member, read_xml
from nlp.readers.symbols import lowered, raised

__all__ = ["Overlay", "overlays", "package_notes", "refuse_vast_sheets"]

MAX_CELLS = 5_000_000
_MAX_SCAN = 40_000_000  # bytes of a sheet that is looked at cell by cell
_S = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}"
_R = "{http://schemas.openxmlformats.org/officeDocument/2006/relationships}"
_A_T = "{http://schemas.openxmlformats.org/drawingml/2006/main}t"
_REFERENCE = re.compile(rb'\br="([A-Z]{1,3})([0-9]{1,7})"')
_CELL = re.compile(r"([A-Z]{1,3})([0-9]{1,7})")
_PERCENT = re.compile(r"[#,0]*0(?:\.0+)?%")
_ZEROS = re.compile(r"0{2,}")
_SUFFIXED = re.compile(r'[#,0]*0(?:\.0+)?_?\s*(?:"([^"]{1,6})"|\\?([\u4e00-\u9fff℃]{1,4}))')
_BUILT_IN = {9: "0%", 10: "0.00%"}


@dataclass(slots=True)
class Overlay:
    """Corrections of one sheet by (row, column), counted from 0, and what is to be said of it."""

    texts: dict[tuple[int, int], str] = field(default_factory=dict)
    unvalued: list[str] = field(default_factory=list)  # cells whose formula has no stored value
    long_numbers: list[str] = field(default_factory=list)  # cells with more digits than a number keeps


def refuse_vast_sheets(name: str, package: zipfile.ZipFile) -> None:
    """One cell at XFD1048576 makes calamine reserve the whole grid and abort the process."""
    for member in package.namelist():
        if not (member.startswith("xl/worksheets/") and member.endswith(".xml")):
            continue
        rows, columns = 0, 0
        for letters, digits in _REFERENCE.findall(read_member(name, package, member)):
            rows, columns = max(rows, int(digits)), max(columns, _column(letters.decode()))
        if rows * columns > MAX_CELLS:
            raise UnreadableDocument(name, f"工作表大小 {rows} 行 × {columns} 列，超过上限", "请删除表格右侧和下方的空白区域后另存")


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - 64
    return number


def overlays(name: str, package: zipfile.ZipFile) -> Mapping[str, Overlay]:
    """By sheet name. Sheets that need no correction may be missing."""
    formats = _formats(name, package)
    strings = _raised_strings(name, package)
    return {sheet: _overlay(name, package, member, formats, strings) for sheet, member in _members(name, package)}


def _members(name: str, package: zipfile.ZipFile) -> Iterator[tuple[str, str]]:
    book = find_part(name, package, "xl/workbook.xml")
    relations = f"xl/_rels/{book.rsplit('/', 1)[1]}.rels"
    if relations not in package.namelist():
        return
    targets = {r.get("Id", ""): r.get("Target", "") for r in read_xml(name, package, relations)}
    for sheet in read_xml(name, package, book).iter(f"{_S}sheet"):
        target = targets.get(sheet.get(f"{_R}id", ""), "")
        member = target.lstrip("/") if target.startswith("/") else f"xl/{target}"
        if member in package.namelist():
            yield sheet.get("name", ""), member


def _formats(name: str, package: zipfile.ZipFile) -> Mapping[str, str]:
    """Style index -> number format, of the formats that change what is read."""
    if "xl/styles.xml" not in package.namelist():
        return {}
    root = read_xml(name, package, "xl/styles.xml")
    codes = {int(f.get("numFmtId", "0")): f.get("formatCode", "") for f in root.iter(f"{_S}numFmt") if f.get("numFmtId", "").isdecimal()}
    styles = root.find(f"{_S}cellXfs")
    ids = [int(s.get("numFmtId", "0")) if s.get("numFmtId", "0").isdecimal() else 0 for s in (styles if styles is not None else ())]
    shown = {str(i): (codes.get(f) or _BUILT_IN.get(f, "")).split(";")[0] for i, f in enumerate(ids)}
    return {i: code for i, code in shown.items() if any(p.fullmatch(code) for p in (_PERCENT, _ZEROS, _SUFFIXED))}


def _raised_strings(name: str, package: zipfile.ZipFile) -> Mapping[str, str]:
    """Index -> text of the shared strings with superscripts or subscripts."""
    member = "xl/sharedStrings.xml"
    if member not in package.namelist() or b"vertAlign" not in read_member(name, package, member):
        return {}
    items = enumerate(read_xml(name, package, member).iterfind(f"{_S}si"))
    return {str(i): _rich(item) for i, item in items if item.find(f".//{_S}vertAlign") is not None}


def _rich(item: etree._Element) -> str:
    return "".join(_run(run) for run in item if run.tag in {f"{_S}r", f"{_S}t"})


def _run(run: etree._Element) -> str:
    text = (run.text if run.tag == f"{_S}t" else run.findtext(f"{_S}t")) or ""
    align = run.find(f"{_S}rPr/{_S}vertAlign")
    kind = "" if align is None else align.get("val", "")
    return raised(text) if kind == "superscript" else lowered(text) if kind == "subscript" else text


def _overlay(name: str, package: zipfile.ZipFile, member: str, formats: Mapping[str, str], strings: Mapping[str, str]) -> Overlay:
    found = Overlay()
    data = read_member(name, package, member)
    if len(data) > _MAX_SCAN:
        return found
    try:
        for _, cell in etree.iterparse(io.BytesIO(data), tag=f"{_S}c", resolve_entities=False, no_network=True, huge_tree=False):
            _look(cell, found, formats, strings)
            cell.clear(keep_tail=False)
    except etree.XMLSyntaxError as error:
        raise UnreadableDocument(name, "工作簿已损坏或不完整", "请在 Excel 或 WPS 中重新打开并另存为 .xlsx") from error
    return found


def _look(cell: etree._Element, found: Overlay, formats: Mapping[str, str], strings: Mapping[str, str]) -> None:
    reference, kind, value = cell.get("r", ""), cell.get("t", "n"), cell.findtext(f"{_S}v") or ""
    place = _CELL.fullmatch(reference)
    if place is None:
        return
    at = (int(place[2]) - 1, _column(place[1]) - 1)
    if not value and cell.find(f"{_S}f") is not None:
        found.unvalued.append(reference)
    elif kind == "s" and value in strings:
        found.texts[at] = strings[value]
    elif kind == "inlineStr" and cell.find(f".//{_S}vertAlign") is not None:
        found.texts[at] = "".join(map(_rich, cell.iterfind(f"{_S}is")))
    elif kind == "n" and value:
        if cell.get("s", "") in formats and (text := _shown(value, formats[cell.get("s", "")])):
            found.texts[at] = text
        if _digits(value) > 15:
            found.long_numbers.append(reference)


def _digits(value: str) -> int:
    """Digits before the point of a number, however it is written."""
    try:
        return Decimal(value).adjusted() + 1
    except InvalidOperation:
        return 0


def _shown(value: str, code: str) -> str | None:
    """The number as the sheet shows it: 0.95 under 0% is 95%, 123 under 00000 is 00123, 500 under 0"万元" is 500万元."""
    try:
        number = Decimal(value)
    except InvalidOperation:
        return None
    if _PERCENT.fullmatch(code):
        return f"{_short(number * 100)}%"
    if _ZEROS.fullmatch(code):
        return str(int(number)).zfill(len(code)) if number == number.to_integral_value() else None
    suffix = _SUFFIXED.fullmatch(code)
    return f"{_short(number)}{suffix[1] or suffix[2]}" if suffix else None


def _short(number: Decimal) -> str:
    text = format(round(number, 10), "f")
    return text.rstrip("0").rstrip(".") if "." in text else text


def package_notes(name: str, package: zipfile.ZipFile) -> list[str]:
    """Pictures, drawn text and comments, which stand in no cell."""
    members = package.namelist()
    pictures = sum(m.startswith("xl/media/") for m in members)
    drawn = [t.text for m in members if re.fullmatch(r"xl/drawings/drawing\d*\.xml", m) for t in read_xml(name, package, m).iter(_A_T) if t.text]
    comments = sum(bool(re.fullmatch(r"xl/comments\d*\.xml", m)) for m in members)
    return [
        *([f"含图片 {pictures} 张，未读取"] if pictures else []),
        *([f"文本框文字（没有并入表格）：{''.join(drawn)[:300]}"] if drawn else []),
        *([f"{comments} 张工作表有批注，未读取"] if comments else []),
    ]
