"""How often strings are seen in a large background of texts: a table of hashes and counts, no text."""

import hashlib
import math
from collections import Counter, defaultdict
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path

import numpy as np

from nlp.errors import ModelUnavailable
from nlp.terms.segmenter import Token

__all__ = ["Background", "Seen", "count_background", "load_background", "save_background"]

MAX_TOKENS = 6
MAX_CHARACTERS = 16
VARIETY = 40  # neighbours after which more of them say nothing new
STEPS = 16  # steps a doubling, so that a count fits one byte
BREAKS = frozenset("，。；、：;!！？?\n\"“”《》")


@dataclass(frozen=True, slots=True)
class Seen:
    """Logarithms to base 2 of 1 + n: texts, places, distinct words before and after (accessor variety)."""

    texts: float
    places: float
    before: float
    after: float


NEVER = Seen(0.0, 0.0, 0.0, 0.0)


@dataclass(frozen=True, slots=True, kw_only=True)
class Background:
    """Strings of two texts or more. An unknown string is NEVER."""

    rows: dict[int, Seen]

    def seen(self, surface: str) -> Seen:
        return self.rows.get(fingerprint(surface), NEVER)


def fingerprint(surface: str) -> int:
    """32 bits of BLAKE2b: two strings in a million share one with a third of the table."""
    return int.from_bytes(hashlib.blake2b(surface.encode("utf-8", "replace"), digest_size=4).digest(), "little")


def count_background(rows: Iterable[tuple[Token, ...]]) -> Background:
    """Count every run of up to six words over the token rows of all texts."""
    texts: Counter[str] = Counter()
    places: Counter[str] = Counter()
    before: dict[str, set[str]] = defaultdict(set)
    after: dict[str, set[str]] = defaultdict(set)
    for row in rows:
        seen: set[str] = set()
        for first, last in _runs(row):
            surface = "".join(token.word for token in row[first : last + 1])
            seen.add(surface)
            places[surface] += 1
            if len(before[surface]) < VARIETY:
                before[surface].add(row[first - 1].word if first else "")
            if len(after[surface]) < VARIETY:
                after[surface].add(row[last + 1].word if last + 1 < len(row) else "")
        texts.update(seen)
    counts = {s: (texts[s], places[s], len(before[s]), len(after[s])) for s in texts if texts[s] > 1}
    return Background(rows={fingerprint(s): Seen(*(_rounded(n) for n in counts[s])) for s in sorted(counts)})


def _runs(row: tuple[Token, ...]) -> Iterable[tuple[int, int]]:
    for first in range(len(row)):
        if row[first].tag == "x":
            continue
        for last in range(first, min(first + MAX_TOKENS, len(row))):
            if row[last].word in BREAKS or row[last].end - row[first].start > MAX_CHARACTERS:
                break
            if row[last].tag != "x":
                yield first, last


def _rounded(number: int) -> float:
    return min(255, round(math.log2(1 + number) * STEPS)) / STEPS


def save_background(background: Background, path: Path) -> None:
    """`path`: safetensors with keys (n) uint32, sorted, and counts (n, 4) uint8."""
    from safetensors.numpy import save_file

    keys = np.array(sorted(background.rows), np.uint32)
    found = [background.rows[int(key)] for key in keys]
    counts = np.array([[s.texts, s.places, s.before, s.after] for s in found], np.float64).reshape(-1, 4)
    save_file({"keys": keys, "counts": np.rint(counts * STEPS).astype(np.uint8)}, path)


def load_background(path: Path) -> Background:
    """Raises ModelUnavailable when the file is missing or damaged."""
    from safetensors import SafetensorError
    from safetensors.numpy import load_file

    try:
        tensors = load_file(path)
        keys, counts = tensors["keys"].tolist(), (tensors["counts"] / STEPS).tolist()
    except (OSError, SafetensorError, KeyError) as error:
        raise ModelUnavailable(path.name, f"背景词频表无法读取（{type(error).__name__}）", "请从版本库恢复该文件") from error
    return Background(rows={key: Seen(*row) for key, row in zip(keys, counts, strict=True)})
