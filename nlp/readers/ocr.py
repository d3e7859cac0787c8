"""Images to text by PP-OCR through onnxruntime, with the models that come inside the wheel. Nothing is downloaded.

What is recognised needs a person's eye: every document says so, a box before an option is shown as 〔？〕 whatever the
recogniser made of it, and the pieces of the image travel with the text (`crops`).
"""

import io
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import TYPE_CHECKING

from nlp.errors import UnreadableDocument
from nlp.readers.crops import cut, within_bounds
from nlp.readers.pages import Page, assemble
from nlp.readers.ruling import Box, Segment
from nlp.readers.runs import Run
from nlp.records import Document, Rejected

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from PIL.Image import Image, Resampling
    from rapidocr import RapidOCR

__all__ = ["MAX_PAGES", "TO_CHECK", "Scan", "beyond", "check_notes", "read", "scan", "with_crops"]

TO_CHECK = "待人工核对（图像识别）"
MAX_PAGES = 20  # recognised of one file; a page takes about 3 s
LONG_SIDE = 1754  # pixels: A4 at 150 dpi
_MAX_PIXELS = 80_000_000
_SMALL = 736  # pixels of the copy on which the page's direction is found
_POINTS = 842  # length of a page's long side
_THREADS = 1  # two are slower: the lines are too small to share
_UNSURE = 0.85  # confidence below which a line is named in the warnings
_TICKS = re.compile(r"[□☐☑☒■▣▢◻◼√✓✔●○◯◉]\s*|[（(]\s*[√✓✔xX×]?\s*[)）]")
_OPTION = "〔？〕"
_UNBOXED = re.compile(rf"[^：:〔（(]{{1,12}}{_OPTION}")
_ITEM = re.compile(r"^\((\d{1,2})\)\s*")
_CJK = r"[\u3400-\u9fff，。；：、“”〔〕（）《》℃％%‰]"
_NARROW_MARKS = re.compile(rf"(?<={_CJK})[(),;:!?]|[(),;](?={_CJK})")
_FULL_WIDTH = str.maketrans("(),;:!?", "（），；：！？")


@dataclass(frozen=True, slots=True, kw_only=True)
class Scan:
    """One recognised page with the upright image it was read from."""

    page: Page
    image: "Image"
    per_point: float  # pixels of the image to one point of the page


def read(name: str, data: bytes) -> Document:
    """Text and ruled tables of an image, one page a frame. Raises UnreadableDocument."""
    frames, total = _frames(name, data)
    scanned = [scan(image, number) for number, image in enumerate(frames, 1)]
    found = [s.page for s in scanned]
    document = assemble(name, data, found, warnings=check_notes(found), rejected=beyond(name, total))
    if not document.blocks and not document.tables:
        raise UnreadableDocument(name, "图像中没有识别出文字", "请确认图像清晰、方向正确，或向填报单位索取电子版")
    return with_crops(document, scanned)


def with_crops(document: Document, scanned: Iterable[Scan]) -> Document:
    """The document with the pieces of its scanned pages beside it, and a note where there are too many to keep."""
    kept, more = within_bounds(crop for found in scanned for crop in cut(found))
    note = (f"截图只保留前 {len(kept)} 张，其余请对照原件",) if more else ()
    return replace(document, crops=kept, warnings=(*document.warnings, *note))


def beyond(name: str, total: int) -> list[Rejected]:
    """The pages after the last one that is recognised."""
    if total <= MAX_PAGES:
        return []
    reason = f"扫描页超过 {MAX_PAGES} 页，其后没有识别"
    return [Rejected(source=name, location=f"第{MAX_PAGES + 1}～{total}页", reason=reason, remedy="请拆分后重新放入，或索取电子版")]


def check_notes(pages: Sequence[Page]) -> list[str]:
    """What staff must know of recognised pages; the first note marks the whole document."""
    unsure = [f"第{p.number}页“{run.text[:20]}”" for p in pages for run in p.runs if run.sure < _UNSURE]
    shown = "、".join(unsure[:8])
    notes = [f"{TO_CHECK}：第{'、'.join(str(p.number) for p in pages)}页由图像识别，须对照原件；勾选框一律记作{_OPTION}"] if pages else []
    return [*notes, f"识别把握不足的有 {len(unsure)} 处：{shown}"] if unsure else notes


