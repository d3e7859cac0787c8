"""An analyst's changes to a published draft: found by comparing the edited Word file with it, laid over the next draft.

A change is tied to its section (a topic keeps its id through refreshes) and to the wording of the paragraph, not to a
line number. Where the system now says something else at that place, the change is not forced on it: it is a conflict
that shows both. Numbers in tables come from data and are never overwritten.
"""

import hashlib
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date
from difflib import SequenceMatcher
from itertools import zip_longest

from nlp.citing import cell, note, words
from nlp.marks import MARK, full_ids
from nlp.provenance import fold, numerals
from nlp.readback import docx_lines, row_line
from nlp.records import (
    DraftEdit,
    EditFate,
    EditKind,
    EditOutcome,
    Figure,
    Grid,
    Paragraph,
    Rejected,
    RoadmapDraft,
    Section,
)
from nlp.writers.wording import WORDING

__all__ = ["Found", "Overlaid", "find_edits", "lay_over"]

ORDERED = "ranking"  # the section whose rows an analyst may put into another order
_GAP = "…"  # stands for a value in the wording of a paragraph
_CELLS_ARE_DATA = "表格中的内容取自数据表，不能在文档里改写"
_USE_MARKS = "请改用证据索引中已有的标记后重新导入"
_USE_SETTINGS = "请改源材料或设置后重新运行；要改次序，请整行移动“主题排序”的行"


@dataclass(frozen=True, slots=True, kw_only=True)
class Line:
    """One line of the draft as a Word file shows it, with the place it comes from."""

    text: str
    anchor: str
    kind: str  # title, paragraph, row
    pattern: str = ""
    topic_id: str = ""  # of a row of the ranking


