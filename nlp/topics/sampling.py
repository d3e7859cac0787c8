"""Which units a segment's topics are fitted on, where there are more than are needed; the others are placed afterwards."""

from collections.abc import Sequence
from hashlib import sha1

import numpy as np
from numpy.typing import NDArray

from nlp.records import UnitHead

__all__ = ["fitting_rows"]

Rows = NDArray[np.int64]
WHOLE = frozenset({"demand", "clause"})  # few and what the roadmap is about: never left out
LEAST = 0.25  # of the limit that patents get, however many demands and clauses there are


def fitting_rows(units: Sequence[UnitHead], limit: int) -> Rows:
    """Row numbers, rising: all rows, or all demands and clauses and as many patents as there is room for within `limit`.

    Patents are drawn by a hash of their ids: the same ones in any order, and nearly the same ones when more have come. A limit of 0 is none.
    """
    if not limit or len(units) <= limit:
        return np.arange(len(units))
    whole = [i for i, u in enumerate(units) if u.unit_kind in WHOLE]
    drawn = sorted((i for i, u in enumerate(units) if u.unit_kind not in WHOLE), key=lambda i: mark(units[i].unit_id))
    room = max(limit - len(whole), round(LEAST * limit))
    return np.array(sorted([*whole, *drawn[:room]]), dtype=np.int64)


def mark(unit_id: str) -> tuple[bytes, str]:
    return sha1(unit_id.encode("utf-8", "surrogatepass"), usedforsecurity=False).digest()[:8], unit_id
