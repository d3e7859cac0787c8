"""Policy text to clauses by its own numbering: 第一章 第一条 一、（一）1.（1）①, then sentences in long paragraphs.

Every character of the body that is not page furniture stands in exactly one clause text or heading.
"""

import re
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field, replace
from itertools import zip_longest

from nlp.parse.values import to_date

__all__ = ["Line", "Piece", "split_clauses"]

LONG = 300  # characters; a longer paragraph is cut between sentences
PART = 180  # characters a part aims at
SHORT = 30  # characters; a shorter paragraph (各位代表！) joins its neighbour
LEADS_TO = 40  # characters of the paragraph that makes an unnumbered line above it a heading
STUB = 40  # characters; a shorter part takes the next sentence, however long
_HEADING, _BARE = 60, 30  # longest numbered and unnumbered heading line
_LEADS = {2: 40, 3: 40, 4: 24}  # longest run-in heading by rank: 一、 （一） 1.
_REST = 40  # characters that must follow a run-in heading, else the whole line is the clause
_NUMERAL = "[一二三四五六七八九十百]{1,4}"
_MARKERS = tuple(
    re.compile(rf"({pattern})\s*")
    for pattern in (
        rf"第{_NUMERAL}[编章]",
        rf"第{_NUMERAL}节",
        rf"第{_NUMERAL}条|{_NUMERAL}、",
        rf"[（(]{_NUMERAL}[)）]",
        r"\d{1,2}[.．﹒、](?!\d)",
        r"[（(]\d{1,2}[)）]",
        "[①-⑳]",
    )
)
_ARTICLE, _UNNUMBERED, _TITLE = 2, 9, -1  # ranks
_INLINE = re.compile(rf"\s+(?=第{_NUMERAL}条[\s　])")
_SENTENCE = re.compile(r"[^。！？；]*[。！？；]+[”’）」』]*|[^。！？；]+$")
_STOPS = re.compile(r"[。；！？：:]")
_DATED = re.compile(r"[\d〇○零一二三四五六七八九十]{4}年\d{0,2}\D{0,3}月?.{0,4}日?")


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    text: str
    location: str
    heading: bool = False  # styled as a heading in the file


@dataclass(frozen=True, slots=True, kw_only=True)
class Piece:
    """A clause before it has an id."""

    path: str
    heading: str | None
    text: str
    location: str


@dataclass(slots=True)
class _Open:
    """A heading or numbered item whose text is being read."""

    rank: int
    marker: str
    heading: str | None


@dataclass(frozen=True, slots=True, kw_only=True)
class _Item:
    """A heading line (`piece.text` is the heading) or a paragraph, in order."""

    piece: Piece
    is_heading: bool


@dataclass(slots=True)
class _Reading:
    """State of one pass over the lines; private to one call of `split_clauses`."""

    stack: list[_Open] = field(default_factory=list)
    items: list[_Item] = field(default_factory=list)
    short: list[Line] = field(default_factory=list)

    @property
    def path(self) -> str:
        return "".join(entry.marker for entry in self.stack)

    @property
    def heading(self) -> str | None:
        return next((entry.heading for entry in reversed(self.stack) if entry.heading), None)


def split_clauses(lines: Sequence[Line], *, titles: Sequence[str], tails: Sequence[str]) -> tuple[Piece, ...]:
    """Clauses in reading order. `titles` end a document's title (办法), `tails` an issuer's name (办公室)."""
    reading = _Reading()
    single = [part for line in lines for part in _inline_articles(line)]
    for line, following in zip_longest(single, single[1:]):
        _take(reading, line, following.text if following else "", titles, tails)
    _flush_short(reading)
    return tuple(part for piece in _pieces(reading.items) for part in _parts(piece))


def _inline_articles(line: Line) -> Iterable[Line]:
    """第一章 总则 第一条 … on one line becomes two."""
    return (replace(line, text=text) for text in _INLINE.split(line.text.strip()) if text.strip())


def _take(reading: _Reading, line: Line, following: str, titles: Sequence[str], tails: Sequence[str]) -> None:
    rank, marker, rest = _marker(line.text)
    if marker:
        _open(reading, rank, marker, rest, line)
    elif _is_bare(line.text, tails) and _is_title(line.text, titles):
        _open_heading(reading, _Open(rank=_TITLE, marker="", heading=line.text), line.location)
    elif line.heading or (_is_bare(line.text, tails) and _is_prose(following, tails)):
        _open_heading(reading, _Open(rank=_UNNUMBERED, marker="", heading=line.text), line.location)
    else:
        _paragraph(reading, line)


