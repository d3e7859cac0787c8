"""Putting a Document together: name, digest and suffix in one place."""

import hashlib
from collections.abc import Iterable
from pathlib import PurePosixPath

from nlp.records import Block, Document, Rejected, Table

__all__ = ["make_document", "sha256_of", "suffix_of"]


def suffix_of(name: str) -> str:
    """Lower-case suffix with its dot; "" if there is none."""
    return PurePosixPath(name).suffix.lower()


def sha256_of(data: bytes) -> str:
    return hashlib.sha256(data).hexdigest()


def make_document(
    name: str,
    data: bytes,
    *,
    title: str | None = None,
    blocks: Iterable[Block] = (),
    tables: Iterable[Table] = (),
    warnings: Iterable[str] = (),
    rejected: Iterable[Rejected] = (),
) -> Document:
    return Document(
        name=name,
        sha256=sha256_of(data),
        suffix=suffix_of(name),
        title=title,
        blocks=tuple(blocks),
        tables=tuple(tables),
        warnings=tuple(warnings),
        rejected=tuple(rejected),
    )
