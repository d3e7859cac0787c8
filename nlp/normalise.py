"""Text repairs, `str -> str`, composed. They run once, at parse; all offsets refer to what `clean` gave.

`clean` keeps what carries meaning: superscripts (10⁻⁶), ㎡, ℃ and Chinese punctuation stay. NFKC would break them,
so it is used only in `key`, which is for comparison and never stored.
"""

import re
import unicodedata
from collections.abc import Callable, Sequence
from functools import reduce

__all__ = ["clean", "compose", "half_width", "hard_wraps", "key", "rejoin_lines", "strip_invisible", "tidy_spaces"]

Repair = Callable[[str], str]

_FULL_WIDTH = {
    ord(full): ord(full) - 0xFEE0 for start, end in ("０９", "ＡＺ", "ａｚ") for full in map(chr, range(ord(start), ord(end) + 1))
}
_SPACES = re.compile("[\u00a0\u1680\u2000-\u200a\u202f\u205f\u3000\t\v\f]")
_INVISIBLE = re.compile("[\x00-\x08\x0e-\x1f\x7f-\x84\x86-\x9f\u00ad\u200b-\u200f\u202a-\u202e\u2060-\u2064\u2066-\u206f\ufeff\ufff9-\ufffb]")
_TRAILING = re.compile(r" +(?=\n|$)")
_NUMBERED = re.compile(
    r"\s*(?:第?[一二三四五六七八九十百]+[、章节条是]|[(（]?[一二三四五六七八九十\d]{1,3}[)）.．、]|[①-⑳•·●◆■□☑√—-])"
)
_LABEL = re.compile(r"[^，。；：:]{1,12}[：:]")
_CJK = r"[\u3400-\u9fff]"
_OPEN_END = re.compile(_CJK + r"$|[，、；]$")
_STARTS_CJK = re.compile(_CJK)
_FRAGMENT = re.compile(_CJK + r"[。；，]?$")
_LONG_ENOUGH = re.compile(_CJK + r"{2}$")
_MIN_WRAP, _MAX_WRAP = 18, 80


def half_width(text: str) -> str:
    """Full-width letters and digits become half-width; nothing else changes."""
    return text.translate(_FULL_WIDTH)


def unix_lines(text: str) -> str:
    """CRLF, CR, NEL, line and paragraph separators become LF."""
    return re.sub("\r\n|[\r\u0085\u2028\u2029]", "\n", text)


def strip_invisible(text: str) -> str:
    """Removes control, zero-width, direction and byte-order characters."""
    return _INVISIBLE.sub("", text)


def tidy_spaces(text: str) -> str:
    """Every kind of wide or fixed space becomes one ordinary space; spaces at line ends go."""
    return _TRAILING.sub("", _SPACES.sub(" ", text))


def hard_wraps(lines: Sequence[str]) -> list[bool]:
    """For each line, whether its end is a wrap inside a sentence (the next line continues it).

    Said only where it is safe: either the lines are filled to one common width, as a fixed-width export fills them,
    or the next line is a left-over of one character. Never before a numbered line or a label.
    """
    width = max(map(len, lines), default=0)
    full = [width - 2 <= len(line) <= width for line in lines]
    filled = _MIN_WRAP <= width <= _MAX_WRAP and sum(full) >= max(2, len(lines) // 2)
    following = [*lines[1:], ""]
    return [_continues(line, after, filled and fits) for line, after, fits in zip(lines, following, full, strict=True)]


def _continues(line: str, after: str, filled: bool) -> bool:
    if not _OPEN_END.search(line) or not _STARTS_CJK.match(after) or _NUMBERED.match(after) or _LABEL.match(after):
        return False
    return filled or bool(_LONG_ENOUGH.search(line) and not _NUMBERED.match(line) and _FRAGMENT.match(after))


def rejoin_lines(text: str) -> str:
    """Undoes hard wraps inside Chinese sentences; see `hard_wraps` for when."""
    if "\n" not in text:
        return text
    lines = text.split("\n")
    wraps = hard_wraps(lines)
    return "".join(line + ("" if wrap else "\n") for line, wrap in zip(lines, wraps, strict=True))[:-1]


def compose(*repairs: Repair) -> Repair:
    """One repair that applies the given ones from left to right."""
    return lambda text: reduce(lambda done, repair: repair(done), repairs, text)


clean = compose(unix_lines, strip_invisible, half_width, tidy_spaces, rejoin_lines)


def key(text: str) -> str:
    """A form for comparison only: NFKC, lower case, no white space."""
    return "".join(unicodedata.normalize("NFKC", strip_invisible(text)).lower().split())
