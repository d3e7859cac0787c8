"""Pictures of what was recognised in scans, kept in the run's folder beside the table that says what each shows."""

from pathlib import Path

from flows.facts import load_masker
from flows.store import Artefact, write_bytes
from nlp.parse import Parsed
from nlp.parse.scanned import place_crops
from nlp.records import Document, ScanCrop

__all__ = ["keep_crops"]


def keep_crops(document: Document, parsed: Parsed, work: Path) -> dict[Artefact, ScanCrop]:
    """Writes the pieces that may be kept; nothing for a document that was not recognised."""
    if not document.crops:
        return {}
    placed = place_crops(document, parsed.fields, listed=bool(parsed.submissions), hide=load_masker())
    return {write_bytes(crop.png, work / kept.file): kept for crop, kept in placed}
