import struct

import numpy as np
import pytest

from nlp import e5s1
from nlp.errors import ModelUnavailable
from tests.nlp.tiny_e5s1 import FEED_FORWARD, HIDDEN, NORMALISATION, PIECES, SCORES, tiny


def block(scale: float, nibbles: list[int]) -> bytes:
    packed = bytes(low | high << 4 for low, high in zip(nibbles[:16], nibbles[16:], strict=True))
    return struct.pack("<e", scale) + packed


@pytest.mark.parametrize(
    ("scale", "nibbles", "weights"),
    [
        (1.0, [8] * 32, [0.0] * 32),
        (0.5, list(range(16)) * 2, [(n - 8) * 0.5 for n in range(16)] * 2),
        (-2.0, [0] * 16 + [15] * 16, [16.0] * 16 + [-14.0] * 16),
    ],
)
def test_dequantise(scale: float, nibbles: list[int], weights: list[float]) -> None:
    assert e5s1.dequantise(block(scale, nibbles)).tolist() == weights


def test_reads_every_part() -> None:
    found = e5s1.read(tiny())
    assert (found.shape.hidden, found.shape.layers, found.shape.heads, found.shape.feed_forward) == (HIDDEN, 1, 2, FEED_FORWARD)
    assert found.pieces.texts == PIECES
    assert found.pieces.scores.tolist() == list(SCORES)
    assert (found.pieces.bos, found.pieces.pad, found.pieces.eos, found.pieces.unk) == (0, 1, 2, 3)
    assert found.normalisation == NORMALISATION
    assert len(found.tensors) == 5 + 12 + 4
    assert found.tensors["emb.word"].values().shape == (len(PIECES) * HIDDEN,)


def test_picked_rows_are_those_of_the_whole() -> None:
    word = e5s1.read(tiny()).tensors["emb.word"]
    whole = word.values().reshape(-1, HIDDEN)
    np.testing.assert_array_equal(word.rows([0, 5, 9], HIDDEN), whole[[0, 5, 9]])
    place = e5s1.read(tiny()).tensors["emb.pos"]
    np.testing.assert_array_equal(place.rows([3], HIDDEN), place.values().reshape(-1, HIDDEN)[[3]])


@pytest.mark.parametrize("cut", [0, 3, 8, 40, 60, 100, 200, 400, 700, -1])
def test_a_cut_file_is_named_as_such(cut: int) -> None:
    with pytest.raises(ModelUnavailable) as caught:
        e5s1.read(tiny()[:cut])
    assert "不完整" in str(caught.value)
    assert "luxiantu models build" in str(caught.value)


@pytest.mark.parametrize(
    ("at", "value", "reason"),
    [(0, b"GGUF", "不是 E5S1"), (4, b"\x02", "版本"), (8, b"\x21", "尺寸不合理"), (44, b"\x08", "无|尺寸|词表|超出|不完整")],
)
def test_a_wrong_header_is_refused(at: int, value: bytes, reason: str) -> None:
    data = bytearray(tiny())
    data[at : at + len(value)] = value
    with pytest.raises(ModelUnavailable, match=reason):
        e5s1.read(bytes(data), "x.bin")
