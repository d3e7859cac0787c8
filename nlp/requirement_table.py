"""The requirement table of a topic: parameter x time, each figure with the source it stands in, as a part of its card."""

from collections.abc import Iterable, Iterator, Sequence

from nlp.citing import BLANK, cell, line, note, words
from nlp.options import DraftOptions
from nlp.records import Fragment, Grid, Paragraph, Requirement

__all__ = ["HEADER", "rows_of", "table"]

HEADER = ("参数", "现状", "近期要求", "中期要求", "远期要求", "未写期限", "专利所见")
PARAMETER_WIDTH, FIGURE_WIDTH = 8, 7


def table(requirements: Sequence[Requirement], caption: str, *, year: int, options: DraftOptions) -> Iterator[Grid | Paragraph]:
    """The parameters with most sources first; what no row has is no column but a sentence. `year` is that of the run."""
    rows = [row(parameter, requirements, year, options) for parameter in ordered(requirements)[: options.requirements_per_card]]
    if not rows:
        return
    kept = [i for i in range(len(HEADER)) if any(cells[i].text != BLANK for cells in rows)]
    yield Grid(caption=caption, header=tuple(HEADER[i] for i in kept), rows=tuple(tuple(cells[i] for i in kept) for cells in rows),
               widths=(PARAMETER_WIDTH, *(FIGURE_WIDTH for _ in kept[1:])))
    if absent := [name for i, name in enumerate(HEADER) if i not in kept]:
        yield note(words(f"上表各参数，材料中没有{'、'.join(absent)}的数值。"))


def rows_of(requirements: Sequence[Requirement], *, year: int, options: DraftOptions) -> Iterable[tuple[Paragraph, ...]]:
    """All rows, for the workbook."""
    return (row(parameter, requirements, year, options) for parameter in ordered(requirements))


def ordered(requirements: Sequence[Requirement]) -> list[tuple[str, str]]:
    found: dict[tuple[str, str], list[Requirement]] = {}
    for r in requirements:
        found.setdefault((r.parameter, r.unit), []).append(r)
    return sorted(found, key=lambda key: (-len({r.source_id for r in found[key]}), -len({r.state for r in found[key]}), key))


def row(parameter: tuple[str, str], requirements: Sequence[Requirement], year: int, options: DraftOptions) -> tuple[Paragraph, ...]:
    mine = [r for r in requirements if (r.parameter, r.unit) == parameter]
    demanded = [r for r in mine if r.state == "demanded"]
    near, middle = year + options.near_years, year + options.middle_years
    spans = (
        [r for r in mine if r.state == "today"],
        [r for r in demanded if r.year is not None and r.year <= near],
        [r for r in demanded if r.year is not None and near < r.year <= middle],
        [r for r in demanded if r.year is not None and r.year > middle],
        [r for r in demanded if r.year is None],
        [r for r in mine if r.state == "known"])
    differ = words("（各方不一致）") if any(r.conflict for r in demanded) else words("")
    name = cell("requirements", mine[0].requirement_id, "parameter", mine[0].parameter)
    return (line(name, differ), *(line(*figures(found)) for found in spans))


def figures(found: Sequence[Requirement]) -> tuple[Fragment, ...]:
    """≥40 kPa〔编号〕；… the same figure of one source once."""
    parts: list[Fragment] = []
    seen: set[tuple[str, str]] = set()
    for r in found:
        if (r.figure, r.source_id) not in seen:
            seen.add((r.figure, r.source_id))
            parts += [words("；")] if parts else []
            parts += [cell("requirements", r.requirement_id, "figure", r.figure), words("〔"), cell("requirements", r.requirement_id, "source_id", r.source_id), words("〕")]
    return tuple(parts) or (words(BLANK),)
