"""Short marks: their order, what they stand for, and that a forged one is caught, in the draft and in the files."""

import io
import re
import zipfile
from dataclasses import replace
from datetime import date

import pytest

from nlp.chapters import annex, whole_annex
from nlp.citing import bullet, cell, line, note, words
from nlp.grounds import grounds_of
from nlp.marks import Marked, check_marks, fair, full_ids, mark_up
from nlp.provenance import Cells, check
from nlp.readback import check_docx, check_html, check_markdown
from nlp.readback_marks import check_docx_marks, check_html_marks
from nlp.records import Clause, Demand, Fact, Fragment, Grid, Paragraph, Policy, RoadmapDraft, Section
from nlp.writers import write_docx, write_html, write_markdown
from tests.nlp.chapters.shelves import shelf

DAY = date(2026, 11, 1)
SECOND = Demand(demand_id="D-2", submission_id="s2", version=1, superseded_by=None, source_file="乙.docx", source_location="表2", organisation="乙", region="江苏", title="真空阀", text="寿命长。")
POLICY = Policy(policy_id="P-1", title="某办法", doc_number=None, issuer=None, level=None, region="上海", date=None, status=None, source_file="办法.txt")
CLAUSE = Clause(clause_id="C-1", policy_id="P-1", path="二、（一）", heading=None, text="支持静电卡盘。", source_location="第3段")
BASE = shelf(facts=(Fact(topic_id="a", fact="organisations", value=2, low=None, high=None, source_ids=("d1", "D-2", "C-1")),))
SHELF = replace(BASE, demands={**BASE.demands, "D-2": SECOND}, policies={"P-1": POLICY}, clauses={"C-1": CLAUSE})
GROUNDS = grounds_of(SHELF)
TABLES = {
    "demands": Cells(rows={d.demand_id: {"demand_id": d.demand_id, "title": d.title, "source_file": d.source_file, "source_location": d.source_location} for d in SHELF.demands.values()}),
    "clauses": Cells(rows={"C-1": {"clause_id": "C-1", "path": "二、（一）", "source_location": "第3段"}}), "policies": Cells(rows={"P-1": {"title": "某办法", "source_file": "办法.txt"}}),
    "evidence": Cells(rows={"a/organisations": {"value": 2.0}}), "counts": Cells(rows={"demand.kept": {"value": 2}})}


def cited(i: str) -> Paragraph:
    return bullet(words("见〔"), cell("demands", i, "demand_id", i), words("〕。"))


def draft(*content: Paragraph | Grid) -> RoadmapDraft:
    return RoadmapDraft(title="路线图", notice="草稿", sections=(Section(anchor="s", level=1, title=line(words("正文")), content=content),))


COUNTED = line(words("单位 "), cell("evidence", "a/organisations", "value", 2.0), words(" 家。"))
WHOLE = note(words("共 "), cell("counts", "demand.kept", "value", 2), words(" 份。"))
TABLE = Grid(caption="表", header=("数", "条款"), rows=((line(cell("evidence", "a/organisations", "value", 2.0)), line(cell("clauses", "C-1", "path", "二、（一）"))),))


def published(*content: Paragraph | Grid, most: int = 9) -> tuple[RoadmapDraft, Marked]:
    marked = mark_up(draft(*content), GROUNDS, "roadmap", most=most)
    section = annex(marked, GROUNDS, "roadmap")
    assert section is not None
    return replace(marked.draft, sections=(*marked.draft.sections, section)), marked


def texts(found: RoadmapDraft, number: int = 0) -> list[str]:
    return [c.text for item in found.sections[number].content for c in ([c for r in item.rows for c in r] if isinstance(item, Grid) else [item]) if isinstance(c, Paragraph)]


def tables(marked: Marked) -> dict[str, Cells]:
    return TABLES | {
        "marks": Cells(rows={m.source_id: {"mark": m.mark} for m in marked.marks}),
        "citations": Cells(rows={s.citation.mark: {"mark": s.citation.mark, "n_sources": s.citation.n_sources} for s in marked.statements})}


def test_ids_in_brackets_become_marks_in_the_order_in_which_they_appear() -> None:
    assert texts(mark_up(draft(cited("D-2"), cited("d1"), cited("D-2")), GROUNDS, "roadmap", most=9).draft) == ["见〔需1〕。", "见〔需2〕。", "见〔需1〕。"]


def test_a_line_without_a_source_beside_it_gets_a_mark_and_a_number_stays_a_number() -> None:
    found, _ = published(COUNTED, WHOLE, TABLE)
    assert texts(found) == ["单位 2 家。〔据1〕", "共 2 份。", "2", "二、（一）〔据2〕"]


def test_the_annex_says_place_value_id_file_and_position() -> None:
    found, marked = published(COUNTED, cited("D-2"))
    assert texts(found, 1)[1:] == ["据1", "正文", "单位 2 家。", "〔需2〕〔需1〕〔政1〕", "需1", "D-2", "真空阀", "乙.docx", "表2", "需2", "d1", "静电卡盘", "a.docx", "表1",
                                   "政1", "C-1", "某办法", "办法.txt", "二、（一），第3段"]
    assert marked.statements[0].citation.source_ids == ("d1", "D-2", "C-1")
    assert check(found, tables(marked)) == check_marks(found) == ()


