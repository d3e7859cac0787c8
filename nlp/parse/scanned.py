"""Which field each piece of a scanned page belongs to, and which pieces may be kept at all."""

import re
from collections.abc import Callable, Iterator, Sequence

from nlp.records import Crop, Document, ScanCrop, SubmittedField

__all__ = ["FOLDER", "place_crops"]

FOLDER = "crops"
_DIGEST = 8  # characters of the file's sha256 that name its folder
_SPACES = re.compile(r"[\s〔〕？□☐☑■]+")
_SHORTEST = 2  # characters of a value that is looked for


def place_crops(document: Document, fields: Sequence[SubmittedField], *, listed: bool, hide: Callable[[str], str]) -> Iterator[tuple[Crop, ScanCrop]]:
    """The pieces worth keeping, with their place in the run's folder.

    Of a form (`fields` are all that its submissions state) the pieces of stated fields and of options that nobody could
    read; of anything else, where `listed` is false, every piece. None with personal data: `hide` would change its text.
    """
    senders = {field.submission_id for field in fields}
    for crop in document.crops:
        field = _field_of(crop, fields)
        if hide(crop.text) != crop.text or (listed and field is None and "〔？〕" not in crop.text):
            continue
        sender = field.submission_id if field else next(iter(senders)) if len(senders) == 1 else None
        yield crop, ScanCrop(
            source_file=document.name, source_location=crop.location, file=f"{FOLDER}/{document.sha256[:_DIGEST]}/{crop.place}.png",
            text=crop.text, sure=round(crop.sure, 3), submission_id=sender,
            canonical=field.canonical if field else None, label=field.label if field else None)


def _field_of(crop: Crop, fields: Sequence[SubmittedField]) -> SubmittedField | None:
    """The field whose value stands in the piece, or of whose value the piece is a part; the longest such."""
    read = _SPACES.sub("", crop.text)
    said = [(field, value) for field in fields if len(value := _SPACES.sub("", field.text)) >= _SHORTEST]
    # 20 is also in 2024年: a short value counts only where it is most of the piece, or beside its label
    held = [(field, len(value)) for field, value in said if value in read and (2 * len(value) >= len(read) or _SPACES.sub("", field.label) in read)]
    if not held and len(read) > _SHORTEST:
        held = [(field, len(read)) for field, value in said if read in value]
    return max(held, key=lambda pair: pair[1])[0] if held else None
