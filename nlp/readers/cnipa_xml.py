"""CNIPA's electronic filings: claims, description and abstract of one application, each a file of its own.

The application's number stands in the file's name only (2010102412224_100001_….xml). A file becomes a table of one row
under the headers that patent lists have; nlp.parse.filings puts the files of one application together.
"""

import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import PurePosixPath

from lxml import etree

from nlp.errors import UnreadableDocument
from nlp.readers.document import make_document
from nlp.records import Document, Table

__all__ = ["ABSTRACT", "CLAIMS", "DESCRIPTION", "application_number", "read"]

CLAIMS, DESCRIPTION, ABSTRACT = "权利要求书", "说明书", "说明书摘要"
_HEADER = ("申请号", "申请年", "发明名称", "摘要", "权利要求")
_PARTS = {"cn-claims": CLAIMS, "description": DESCRIPTION, "cn-abstract": ABSTRACT}
_NUMBER = re.compile(r"(?<!\d)((?:19|20)\d{2}[1-9]\d{7})\.?([\dX])(?!\d)")
_OPENING = re.compile(r"^(?:本(?:发明|实用新型|公开|申请|外观设计)(?:题为|涉及|公开|提供|提出|披露|的目的在于提供)?了?)?")
_CLAIM_END = re.compile(r"[，,：:；;。]?\s*(?:其特征(?:在于|是)|其中|包括|由以下|，|,|。|：)")
_REMEDY = "请确认是国家知识产权局电子申请的 XML 文件，或改用带表头的专利列表"


@dataclass(frozen=True, slots=True, kw_only=True)
class _Filed:
    """What one file says; parts it has not are empty."""

    parts: tuple[str, ...]
    title: str
    abstract: str
    claims: str
    description: int  # characters


def read(name: str, data: bytes) -> Document:
    """One table of one row, located by the part of the filing. Raises UnreadableDocument for any other XML."""
    root = _root(name, data)
    filed = _filed(root)
    if not filed.parts:
        raise UnreadableDocument(name, f"不认识的 XML（根元素是 {etree.QName(root).localname}）", _REMEDY)
    number = application_number(name) or ""
    row = (number, number[2:6], filed.title, filed.abstract, filed.claims)
    notes = [f"{DESCRIPTION}正文 {filed.description} 字没有采用，只取发明名称"] if filed.description else []
    if not number:
        notes.append("文件名里没有申请号，无法与同一申请的其他文件合并")
    table = Table(rows=(_HEADER, row), location="、".join(filed.parts))
    return make_document(name, data, title=filed.title or None, tables=[table], warnings=notes)


def application_number(name: str) -> str | None:
    """CN201010241222.4 from the file's name, if its check digit holds; None otherwise.

    The check digit is the sum of the twelve digits weighted 2…9, 2…5, modulo 11, X for 10 (ZC 0006-2003).
    """
    for digits, check in _NUMBER.findall(PurePosixPath(name).name):
        weights = (*range(2, 10), *range(2, 6))
        rest = sum(int(d) * w for d, w in zip(digits, weights, strict=True)) % 11
        if check == ("X" if rest == 10 else str(rest)):
            return f"CN{digits}.{check}"
    return None


def _root(name: str, data: bytes) -> etree._Element:
    parser = etree.XMLParser(resolve_entities=False, no_network=True, load_dtd=False, huge_tree=False, remove_comments=True, remove_pis=True)
    try:
        root = etree.fromstring(data, parser)
    except (etree.XMLSyntaxError, ValueError) as error:
        raise UnreadableDocument(name, "XML 已损坏，或嵌套过深", "请重新下载后放入") from error
    declared = root.getroottree().docinfo.internalDTD
    # the filings name a DTD and declare nothing themselves
    if declared is not None and next(iter(declared.iterentities()), None) is not None:  # type: ignore[union-attr]  # not in lxml-stubs
        raise UnreadableDocument(name, "文件里声明了实体，可能有害", "请确认来源，重新下载后放入")
    return root


def _filed(root: etree._Element) -> _Filed:
    found = {tag: element for tag in _PARTS for element in root.iter(tag)}
    claims = "\n".join(_claims(found["cn-claims"])) if "cn-claims" in found else ""
    abstract = _text(found["cn-abstract"]) if "cn-abstract" in found else ""
    named = next((_text(element) for element in root.iter("invention-title")), "")
    return _Filed(
        parts=tuple(_PARTS[tag] for tag in found),
        title=named or _title_in(abstract) or _title_in(claims),
        abstract=abstract,
        claims=claims,
        description=len(_text(found["description"])) if "description" in found else 0,
    )


def _claims(element: etree._Element) -> Iterator[str]:
    for number, claim in enumerate(element.iter("claim"), 1):
        yield f"{claim.get('num', str(number))}. {_text(claim)}"


def _text(element: etree._Element) -> str:
    """The text with the breaks of the printed page taken out; a formula or picture is shown as 【图】."""
    return _joined(_pieces(element))


def _pieces(element: etree._Element) -> Iterator[str]:
    if element.tag == "img":
        yield "【图】"
    yield element.text or ""
    for child in element:
        if isinstance(child.tag, str):
            yield from _pieces(child)
        yield child.tail or ""


def _joined(pieces: Iterator[str]) -> str:
    """Line ends inside Chinese text go; between Latin letters they are spaces."""
    text = re.sub(r"[\u200b-\u200d\ufeff]", "", "".join(pieces))
    text = re.sub(r"(?<=[!-~])\s*\n\s*(?=[!-~])", " ", text.strip())
    return re.sub(r"\s*\n\s*", "", text)


def _title_in(text: str) -> str:
    """What the abstract or the first claim says it is about: 本发明涉及一种甲装置，… and 1. 一种甲装置，其特征在于…"""
    first = _OPENING.sub("", re.sub(r"^\d+[.．、]\s*", "", text), count=1)
    end = _CLAIM_END.search(first)
    found = first[: end.start()] if end else first
    return found.strip() if 2 <= len(found.strip()) <= 80 else ""