@dataclass(frozen=True, slots=True, kw_only=True)
class Found:
    edits: tuple[DraftEdit, ...]
    refused: tuple[Rejected, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Overlaid:
    draft: RoadmapDraft
    fates: tuple[EditFate, ...]


# ---- the draft, line by line --------------------------------------------------------------


def pattern_of(paragraph: Paragraph) -> str:
    """The fixed wording, with a gap for every value: the same in the next run although the numbers differ."""
    return fold("".join(_GAP if f.source else f.text for f in paragraph.fragments))


def lines_of(draft: RoadmapDraft) -> list[Line]:
    found = [Line(text=fold(text), anchor="", kind="row") for text in (draft.title, draft.notice)]
    for section in draft.sections:
        found.append(Line(text=fold(section.title.text), anchor=section.anchor, kind="title"))
        for item in section.content:
            if isinstance(item, Grid):
                found += grid_lines(item, section.anchor)
            elif isinstance(item, Figure):
                found.append(Line(text=fold(item.caption), anchor=section.anchor, kind="row"))
            else:
                found.append(Line(text=fold(item.text), anchor=section.anchor, kind="paragraph", pattern=pattern_of(item)))
    return [line for line in found if line.text]


def grid_lines(grid: Grid, anchor: str) -> Iterator[Line]:
    yield Line(text=fold(grid.caption), anchor=anchor, kind="row")
    yield Line(text=row_line(grid.header), anchor=anchor, kind="row")
    for cells in grid.rows:
        yield Line(text=row_line(c.text for c in cells), anchor=anchor, kind="row", topic_id=topic_of(cells))


def topic_of(cells: Sequence[Paragraph]) -> str:
    return next((f.source.row for c in cells for f in c.fragments if f.source and f.source.table == "priorities"), "")


# ---- finding ------------------------------------------------------------------------------


def find_edits(draft: RoadmapDraft, data: bytes, source: str, *, made_by: str, made_on: date, marks: Mapping[str, str] | None = None) -> Found:
    """What the Word file in `data` says otherwise than the draft it was made from, and changes that cannot be taken.

    `draft` is as it stood before marks were given, with the annex; `marks` is mark -> id.

    Raises nlp.errors.UnreadableDocument for a file that is no Word document.
    """
    ours = [replace(line, text=fold(full_ids(line.text, marks or {}))) for line in lines_of(draft)]
    theirs = [fold(full_ids(text, marks or {})) for text in docx_lines(data, source) if text not in WORDING]
    edits, theirs = moved_rows(ours, theirs)
    refused: list[Rejected] = []
    for tag, a, b, c, d in SequenceMatcher(None, [line.text for line in ours], theirs, autojunk=False).get_opcodes():
        if tag == "equal":
            continue
        before = next((line for line in reversed(ours[:a]) if line.kind != "row"), ours[0])
        for line, text in zip_longest(ours[a:b], theirs[c:d]):
            edit = one_edit(line, text, before)
            if edit is not None and (unknown := [m for m in MARK.findall(edit.text) if m not in (marks or {})]):
                refused.append(Rejected(source=source, location=f"章节 {(line or before).anchor}", reason=f"标记〔{unknown[0]}〕在证据索引中没有：{text}", remedy=_USE_MARKS))
            elif edit is None:
                refused.append(Rejected(source=source, location=f"章节 {(line or before).anchor}", reason=f"{_CELLS_ARE_DATA}：{text or line.text}", remedy=_USE_SETTINGS))
            else:
                edits.append(edit)
            before = line or before
    signed = [replace(e, edit_id=identity(e), made_by=made_by, made_on=made_on) for e in edits]
    return Found(edits=tuple(signed), refused=tuple(refused))


def one_edit(line: Line | None, text: str | None, before: Line) -> DraftEdit | None:
    """The edit that turns `line` (None: nothing stood there) into `text` (None: deleted), or None where none may be made."""
    if line is None:
        return unsigned("insert", before, text or "") if before.anchor and text else None
    if line.kind == "row":
        return None
    if line.kind == "title":
        return unsigned("rename", line, text) if text and line.anchor.startswith("topic-") else None
    return unsigned("replace", line, text) if text else unsigned("delete", line, "")


def unsigned(kind: EditKind, line: Line, text: str) -> DraftEdit:
    return DraftEdit(edit_id="", kind=kind, anchor=line.anchor, original=line.text, pattern=line.pattern, text=text, made_by="", made_on=date.min)


def identity(edit: DraftEdit) -> str:
    said = "\0".join((edit.kind, edit.anchor, edit.original, edit.text))
    return hashlib.sha1(said.encode(), usedforsecurity=False).hexdigest()[:10]


def moved_rows(ours: Sequence[Line], theirs: Sequence[str]) -> tuple[list[DraftEdit], list[str]]:
    """An edit of order where the ranking's rows are all there in another order, and the lines with them put back."""
    ranked = {line.text: line.topic_id for line in ours if line.anchor == ORDERED and line.topic_id}
    places = [i for i, text in enumerate(theirs) if text in ranked]
    shown = [theirs[i] for i in places]
    if shown == list(ranked) or sorted(shown) != sorted(ranked):
        return [], list(theirs)
    back = list(theirs)
    for i, text in zip(places, ranked, strict=True):
        back[i] = text
    whole = Line(text="", anchor=ORDERED, kind="row")
    return [unsigned("order", whole, " ".join(ranked[text] for text in shown))], back


# ---- laying over --------------------------------------------------------------------------


def lay_over(draft: RoadmapDraft, edits: Sequence[DraftEdit]) -> Overlaid:
    """The draft with every edit that still fits, and what became of each; renames are for the topic's own register.

    An edit fits where its paragraph stands unchanged, or where only values changed and the analyst's text holds no number
    that could now be wrong. A later edit of the same paragraph replaces an earlier one.
    """
    latest = {(e.kind in ("insert",) and e.edit_id, e.anchor, e.pattern or e.original): e for e in edits if e.kind != "rename"}
    sections, fates = {s.anchor: s for s in draft.sections}, list[EditFate]()
    for edit in latest.values():
        section = sections.get(edit.anchor)
        if section is None:
            fates.append(fate(edit, "lost", "所属章节已不在本次草稿中", ""))
            continue
        sections[edit.anchor], outcome = change_order(section, edit) if edit.kind == "order" else change(section, edit)
        fates.append(outcome)
    return Overlaid(draft=replace(draft, sections=tuple(sections[s.anchor] for s in draft.sections)), fates=tuple(fates))


def fate(edit: DraftEdit, what: EditOutcome, reason: str, current: str) -> EditFate:
    return EditFate(edit_id=edit.edit_id, fate=what, reason=reason, text=edit.text, current=current)


def change(section: Section, edit: DraftEdit) -> tuple[Section, EditFate]:
    place = find_place(section, edit)
    if place is None:
        return section, fate(edit, "conflict", "该段在本次草稿中已改写或不再出现", "")
    found = section.content[place]
    current = fold(found.text) if isinstance(found, Paragraph) else ""
    if current != edit.original and edit.kind != "insert" and (edit.kind == "delete" or numerals(edit.text)):
        return section, fate(edit, "conflict", "该段的数据已变，而改写中含有数字" if edit.text else "该段的数据已变，请确认是否仍要删去", current)
    kept = [found] if edit.kind == "insert" else []
    added = [] if edit.kind == "delete" else [written(edit, found)]
    content = (*section.content[:place], *kept, *added, *section.content[place + 1 :])
    return replace(section, content=content), fate(edit, "applied", "已套用", current)


def find_place(section: Section, edit: DraftEdit) -> int | None:
    """Of the paragraph with the edit's own words, else of the only one with its wording."""
    texts = [(fold(item.text), pattern_of(item)) if isinstance(item, Paragraph) else ("", "") for item in section.content]
    same = [i for i, (text, _) in enumerate(texts) if text == edit.original]
    alike = [i for i, (_, pattern) in enumerate(texts) if edit.pattern and pattern == edit.pattern]
    return same[0] if same else alike[0] if len(alike) == 1 else None


def written(edit: DraftEdit, found: object) -> Paragraph:
    style = found.style if isinstance(found, Paragraph) else "body"
    return Paragraph(fragments=(cell("edits", edit.edit_id, "text", edit.text),), style=style)


def change_order(section: Section, edit: DraftEdit) -> tuple[Section, EditFate]:
    """Rows in the analyst's order; a row that the analyst never saw stays behind the one it follows in the system's order."""
    wanted = edit.text.split()
    grids = [(i, item) for i, item in enumerate(section.content) if isinstance(item, Grid) and any(topic_of(row) for row in item.rows)]
    if not grids:
        return section, fate(edit, "lost", "本次草稿没有主题排序表", "")
    place, grid = grids[0]
    rows = {topic_of(row): row for row in grid.rows}
    ordered = [t for t in wanted if t in rows]
    for previous, topic in zip(["", *rows], rows, strict=False):
        if topic not in ordered:
            ordered.insert(ordered.index(previous) + 1 if previous else 0, topic)
    said = note(words("本表次序经分析人员调整（"), cell("edits", edit.edit_id, "made_by", edit.made_by), words("，"),
                cell("edits", edit.edit_id, "made_on", edit.made_on), words("）；“位次”一列仍是系统位次。"))
    content = (*section.content[:place], said, replace(grid, rows=tuple(rows[t] for t in ordered)), *section.content[place + 1 :])
    gone = len(wanted) - sum(t in rows for t in wanted)
    reason = "已套用" if not gone else "已套用；其中有主题已不在本次排序中"
    return replace(section, content=content), fate(edit, "applied", reason, "")
