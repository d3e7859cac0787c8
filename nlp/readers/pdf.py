"""pdf: text layer and ruled tables by pdfplumber; pages without a usable text layer are rendered and recognised."""

import io
import re
import struct
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from nlp.errors import UnreadableDocument
from nlp.readers import ocr
from nlp.readers.pages import Page, assemble
from nlp.readers.ruling import Box, Segment
from nlp.readers.runs import Run
from nlp.records import Document, Rejected

if TYPE_CHECKING:
    import pdfplumber

__all__ = ["read"]

MAX_PAGES = 200
_MAX_CHARACTERS = 60_000  # of a page
_LITTLE = 20  # characters below which a page with pictures or outlines is a scan
_BROKEN = re.compile(r"\(cid:\d+\)|[\ufffd\ue000-\uf8ff]")
_REMEDY = "请在阅读器中打开后另存（打印）为新的 .pdf，或向填报单位索取 .docx 原件"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Opened:
    pages: tuple[Page, ...]
    scanned: frozenset[int]  # numbers of pages to recognise
    images: int
    total: int


def read(name: str, data: bytes) -> Document:
    """Blocks and tables page by page. Raises UnreadableDocument for a password, a broken file and an empty one."""
    opened = _open(name, data)
    to_scan = sorted(opened.scanned)
    scanned = list(_scans(name, data, to_scan[: ocr.MAX_PAGES]))
    recognised = {s.page.number: s.page for s in scanned}
    pages = [recognised.get(page.number, page) for page in opened.pages]
    document = assemble(name, data, pages, warnings=_notes(opened, list(recognised.values())), rejected=_left(name, opened))
    if not document.blocks and not document.tables:
        raise UnreadableDocument(name, "没有文字层，图像中也没有识别出文字", "请确认扫描清晰、方向正确，或向填报单位索取电子版")
    return ocr.with_crops(document, scanned)


def _notes(opened: _Opened, recognised: list[Page]) -> list[str]:
    pictures = [f"含图片 {opened.images} 张，未读取"] if opened.images else []
    return [*ocr.check_notes(recognised), *pictures]


def _left(name: str, opened: _Opened) -> list[Rejected]:
    late = sorted(opened.scanned)[ocr.MAX_PAGES :]
    found = []
    if late:
        reason = f"扫描页超过 {ocr.MAX_PAGES} 页，其后没有识别"
        found.append(Rejected(source=name, location=f"第{late[0]}页起的 {len(late)} 页", reason=reason, remedy="请拆分后重新放入，或索取电子版"))
    if opened.total > MAX_PAGES:
        reason = f"超过 {MAX_PAGES} 页，其后没有读取"
        found.append(Rejected(source=name, location=f"第{MAX_PAGES + 1}～{opened.total}页", reason=reason, remedy="请拆分后重新放入"))
    return found


# ---- the text layer -----------------------------------------------------------------------


def _open(name: str, data: bytes) -> _Opened:
    import pdfplumber
    from pdfminer.pdfdocument import PDFPasswordIncorrect
    from pdfminer.psexceptions import PSException
    from pdfplumber.utils.exceptions import MalformedPDFException, PdfminerException

    # a broken file meets pdfminer in the middle of whatever it was doing
    broken = (PSException, MalformedPDFException, PdfminerException, struct.error, zlib.error, ValueError, TypeError, LookupError,
              AttributeError, AssertionError, ArithmeticError, OSError, NotImplementedError, RecursionError)  # fmt: skip
    _end_circles()
    try:
        with pdfplumber.open(io.BytesIO(data)) as pdf:
            total = len(pdf.pages)
            found = [_page(name, page) for page in pdf.pages[:MAX_PAGES]]
    except UnreadableDocument:
        raise
    except broken as error:
        if any(isinstance(e, PDFPasswordIncorrect) for e in (error, *error.args)):
            raise UnreadableDocument(name, "文件有密码", "请去掉密码后重新放入") from error
        raise UnreadableDocument(name, "文件已损坏或不完整", _REMEDY) from error
    if not found:
        raise UnreadableDocument(name, "文件里没有页面", _REMEDY)
    scanned = frozenset(f.page.number for f in found if f.scanned)
    images = sum(f.images for f in found if not f.scanned)
    return _Opened(pages=tuple(f.page for f in found), scanned=scanned, images=images, total=total)


