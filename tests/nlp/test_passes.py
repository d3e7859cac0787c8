import random

import pytest

from nlp.passes import SLOT, flats, slot


@pytest.mark.parametrize(("length", "wanted"), [(1, 32), (32, 32), (33, 64), (490, 500), (500, 500)])
def test_a_slot_is_a_multiple_but_never_past_the_longest(length: int, wanted: int) -> None:
    assert slot(length, 500) == wanted


@pytest.mark.parametrize("longest", [500, 512])
def test_every_text_has_one_place_and_none_overlap(longest: int) -> None:
    draw = random.Random(4)
    texts = [range(draw.randint(1, longest)) for _ in range(300)]
    passes = flats(texts, tokens=1024, longest=longest)
    assert sorted(row for flat in passes for row in flat.texts) == list(range(300))
    for flat in passes:
        ends = [start + size for start, size in zip(flat.starts, flat.slots, strict=True)]
        assert list(flat.starts) == [0, *ends[:-1]]
        assert ends[-1] <= 1024
        assert list(flat.lengths) == [len(texts[row]) for row in flat.texts]
        assert all(size >= length for size, length in zip(flat.slots, flat.lengths, strict=True))
    used = sum(sum(flat.slots) for flat in passes[:-1])
    assert used >= 0.95 * 1024 * (len(passes) - 1)
    assert SLOT == 32


def test_no_texts_no_passes() -> None:
    assert flats([], tokens=64, longest=64) == []
