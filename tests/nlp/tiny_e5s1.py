"""Writes a very small file in the E5S1 format: 32 dimensions, 1 layer, weights from a fixed seed."""

import struct

import numpy as np

from nlp.e5s1 import Q4_0

HIDDEN, FEED_FORWARD, POSITIONS = 32, 64, 512
PIECES = ("<s>", "<pad>", "</s>", "<unk>", "▁", "a", "光", "刻", "光刻", "胶", "é", "▁я", "1", "<mask>")
SCORES = tuple(-float(number) for number in range(len(PIECES)))
NORMALISATION = {0x09: " ", 0x31: "1", 0xFF21: "A", 0x33A1: "m2", 0x01: ""}
SHAPES = {"q": HIDDEN, "k": HIDDEN, "v": HIDDEN, "ao": HIDDEN, "fi": FEED_FORWARD, "fo": HIDDEN}
RANGES = [(0x20, 0x7E), (0x2581, 0x2581), (0x4E00, 0x9FFF)]


def tiny() -> bytes:
    head = b"E5S1" + struct.pack("<I7ifi", 1, HIDDEN, 1, 2, FEED_FORWARD, len(PIECES), POSITIONS, 2, 1e-12, 32)
    body = head + piece_bytes() + normalisation_bytes()
    tensors = tensor_bytes()
    size = 4 + sum(2 + len(name) + 21 for name, _, _, _ in tensors)
    directory, offset = struct.pack("<i", len(tensors)), len(body) + size
    for name, kind, count, data in tensors:
        directory += struct.pack("<H", len(name)) + name.encode() + struct.pack("<BIQQ", kind, count, offset, len(data))
        offset += len(data)
    return body + directory + b"".join(data for _, _, _, data in tensors)


def piece_bytes() -> bytes:
    encoded = [piece.encode() for piece in PIECES]
    offsets = np.cumsum([0, *map(len, encoded)])
    blob = b"".join(encoded)
    numbers = struct.pack("<5iQ", len(PIECES), 0, 2, 1, 3, len(blob))
    return numbers + offsets.astype("<u4").tobytes() + np.array(SCORES, "<f4").tobytes() + blob


def normalisation_bytes() -> bytes:
    entries = b"".join(
        struct.pack("<IB", source, len(target)) + target.encode("utf-32-le") for source, target in NORMALISATION.items()
    )
    return struct.pack("<iI", len(NORMALISATION), len(entries)) + entries


def tensor_bytes() -> list[tuple[str, int, int, bytes]]:
    draw = np.random.default_rng(7)

    def quantised(name: str, rows: int, columns: int) -> tuple[str, int, int, bytes]:
        blocks = np.zeros(rows * columns // 32, Q4_0)
        blocks["scale"] = 0.05
        blocks["nibbles"] = draw.integers(0, 256, (len(blocks), 16))
        return name, 1, rows * columns, blocks.tobytes()

    def plain(name: str, values: np.ndarray) -> tuple[str, int, int, bytes]:
        return name, 0, values.size, values.astype("<f4").tobytes()

    ones, noise = np.ones(HIDDEN), lambda size: draw.normal(0, 0.1, size)
    found = [
        quantised("emb.word", len(PIECES), HIDDEN),
        plain("emb.pos", noise(POSITIONS * HIDDEN)),
        plain("emb.type", noise(HIDDEN)),  # one row for two token types, as in the real file's description
        plain("emb.ln.w", ones),
        plain("emb.ln.b", noise(HIDDEN)),
    ]
    for part, rows in SHAPES.items():
        found += [quantised(f"l0.{part}.w", rows, FEED_FORWARD if part == "fo" else HIDDEN), plain(f"l0.{part}.b", noise(rows))]
    for norm in ("aln", "oln"):
        found += [plain(f"l0.{norm}.w", ones), plain(f"l0.{norm}.b", noise(HIDDEN))]
    return found