def scan(image: "Image", number: int) -> Scan:
    """Recognises one page: turned upright, straightened, at a size that is quick and still legible."""
    upright = _straight(_sized(image))
    found = _recognised(upright)
    per_point = max(upright.size) / _POINTS
    runs = tuple(_run(line, per_point) for line in found if line.text.strip())
    segments = tuple(_segments(upright, per_point))
    page = Page(number=number, width=upright.width / per_point, height=upright.height / per_point, runs=runs, segments=segments)
    return Scan(page=page, image=upright, per_point=per_point)


# ---- images -------------------------------------------------------------------------------


def _frames(name: str, data: bytes) -> tuple[list["Image"], int]:
    """Up to MAX_PAGES frames, upright by their EXIF, and how many there are."""
    from PIL import Image, ImageOps, ImageSequence, UnidentifiedImageError

    try:
        opened = Image.open(io.BytesIO(data))
        total = getattr(opened, "n_frames", 1)
        if opened.width * opened.height > _MAX_PIXELS:
            raise _vast(name)
        taken = (frame for _, frame in zip(range(MAX_PAGES), ImageSequence.Iterator(opened), strict=False))
        # each at its working size at once: twenty photographs would not fit into memory
        return [_sized(_flat(ImageOps.exif_transpose(frame.copy()))) for frame in taken], total
    except Image.DecompressionBombError as error:
        raise _vast(name) from error
    except (UnidentifiedImageError, OSError, ValueError, SyntaxError, EOFError, TypeError) as error:
        raise UnreadableDocument(name, "图像已损坏、不完整，或格式不支持", "请重新扫描或截图，存为 .png 或 .jpg 后放入") from error


def _vast(name: str) -> UnreadableDocument:
    return UnreadableDocument(name, f"图像超过 {_MAX_PIXELS // 1_000_000} 百万像素", "请缩小后重新放入")


def _flat(image: "Image") -> "Image":
    """Black on white in RGB, without transparency."""
    from PIL import Image

    if image.mode in {"RGBA", "LA", "PA"} or "transparency" in image.info:
        coloured = image.convert("RGBA")
        ground = Image.new("RGBA", coloured.size, "white")
        return Image.alpha_composite(ground, coloured).convert("RGB")
    return image.convert("RGB")


def _sized(image: "Image") -> "Image":
    """The long side as a scanned page's; a small screenshot is enlarged at most twice."""
    from PIL import Image

    factor = min(LONG_SIDE / max(image.size), 2.0)
    size = max(round(image.width * factor), 32), max(round(image.height * factor), 32)
    return image.convert("RGB") if 0.95 < factor < 1.05 else image.convert("RGB").resize(size, Image.Resampling.LANCZOS)


def _smooth() -> "Resampling":
    from PIL.Image import Resampling

    return Resampling.BICUBIC


# ---- recognition --------------------------------------------------------------------------


@dataclass(frozen=True, slots=True, kw_only=True)
class _Found:
    text: str
    corners: "NDArray[np.float32]"  # 4 x 2, pixels, clockwise from the top left
    sure: float


@cache
def _engine() -> "RapidOCR":
    """The recogniser, once a process. With the paths given, a missing model is an error and never a download."""
    import rapidocr
    from rapidocr import RapidOCR

    models = Path(rapidocr.__file__).parent / "models"
    threads = {"EngineConfig.onnxruntime.intra_op_num_threads": _THREADS, "EngineConfig.onnxruntime.inter_op_num_threads": 1}
    paths = {f"{part.title()}.model_path": str(next(models.glob(f"*_{part}_*.onnx"), models / f"{part}.onnx")) for part in ("det", "rec", "cls")}
    # 960: finding lines needs less than reading them; one line at a time: no padding to the longest
    quick = {"Global.use_cls": False, "Det.limit_type": "max", "Det.limit_side_len": 960, "Rec.rec_batch_num": 1}
    return RapidOCR(params={"Global.log_level": "error", **threads, **paths, **quick})


def _recognised(image: "Image") -> list[_Found]:
    import numpy as np
    from rapidocr.utils.output import RapidOCROutput

    result = _engine()(np.ascontiguousarray(np.asarray(image)[:, :, ::-1]), use_det=True, use_rec=True)
    if not isinstance(result, RapidOCROutput) or result.boxes is None or result.txts is None or result.scores is None:
        return []
    return [_Found(text=t, corners=b, sure=float(s)) for b, t, s in zip(result.boxes, result.txts, result.scores, strict=True)]