def _end_circles() -> None:
    """pdfminer follows a reference until it meets an object, which a broken file can keep from it for ever: 1 0 obj 1 0 R."""
    from pdfminer.pdfparser import PDFSyntaxError
    from pdfminer.pdftypes import PDFObjRef

    follow = PDFObjRef.resolve
    if getattr(follow, "ends", False):
        return

    def resolve(self: Any, default: object = None) -> Any:
        seen, found = set[int](), self
        while isinstance(found, PDFObjRef):
            if found.objid in seen:
                raise PDFSyntaxError(f"object {found.objid} refers to itself")
            seen.add(found.objid)
            found = follow(found, default)
        return found

    resolve.ends = True  # type: ignore[attr-defined]  # a mark, so that it is put in once
    PDFObjRef.resolve = resolve  # type: ignore[method-assign]  # pdfminer asks nobody else


@dataclass(frozen=True, slots=True, kw_only=True)
class _Layer:
    page: Page
    scanned: bool
    images: int


def _page(name: str, page: "pdfplumber.page.Page") -> _Layer:
    if len(page.chars) > _MAX_CHARACTERS:
        raise UnreadableDocument(name, f"第{page.page_number}页有 {len(page.chars)} 个字符，不是正常的文档", _REMEDY)
    words = page.extract_words(keep_blank_chars=True, use_text_flow=False)
    runs = [Run(text=word["text"], box=_box(word)) for word in words]
    text = "".join(run.text for run in runs)
    little = len("".join(text.split())) < _LITTLE and bool(page.images or len(page.curves) > 50)
    broken = sum(len(m) for m in _BROKEN.findall(text)) > 0.3 * max(len(text), 1)
    segments = [] if little or broken else [_segment(edge) for edge in page.edges]
    found = Page(
        number=page.page_number,
        width=float(page.width),
        height=float(page.height),
        runs=(*runs, *_filled_in(page)),
        segments=tuple(segments),
    )
    pictures = sum(image["width"] > 40 and image["height"] > 40 for image in page.images)
    page.close()
    return _Layer(page=found, scanned=little or broken, images=pictures)


def _box(found: dict[str, Any]) -> Box:
    return Box(x0=float(found["x0"]), top=float(found["top"]), x1=float(found["x1"]), bottom=float(found["bottom"]))


def _segment(edge: dict[str, Any]) -> Segment:
    upright = edge["orientation"] == "v"
    at, start, end = ("x0", "top", "bottom") if upright else ("top", "x0", "x1")
    return Segment(upright=upright, at=float(edge[at]), start=float(edge[start]), end=float(edge[end]))


def _filled_in(page: "pdfplumber.page.Page") -> Iterator[Run]:
    """Text that was typed into the form fields of a fillable pdf; it is no part of the page's own text."""
    from pdfminer.pdftypes import resolve1

    for annotation in page.annots:
        value = resolve1((annotation.get("data") or {}).get("V"))
        if isinstance(value, bytes) and value:
            text = value[2:].decode("utf-16-be", "replace") if value.startswith(b"\xfe\xff") else value.decode("utf-8", "replace")
            yield Run(text=" ".join(text.split()), box=_box(annotation))


# ---- scanned pages ------------------------------------------------------------------------


def _scans(name: str, data: bytes, numbers: list[int]) -> Iterator[ocr.Scan]:
    if not numbers:
        return
    import pypdfium2

    try:
        with pypdfium2.PdfDocument(data) as pdf:
            for number in numbers:
                page = pdf[number - 1]
                scale = ocr.LONG_SIDE / max(*page.get_size(), 1.0)
                image = page.render(scale=scale).to_pil()
                page.close()
                yield ocr.scan(image, number)
    except (pypdfium2.PdfiumError, ValueError) as error:
        raise UnreadableDocument(name, "扫描页无法显示", _REMEDY) from error
