"""Bytes to text by a ladder: byte-order mark, UTF-16 by its zero bytes, UTF-8, then GB18030 or Big5 by a score."""

import codecs
import re
from collections.abc import Iterator
from dataclasses import dataclass
from typing import BinaryIO

from nlp.errors import UnreadableDocument

__all__ = ["Decoded", "Streamed", "decode", "decoded", "stream_encoding", "stream_text"]

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_MAX_ODD = 0.01  # share of control and private-use characters above which bytes are no text
_MAX_BAD = 0.001  # bytes that may not fit an encoding, of those that are not ASCII
_SAMPLE = 200_000
_GB_COMMON = re.compile(rb"[\xb0-\xd7][\xa1-\xfe]|[\xa1-\xa3][\xa1-\xfe]")  # GB 2312 level 1 and punctuation
_BIG5_COMMON = re.compile(rb"[\xa4-\xc6][\x40-\x7e\xa1-\xfe]|[\xa1-\xa3][\x40-\x7e\xa1-\xfe]")  # Big5 level 1
_PLAIN = re.compile(r"[\t\r\n -~\u3000-\u303f\u4e00-\u9fff\uff00-\uffef]")
_CHUNK = 1 << 20  # bytes of a stream decoded at a time
_PAIR = re.compile(rb"[\x81-\xfe][\x40-\x7e\x80-\xfe]")


@dataclass(frozen=True, slots=True, kw_only=True)
class Decoded:
    text: str
    encoding: str
    warnings: tuple[str, ...] = ()


def decode(name: str, data: bytes, declared: str | None = None) -> str:
    """The text of `decoded`."""
    return decoded(name, data, declared).text


def decoded(name: str, data: bytes, declared: str | None = None) -> Decoded:
    """Text of `data`. `declared` is the charset a page names itself; it is tried after UTF-8.

    A few bytes that fit no encoding do not refuse a long file: they become U+FFFD and are reported.
    Raises UnreadableDocument if no step of the ladder gives readable text.
    """
    for mark, marked in _MARKS:
        if data.startswith(mark):
            return _checked(name, _strict(data, marked) or _lenient(data, marked))
    legacy = _legacy(data)
    steps = [_utf16(data), "utf-8", declared, *legacy]
    strict = (_strict(data, encoding) for encoding in steps if encoding)
    lenient = (_lenient(data, encoding) for encoding in ("utf-8", *legacy))
    return _checked(name, next((d for d in (*strict, *lenient) if d), None))


def _strict(data: bytes, encoding: str) -> Decoded | None:
    try:
        return Decoded(text=data.decode(encoding), encoding=encoding)
    except (UnicodeDecodeError, LookupError):
        return None


def _lenient(data: bytes, encoding: str) -> Decoded | None:
    """Text with U+FFFD for the bytes that do not fit, if they are next to none."""
    text = data.decode(encoding, "replace")
    bad = text.count("�")
    high = len(data) - len(data.translate(None, bytes(range(128, 256)))) if encoding != "utf-16" else len(data)
    if not bad or bad > max(1, high * _MAX_BAD) or high < 60:
        return None
    place = text[: text.index("�")].count("\n") + 1
    return Decoded(text=text, encoding=encoding, warnings=(f"有 {bad} 处字节无法识别（首处在第{place}行），以“�”代替，请核对",))


