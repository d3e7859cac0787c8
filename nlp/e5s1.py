"""Reads the 4-bit file of multilingual-e5-small (format E5S1) as data; no engine is involved.

Little endian: header, Unigram pieces, a code-point normalisation map, a tensor directory, tensors.
Quantised tensors are Q4_0 as in ggml: 18 bytes hold 32 weights.
"""

import struct
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from nlp.errors import ModelUnavailable

__all__ = ["Checkpoint", "Pieces", "Shape", "Tensor", "dequantise", "read"]

MAGIC = b"E5S1"
BLOCK = 32
Q4_0 = np.dtype([("scale", "<f2"), ("nibbles", "u1", 16)])
REMEDY = "请删除该文件后重新运行 luxiantu models build e5-small-zh"


@dataclass(frozen=True, slots=True, kw_only=True)
class Shape:
    """Sizes of a BERT encoder."""

    hidden: int
    layers: int
    heads: int
    feed_forward: int
    vocabulary: int
    positions: int
    token_types: int
    epsilon: float


@dataclass(frozen=True, slots=True, kw_only=True)
class Pieces:
    """A SentencePiece Unigram vocabulary; index = token id, scores are log probabilities."""

    texts: tuple[str, ...]
    scores: NDArray[np.float32]  # (n,)
    bos: int
    eos: int
    pad: int
    unk: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Tensor:
    """One tensor as stored, row-major; rows are output features."""

    name: str
    quantised: bool
    count: int  # weights
    data: memoryview

    def values(self) -> NDArray[np.float32]:
        """All weights, float32 (count,)."""
        return dequantise(self.data) if self.quantised else np.frombuffer(self.data, "<f4").astype(np.float32)

    def rows(self, keep: Sequence[int], width: int) -> NDArray[np.float32]:
        """The rows `keep` of the matrix (count / width, width), float32 (len(keep), width).

        Only these rows are de-quantised: the whole word table would take 384 MB.
        """
        stored = np.frombuffer(self.data, np.uint8).reshape(self.count // width, -1)
        picked = memoryview(np.ascontiguousarray(stored[np.asarray(keep, np.int64)]).tobytes())
        part = Tensor(name=self.name, quantised=self.quantised, count=len(keep) * width, data=picked)
        return part.values().reshape(len(keep), width)


@dataclass(frozen=True, slots=True, kw_only=True)
class Checkpoint:
    """What one E5S1 file holds."""

    shape: Shape
    pieces: Pieces
    normalisation: Mapping[int, str]  # code point -> what replaces it; code points not named stay
    tensors: Mapping[str, Tensor]


class Cursor:
    """A position in the bytes; every step forward is checked against the end."""

    def __init__(self, data: bytes | memoryview, name: str) -> None:
        self.data, self.name, self.at = memoryview(data), name, 0

    def take(self, size: int) -> memoryview:
        if size < 0 or self.at + size > len(self.data):
            raise damaged(self.name, f"文件不完整，在第 {self.at} 字节处还需要 {size} 字节，实际只剩 {len(self.data) - self.at} 字节")
        self.at += size
        return self.data[self.at - size : self.at]

    def integer(self, code: str) -> int:
        (value,) = struct.unpack("<" + code, self.take(struct.calcsize("<" + code)))
        return int(value)

    def integers(self, count: int) -> tuple[int, ...]:
        return struct.unpack(f"<{count}i", self.take(4 * count))

    def decimal(self) -> float:
        return float(struct.unpack("<f", self.take(4))[0])


def damaged(name: str, reason: str) -> ModelUnavailable:
    return ModelUnavailable(name, reason, REMEDY)


def dequantise(data: bytes | memoryview) -> NDArray[np.float32]:
    """Q4_0 blocks -> float32 weights, 32 for each 18 bytes.

    Byte j of a block holds weight j in its low nibble and weight j + 16 in its high nibble;
    value = (nibble - 8) * scale (ggml, `dequantize_row_q4_0`).
    """
    blocks = np.frombuffer(data, Q4_0)
    weights = np.empty((len(blocks), BLOCK), np.float32)
    weights[:, :16] = blocks["nibbles"] & 0x0F
    weights[:, 16:] = blocks["nibbles"] >> 4
    weights -= 8
    weights *= blocks["scale"].astype(np.float32)[:, None]
    return weights.reshape(-1)


def read(data: bytes | memoryview, name: str = "e5-small-q4.bin") -> Checkpoint:
    """bytes of an E5S1 file -> Checkpoint. Tensors point into `data`, nothing is copied yet.

    Raises ModelUnavailable when the magic is wrong, the file is cut off, or a size contradicts another.
    """
    cursor = Cursor(data, name)
    if bytes(cursor.take(4)) != MAGIC:
        raise damaged(name, "文件开头不是 E5S1，不是本程序认识的 4 位权重文件")
    shape = read_shape(cursor)
    pieces = read_pieces(cursor)
    normalisation = read_normalisation(cursor)
    return Checkpoint(shape=shape, pieces=pieces, normalisation=normalisation, tensors=read_tensors(cursor))


def read_shape(cursor: Cursor) -> Shape:
    version = cursor.integer("I")
    if version != 1:
        raise damaged(cursor.name, f"格式版本是 {version}，只认识版本 1")
    hidden, layers, heads, feed_forward, vocabulary, positions, token_types = cursor.integers(7)
    epsilon, block = cursor.decimal(), cursor.integer("i")
    if block != BLOCK or min(hidden, layers, heads) < 1 or hidden % BLOCK or feed_forward % BLOCK or hidden % heads:
        raise damaged(cursor.name, f"文件头的尺寸不合理（hidden {hidden}、heads {heads}、量化块 {block}）")
    return Shape(
        hidden=hidden,
        layers=layers,
        heads=heads,
        feed_forward=feed_forward,
        vocabulary=vocabulary,
        positions=positions,
        token_types=token_types,
        epsilon=epsilon,
    )


def read_pieces(cursor: Cursor) -> Pieces:
    count, bos, eos, pad, unk = cursor.integers(5)
    blob_size = cursor.integer("Q")
    offsets = np.frombuffer(cursor.take(4 * (count + 1)), "<u4").tolist()
    scores = np.frombuffer(cursor.take(4 * count), "<f4").astype(np.float32)
    blob = bytes(cursor.take(blob_size))
    if not all(0 <= special < count for special in (bos, eos, pad, unk)) or offsets[-1] > blob_size:
        raise damaged(cursor.name, "词表的编号或长度超出范围")
    try:
        texts = tuple(blob[a:b].decode() for a, b in pairwise(offsets))
    except UnicodeDecodeError as error:
        raise damaged(cursor.name, "词表不是 UTF-8 文本") from error
    return Pieces(texts=texts, scores=scores, bos=bos, eos=eos, pad=pad, unk=unk)


def read_normalisation(cursor: Cursor) -> dict[int, str]:
    count, size = cursor.integer("i"), cursor.integer("I")
    end = cursor.at + size
    table: dict[int, str] = {}
    for _ in range(count):
        source, length = cursor.integer("I"), cursor.integer("B")
        table[source] = bytes(cursor.take(4 * length)).decode("utf-32-le", "replace")
    if cursor.at != end:
        raise damaged(cursor.name, "字符规范化表的长度与声明不符")
    return table


def read_tensors(cursor: Cursor) -> dict[str, Tensor]:
    entries = [read_entry(cursor) for _ in range(cursor.integer("i"))]
    return {entry.name: entry for entry in entries}


def read_entry(cursor: Cursor) -> Tensor:
    name = bytes(cursor.take(cursor.integer("H"))).decode("ascii", "replace")
    quantised, count = cursor.integer("B") == 1, cursor.integer("I")
    offset, size = cursor.integer("Q"), cursor.integer("Q")
    expected = count // BLOCK * Q4_0.itemsize if quantised else 4 * count
    if size != expected:
        raise damaged(cursor.name, f"张量 {name} 的长度是 {size} 字节，应为 {expected} 字节")
    if offset + size > len(cursor.data):
        raise damaged(cursor.name, f"文件不完整，张量 {name} 超出文件末尾")
    return Tensor(name=name, quantised=quantised, count=count, data=cursor.data[offset : offset + size])
