"""附录：证据索引. Each line of the draft that states something -> its sources -> the file and the place in it."""

from collections.abc import Iterable, Sequence
from dataclasses import replace

from nlp.citing import cell, line, note, words
from nlp.grounds import Grounds
from nlp.marks import LETTERS, Marked, Statement, used
from nlp.records import Fragment, Grid, Mark, Paragraph, Section

__all__ = ["ANCHOR", "annex", "whole_annex"]

ANCHOR = "sources"
TITLE = "附录：证据索引"
SAID = ("正文中〔需〕〔政〕〔文〕〔利〕〔项〕加编号的标记分别指需求、政策条款、政策文件、专利、历史项目，〔据〕加编号的标记指所在那句话或表中那行的依据；编号按首次出现的次序，同样的材料在各个文件里标记相同。"
        "没有标记的数字是对全部材料的计数，见数据表 counts、matrix、manifest；来源太多的只列排在前面的，其余见数据表 citations。")


def annex(marked: Marked, grounds: Grounds, document: str) -> Section | None:
    """Of one document: its own lines, and the sources that it or these lines name; None where there are none."""
    statements = [s for s in marked.statements if s.citation.document == document]
    cited = {f.source.row for section in marked.draft.sections for f in uses(section) if f.source}
    cited |= {m.source_id for s in statements for m in s.shown}
    return section(statements, [m for m in marked.marks if m.source_id in cited], grounds)


def whole_annex(marked: Marked, grounds: Grounds) -> Section | None:
    """Of every document of the run, for the workbook."""
    return section(marked.statements, marked.marks, grounds)


def uses(found: Section) -> Iterable[Fragment]:
    grids = [item for item in found.content if isinstance(item, Grid)]
    cells = [c for grid in grids for row in grid.rows for c in row] + [p for p in found.content if isinstance(p, Paragraph)]
    return (f for c in cells for f in c.fragments if f.role == "use" and f.source and f.source.table == "marks")


def section(statements: Sequence[Statement], marks: Sequence[Mark], grounds: Grounds) -> Section | None:
    grids = []
    if statements:
        grids.append(Grid(caption="句子与数值的依据", header=("标记", "所在", "内容", "来源"), widths=(2, 5, 12, 8), rows=tuple(map(statement_row, statements))))
    if marks:
        ordered = sorted(marks, key=lambda m: (list(LETTERS).index(m.table), int(m.mark[1:])))
        grids.append(Grid(caption="来源所在的文件与位置", header=("标记", "编号", "名称", "文件", "位置"), widths=(2, 5, 8, 8, 4),
                          rows=tuple(source_row(m, grounds) for m in ordered)))
    return Section(anchor=ANCHOR, level=1, title=line(words(TITLE)), content=(note(words(SAID)), *grids)) if grids else None


def statement_row(s: Statement) -> tuple[Paragraph, ...]:
    key = ("citations", s.citation.mark)
    sources: list[Fragment] = []
    for m in s.shown:
        sources += [words("〔"), used(m), words("〕")]
    if s.citation.n_sources > len(s.shown):
        sources += [words(" 等，共 "), cell(*key, "n_sources", s.citation.n_sources), words(" 份")]
    return (line(home(*key, s.citation.mark)), line(*s.chapter.fragments), line(*s.said), line(*sources))


def source_row(m: Mark, grounds: Grounds) -> tuple[Paragraph, ...]:
    unit = grounds.units[m.source_id]
    return (line(home("marks", m.source_id, m.mark)), line(unit.number), line(*unit.title), line(unit.file), line(*unit.place))


def home(table: str, row: str, mark: str) -> Fragment:
    return replace(cell(table, row, "mark", mark), role="home")
