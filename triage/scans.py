"""Pictures beside a row: the pieces of a scan that its fields were read from, and the whole picture where it came through the page."""

import shutil
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from nlp.records import ScanCrop
from triage.database import SubmissionRow
from triage.shapes import Crop, Detail

__all__ = ["IMAGES", "Beside", "beside", "crop_of", "crops_of", "keep_crops", "label_of", "scan_of"]

IMAGES: Mapping[str, str] = {".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".gif": "image/gif", ".bmp": "image/bmp"}
FOLDER = "crops"


@dataclass(frozen=True, slots=True, kw_only=True)
class Beside:
    """Pieces with their numbers in the row: those of a field that the page lists, and the others."""

    fields: Mapping[str, Sequence[tuple[int, Crop]]]
    others: Sequence[tuple[int, Crop]]


def scan_of(state: Path, row: SubmissionRow) -> Path | None:
    """source_file is <upload id>/<name> for what came through the page; nothing outside of uploads/ is ever read."""
    folder, _, name = Detail.model_validate_json(row.detail).source_file.partition("/")
    uploads = (state / "uploads").resolve()
    path = (uploads / folder / name).resolve()
    return path if path.parent.parent == uploads and path.suffix.lower() in IMAGES and path.is_file() else None


def label_of(label: str) -> str:
    return label.strip("*＊ ")


def crops_of(found: Sequence[ScanCrop]) -> tuple[Crop, ...]:
    return tuple(Crop(file=c.file, label=label_of(c.label or "勾选项"), text=c.text, sure=c.sure, location=c.source_location) for c in found)


def keep_crops(folder: Path, state: Path) -> None:
    """The pieces of a published folder, copied to where they stay: a run's folder may be cleared away. Their names hold the file's hash."""
    for piece in sorted(folder.glob(f"{FOLDER}/*/*.png")):
        kept = state / FOLDER / piece.parent.name / piece.name
        if not kept.is_file():
            kept.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
            shutil.copyfile(piece, kept)


def crop_of(state: Path, row: SubmissionRow, number: int) -> Path | None:
    """The file of one piece; nothing outside of crops/ is ever read."""
    crops, pieces = (state / FOLDER).resolve(), Detail.model_validate_json(row.detail).crops
    path = (state / pieces[number].file).resolve() if 0 <= number < len(pieces) else None
    return path if path and path.parent.parent == crops and path.suffix == ".png" and path.is_file() else None


def beside(detail: Detail) -> Beside:
    numbered, labels = list(enumerate(detail.crops)), {f.label for f in detail.facts}
    return Beside(fields={label: [(n, c) for n, c in numbered if c.label == label] for label in labels},
                  others=[(n, c) for n, c in numbered if c.label not in labels])
