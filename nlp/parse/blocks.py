"""A patent export that comes in parts (nlp/readers/blocks.py) to one Parsed: memory holds the records and one part."""

from collections.abc import Iterator
from dataclasses import replace

from nlp.parse import detect, patents
from nlp.parse.columns import Header, find_header
from nlp.parse.regions import Regions
from nlp.parse.result import Parsed, read_rows
from nlp.parse.synonyms import Synonyms
from nlp.records import ColumnUse, Document, Kind, ReadingNote, Rejected, Table

__all__ = ["parse_blocks"]


def parse_blocks(documents: Iterator[Document], *, kind: Kind | None, synonyms: Synonyms, regions: Regions) -> Parsed | None:
    """As `nlp.parse.parse` of the whole file, for lists of patents. Columns without a known header are told by the first part's values.

    None for anything else, whose meaning may hang on rows far apart.
    """
    first = next(documents)
    header = _header(first, kind, synonyms)
    if header is None:
        return None
    keys, head = list(first.tables[0].rows[header.row]), first.tables[0].rows[: header.row + 1]
    found: list[patents.Candidates] = []
    rejected: list[Rejected] = [*first.rejected]
    notes: list[str] = [*first.warnings]
    columns: dict[str, ColumnUse] = {}
    for document, table in _under_head(first, documents, head, keys):
        header = _known(header, keys, synonyms)
        rows = read_rows(document.name, table, header, synonyms, regions)
        header = replace(header, mapping=rows.mapping)
        found.append(patents.candidates(rows, regions))
        notes += [note.note for note in rows.notes]
        columns = {use.column: use for use in rows.columns} | columns
        if document is not first:
            rejected += document.rejected
            notes += document.warnings
    parsed = patents.settled(first.name, found, header.mapping)
    said = tuple(ReadingNote(source_file=first.name, note=note) for note in dict.fromkeys(notes))
    return replace(parsed, rejected=(*rejected, *parsed.rejected), notes=said, columns=tuple(columns.values()))


def _header(first: Document, kind: Kind | None, synonyms: Synonyms) -> Header | None:
    hint = kind or detect.folder_kind(first.name, synonyms)
    header = find_header(first.tables[0], synonyms, kind) or (find_header(first.tables[0], synonyms, hint) if hint else None)
    return None if detect.refused_format(first) or header is None or header.kind is not Kind.PATENT else header


def _under_head(first: Document, documents: Iterator[Document], head: tuple[tuple[str, ...], ...], keys: list[str]) -> Iterator[tuple[Document, Table]]:
    """Each part's rows under the file's header. `keys` grows by what later records of a .jsonl name besides."""
    yield first, first.tables[0]
    for document in documents:
        if not document.tables:  # a part that could not be read
            yield document, Table(rows=head, location=first.tables[0].location)
            continue
        table = document.tables[0]
        if document.suffix != ".jsonl":
            yield document, replace(table, rows=(*head, *table.rows), row_offset=table.row_offset - len(head))
            continue
        keys += [key for key in table.rows[0] if key not in keys]
        places = [table.rows[0].index(key) if key in table.rows[0] else None for key in keys]
        rows = (tuple("" if at is None else row[at] for at in places) for row in table.rows[1:])
        yield document, replace(table, rows=(tuple(keys), *rows))


def _known(header: Header, keys: list[str], synonyms: Synonyms) -> Header:
    """The header with the columns that were added, as they are known by name."""
    if len(keys) <= len(header.labels):
        return header
    named = find_header(Table(rows=(tuple(keys),), location="表1"), synonyms, header.kind)
    if named is None:
        return replace(header, labels=tuple(keys))
    known = {column.index for column in named.mapping.columns}
    told = tuple(column for column in header.mapping.columns if column.index not in known)
    return replace(header, labels=tuple(keys), mapping=replace(named.mapping, columns=(*named.mapping.columns, *told)))