def test_what_there_is_no_room_for_is_counted() -> None:
    found, _ = published(COUNTED, most=2)
    assert "〔需1〕〔政1〕 等，共 3 份" in texts(found, 1)
    assert fair(["d1", "D-2", "C-1"], GROUNDS.units, 2) == ["d1", "C-1"]


def test_a_second_document_goes_on_with_the_same_marks() -> None:
    first = mark_up(draft(cited("D-2"), COUNTED), GROUNDS, "roadmap", most=9)
    second = mark_up(draft(cited("d1"), cited("D-2"), COUNTED), GROUNDS, "challenges", most=9, before=first)
    assert texts(second.draft) == ["见〔需2〕。", "见〔需1〕。", "单位 2 家。〔据2〕"]
    section = annex(second, GROUNDS, "challenges")
    assert section is not None
    assert "据1" not in texts(replace(second.draft, sections=(section,)))
    assert whole_annex(second, GROUNDS) is not None


def test_nothing_cited_is_no_annex() -> None:
    assert annex(mark_up(draft(WHOLE), GROUNDS, "roadmap", most=9), GROUNDS, "roadmap") is None


def test_a_forged_mark_is_caught_in_the_draft() -> None:
    found, marked = published(cited("D-2"))
    forged = Fragment(text="需7", source=replace(cell("marks", "D-2", "mark", "需1").source), role="use")  # type: ignore[type-var]
    false = replace(found, sections=(replace(found.sections[0], content=(line(words("见〔"), forged, words("〕")),)), *found.sections[1:]))
    assert [f.problem for f in check_marks(false)] == ["标记在附录中没有着落"]
    assert "不一致" in check(false, tables(marked))[0].problem
    typed = replace(found, sections=(replace(found.sections[0], content=(line(words("见〔需7〕")),)), *found.sections[1:]))
    assert "没有出处却含有数字" in check(typed, tables(marked))[0].problem
    edit = replace(found, sections=(replace(found.sections[0], content=(line(cell("edits", "e", "text", "见〔需7〕")),)), *found.sections[1:]))
    assert [f.text for f in check_marks(edit)] == ["需7"]
    assert [f.problem for f in check_marks(replace(found, sections=(*found.sections, replace(found.sections[1], anchor="x"))))][:1] == ["标记重复"]


def rewritten(data: bytes, old: bytes, new: bytes) -> bytes:
    source, target = zipfile.ZipFile(io.BytesIO(data)), io.BytesIO()
    with zipfile.ZipFile(target, "w") as package:
        for name in source.namelist():
            part = source.read(name)
            package.writestr(name, part.replace(old, new, 1) if name == "word/document.xml" else part)
    return target.getvalue()


def test_the_files_lead_from_each_mark_to_its_row() -> None:
    found, _ = published(COUNTED, cited("D-2"), TABLE)
    docx, page = write_docx(found, DAY), write_html(found)
    assert (*check_docx(docx, found), *check_docx_marks(docx, found), *check_html(page, found), *check_html_marks(page, found), *check_markdown(write_markdown(found), found)) == ()
    assert write_docx(found, DAY) == docx


@pytest.mark.parametrize(("old", "new"), [('w:anchor="mark_需1"', 'w:anchor="mark_需2"'), ('w:name="mark_需1"', 'w:name="mark_x"'), ("<w:t>需1</w:t>", "<w:t>需9</w:t>")])
def test_a_forged_mark_is_caught_in_the_word_file(old: str, new: str) -> None:
    found, _ = published(cited("D-2"), COUNTED)
    forged = rewritten(write_docx(found, DAY), old.encode(), new.encode())
    assert forged != write_docx(found, DAY)
    assert check_docx_marks(forged, found) != ()


@pytest.mark.parametrize(("old", "new"), [('href="#mark_需1"', 'href="#mark_需2"'), ('id="mark_需1"', 'id="mark_y"'), (">需1</a>", ">需9</a>")])
def test_a_forged_mark_is_caught_in_the_page(old: str, new: str) -> None:
    found, _ = published(cited("D-2"), COUNTED)
    page = write_html(found).decode()
    assert old in page
    assert check_html_marks(page.replace(old, new, 1).encode(), found) != ()


def test_an_edited_text_keeps_its_sources_under_whatever_number() -> None:
    stored = full_ids("改写，见〔需1〕与〔需8〕。〔据3〕", {"需1": "D-2"})
    assert stored == "改写，见〔D-2〕与〔需8〕。"
    marked = mark_up(draft(cited("d1"), line(cell("edits", "e", "text", "改写，见〔D-2〕。"))), GROUNDS, "roadmap", most=9)
    assert texts(marked.draft)[1] == "改写，见〔需2〕。"
    fragments = [f for item in marked.draft.sections[0].content if isinstance(item, Paragraph) for f in item.fragments]
    assert [f.role for f in fragments if re.fullmatch("需.", f.text)] == ["use", "use"]
    assert [f.quote for f in fragments if f.source and f.source.table == "edits"] == [True, True]
