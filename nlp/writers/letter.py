"""A 退回补正 letter: what a submitter is asked to supply or explain, each point under the notice's own sentence."""

import io
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from functools import cache
from typing import Any

from nlp.understand.questions import Question
from nlp.writers.docx import prepare_styles, repack, set_page
from nlp.writers.inert import PROPERTY_LENGTH, inert, one_line
from nlp.writers.looks import QUOTE

__all__ = ["Letter", "write"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Letter:
    """One letter. `general` are the fixed sentences of question_wording.toml."""

    organisation: str | None
    title: str  # of the demand
    questions: tuple[Question, ...]
    general: Mapping[str, str]


def write(letter: Letter, as_of: date) -> bytes:
    """The letter as .docx (A4), without a number of its own: date and issuer are left for the seal. Same arguments, same bytes."""
    import docx

    document, said = docx.Document(io.BytesIO(_blank())), letter.general
    _properties(document, said["title"], as_of)
    heading = document.add_paragraph(one_line(said["title"]))
    heading._p.get_or_add_pPr().style = _style_id("Title")
    heading.paragraph_format.space_before = 0
    _plain(document, f"{letter.organisation or said['salutation_unknown']}：", indent=False)
    _plain(document, f"贵单位提交的《{letter.title}》收悉。{said['opening']}")
    _add_points(document, letter.questions, said["notice_says"])
    _plain(document, said["closing"])
    for line in (said["signature"], said["date_line"]):
        _right(document, line)
    buffer = io.BytesIO()
    document.save(buffer)
    return repack(buffer.getvalue(), as_of)


@cache  # dressing the styles takes longer than writing a letter
def _blank() -> bytes:
    import docx

    document, buffer = docx.Document(), io.BytesIO()
    prepare_styles(document)
    set_page(document.sections[0], wide=False)
    document.save(buffer)
    return buffer.getvalue()


@cache
def _style_id(name: str) -> str:
    """Looked up once: python-docx walks all styles at each use of a name."""
    import docx

    return str(docx.Document(io.BytesIO(_blank())).styles[name].style_id)


def _properties(document: Any, title: str, as_of: date) -> None:
    properties, moment = document.core_properties, datetime(as_of.year, as_of.month, as_of.day)
    properties.title, properties.author, properties.last_modified_by, properties.comments = one_line(title)[:PROPERTY_LENGTH], "", "", ""
    properties.created, properties.modified, properties.revision = moment, moment, 1


def _plain(document: Any, text: str, *, indent: bool = True) -> Any:
    paragraph = document.add_paragraph(one_line(text))
    if not indent:
        paragraph.paragraph_format.first_line_indent = 0
    return paragraph


def _right(document: Any, text: str) -> None:
    from docx.enum.text import WD_ALIGN_PARAGRAPH

    paragraph = _plain(document, "", indent=False)
    paragraph.add_run(inert(text))  # the blanks between 年, 月 and 日 are to be filled in
    paragraph.alignment = WD_ALIGN_PARAGRAPH.RIGHT


def _add_points(document: Any, questions: Sequence[Question], notice_says: str) -> None:
    """Numbered by Word itself, so that no digit of ours stands in the text; questions on one sentence stand under it."""
    by_quote: dict[str, list[Question]] = {}
    for question in questions:
        by_quote.setdefault(question.quote, []).append(question)
    for quote, asked in by_quote.items():
        point = document.add_paragraph()
        point._p.get_or_add_pPr().style = _style_id("List Number")
        point.paragraph_format.first_line_indent = None
        point.add_run(one_line(notice_says))
        point.add_run(f"“{one_line(quote)}”")._r.get_or_add_rPr().style = _style_id(QUOTE)
        for question in asked:
            _plain(document, question.text)
