"""RoadmapDraft -> Markdown that diffs well: one paragraph a line, one table row a line."""

import re
from collections.abc import Iterable, Iterator

from nlp.records import Figure, Grid, Paragraph, RoadmapDraft, Section
from nlp.writers.inert import numeric_column, one_line

__all__ = ["escape", "write"]

_ENTITIES = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})  # \< is not understood by every renderer
_ACTIVE = re.compile(r"[\\`*\[\]|~$]|(?<![A-Za-z0-9])_|_(?![A-Za-z0-9])|:(?=//)|@|(?<=[Ww]{3})\.")
_LINE_START = re.compile(r"^(?:([#+\-=:])|(\d+)([.)]))")
_PREFIX = {"body": "", "bullet": "- ", "note": "> "}


def escape(text: str) -> str:
    """Text that renders as itself: no mark-up, HTML, table, mathematics or automatic link comes out of it.

    An underscore inside a word is left alone, because identifiers are full of them and it does nothing there.
    """
    return _ACTIVE.sub(r"\\\g<0>", one_line(text)).translate(_ENTITIES)


def _line(paragraph: Paragraph) -> str:
    text = escape(paragraph.text)
    return _LINE_START.sub(lambda m: f"\\{m[1]}" if m[1] else f"{m[2]}\\{m[3]}", text)


def _row(cells: Iterable[str]) -> str:
    return f"| {' | '.join(cells)} |"


def _rule(grid: Grid, column: int) -> str:
    return "---:" if numeric_column(grid, column) else "---"


def _grid(grid: Grid) -> Iterator[str]:
    if grid.caption:
        yield f"**{escape(grid.caption)}**"
    rules = _row(_rule(grid, column) for column in range(len(grid.header)))
    body = (_row(escape(cell.text) for cell in row) for row in grid.rows)
    yield "\n".join([_row(map(escape, grid.header)), rules, *body])


def _section(section: Section) -> Iterator[str]:
    yield f"{'#' * (section.level + 1)} {escape(section.title.text)}"
    for item in section.content:
        if isinstance(item, Grid):
            yield from _grid(item)
        elif isinstance(item, Figure):
            yield f"**{escape(item.caption)}**"
            yield f"![{escape(item.alt)}](figures/{item.name}.svg)"
        else:
            yield _PREFIX[item.style] + _line(item)


def _blocks(draft: RoadmapDraft) -> Iterator[str]:
    yield f"# {escape(draft.title)}"
    yield f"> {escape(draft.notice)}"
    for section in draft.sections:
        yield from _section(section)


def write(draft: RoadmapDraft) -> str:
    """The draft as GitHub-flavoured Markdown, ending with a newline; the same draft gives the same text."""
    return "\n\n".join(_blocks(draft)) + "\n"
