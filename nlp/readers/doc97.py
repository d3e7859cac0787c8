"""The text of a Word 97 file with its cell marks, for tables that LibreOffice drops: one that ends the document becomes a line.

Structure: [MS-CFB] 2.2–2.6 for the streams, [MS-DOC] 2.5.1 (FIB), 2.9.38 (Clx), 2.9.73 (FcCompressed) for the pieces of text.
"""

import re
import struct
from collections.abc import Iterator, Sequence
from dataclasses import replace

from nlp.records import Block, Document, Table

__all__ = ["cell_rows", "with_lost_tables"]

_MAX_SECTORS = 400_000  # 200 MB in sectors of 512 bytes
_END = 0xFFFFFFFA  # from here on a sector number is a mark
_CELL = "\x07"
_FIELD = re.compile("\x13[^\x13-\x15]*\x14|\x13[^\x13-\x15]*\x15|\x15")  # a field's instruction; its result stays
_ROWS = re.compile(r"[^\x07\r\x0c]*(?:\r[^\x07\r\x0c]*)*\x07(?:[^\x07\x0c]*\x07)+")


def with_lost_tables(document: Document, data: bytes) -> Document:
    """`document`, converted from the .doc `data`, with every block that is a table run together put back as that table."""
    if _CELL.encode("utf-16-le") not in data and _CELL.encode() not in data:
        return document
    tables = {_bare("".join(cell for row in rows for cell in row)): rows for rows in cell_rows(data)}
    blocks: list[Block] = []
    found: list[Table] = []
    for block in document.blocks:
        rows = tables.get(_bare(block.text)) if len(block.text) > 1 else None
        if rows is None:
            blocks.append(block)
        else:
            found.append(Table(rows=rows, location=f"表{len(document.tables) + len(found) + 1}", after=len(blocks)))
    return replace(document, blocks=tuple(blocks), tables=(*document.tables, *found)) if found else document


def cell_rows(data: bytes) -> list[tuple[tuple[str, ...], ...]]:
    """The tables of a .doc as rows of cells; nothing for a file that cannot be followed.

    A row ends where two marks stand together. An empty cell inside a row ends it too early, which a form of labels and
    values does not mind.
    """
    try:
        text = _FIELD.sub("", _text(data))
    except (struct.error, IndexError, ValueError, OverflowError):
        return []
    tables = []
    for found in _ROWS.finditer(text):
        # before the first cell of a table stand the paragraphs in front of it
        body = found[0].rsplit("\r", 1)[-1] if _CELL not in found[0] else _from_first_cell(found[0])
        rows = [tuple(cell.replace("\r", "\n").strip() for cell in row.split(_CELL)) for row in body.removesuffix(_CELL).split(_CELL * 2)]
        kept = [row for row in rows if any(row)]
        width = max(map(len, kept), default=0)
        tables.append(tuple(row + ("",) * (width - len(row)) for row in kept))
    return [table for table in tables if table]


def _from_first_cell(text: str) -> str:
    first, mark, rest = text.partition(_CELL)
    return first.rsplit("\r", 1)[-1] + mark + rest


def _bare(text: str) -> str:
    return re.sub(r"\s+", "", text)


# ---- [MS-DOC] -----------------------------------------------------------------------------


def _text(data: bytes) -> str:
    streams = dict(_streams(data, {"WordDocument", "0Table", "1Table"}))
    word = streams.get("WordDocument", b"")
    flags, place, size = struct.unpack_from("<H", word, 0x0A)[0], *struct.unpack_from("<II", word, 0x01A2)
    pieces = streams.get("1Table" if flags & 0x0200 else "0Table", b"")[place : place + size]
    at = 0
    while pieces[at] == 1:  # formatting of pieces, not needed
        at += 3 + struct.unpack_from("<H", pieces, at + 1)[0]
    length = struct.unpack_from("<I", pieces, at + 1)[0]
    plc = pieces[at + 5 : at + 5 + length]
    n = (len(plc) - 4) // 12
    ends = struct.unpack_from(f"<{n + 1}I", plc)
    return "".join(_piece(word, struct.unpack_from("<I", plc, 4 * (n + 1) + 8 * i + 2)[0], ends[i + 1] - ends[i]) for i in range(n))


def _piece(word: bytes, place: int, characters: int) -> str:
    if place & 0x40000000:
        start = (place & 0x3FFFFFFF) // 2
        return word[start : start + characters].decode("cp1252", "replace")
    return word[place : place + 2 * characters].decode("utf-16-le", "replace")


# ---- [MS-CFB] -----------------------------------------------------------------------------


def _streams(data: bytes, wanted: set[str]) -> Iterator[tuple[str, bytes]]:
    size, small = 1 << struct.unpack_from("<H", data, 0x1E)[0], 1 << struct.unpack_from("<H", data, 0x20)[0]
    if size not in (512, 4096) or small != 64:
        raise ValueError("sector size")
    first_directory, limit, first_small = struct.unpack_from("<I4xII", data, 0x30)
    fat = _fat(data, size)
    directory = _chain(data, first_directory, fat, size)
    entries = [directory[i : i + 128] for i in range(0, len(directory), 128)]
    small_fat_bytes = _chain(data, first_small, fat, size)
    small_fat = struct.unpack(f"<{len(small_fat_bytes) // 4}I", small_fat_bytes[: len(small_fat_bytes) // 4 * 4])
    root = next((_chain(data, struct.unpack_from("<I", e, 116)[0], fat, size) for e in entries if e[66] == 5), b"")
    for entry in entries:
        name = entry[: max(struct.unpack_from("<H", entry, 64)[0] - 2, 0)].decode("utf-16-le", "replace")
        if name in wanted:
            start, length = struct.unpack_from("<II", entry, 116)
            source = _chain(root, start, small_fat, small, base=0) if length < limit else _chain(data, start, fat, size)
            yield name, source[:length]


def _fat(data: bytes, size: int) -> Sequence[int]:
    sectors = [s for s in struct.unpack_from("<109I", data, 0x4C) if s < _END]
    following, per = struct.unpack_from("<I", data, 0x44)[0], size // 4
    while following < _END and len(sectors) < _MAX_SECTORS:
        more = struct.unpack_from(f"<{per}I", data, (following + 1) * size)
        sectors += [s for s in more[:-1] if s < _END]
        following = more[-1]
    table: list[int] = []
    for sector in sectors:
        table += struct.unpack_from(f"<{per}I", data, (sector + 1) * size)
    return table


def _chain(data: bytes, start: int, fat: Sequence[int], size: int, *, base: int = 1) -> bytes:
    """The sectors from `start` on, joined. Raises ValueError for a chain that runs in a circle."""
    parts: list[bytes] = []
    while start < _END:
        parts.append(data[(start + base) * size : (start + base + 1) * size])
        start = fat[start]
        if len(parts) > len(fat):
            raise ValueError("circle")
    return b"".join(parts)
