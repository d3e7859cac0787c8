"""Plain text: one block a line, hard-wrapped lines rejoined."""

from nlp.normalise import hard_wraps
from nlp.readers.document import make_document
from nlp.readers.encoding import decode
from nlp.records import Block, Document

__all__ = ["read"]


def read(name: str, data: bytes) -> Document:
    """Blocks are the non-empty lines; the location is the number of the first physical line."""
    lines = [line.rstrip() for line in decode(name, data).replace("\r\n", "\n").split("\n")]
    blocks, pending, start = [], "", 1
    for number, (line, wraps) in enumerate(zip(lines, hard_wraps(lines), strict=True), 1):
        start = start if pending else number
        pending += line
        if not wraps:
            blocks += [Block(text=pending, location=f"第{start}行")] if pending.strip() else []
            pending = ""
    return make_document(name, data, blocks=blocks)
