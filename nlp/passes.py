"""Texts as token ids -> flat passes through a network: every pass a row of the same number of tokens, texts one after another."""

from collections.abc import Sequence
from dataclasses import dataclass

__all__ = ["SLOT", "Flat", "Ids", "flats", "slot"]

Ids = Sequence[int]
SLOT = 32  # tokens to which lengths are rounded up: beside it the vector kernels of attention fall back to single numbers


@dataclass(frozen=True, slots=True, kw_only=True)
class Flat:
    """Which texts a pass holds, and from which token on; a text's slot may be longer than the text."""

    texts: tuple[int, ...]  # positions in what was given
    starts: tuple[int, ...]
    lengths: tuple[int, ...]
    slots: tuple[int, ...]


def slot(length: int, longest: int) -> int:
    """`length` rounded up to a SLOT, but not past `longest`."""
    return max(length, min(longest, -length // SLOT * -SLOT))


def flats(texts: Sequence[Ids], *, tokens: int, longest: int) -> list[Flat]:
    """Best fit, longest first: hardly a token of a pass is left over, but in the last. `tokens` >= `longest` >= every length."""
    held: list[list[int]] = []
    with_room: dict[int, list[int]] = {}  # free tokens -> passes
    for row in sorted(range(len(texts)), key=lambda row: -len(texts[row])):
        need = slot(len(texts[row]), longest)
        room = min((room for room in with_room if room >= need), default=tokens)
        if room == tokens:
            place = len(held)
            held.append([])
        else:
            place = with_room[room].pop()
            if not with_room[room]:
                del with_room[room]
        held[place].append(row)
        if room > need:
            with_room.setdefault(room - need, []).append(place)
    return [laid_out(rows, texts, longest) for rows in held]


def laid_out(rows: Sequence[int], texts: Sequence[Ids], longest: int) -> Flat:
    lengths = tuple(len(texts[row]) for row in rows)
    slots = tuple(slot(length, longest) for length in lengths)
    return Flat(texts=tuple(rows), starts=tuple(sum(slots[:at]) for at in range(len(slots))), lengths=lengths, slots=slots)
