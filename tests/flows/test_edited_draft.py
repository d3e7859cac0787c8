"""The published Word draft of the sample, edited as analysts edit it, taken in and laid over the next draft of the same tables."""

import shutil
from dataclasses import replace
from datetime import date
from pathlib import Path

import docx
import pytest

from flows.draft import compose, material_of
from flows.draft_edits import read_draft_edits
from flows.edited_draft import take_edits
from flows.settings import read
from flows.topic_edits import read_edits
from nlp.marks import check_marks
from nlp.records import RoadmapDraft

pytestmark = pytest.mark.slow
DAY = date(2026, 11, 25)


@pytest.fixture
def folder(published: Path, tmp_path: Path) -> Path:
    """A copy, so that what is noted here is not laid over the run that other tests make."""
    return Path(shutil.copytree(published, tmp_path / "outputs" / published.name))


def lines(draft: RoadmapDraft) -> list[str]:
    return [item.text for s in draft.sections for item in s.content if hasattr(item, "text")]


def edit(folder: Path) -> Path:
    document = docx.Document(str(folder / "roadmap.docx"))
    evidence = [p for p in document.paragraphs if p.text.startswith("证据：")]
    evidence[0].text, evidence[1].text = "需求来自龙头企业，证据充分。", "提出单位已达 9 家（含电话补报）。"
    document.tables[0].rows[1].cells[0].text = "99"
    document.save(str(folder.parent / "改.docx"))
    return folder.parent / "改.docx"


def test_what_an_analyst_wrote_stands_in_the_next_draft(folder: Path) -> None:
    taken = take_edits(edit(folder), folder, folder.parent, who="王工", on=DAY)
    assert [e.text for e in taken.edits] == ["需求来自龙头企业，证据充分。", "提出单位已达 9 家（含电话补报）。"]
    assert len(taken.refused) == 1

    edits, material, options = read_draft_edits(folder.parent, "ic"), material_of(folder, "ic"), read().draft
    same = compose(material, edits, options=options)
    assert {f.fate for f in same.fates} == {"applied"}
    assert set(lines(same.draft)) >= {"需求来自龙头企业，证据充分。", "提出单位已达 9 家（含电话补报）。"}

    facts = {row: replace(f, value=f.value + 1) if f.fact == "organisations" else f for row, f in material.shelf.facts.items()}
    later = compose(replace(material, shelf=replace(material.shelf, facts=facts)), edits, options=options)
    assert [(f.fate, f.text) for f in later.fates] == [("applied", "需求来自龙头企业，证据充分。"), ("conflict", "提出单位已达 9 家（含电话补报）。")]
    assert [s.title.text for s in later.draft.sections[-2:]] == ["附录四　人工修改的去向", "附录：证据索引"]


def test_a_new_title_is_a_decision_on_the_topic(folder: Path) -> None:
    document = docx.Document(str(folder / "roadmap.docx"))
    card = next(p for p in document.paragraphs if p.style is not None and p.style.name == "Heading 2" and "、" in p.text)
    card.text = "先进光刻材料"
    document.save(str(folder.parent / "改.docx"))
    taken = take_edits(folder.parent / "改.docx", folder, folder.parent, who="王工", on=DAY)
    assert (taken.renamed, taken.edits) == (1, ())
    assert [(e.action, e.payload, e.who) for e in read_edits(folder.parent, "ic")] == [("rename", ("先进光刻材料",), "王工")]


def test_an_untouched_draft_changes_nothing(folder: Path) -> None:
    taken = take_edits(folder / "roadmap.docx", folder, folder.parent, who=None, on=DAY)
    assert (taken.edits, taken.renamed, taken.refused) == ((), 0, ())


def test_a_mark_in_an_edited_sentence_still_leads_to_its_source_when_numbers_have_moved(folder: Path) -> None:
    document = docx.Document(str(folder / "roadmap.docx"))
    said = next(p for p in document.paragraphs if p.text.startswith("术语："))
    quoted = next(p for p in document.paragraphs if p.text.startswith("需求") and "〔需" in p.text)
    said.text, quoted.text = "本主题以〔需2〕为主。", "见〔需999〕。"
    document.save(str(folder.parent / "改.docx"))
    taken = take_edits(folder.parent / "改.docx", folder, folder.parent, who="王工", on=DAY)
    assert len(taken.edits) == 1
    assert [r.reason.split("：")[0] for r in taken.refused] == ["标记〔需999〕在证据索引中没有"]
    full = taken.edits[0].text.removeprefix("本主题以〔").removesuffix("〕为主。")
    material = material_of(folder, "ic", figures=False)
    assert full in material.shelf.demands

    later = compose(material, taken.edits, options=read().draft)
    mark = next(m.mark for m in later.marked.marks if m.source_id == full)
    assert f"本主题以〔{mark}〕为主。" in lines(later.draft)
    assert check_marks(later.draft) == ()
