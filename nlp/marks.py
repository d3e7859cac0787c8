"""Short marks instead of long ids: 〔D-a4a3068eb027〕 becomes 〔需12〕, a line that quotes no source gets 〔据3〕; the annex resolves them.

Numbers run in the order of first appearance. `data/` keeps the full ids; tables marks and citations say which mark is which.
"""

import re
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import pairwise

from nlp.citing import cell, words
from nlp.grounds import Grounds, Unit
from nlp.provenance import Finding
from nlp.records import Citation, Figure, Fragment, Grid, Mark, Paragraph, RoadmapDraft, Section, SourceRef
from nlp.writers.inert import number_of

__all__ = ["LETTERS", "MARK", "Marked", "Statement", "check_marks", "fragments_of", "full_ids", "mark_up", "used"]

LETTERS = {"demands": "需", "clauses": "政", "policies": "文", "patents": "利", "projects": "项"}
STATEMENT = "据"
OPEN, CLOSE = "〔", "〕"
MARK = re.compile(rf"{OPEN}([{''.join(LETTERS.values())}{STATEMENT}]\d+){CLOSE}")
IDENTIFIED = re.compile(rf"(?<={OPEN})([^{OPEN}{CLOSE}]+)(?={CLOSE})")
MARK_TABLES = ("marks", "citations")


@dataclass(frozen=True, slots=True, kw_only=True)
class Statement:
    """A line with its mark, as the annex repeats it."""

    citation: Citation
    chapter: Paragraph
    said: tuple[Fragment, ...]
    shown: tuple[Mark, ...]  # of its sources, the first few


@dataclass(frozen=True, slots=True, kw_only=True)
class Marked:
    """A draft with its marks; `marks` and `statements` are those of this and of the documents before it."""

    draft: RoadmapDraft
    marks: tuple[Mark, ...]
    statements: tuple[Statement, ...]


@dataclass(slots=True)
class Numbering:
    """Gives numbers while a draft is walked through."""

    grounds: Grounds
    document: str
    most: int  # sources that a line of the annex names
    marks: dict[str, Mark]
    counts: dict[str, int]
    pending: list[tuple[Citation, Paragraph, tuple[Fragment, ...]]]
    stated: int

    def mark(self, unit: Unit) -> Mark:
        if unit.row not in self.marks:
            self.counts[unit.table] = self.counts.get(unit.table, 0) + 1
            self.marks[unit.row] = Mark(source_id=unit.row, mark=f"{LETTERS[unit.table]}{self.counts[unit.table]}", table=unit.table)
        return self.marks[unit.row]

    def state(self, section: Section, said: tuple[Fragment, ...], sources: Sequence[str]) -> Fragment:
        self.stated += 1
        citation = Citation(mark=f"{STATEMENT}{self.stated}", document=self.document, anchor=section.anchor, source_ids=tuple(sources), n_sources=len(sources))
        self.pending.append((citation, section.title, said))
        return Fragment(text=citation.mark, source=SourceRef(table="citations", row=citation.mark, column="mark"), role="use")


def used(mark: Mark) -> Fragment:
    return replace(cell("marks", mark.source_id, "mark", mark.mark), role="use")


def mark_up(draft: RoadmapDraft, grounds: Grounds, document: str, *, most: int, before: Marked | None = None, statements: bool = True) -> Marked:
    """`before`: what the documents before this one were given, so that a source has one mark in all of them."""
    marks, earlier = (before.marks, before.statements) if before else ((), ())
    counts = {table: sum(m.table == table for m in marks) for table in LETTERS}
    numbering = Numbering(grounds, document, most, {m.source_id: m for m in marks}, counts, [], len(earlier))
    sections = tuple(replace(s, content=tuple(marked_item(i, s, numbering, statements) for i in s.content)) for s in draft.sections)
    found = tuple(Statement(citation=c, chapter=chapter, said=said, shown=tuple(numbering.mark(grounds.units[i]) for i in fair(c.source_ids, grounds.units, most)))
                  for c, chapter, said in numbering.pending)
    return Marked(draft=replace(draft, sections=sections), marks=tuple(numbering.marks.values()), statements=(*earlier, *found))


def marked_item(item: Paragraph | Grid | Figure, section: Section, numbering: Numbering, statements: bool) -> Paragraph | Grid | Figure:
    if isinstance(item, Figure):
        return item
    if isinstance(item, Grid):
        return replace(item, rows=tuple(marked_row(item.header, row, section, numbering, statements) for row in item.rows))
    short = shortened(item, numbering)
    sources = sources_of(item.fragments, numbering.grounds) if statements and short == item else ()
    if not sources:
        return short
    return Paragraph(fragments=(*item.fragments, words(OPEN), numbering.state(section, item.fragments, sources), words(CLOSE)), style=item.style)


