"""Edits made in a real Word file: found, laid over the next draft, or reported."""

import io
from collections.abc import Callable, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

import docx
import pytest

from nlp.citing import body, cell, line, words
from nlp.errors import UnreadableDocument
from nlp.overlay import Found, find_edits, lay_over
from nlp.provenance import Cells, check
from nlp.records import Grid, RoadmapDraft, Section
from nlp.writers import write_docx

DAY = date(2026, 11, 1)
TOPICS = ("t-a", "t-b", "t-c")


def draft_of(*, firms: int = 3, order: Sequence[str] = TOPICS, card: bool = True) -> RoadmapDraft:
    rows = tuple((line(cell("priorities", t, "rank", i + 1)), line(cell("topics", t, "label", f"主题{t}"))) for i, t in enumerate(order))
    ranking = Section(anchor="ranking", level=1, title=line(words("优先方向")), content=(
        Grid(caption="主题排序", header=("位次", "主题"), rows=rows),))
    topic = Section(anchor="topic-t-a", level=1, title=line(cell("topics", "t-a", "label", "主题t-a")), content=(
        body(words("提出需求的单位 "), cell("evidence", "t-a/organisations", "value", firms), words(" 家。")),
        body(words("缺少专利的地区信息。"))))
    return RoadmapDraft(title="路线图", notice="系统草稿", sections=(ranking, topic) if card else (ranking,))


def edited(draft: RoadmapDraft, change: Callable[[Any], None]) -> Found:
    document = docx.Document(io.BytesIO(write_docx(draft, DAY)))
    change(document)
    buffer = io.BytesIO()
    document.save(buffer)
    return find_edits(draft, buffer.getvalue(), "改.docx", made_by="王工", made_on=DAY)


def paragraph(document: Any, text: str) -> Any:
    return next(p for p in document.paragraphs if text in p.text and not p.style.name.startswith("toc"))


def texts(draft: RoadmapDraft, anchor: str) -> list[str]:
    (section,) = [s for s in draft.sections if s.anchor == anchor]
    return ["/".join(c.text for row in i.rows for c in row[1:]) if isinstance(i, Grid) else i.text for i in section.content]


def test_an_untouched_file_holds_no_edit() -> None:
    assert edited(draft_of(), lambda d: None) == Found(edits=(), refused=())


def test_a_sentence_survives_new_numbers() -> None:
    found = edited(draft_of(), lambda d: setattr(paragraph(d, "提出需求"), "text", "需求来自沪苏两地的龙头企业。"))
    assert [(e.kind, e.anchor, e.text, e.made_by) for e in found.edits] == [("replace", "topic-t-a", "需求来自沪苏两地的龙头企业。", "王工")]
    later = lay_over(draft_of(firms=5), found.edits)
    assert texts(later.draft, "topic-t-a") == ["需求来自沪苏两地的龙头企业。", "缺少专利的地区信息。"]
    assert [f.fate for f in later.fates] == ["applied"]


def test_an_edited_number_is_a_conflict_once_the_data_say_otherwise() -> None:
    found = edited(draft_of(), lambda d: setattr(paragraph(d, "提出需求"), "text", "提出需求的单位 4 家（含补报）。"))
    assert [f.fate for f in lay_over(draft_of(), found.edits).fates] == ["applied"]
    later = lay_over(draft_of(firms=5), found.edits)
    assert [(f.fate, f.text, f.current) for f in later.fates] == [("conflict", "提出需求的单位 4 家（含补报）。", "提出需求的单位 5 家。")]
    assert texts(later.draft, "topic-t-a")[0] == "提出需求的单位 5 家。"


def test_added_and_removed_paragraphs() -> None:
    def change(document: Any) -> None:
        last = paragraph(document, "缺少专利")
        last.insert_paragraph_before("王工注：已向海关核实。")
        last._p.getparent().remove(last._p)

    found = edited(draft_of(), change)
    later = lay_over(draft_of(), found.edits)
    assert texts(later.draft, "topic-t-a") == ["提出需求的单位 3 家。", "王工注：已向海关核实。"]


def test_rows_moved_in_the_ranking_keep_the_analysts_order() -> None:
    def move(document: Any) -> None:
        rows = document.tables[0].rows
        rows[1]._tr.addprevious(rows[3]._tr)

    found = edited(draft_of(), move)
    assert [(e.kind, e.text) for e in found.edits] == [("order", "t-c t-a t-b")]
    later = lay_over(draft_of(order=("t-b", "t-new", "t-a", "t-c")), found.edits)
    assert texts(later.draft, "ranking")[1] == "主题t-c/主题t-a/主题t-b/主题t-new"  # the new one stays behind t-b
    assert "王工" in texts(later.draft, "ranking")[0]


def test_a_renamed_topic_and_a_changed_table_cell() -> None:
    def change(document: Any) -> None:
        next(p for p in document.paragraphs if p.style.name == "Heading 1" and "t-a" in p.text).text = "光刻胶"
        document.tables[0].rows[1].cells[0].text = "9"

    found = edited(draft_of(), change)
    assert [(e.kind, e.text) for e in found.edits] == [("rename", "光刻胶")]
    assert [r.location for r in found.refused] == ["章节 ranking"]


def test_an_edit_of_a_section_that_is_gone_is_reported_not_dropped() -> None:
    found = edited(draft_of(), lambda d: setattr(paragraph(d, "缺少专利"), "text", "专利地区已补。"))
    assert [(f.fate, f.text) for f in lay_over(draft_of(card=False), found.edits).fates] == [("lost", "专利地区已补。")]


def test_the_later_of_two_edits_of_one_paragraph_holds() -> None:
    first, second = (edited(draft_of(), lambda d, t=t: setattr(paragraph(d, "缺少专利"), "text", t)).edits[0] for t in ("甲说。", "乙说。"))
    assert texts(lay_over(draft_of(), [first, second]).draft, "topic-t-a")[1] == "乙说。"


def test_what_an_analyst_wrote_has_a_source() -> None:
    found = edited(draft_of(), lambda d: setattr(paragraph(d, "提出需求"), "text", "共 4 家。"))
    draft = lay_over(draft_of(), found.edits).draft
    (edit,) = found.edits
    tables = {
        "priorities": Cells(rows={t: {"rank": i + 1} for i, t in enumerate(TOPICS)}),
        "topics": Cells(rows={t: {"label": f"主题{t}"} for t in TOPICS}), "edits": Cells(rows={edit.edit_id: {"text": edit.text}})}
    assert check(draft, tables) == ()
    stray = replace(draft, sections=draft_of().sections)
    assert check(stray, tables) != ()


def test_not_a_word_file() -> None:
    with pytest.raises(UnreadableDocument, match="不是 Word"):
        find_edits(draft_of(), b"PK nothing", "x.docx", made_by="", made_on=DAY)
