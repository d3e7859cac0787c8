"""The proof that a drawing says its labels and nothing else: it fails for every hand that changes one."""

import io
import zipfile
from dataclasses import replace

import pytest

from nlp import writers
from nlp.provenance import Cells, check
from nlp.readback import check_docx, check_html, check_markdown
from nlp.readback_figures import check_figure
from nlp.records import Figure, Fragment, Paragraph, RoadmapDraft
from tests.nlp.writers.sample_draft import AS_OF, HOSTILE, draft, paragraph, section
from tests.nlp.writers.sample_figures import every_figure, long_name

FIGURES = every_figure(5)
DRAFT = draft(*(section(f.name, "章", paragraph("字"), f) for f in FIGURES))
RANKS = FIGURES[0]
HTML = writers.write_html(DRAFT)
DOCX = writers.write_docx(DRAFT, AS_OF)
MARKDOWN = writers.write_markdown(DRAFT)


def of(figure: Figure) -> RoadmapDraft:
    return draft(section("a", "章", figure))


def changed(old: str, new: str) -> Figure:
    assert old in RANKS.svg.decode()
    return replace(RANKS, svg=RANKS.svg.decode().replace(old, new, 1).encode())


def test_what_we_write_says_what_the_figures_say() -> None:
    assert check_html(HTML, DRAFT) == () and check_docx(DOCX, DRAFT) == () and check_markdown(MARKDOWN, DRAFT) == ()
    assert writers.write_docx(DRAFT, AS_OF) == DOCX


@pytest.mark.parametrize("label", HOSTILE.values(), ids=HOSTILE.keys())
def test_hostile_labels_in_every_file(label: str) -> None:
    written = draft(*(section(f.name, "章", f) for f in every_figure(2, lambda i: label)))
    page = writers.write_html(written)
    assert check_html(page, written) == () and check_markdown(writers.write_markdown(written), written) == ()
    assert page.count(b"<script") == 3 + 4  # ours, and the data of four charts


@pytest.mark.parametrize(
    ("old", "new", "problem"),
    [
        (">2（1–5）<", ">9（1–5）<", "没有出处的文字"),
        (">5<", ">6<", "没有出处的文字"),  # a tick
        ("<g>", '<g><text x="1" y="1">新增</text></g><g>', "没有出处的文字"),
        ("<title>", "<title>新增", "没有出处的提示"),
        ("<g>", '<script>alert()</script><g>', "不该有的元素"),
        ("<g>", '<g onclick="alert()">', "不该有的元素"),
        ('<rect ', '<rect href="#a" ', "不该有的元素"),
        ("各主题的位次", "各主题的排名", "说明与草稿不同"),
    ],
)
def test_a_changed_drawing_is_found(old: str, new: str, problem: str) -> None:
    assert problem in "".join(str(f) for f in check_figure(changed(old, new)))


def test_a_lost_label_and_an_invented_chart_are_found() -> None:
    more = replace(RANKS, labels=(*RANKS.labels, paragraph("没有画出来")))
    assert [f.problem for f in check_figure(more)] == ["图中缺少标注"]
    invented = replace(RANKS, chart=(RANKS.chart or "").replace("2（1–5）", "2（1–9）"))
    assert {f.problem for f in check_figure(invented)} == {"交互图中有没有出处的数字"}


def test_a_changed_page_is_found() -> None:
    problems = {f.problem for f in check_html(HTML.replace(b">2\xef\xbc\x88", b">3\xef\xbc\x88", 1), DRAFT)}
    assert problems >= {"文件中缺少草稿的图，或图被改动", "文件中有草稿里没有的图"}
    assert "文件中有草稿里没有的图" in [f.problem for f in check_html(HTML.replace(b"</main>", b"<svg></svg></main>"), DRAFT)]
    assert [f.problem for f in check_html(HTML.replace(b'"height":', b'"height":1', 1), DRAFT)] == ["交互图的数据与草稿不同"]


@pytest.mark.parametrize(("part", "old", "new", "problem"), [
    ("word/document.xml", RANKS.alt.encode(), b"x", "文件中有草稿里没有的图"),
    ("word/media/image1.png", b"IDAT", b"IDAT1", "文件中缺少草稿的图，或图被改动"),
])
def test_a_changed_word_file_is_found(part: str, old: bytes, new: bytes, problem: str) -> None:
    source, target = zipfile.ZipFile(io.BytesIO(DOCX)), io.BytesIO()
    with zipfile.ZipFile(target, "w") as package:
        for name in source.namelist():
            data = source.read(name)
            package.writestr(name, data.replace(old, new, 1) if name == part else data)
    assert problem in [f.problem for f in check_docx(target.getvalue(), DRAFT)]


def test_a_changed_markdown_is_found() -> None:
    assert [f.problem for f in check_markdown(MARKDOWN.replace("figures/ranks.svg", "figures/other.svg"), DRAFT)] == ["文件中有草稿里没有的图", "文件中缺少草稿的图"]


@pytest.mark.parametrize(("figure", "problem"), [
    (replace(RANKS, caption="三项主题"), "没有出处却含有数字"),
    (replace(RANKS, alt="共 3 个"), "没有出处却含有数字"),
    (replace(RANKS, ticks=("1", "2 家")), "刻度不是单独的数字"),
    (replace(RANKS, labels=(Paragraph(fragments=(Fragment(text="第2名"),)),)), "没有出处却含有数字"),
])
def test_a_figure_without_sources_is_found(figure: Figure, problem: str) -> None:
    assert problem in "".join(f.problem for f in check(of(figure), {}))


def test_every_number_of_a_figure_is_a_cell() -> None:
    topics = {f"t{i:02}": {"label": long_name(i)} for i in range(5)}
    priorities = {f"t{i:02}": {"rank": i + 1, "rank_median": float(i + 1), "rank_p05": float(max(1, i - 1)), "rank_p95": float(min(5, i + 4))} for i in range(5)}
    tables = {"topics": Cells(rows=topics), "priorities": Cells(rows=priorities)}
    assert check(of(RANKS), tables) == ()
    priorities["t01"]["rank_p95"] = 4.0
    assert [f.text for f in check(of(RANKS), tables)] == ["5"]
