"""What readers make of files: text blocks, tables, pieces of scans; and what was set aside."""

from dataclasses import dataclass

__all__ = ["Block", "Crop", "Document", "Merge", "Rejected", "Table"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Block:
    """One paragraph or heading of a document, in reading order."""

    text: str
    location: str  # 第3段, 第2页, 第14行
    heading: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Merge:
    """A merged block of cells, both ends included; its text stands in the first cell."""

    top: int
    left: int
    bottom: int
    right: int


@dataclass(frozen=True, slots=True, kw_only=True)
class Table:
    """A grid of cell texts as it stands in the file, the header (if any) still among the rows."""

    rows: tuple[tuple[str, ...], ...]
    location: str  # 表1, 工作表“需求汇总”
    row_offset: int = 1  # number of rows[0] in the file, for people: 第{row_offset + i}行
    merges: tuple[Merge, ...] = ()  # indexes into rows
    after: int = 0  # how many of the document's blocks stand before it


@dataclass(frozen=True, slots=True, kw_only=True)
class Rejected:
    """Something that was set aside, so that nothing is lost without a reason."""

    source: str
    location: str | None
    reason: str
    remedy: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Crop:
    """A piece of a scanned page's image (a table cell or a line) and what was read in it."""

    place: str  # p1-b3: page and number on it
    location: str  # 第1页
    text: str
    sure: float  # the recogniser's least confidence, 0..1
    png: bytes


@dataclass(frozen=True, slots=True, kw_only=True)
class Document:
    """What a reader makes of one file: text blocks and tables, no meaning yet."""

    name: str  # path below the inbox, with / as separator
    sha256: str
    suffix: str  # .docx
    title: str | None
    blocks: tuple[Block, ...]
    tables: tuple[Table, ...]
    warnings: tuple[str, ...] = ()
    rejected: tuple[Rejected, ...] = ()  # lines that the reader could not take
    crops: tuple[Crop, ...] = ()  # of pages that were recognised