def _utf16(data: bytes) -> str | None:
    """UTF-16 without its mark: the zero bytes stand beside ASCII, and nearly all of the text is CJK or ASCII."""
    head = data[:4000]
    if 0 not in head or len(data) % 2:
        return None
    pairs = [head[i : i + 2] for i in range(0, len(head) - 1, 2)]
    little = sum(pair[1] == 0 and 9 <= pair[0] < 127 for pair in pairs)
    big = sum(pair[0] == 0 and 9 <= pair[1] < 127 for pair in pairs)
    encoding = "utf-16-le" if little > big else "utf-16-be"
    text = head[: len(head) // 2 * 2].decode(encoding, "replace")
    return encoding if len(_PLAIN.findall(text)) >= 0.9 * len(text) else None


def _legacy(data: bytes) -> tuple[str, ...]:
    """GB18030 and Big5, the likelier first: by the share of two-byte characters that are common ones in either."""
    pairs = _PAIR.findall(data[:_SAMPLE])
    if not pairs:
        return ("gb18030", "big5")
    gb = sum(_GB_COMMON.fullmatch(pair) is not None for pair in pairs)
    big5 = sum(_BIG5_COMMON.fullmatch(pair) is not None for pair in pairs)
    likely = big5 > gb * 1.15 and big5 >= 0.8 * len(pairs)
    return ("big5hkscs", "gb18030") if likely else ("gb18030", "big5hkscs")


def _checked(name: str, found: Decoded | None) -> Decoded:
    if found is None or _odd_share(found.text[:_SAMPLE]) > _MAX_ODD:
        raise UnreadableDocument(
            name, "不是可以识别的文本（编码不是 UTF-8、UTF-16、GB18030 或 Big5，或内容并非文字）", "请用 UTF-8 编码重新保存，或改存为 .xlsx、.docx"
        )
    return found


@dataclass(frozen=True, slots=True, kw_only=True)
class Streamed:
    encoding: str
    warnings: tuple[str, ...] = ()


def stream_encoding(name: str, source: BinaryIO) -> Streamed:
    """The step of the same ladder that a whole seekable stream fits, found without holding it.

    Raises UnreadableDocument if none does.
    """
    source.seek(0)
    head = source.read(_SAMPLE)
    marked = next((encoding for mark, encoding in _MARKS if head.startswith(mark)), None)
    legacy = _legacy(head)
    steps = [marked] if marked else [_utf16(head), "utf-8", *legacy]
    strict = next((step for step in steps if step and _fits(source, step)), None)
    found = Streamed(encoding=strict) if strict else next(filter(None, (_nearly(source, s) for s in ([marked] if marked else ("utf-8", *legacy)))), None)
    source.seek(0)
    text = codecs.getincrementaldecoder(found.encoding)("replace").decode(head) if found else ""
    _checked(name, Decoded(text=text, encoding=found.encoding) if found else None)
    return found or Streamed(encoding="utf-8")


def stream_text(source: BinaryIO, encoding: str, errors: str = "replace") -> Iterator[str]:
    """Text of the stream from its beginning, in pieces of any length; every line end is a line feed.

    Raises UnicodeDecodeError where `errors` is strict and the stream does not fit.
    """
    source.seek(0)
    decoder = codecs.getincrementaldecoder(encoding)(errors)
    held = ""
    while data := source.read(_CHUNK):
        text = held + decoder.decode(data)
        held = text[-1:] if text.endswith("\r") else ""  # may be half of a CRLF
        yield _unix(text.removesuffix(held))
    yield _unix(held + decoder.decode(b"", True))


def _unix(text: str) -> str:
    return text.replace("\r\n", "\n").replace("\r", "\n") if "\r" in text else text


def _fits(source: BinaryIO, encoding: str) -> bool:
    try:
        for _ in stream_text(source, encoding, "strict"):
            pass
    except UnicodeDecodeError:
        return False
    return True


def _nearly(source: BinaryIO, encoding: str) -> Streamed | None:
    """As `_lenient`, over a stream."""
    bad = sum(text.count("�") for text in stream_text(source, encoding))
    source.seek(0)
    high = 0
    while data := source.read(_CHUNK):
        high += len(data) - (0 if encoding == "utf-16" else len(data.translate(None, bytes(range(128, 256)))))
    if bad > max(1, high * _MAX_BAD) or high < 60:
        return None
    return Streamed(encoding=encoding, warnings=(f"有 {bad} 处字节无法识别，以“�”代替，请核对",))


def _odd_share(text: str) -> float:
    odd = sum((c < " " and c not in "\t\r\n\f\v\x1a") or "\x7f" <= c <= "\x84" or "\ue000" <= c <= "\uf8ff" or c == "�" for c in text)
    return odd / len(text) if text else 0.0
