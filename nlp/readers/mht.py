"""A page saved as one file (.mht, RFC 2557), also Word's: the html part is read, pictures are left out."""

from dataclasses import replace
from email import message_from_bytes, policy
from email.errors import MessageError

from nlp.errors import UnreadableDocument
from nlp.readers import html
from nlp.readers.document import sha256_of, suffix_of
from nlp.records import Document

__all__ = ["read"]

_REMEDY = "请在浏览器或 Word 中打开后另存为 .html 或 .docx"


def read(name: str, data: bytes) -> Document:
    """The longest html part. Raises UnreadableDocument for a file without one."""
    try:
        parts = [part for part in message_from_bytes(data, policy=policy.default).walk() if part.get_content_type() == "text/html"]
        bodies = [(body, part.get_content_charset()) for part in parts if isinstance(body := part.get_payload(decode=True), bytes)]
    except (MessageError, LookupError, ValueError, TypeError, RecursionError) as error:
        raise UnreadableDocument(name, "网页存档已损坏", _REMEDY) from error
    body, charset = max(bodies, key=lambda found: len(found[0]), default=(b"", None))
    if not body.strip():
        raise UnreadableDocument(name, "网页存档里没有正文", _REMEDY)
    page = f'<meta charset="{charset}">'.encode() + body if charset and charset.isascii() else body
    return replace(html.read(name, page), sha256=sha256_of(data), suffix=suffix_of(name))
