"""Bytes to text by a ladder: byte-order mark, UTF-8, GB18030. No guessing by statistics."""

import codecs

from nlp.errors import UnreadableDocument

__all__ = ["decode"]

_MARKS = (
    (codecs.BOM_UTF8, "utf-8-sig"),
    (codecs.BOM_UTF32_LE, "utf-32"),
    (codecs.BOM_UTF32_BE, "utf-32"),
    (codecs.BOM_UTF16_LE, "utf-16"),
    (codecs.BOM_UTF16_BE, "utf-16"),
)
_MAX_ODD = 0.01  # share of control and private-use characters above which bytes are no text
_SAMPLE = 200_000


def decode(name: str, data: bytes, declared: str | None = None) -> str:
    """Text of `data`. `declared` is the charset a page names itself; it is tried after UTF-8.

    Raises UnreadableDocument if no step of the ladder gives readable text.
    """
    for mark, marked in _MARKS:
        if data.startswith(mark):
            return _checked(name, _attempt(data, marked))
    for encoding in ("utf-8", declared, "gb18030"):
        if (read := _attempt(data, encoding)) is not None:
            return _checked(name, read)
    return _checked(name, None)


def _attempt(data: bytes, encoding: str | None) -> str | None:
    try:
        return data.decode(encoding) if encoding else None
    except (UnicodeDecodeError, LookupError):
        return None


def _checked(name: str, text: str | None) -> str:
    if text is None or _odd_share(text[:_SAMPLE]) > _MAX_ODD:
        raise UnreadableDocument(
            name, "不是可以识别的文本（编码不是 UTF-8 或 GB18030，或内容并非文字）", "请用 UTF-8 编码重新保存，或改存为 .xlsx、.docx"
        )
    return text


def _odd_share(text: str) -> float:
    odd = sum((c < " " and c not in "\t\r\n\f\v\x1a") or "\x7f" <= c <= "\x84" or "\ue000" <= c <= "\uf8ff" or c == "�" for c in text)
    return odd / len(text) if text else 0.0
