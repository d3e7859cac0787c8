"""Document to records. One bad row becomes a Rejected and never stops the rest; what concerns the whole is raised."""

from collections.abc import Sequence
from dataclasses import replace

from nlp.errors import UnmappedColumns, UnreadableDocument
from nlp.normalise import clean
from nlp.parse import demands, detect, forms, notices, patents, policies, projects
from nlp.parse.cells import split_cell
from nlp.parse.columns import HEADER_ROWS, ColumnMapping, Header, detect_kind, find_header, load_synonyms, map_columns
from nlp.parse.fields import Fields
from nlp.parse.regions import Regions, load_regions
from nlp.parse.result import Parsed, Rows, merge, read_rows
from nlp.parse.synonyms import Synonyms
from nlp.records import Document, Kind, ReadingNote, Rejected, Table

__all__ = [
    "ColumnMapping",
    "Parsed",
    "Regions",
    "Synonyms",
    "detect_kind",
    "load_regions",
    "load_synonyms",
    "map_columns",
    "parse",
]

LIST_COLUMNS = 4  # of a list that stands under a form's head
TEXT_BESIDE = 200  # characters around the tables of a list
_REMEDY = "请用 --kind demand|policy|patent|project|notice 指明，或放入名为 demands、policies、patents、projects、notices 的文件夹"


def parse(document: Document, *, kind: Kind | None, synonyms: Synonyms, regions: Regions) -> Parsed:
    """The records of one document. kind None: found from its headers, labels, title and, last, its folder's name.

    Raises UnmappedColumns if the kind is given but no table has its columns, and UnreadableDocument for a format that
    is text but no source. A document whose kind cannot be told gives one Rejected.
    """
    if reason := detect.refused_format(document):
        raise UnreadableDocument(document.name, reason, "请从数据库改为导出 .xlsx 或 .csv 列表后放入")
    parts = [_parse_as(part, kind, synonyms, regions) for part in _independent(document, synonyms)]
    parsed = merge(parts)
    notes = tuple(ReadingNote(source_file=document.name, note=note) for note in document.warnings)
    empty = [] if _holds_something(parsed) or document.rejected else [_rejected(document, None, "没有读出任何记录（表头下可能没有内容）", "请确认文件内容后重新放入")]
    return replace(merge([Parsed(rejected=document.rejected, notes=notes), parsed, *empty]), kind=parsed.kind)


def _holds_something(parsed: Parsed) -> bool:
    """Whether the document became a record or its refusal; notes alone would let it vanish."""
    return any((parsed.submissions, parsed.demands, parsed.policies, parsed.clauses, parsed.patents, parsed.projects, parsed.calls, parsed.rejected))


def _independent(document: Document, synonyms: Synonyms) -> list[Document]:
    """Each sheet of a workbook that holds several forms, or forms beside lists, on its own; else the whole document."""
    filled = [table for table in document.tables if any(any(map(str.strip, row)) for row in table.rows)]
    if document.blocks or len(filled) < 2:
        return [document]
    complete = [table for table in filled if forms.is_form(table, synonyms) and forms.names_demand(table, synonyms)]
    lists = [table for table in filled if table not in complete and find_header(table, synonyms, None)]
    return [replace(document, tables=(table,), warnings=(), rejected=()) for table in filled] if complete and len(complete) + len(lists) > 1 else [document]


def _parse_as(document: Document, kind: Kind | None, synonyms: Synonyms, regions: Regions) -> Parsed:
    lines = [clean(block.text).strip() for block in document.blocks]
    title = detect.document_title(document, synonyms)
    if not any(lines) and not any(any(map(str.strip, row)) for table in document.tables for row in table.rows):
        return _rejected(document, None, "文件里没有文字", "请确认文件内容后重新放入")
    if any(lines) and kind in {Kind.NOTICE, None} and (kind or detect.is_notice_title(title, synonyms)):
        return notices.parse_notice(document, title)
    if kind in {Kind.DEMAND, None} and _is_form(document, lines, synonyms):
        return demands.parse_form(document, synonyms, regions)
    if kind is None and detect.is_policy_title(title, synonyms) and detect.has_clauses(lines):
        return policies.parse_document(document, title, synonyms, regions)
    listed = _parse_tables(document, kind, synonyms, regions, strict=not any(lines))
    if listed is not None:
        return listed
    return _parse_text(document, kind, title, lines, synonyms, regions)


def _is_form(document: Document, lines: Sequence[str], synonyms: Synonyms) -> bool:
    tables = [table for table in document.tables if forms.is_form(table, synonyms) and not _is_list_under_head(table, synonyms)]
    return bool(tables) or (forms.is_text_form(lines, synonyms) and not any(_is_list_under_head(table, synonyms) for table in document.tables))


def _is_list_under_head(table: Table, synonyms: Synonyms) -> bool:
    """A list of demands under the labels of who sends it: at least two rows below the header, none with a label in it."""
    header = find_header(table, synonyms, Kind.DEMAND)
    if header is None or header.first == 0 or len({c.canonical for c in header.mapping.columns}) < LIST_COLUMNS:
        return False
    below = [row for row in table.rows[header.row + 1 :] if sum(bool(cell.strip()) for cell in row) >= LIST_COLUMNS]
    return len(below) >= 2 and not any(split_cell(clean(cell).strip(), synonyms) for row in below for cell in row if cell.strip())


