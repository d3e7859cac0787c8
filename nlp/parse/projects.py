"""Rows of project lists to Project records."""

from dataclasses import replace

from nlp.parse.columns import MappedColumn
from nlp.parse.ids import Keyed, digest, settle
from nlp.parse.patents import split_values
from nlp.parse.regions import Regions
from nlp.parse.result import Parsed, Row, Rows, no_title
from nlp.parse.values import to_year
from nlp.records import Kind, Project

__all__ = ["parse_rows"]

_TEXT = ("content", "outcome")


def parse_rows(rows: Rows, regions: Regions) -> Parsed:
    """Projects with unique ids; rows without a title and repetitions are rejected."""
    found = [(row, _project(rows, row, regions)) for row in rows.rows]
    projects = [project for _, project in found if project]
    untitled = [no_title(rows.source, row.location, ["项目名称"]) for row, project in found if project is None]
    settled = settle(rows.source, [_keyed(project) for project in projects])
    kept = tuple(replace(p, project_id=i) for p, i in zip(projects, settled.ids, strict=True) if i)
    rejected = (*rows.rejected, *untitled, *settled.rejected)
    return Parsed(kind=Kind.PROJECT, projects=kept, rejected=rejected, mappings=(rows.mapping,))


def _keyed(project: Project) -> Keyed:
    content = repr(replace(project, source_location=""))
    return Keyed(wished=project.project_id, content=content, location=project.source_location)


def _project(rows: Rows, row: Row, regions: Regions) -> Project | None:
    value = rows.mapping.value
    title = value(row.cells, "project_title", "title")
    if not title:
        return None
    organisation = next(iter(split_values(value(row.cells, "undertaker"))), None)
    text = _text(rows, row)
    return Project(
        project_id=value(row.cells, "project_number", "id") or digest("X", organisation, title, text),
        title=title,
        organisation=organisation,
        region=regions.province(value(row.cells, "region"), organisation, value(row.cells, "recommender")),
        year=to_year(value(row.cells, "start_year")),
        status=value(row.cells, "acceptance") or None,
        text=text,
        source_file=rows.source,
        source_location=row.location,
    )


def _text(rows: Rows, row: Row) -> str:
    columns = [column for name in _TEXT for column in rows.mapping.all(name)]
    filled = [(c, row.cells[c.index]) for c in columns if c.index < len(row.cells) and row.cells[c.index]]
    return "\n".join(_labelled(c, cell, alone=len(filled) == 1) for c, cell in filled)


def _labelled(column: MappedColumn, cell: str, *, alone: bool) -> str:
    return cell if alone else f"{column.label}\n{cell}"