def marked_row(header: Sequence[str], row: tuple[Paragraph, ...], section: Section, numbering: Numbering, statements: bool) -> tuple[Paragraph, ...]:
    """The mark stands behind the row's name: a cell that is but a number stays one."""
    short = tuple(shortened(c, numbering) for c in row)
    sources = sources_of([f for c in row for f in c.fragments], numbering.grounds) if statements and short == row else ()
    if not sources:
        return short
    named = [i for i, c in enumerate(row) if any(f.source for f in c.fragments) and number_of(c) is None]
    place = next((i for i in named if any(f.source and f.source.table == "topics" for f in row[i].fragments)), named[0] if named else len(row) - 1)
    said = tuple(f for name, c in zip(header, row, strict=False) if c.text not in ("", "—") for f in (words(f"{name} "), *c.fragments, words("；")))
    marked = replace(row[place], fragments=(*row[place].fragments, words(OPEN), numbering.state(section, said[:-1], sources), words(CLOSE)))
    return (*row[:place], marked, *row[place + 1 :])


def shortened(paragraph: Paragraph, numbering: Numbering) -> Paragraph:
    """Each id that stands in 〔〕 as its mark."""
    fragments, units = [part for f in paragraph.fragments for part in parted(f, numbering.grounds.units)], numbering.grounds.units
    for i, (previous, fragment) in enumerate(pairwise(fragments), start=1):
        if previous.text.endswith(OPEN) and fragment.source and fragment.text in units:
            fragments[i] = used(numbering.mark(units[fragment.text]))
    return paragraph if fragments == list(paragraph.fragments) else replace(paragraph, fragments=tuple(fragments))


def parted(fragment: Fragment, units: Mapping[str, Unit]) -> Iterator[Fragment]:
    """An analyst's words around the ids that they name."""
    parts = IDENTIFIED.split(fragment.text) if fragment.source and fragment.source.table == "edits" else []
    if not any(part in units for part in parts[1::2]):
        yield fragment
        return
    for part in parts:
        if part:
            yield replace(fragment, text=part, quote=True)


def sources_of(fragments: Iterable[Fragment], grounds: Grounds) -> list[str]:
    """Of all the cells of a line, each source once; a file's own cells (its title, say) are no statement that needs one more."""
    return [i for i in dict.fromkeys(i for f in fragments if f.source for i in grounds.of(f.source)) if i in grounds.units]


def fair(sources: Sequence[str], units: Mapping[str, Unit], most: int) -> list[str]:
    """At most so many, in their order, as evenly from each kind as there are."""
    seen: dict[str, int] = {}
    turns = []
    for place, i in enumerate(sources):
        seen[units[i].table] = seen.get(units[i].table, 0) + 1
        turns.append((seen[units[i].table], place))
    return [sources[place] for place in sorted(place for _, place in sorted(turns)[:most])]


def full_ids(text: str, marks: Mapping[str, str]) -> str:
    """A text as it stood before `mark_up`; `marks` is mark -> id. A mark that nobody gave stays."""
    return MARK.sub(lambda m: "" if m[1].startswith(STATEMENT) else f"{OPEN}{marks.get(m[1], m[1])}{CLOSE}", text)


# ---- proof --------------------------------------------------------------------------------


def fragments_of(draft: RoadmapDraft) -> Iterator[Fragment]:
    for section in draft.sections:
        yield from section.title.fragments
        for item in section.content:
            if not isinstance(item, Figure):
                yield from (f for c in ((c for row in item.rows for c in row) if isinstance(item, Grid) else (item,)) for f in c.fragments)


def check_marks(draft: RoadmapDraft) -> tuple[Finding, ...]:
    """Every mark that is used has one row in the annex, every fragment in 〔〕 of the form of a mark is one; () is the proof."""
    found, findings = list(fragments_of(draft)), list[Finding]()
    known = Counter(f.text for f in found if f.role == "home")
    findings += [Finding(place="附录", problem="标记重复", text=m) for m, n in known.items() if n > 1]
    for f in found:
        given = f.source is not None and f.source.table in MARK_TABLES and f.source.column == "mark"
        if f.role and not given:
            findings.append(Finding(place="标记", problem="标记不出自标记表", text=f.text))
        if f.role == "use" and f.text not in known:
            findings.append(Finding(place="标记", problem="标记在附录中没有着落", text=f.text))
        if f.source is not None and f.source.table == "edits":
            findings += [Finding(place="人工修改", problem="标记在附录中没有着落", text=m) for m in MARK.findall(f.text) if m not in known]
    return tuple(findings)
