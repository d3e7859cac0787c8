"""The picture a row was read from, where it came through the page as one."""

from collections.abc import Mapping
from pathlib import Path

from triage.database import SubmissionRow
from triage.shapes import Detail

__all__ = ["IMAGES", "scan_of"]

IMAGES: Mapping[str, str] = {".png": "image/png", ".jpg": "image/jpeg", ".jpeg": "image/jpeg", ".gif": "image/gif", ".bmp": "image/bmp"}


def scan_of(state: Path, row: SubmissionRow) -> Path | None:
    """source_file is <upload id>/<name> for what came through the page; nothing outside of uploads/ is ever read."""
    folder, _, name = Detail.model_validate_json(row.detail).source_file.partition("/")
    uploads = (state / "uploads").resolve()
    path = (uploads / folder / name).resolve()
    return path if path.parent.parent == uploads and path.suffix.lower() in IMAGES and path.is_file() else None
