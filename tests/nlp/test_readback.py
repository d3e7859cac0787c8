"""The proof that files say what the draft says: it holds for our writers, and fails for every hand that changes a file."""

import io
import zipfile
from dataclasses import replace

import pytest

from nlp import writers
from nlp.readback import check_docx, check_html, check_markdown
from nlp.records import Grid, RoadmapDraft
from tests.nlp.writers.sample_draft import AS_OF, DRAFT, HOSTILE, draft, hostile, paragraph, ranking, section

DOCX = writers.write_docx(DRAFT, AS_OF)
HTML = writers.write_html(DRAFT).decode()
MARKDOWN = writers.write_markdown(DRAFT)


def changed(data: bytes, part: str, old: str, new: str) -> bytes:
    """The package with a text replaced once in one of its parts, as by hand."""
    source, target = zipfile.ZipFile(io.BytesIO(data)), io.BytesIO()
    with zipfile.ZipFile(target, "w") as package:
        for name in source.namelist():
            text = source.read(name)
            if name == part:
                assert old in text.decode()
                text = text.decode().replace(old, new, 1).encode()
            package.writestr(name, text)
    return target.getvalue()


def lines(findings: tuple[object, ...]) -> list[str]:
    return [str(finding) for finding in findings]


@pytest.mark.parametrize("label", ["", *HOSTILE.values()], ids=["sample", *HOSTILE.keys()])
def test_our_writers_neither_invent_nor_lose(label: str) -> None:
    written = hostile(label) if label else DRAFT
    assert check_docx(writers.write_docx(written, AS_OF), written) == ()
    assert check_html(writers.write_html(written), written) == ()
    assert check_markdown(writers.write_markdown(written), written) == ()


BODY = "word/document.xml"


@pytest.mark.parametrize(
    ("part", "old", "new", "problems"),
    [
        (BODY, ">12<", ">13<", ["没有", "缺少"]),  # a number in the text
        (BODY, ">50.1%<", ">51.0%<", ["没有", "缺少"]),  # a number in a cell
        (BODY, "<w:body>", "<w:body><w:p><w:r><w:t>新增一句</w:t></w:r></w:p>", ["没有"]),
        (BODY, "良率不低于 95%", "良率不低于 9", ["没有", "缺少"]),
        (BODY, ">需求<", "><", ["没有", "缺少"]),  # a head cell emptied
        (BODY, ">范围与口径<", ">范围<", ["目录"]),  # the contents list stands first
        ("word/header1.xml", "系统草稿", "定稿", ["目录、页眉"]),
        ("word/footer1.xml", "<w:fldSimple", "<w:r><w:t>7</w:t></w:r><w:fldSimple", ["目录、页眉"]),
    ],
)
def test_a_changed_word_file_is_found(part: str, old: str, new: str, problems: list[str]) -> None:
    found = lines(check_docx(changed(DOCX, part, old, new), DRAFT))
    assert len(found) == len(problems)
    assert all(problem in line for problem, line in zip(problems, found, strict=True))


@pytest.mark.parametrize(
    ("old", "new", "problems"),
    [
        (">12</span>", ">13</span>", ["没有", "缺少"]),
        ("</main>", "<p>新增一句</p></main>", ["没有"]),
        ("</main>", "散落的文字</main>", ["没有"]),
        ("</main>", "<div><b>粗体的话</b></div></main>", ["没有"]),
        ("</nav>", "<p>导航里的话</p></nav>", ["目录"]),
        ('title="来源：topics/t-a/n_demands"', 'title="来源：topics/t-a/n_patents"', ["目录"]),
        ("<li>权重见附录。</li>", "", ["缺少"]),
        ("<figcaption>主题排序</figcaption>", "", ["缺少"]),
    ],
)
def test_a_changed_page_is_found(old: str, new: str, problems: list[str]) -> None:
    assert old in HTML
    found = lines(check_html(HTML.replace(old, new, 1).encode(), DRAFT))
    assert len(found) == len(problems)
    assert all(problem in line for problem, line in zip(problems, found, strict=True))


@pytest.mark.parametrize(
    ("old", "new", "count"),
    [("共有需求 12 条", "共有需求 13 条", 2), ("| 0.62 ", "| 0.63 ", 2), ("| 0.62 ", "", 2), ("- 权重见附录。\n", "", 1), ("> 系统草稿", "新增一句\n\n> 系统草稿", 1)],
)
def test_a_changed_markdown_is_found(old: str, new: str, count: int) -> None:
    assert old in MARKDOWN
    assert len(check_markdown(MARKDOWN.replace(old, new, 1), DRAFT)) == count


def swapped(grid: Grid) -> Grid:
    return replace(grid, rows=tuple(reversed(grid.rows)))


def test_another_order_is_found() -> None:
    rows = ranking("t-a", "t-b")
    before, after = (draft(section("a", "章", paragraph("字"), grid)) for grid in (rows, swapped(rows)))
    assert [f.problem for f in check_docx(writers.write_docx(after, AS_OF), before)] == ["内容的顺序与草稿不同"]
    assert [f.problem for f in check_html(writers.write_html(after), before)] == ["内容的顺序与草稿不同"]
    assert [f.problem for f in check_markdown(writers.write_markdown(after), before)] == ["内容的顺序与草稿不同"]


def without_a_cell(written: RoadmapDraft) -> RoadmapDraft:
    first, second, *others = written.sections
    text, grid = second.content
    assert isinstance(grid, Grid)
    emptied = replace(grid, rows=((*grid.rows[0][:-1], paragraph()), *grid.rows[1:]))
    return replace(written, sections=(first, replace(second, content=(text, emptied)), *others))


def test_a_lost_cell_is_found() -> None:
    lossy = without_a_cell(DRAFT)
    assert len(check_docx(writers.write_docx(lossy, AS_OF), DRAFT)) == 2
    assert len(check_html(writers.write_html(lossy), DRAFT)) == 2
    assert len(check_markdown(writers.write_markdown(lossy), DRAFT)) == 2