def _parse_tables(document: Document, kind: Kind | None, synonyms: Synonyms, regions: Regions, *, strict: bool) -> Parsed | None:
    """Every table with a header; None if there is none. `strict`: the document is nothing but tables."""
    filled = [table for table in document.tables if any(any(map(str.strip, row)) for row in table.rows)]
    headers = [(table, _header(document, table, kind, synonyms, strict=strict)) for table in filled]
    parts = [_parse_list(document, table, h, synonyms, regions) for table, h in headers if h]
    if parts:
        unknown = [_unknown_table(document, table) for table, h in headers if not h]
        return merge([*parts, *unknown, *_text_beside(document)])
    if strict and kind is not None and filled:
        map_columns(_likely_header(filled[0]), synonyms, kind, name=document.name)
        raise UnmappedColumns(document.name, [kind.value], _likely_header(filled[0]))
    return merge([_unknown_table(document, table) for table in filled]) if strict else None


def _text_beside(document: Document) -> list[Parsed]:
    """Running text around the tables is not read with them; where there is much of it, that is said."""
    length = sum(len(block.text.strip()) for block in document.blocks)
    if length < TEXT_BESIDE:
        return []
    return [_rejected(document, "表外文字", f"按列表读取了表格，表外的 {length} 个字没有采用", "如需采用，请把正文另存为 .txt 后放入")]


def _header(document: Document, table: Table, kind: Kind | None, synonyms: Synonyms, *, strict: bool) -> Header | None:
    """The header for the given kind, by detection, or, in a document of tables only, for its folder's kind."""
    if found := find_header(table, synonyms, kind):
        return found
    if not strict or kind is not None:
        return None
    titles = [table.location, *(cell for row in table.rows[:HEADER_ROWS] if sum(map(bool, row)) == 1 for cell in row)]
    hint = detect.folder_kind(document.name, synonyms) or detect.named_kind(titles, synonyms)
    return find_header(table, synonyms, hint) if hint else None


def _parse_list(document: Document, table: Table, header: Header, synonyms: Synonyms, regions: Regions) -> Parsed:
    above = [block.text for block in document.blocks[max(table.after - 3, 0) : table.after]]
    rows = read_rows(document.name, table, header, synonyms, regions, above)
    top = replace(table, rows=table.rows[: header.first], merges=tuple(m for m in table.merges if m.bottom < header.first))
    head = forms.form_fields(replace(document, tables=(top,), blocks=document.blocks[max(table.after - 3, 0) : table.after]), synonyms)
    parsed = _parse_rows(rows, head, synonyms, regions)
    return replace(parsed, notes=(*parsed.notes, *rows.notes), columns=(*parsed.columns, *rows.columns))


def _parse_rows(rows: Rows, head: Fields, synonyms: Synonyms, regions: Regions) -> Parsed:
    match rows.mapping.kind:
        case Kind.DEMAND:
            return demands.parse_rows(rows, head, synonyms, regions)
        case Kind.POLICY:
            return policies.parse_rows(rows, synonyms, regions)
        case Kind.PATENT:
            return patents.parse_rows(rows, regions)
        case Kind.PROJECT:
            return projects.parse_rows(rows, regions)
        case Kind.NOTICE:
            return notices.parse_rows(rows)


def _likely_header(table: Table) -> tuple[str, ...]:
    """Of the first rows, the one with most filled cells."""
    return max(table.rows[:HEADER_ROWS], key=lambda row: sum(bool(cell.strip()) for cell in row))


def _unknown_table(document: Document, table: Table) -> Parsed:
    seen = "、".join(label.strip() for label in _likely_header(table) if label.strip())[:200]
    return _rejected(document, table.location, f"无法判断这张表是哪一类材料；见到的列是 {seen}", _REMEDY)


def _parse_text(
    document: Document, kind: Kind | None, title: str, lines: Sequence[str], synonyms: Synonyms, regions: Regions
) -> Parsed:
    hint = kind or _text_kind(document, title, lines, synonyms)
    match hint:
        case Kind.POLICY:
            return policies.parse_document(document, title, synonyms, regions)
        case Kind.NOTICE:
            return notices.parse_notice(document, title)
        case Kind.DEMAND:
            return demands.parse_prose(document, title, synonyms, regions)
        case Kind.PATENT | Kind.PROJECT:
            return _rejected(document, None, f"文件里没有可以读取的{'专利' if hint is Kind.PATENT else '项目'}列表", "请放入带表头的 .xlsx 或 .csv 列表")
        case None:
            return _rejected(document, None, "无法判断这份文件是哪一类材料", _REMEDY)


def _text_kind(document: Document, title: str, lines: Sequence[str], synonyms: Synonyms) -> Kind | None:
    if detect.has_clauses(lines) or (detect.is_policy_title(title, synonyms) and sum(map(len, lines)) > 2 * len(title)):
        return Kind.POLICY
    return detect.folder_kind(document.name, synonyms)


def _rejected(document: Document, location: str | None, reason: str, remedy: str) -> Parsed:
    return Parsed(rejected=(Rejected(source=document.name, location=location, reason=reason, remedy=remedy),))
