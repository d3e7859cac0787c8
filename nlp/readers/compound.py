"""What an OLE compound file ([MS-CFB], .xls of 1997) must be before calamine sees it: a cycle in it never ends, a cut directory aborts."""

import struct
from collections.abc import Iterator, Sequence

from nlp.errors import UnreadableDocument

__all__ = ["refuse_broken_chains"]

_MAGIC = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_HEADER = 512
_ENTRY = 128  # bytes of a directory entry
_LAST = 0xFFFFFFFA  # from here on a number is a mark, not a sector
_IN_HEADER = 109  # sectors of the allocation table that the header names


def refuse_broken_chains(name: str, data: bytes) -> None:
    """Raises UnreadableDocument where a chain of sectors runs in a circle or the directory is not whole. Other bytes pass."""
    if not data.startswith(_MAGIC):
        return
    size = 1 << min(_number(data, 30, 2), 20)
    if size not in {512, 4096} or len(data) < _HEADER:
        raise _broken(name)
    table = _allocation(name, data, size)
    directory = [*_chain(name, table, _number(data, 48))]
    if not directory or (max(directory) + 2) * size > len(data):
        raise _broken(name)
    if _number(data, 64):
        for _ in _chain(name, table, _number(data, 60)):
            pass
    small = _small_allocation(data, table, size)
    for sector in directory:
        for at in range((sector + 1) * size, (sector + 2) * size, _ENTRY):
            length, root = _number(data, at + 120), data[at + 66] == 5
            if data[at + 66] in {2, 5} and length:
                for _ in _chain(name, table if root or length >= _number(data, 56) else small, _number(data, at + 116)):
                    pass


def _number(data: bytes, at: int, size: int = 4) -> int:
    return int.from_bytes(data[at : at + size], "little")


def _sector(data: bytes, sector: int, size: int) -> tuple[int, ...]:
    """Numbers of one sector, as many as are whole in the file."""
    content = data[(sector + 1) * size : (sector + 2) * size]
    return struct.unpack(f"<{len(content) // 4}I", content[: len(content) // 4 * 4])


def _allocation(name: str, data: bytes, size: int) -> list[int]:
    """The allocation table: for each sector the next one of its chain."""
    named = [_number(data, 76 + 4 * i) for i in range(_IN_HEADER)]
    further, seen = _number(data, 68), set[int]()
    while further < _LAST:
        if further in seen:
            raise _broken(name)
        seen.add(further)
        *numbers, further = _sector(data, further, size) or (_LAST,)
        named += numbers
    table: list[int] = []
    for sector in named:
        if sector < _LAST:
            table += _sector(data, sector, size)
    return table


def _small_allocation(data: bytes, table: Sequence[int], size: int) -> list[int]:
    small: list[int] = []
    sector = _number(data, 60)
    while sector < min(_LAST, len(table)):
        small += _sector(data, sector, size)
        sector = table[sector]
    return small


def _chain(name: str, table: Sequence[int], first: int) -> Iterator[int]:
    """Sectors of one chain; one that leaves the table ends there. Raises UnreadableDocument for a circle."""
    for _ in range(len(table) + 1):
        if first >= len(table):
            return
        yield first
        first = table[first]
    raise _broken(name)


def _broken(name: str) -> UnreadableDocument:
    return UnreadableDocument(name, "文件已损坏或不完整", "请在 Excel 或 WPS 中重新打开并另存为 .xlsx")