def _marker(text: str) -> tuple[int, str, str]:
    for rank, pattern in enumerate(_MARKERS):
        if found := pattern.match(text):
            return rank, found[1], text[found.end() :]
    return 0, "", text


def _open(reading: _Reading, rank: int, marker: str, rest: str, line: Line) -> None:
    """A numbered line: a heading alone, a run-in heading with text behind it, or an item that is all text."""
    stop = rest.find("。")
    article = marker.startswith("第") and rank == _ARTICLE
    led = 0 < stop <= _LEADS.get(rank, 0) and not article
    alone = not _STOPS.search(rest) and len(rest) <= _HEADING and not article
    if alone or (led and stop == len(rest) - 1):
        _open_heading(reading, _Open(rank=rank, marker=marker, heading=line.text), line.location)
    elif led and len(rest) - stop > _REST:
        cut = len(line.text) - len(rest) + stop + 1
        _open_heading(reading, _Open(rank=rank, marker=marker, heading=line.text[:cut]), line.location)
        _add(reading, replace(line, text=line.text[cut:].strip()))
    else:
        _push(reading, _Open(rank=rank, marker=marker, heading=None))
        _add(reading, line)


def _is_bare(text: str, tails: Sequence[str]) -> bool:
    """A short line without numbering or stops: a heading if prose follows, else one of a list (names, bodies)."""
    plain = len(text) <= _BARE and not re.search(r"[。；：:！？，、]$|[。；！？]", text) and re.search(r"[\u4e00-\u9fff]{4}", text)
    dated = to_date(text) is not None or _DATED.fullmatch(text)
    return bool(plain) and not dated and not text.endswith(tuple(tails)) and not text.startswith(("—", "―", "（", "("))


def _is_prose(text: str, tails: Sequence[str]) -> bool:
    return len(text) >= LEADS_TO and not _is_bare(text, tails) and not _marker(text)[1]


def _is_title(text: str, titles: Sequence[str]) -> bool:
    return re.sub(r"(?:[（(][^（）()]*[)）])+$", "", text).endswith(tuple(titles))


def _push(reading: _Reading, entry: _Open) -> None:
    _flush_short(reading)
    while reading.stack and reading.stack[-1].rank >= entry.rank:
        reading.stack.pop()
    reading.stack.append(entry)


def _open_heading(reading: _Reading, entry: _Open, location: str) -> None:
    _push(reading, entry)
    outer = next((e.heading for e in reversed(reading.stack[:-1]) if e.heading), None)
    piece = Piece(path=reading.path, heading=outer, text=entry.heading or "", location=location)
    reading.items.append(_Item(piece=piece, is_heading=True))


def _paragraph(reading: _Reading, line: Line) -> None:
    if len(line.text) < SHORT:
        reading.short.append(line)
        return
    joined = "\n".join(part.text for part in (*reading.short, line))
    location = reading.short[0].location if reading.short else line.location
    reading.short = []
    _add(reading, Line(text=joined, location=location))


def _add(reading: _Reading, line: Line) -> None:
    piece = Piece(path=reading.path, heading=reading.heading, text=line.text, location=line.location)
    reading.items.append(_Item(piece=piece, is_heading=False))


def _flush_short(reading: _Reading) -> None:
    """Short paragraphs before a heading or the end join the paragraph above them, or stand alone under their heading."""
    short, reading.short = reading.short, []
    if not short:
        return
    text = "\n".join(line.text for line in short)
    last = reading.items[-1] if reading.items else None
    if last and not last.is_heading:
        reading.items[-1] = replace(last, piece=replace(last.piece, text=f"{last.piece.text}\n{text}"))
    else:
        _add(reading, Line(text=text, location=short[0].location))


def _pieces(items: Sequence[_Item]) -> Iterable[Piece]:
    """Paragraphs, and those headings that no paragraph names, so that nothing is lost."""
    for i, item in enumerate(items):
        following = items[i + 1] if i + 1 < len(items) else None
        named = following is not None and not following.is_heading and following.piece.heading == item.piece.text
        if not (item.is_heading and named):
            yield item.piece


def _parts(piece: Piece) -> Iterable[Piece]:
    """A paragraph over LONG characters is cut between sentences into parts of about PART characters."""
    if len(piece.text) <= LONG:
        return [piece]
    parts, current = [], ""
    for sentence in _SENTENCE.findall(piece.text):
        if len(current) >= STUB and len(current) + len(sentence) > PART:
            parts.append(current)
            current = ""
        current += sentence
    return [replace(piece, text=part.strip()) for part in (*parts, current) if part.strip()]
