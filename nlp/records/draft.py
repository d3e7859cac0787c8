"""The draft: sourced fragments in paragraphs, tables and figures; requirements; edits."""

from dataclasses import dataclass
from datetime import date
from typing import Literal

from nlp.records.understanding import Operator

__all__ = ["Citation", "DraftEdit", "EditFate", "EditKind", "EditOutcome", "Figure", "Fragment", "Grid", "Mark", "Paragraph", "Requirement", "RoadmapDraft", "Section", "SourceRef"]


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceRef:
    """A cell of a table in data/: where a number or a quotation of the draft comes from."""

    table: str  # topics
    row: str  # value of the table's first column
    column: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Fragment:
    """A run of text. With no source it is fixed wording and may hold no digit."""

    text: str
    source: SourceRef | None = None
    quote: bool = False  # text is a part of the source cell, not the whole of it
    role: Literal["", "use", "home"] = ""  # a mark that leads to its row in the annex, or stands in that row


@dataclass(frozen=True, slots=True, kw_only=True)
class Paragraph:
    fragments: tuple[Fragment, ...]
    style: Literal["body", "bullet", "note"] = "body"

    @property
    def text(self) -> str:
        return "".join(f.text for f in self.fragments)


@dataclass(frozen=True, slots=True, kw_only=True)
class Grid:
    """A table of the draft; every cell is a paragraph."""

    caption: str
    header: tuple[str, ...]
    rows: tuple[tuple[Paragraph, ...], ...]
    widths: tuple[int, ...] = ()  # relative column widths; empty: equal


@dataclass(frozen=True, slots=True, kw_only=True)
class Figure:
    """A drawing of the draft. All that it says is in `labels`; `ticks` are the bare numbers of its scales."""

    name: str  # ASCII, unique: the file's name in figures/
    caption: str
    alt: str  # what it shows, for those who cannot see it; fixed wording
    labels: tuple[Paragraph, ...]
    ticks: tuple[str, ...]
    tables: tuple[str, ...]  # of data/, that it is drawn from
    svg: bytes
    png: bytes
    width: int  # of the drawing, in its own units
    height: int
    chart: str | None = None  # the same as an ECharts option in JSON, for the page

    @property
    def text(self) -> str:
        """What stands in its place where no drawing can."""
        return self.caption


@dataclass(frozen=True, slots=True, kw_only=True)
class Section:
    anchor: str  # unique, ASCII, used for links
    title: Paragraph
    level: int  # 1..3
    content: tuple[Paragraph | Grid | Figure, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class RoadmapDraft:
    title: str
    notice: str  # 系统草稿，待专家论证
    sections: tuple[Section, ...]


@dataclass(frozen=True, slots=True, kw_only=True)
class Mark:
    """The short name of a source in one run's documents: 需12. Numbered by first appearance; data/ keep the full id."""

    source_id: str
    mark: str
    table: str  # demands clauses patents policies projects


@dataclass(frozen=True, slots=True, kw_only=True)
class Citation:
    """The sources of one line of a document that quotes none itself: 据3."""

    mark: str
    document: str  # roadmap, challenges
    anchor: str  # of the section
    source_ids: tuple[str, ...]
    n_sources: int


EditKind = Literal["replace", "delete", "insert", "rename", "order"]
EditOutcome = Literal["applied", "conflict", "lost"]


@dataclass(frozen=True, slots=True, kw_only=True)
class DraftEdit:
    """What an analyst changed in a published draft, kept apart from it and laid over the next one."""

    edit_id: str
    kind: EditKind
    anchor: str  # of the section
    original: str  # the system's paragraph; of an insertion the one before it; "" for order
    pattern: str  # the fixed wording of `original`, by which it is found again when its numbers have changed
    text: str  # the analyst's; topic ids separated by blanks for order
    made_by: str
    made_on: date


@dataclass(frozen=True, slots=True, kw_only=True)
class EditFate:
    """What became of an edit in a later draft."""

    edit_id: str
    fate: EditOutcome
    reason: str
    text: str  # the analyst's, so that nothing is lost
    current: str  # what the system says now at that place


@dataclass(frozen=True, slots=True, kw_only=True)
class Requirement:
    """One figure for one parameter of a topic: what is had today, what is demanded, or what a patent states."""

    requirement_id: str
    topic_id: str
    parameter: str  # the name that the topic's figures of this kind share
    unit: str
    state: Literal["today", "demanded", "known"]
    operator: Operator
    low: float | None
    high: float | None
    stated: str  # as it stands in the source, name, operator and unit included
    figure: str  # the part of `stated` behind the name: ≥40 kPa
    year: int | None  # by when it is demanded; None where no period is stated
    source_kind: Literal["demand", "patent"]
    source_id: str
    start: int  # into title + "\n" + text of the source
    end: int
    conflict: bool  # another source demands another value of the same parameter