def _straight(image: "Image") -> "Image":
    """The image turned a quarter if its lines stand upright, then by their tilt; found on a small copy, which is quick."""
    boxes = _text_boxes(image)
    turned = image.rotate(90, expand=True) if _lies_on_its_side(boxes) else image
    angle = _tilt(boxes if turned is image else _text_boxes(turned))
    return turned.rotate(angle, resample=_smooth(), expand=False, fillcolor="white") if abs(angle) > 0.4 else turned


def _text_boxes(image: "Image") -> "NDArray[np.float32]":
    """Corners of the text lines, n x 4 x 2, in pixels of a small copy."""
    import numpy as np
    from rapidocr.ch_ppocr_det import TextDetOutput

    factor = _SMALL / max(image.size)
    small = image.resize((max(round(image.width * factor), 32), max(round(image.height * factor), 32)))
    result = _engine()(np.ascontiguousarray(np.asarray(small)[:, :, ::-1]), use_det=True, use_rec=False)
    found = result.boxes if isinstance(result, TextDetOutput) else None
    return np.zeros((0, 4, 2), np.float32) if found is None else np.asarray(found, np.float32)


def _lies_on_its_side(boxes: "NDArray[np.float32]") -> bool:
    """Most boxes stand upright: the page was photographed or scanned sideways."""
    sizes = boxes.max(axis=1) - boxes.min(axis=1) if len(boxes) else boxes[:, 0]
    return len(sizes) >= 4 and float((sizes[:, 1] > 1.5 * sizes[:, 0]).mean()) > 0.6


def _tilt(boxes: "NDArray[np.float32]") -> float:
    """Degrees by which the lines fall to the right: the median over the long ones; 0 if there are too few."""
    import numpy as np

    along = boxes[:, 1] - boxes[:, 0]
    long = along[along[:, 0] > 0.12 * _SMALL]
    return float(np.degrees(np.median(np.arctan2(long[:, 1], long[:, 0])))) if len(long) >= 3 else 0.0


def _run(found: _Found, per_point: float) -> Run:
    """The box is shrunk by what the detector adds around the letters."""
    x0, y0, x1, y1 = (float(v) / per_point for v in (*found.corners.min(axis=0), *found.corners.max(axis=0)))
    text = _TICKS.sub(lambda m: "（？）" if m[0][0] in "（(" else _OPTION, found.text)
    # a box that the recogniser passed over must not stand out as the ticked one
    text = _OPTION + text if _UNBOXED.match(text) else text
    pad = 0.12 * (y1 - y0)
    box = Box(x0=x0 + pad, top=y0 + pad, x1=x1 - pad, bottom=y1 - pad)
    return Run(text=_chinese_marks(text), box=box, sure=found.sure)


def _chinese_marks(text: str) -> str:
    """Brackets, commas and colons beside Chinese in their full width, which no recogniser tells apart."""
    wide = _NARROW_MARKS.sub(lambda m: m[0].translate(_FULL_WIDTH), _ITEM.sub(r"（\1）", text))
    if wide.count("（") > wide.count("）"):
        return wide.replace(")", "）")
    return wide.replace("(", "（") if wide.count("）") > wide.count("（") else wide


def _segments(image: "Image", per_point: float) -> Iterator[Segment]:
    """Ruled lines: long thin dark runs, either way."""
    import cv2
    import numpy as np

    grey = np.asarray(image.convert("L"))
    dark = cv2.adaptiveThreshold(grey, 255, cv2.ADAPTIVE_THRESH_MEAN_C, cv2.THRESH_BINARY_INV, 25, 12)
    for upright in (False, True):
        length = round((13 if upright else 20) * per_point)
        kernel = np.ones((length, 1) if upright else (1, length), np.uint8)
        # a line that is not quite straight steps sideways: it is thickened first
        thick = cv2.dilate(dark, np.ones((1, 3) if upright else (3, 1), np.uint8))
        lines = cv2.dilate(cv2.morphologyEx(thick, cv2.MORPH_OPEN, kernel), np.ones((3, 3), np.uint8))
        for x, y, w, h, _ in cv2.connectedComponentsWithStats(lines)[2][1:]:
            if (w if upright else h) > 6 * per_point:
                continue
            at = (x + w / 2) if upright else (y + h / 2)
            start, end = (y, y + h) if upright else (x, x + w)
            yield Segment(upright=upright, at=float(at) / per_point, start=float(start) / per_point, end=float(end) / per_point)
