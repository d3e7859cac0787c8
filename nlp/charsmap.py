"""A code-point replacement table in SentencePiece's compiled form ("precompiled charsmap").

One trie lookup a character instead of thousands of replace passes. Layout as in Darts-clone
(https://github.com/s-yata/darts-clone): u32 size of the trie in bytes, the trie as u32 units,
then the replacements, each ended by a zero byte.
"""

import struct
from collections.abc import Mapping

__all__ = ["compile_charsmap"]

HAS_LEAF = 1 << 8
IS_VALUE = 1 << 31
PAGE = 256


def compile_charsmap(table: Mapping[int, str]) -> bytes:
    """{code point: replacement} -> the bytes that SentencePiece and `tokenizers` call precompiled_charsmap.

    UTF-8 codes are prefix-free, so a node has either children or a value. Code point 0 cannot be mapped
    (a zero byte ends a key), and neither may a replacement hold one.
    """
    if 0 in table or any("\0" in replacement for replacement in table.values()):
        raise ValueError("U+0000 cannot stand in a charsmap")
    offsets, text = pool(table)
    units = trie({chr(source).encode(): offsets[replacement] for source, replacement in table.items()})
    return struct.pack(f"<I{len(units)}I", 4 * len(units), *units) + text


def pool(table: Mapping[int, str]) -> tuple[dict[str, int], bytes]:
    """Each different replacement once: its byte offset, and all of them joined."""
    offsets: dict[str, int] = {}
    size = 0
    for replacement in sorted(set(table.values())):
        offsets[replacement] = size
        size += len(replacement.encode()) + 1
    return offsets, "".join(f"{replacement}\0" for replacement in offsets).encode()


def trie(values: Mapping[bytes, int]) -> list[int]:
    """Keys with their values -> double-array units.

    A node with children owns one page of 256 units, indexed by the next byte. A node with a value
    owns one free unit. No two nodes share a base, so a unit's label alone proves whose child it is.
    """
    prefixes = sorted({key[:length] for key in values for length in range(len(key))})
    base = {prefix: PAGE * (number + 1) for number, prefix in enumerate(prefixes)}
    first_value = PAGE * (len(prefixes) + 1)
    base |= {key: first_value + number for number, key in enumerate(sorted(values))}
    units = [0] * (-(-(first_value + len(values)) // PAGE) * PAGE)
    units[0] = encode_offset(base[b""])
    for node, start in base.items():
        if node:
            position = base[node[:-1]] + node[-1]
            units[position] = encode_offset(position ^ start) | node[-1] | (HAS_LEAF if node in values else 0)
    for key, value in values.items():
        units[base[key]] = IS_VALUE | value
    return units


def encode_offset(offset: int) -> int:
    if offset >= 1 << 21:
        raise ValueError("the table is too large for one charsmap")
    return offset << 10
