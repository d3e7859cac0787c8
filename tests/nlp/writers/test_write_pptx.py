"""The slides are the chart: native shapes, arrows glued to the right boxes, nothing outside the page, notes with sources."""

import io
import zipfile
from datetime import date

import pptx
import pytest
from lxml import etree

from nlp.citing import cell, line, words
from nlp.readback_pptx import check_pptx
from nlp.writers import write_pptx
from nlp.writers.layers import PHASES, Box, LayerChart, Link, SolutionState
from nlp.writers.pptx import SLIDE, fitted

DAY = date(2026, 11, 1)
NOTICE = "系统草稿，待专家论证"
LONG = "面向大尺寸晶圆的静电卡盘国产化及其在刻蚀设备中的可靠性验证与批量应用示范" * 4
A = "{http://schemas.openxmlformats.org/drawingml/2006/main}"


def box(name: str, layer: str, phase: int = 0, *, text: str = "静电卡盘 ≥40 kPa", state: SolutionState | None = None) -> Box:
    return Box(box_id=name, layer=layer, phase=PHASES[phase], text=line(cell("topics", name, "label", text)), state=state)


def chart(*more: Box) -> LayerChart:
    boxes = (box("demand-1", "需求"), box("demand-2", "需求", 2, text="远期的需求"), box("figure-1", "产品", text=LONG),
             box("topic-1", "技术", 1, text="卡盘", state=SolutionState.INTERIM), box("topic-2", "技术", text="阀", state=SolutionState.UNKNOWN), box("policy-1", "政策与资源", text="办法"), *more)
    links = (Link(source="demand-1", target="topic-1"), Link(source="demand-2", target="topic-1"), Link(source="demand-1", target="topic-2"), Link(source="topic-2", target="policy-1"),
             Link(source="figure-1", target="gone"))
    return LayerChart(segment="equipment", name="装备", phases=tuple(line(words(p)) for p in PHASES), boxes=boxes, links=links)


CHART = chart()
NOTES = {"equipment": [line(words("需求　静电卡盘　来源："), cell("demands", "D-1", "demand_id", "D-1"))]}


def written(made: LayerChart) -> bytes:
    return write_pptx([made], NOTES, title="路线图", notice=NOTICE, as_of=DAY)


DATA = written(CHART)


def test_the_slides_say_what_the_chart_says_and_the_bytes_are_the_same_again() -> None:
    assert check_pptx(DATA, [CHART], NOTES, notice=NOTICE) == ()
    assert written(CHART) == DATA
    show = pptx.Presentation(io.BytesIO(DATA))
    assert (show.core_properties.title, show.core_properties.created.date()) == ("路线图", DAY)
    assert "docProps/thumbnail.jpeg" not in zipfile.ZipFile(io.BytesIO(DATA)).namelist()
    assert show.slides[0].notes_slide.notes_text_frame.text == "需求 静电卡盘 来源：D-1"


def test_arrows_are_glued_to_their_boxes_and_touch_them() -> None:
    shapes = {s.shape_id: s for s in pptx.Presentation(io.BytesIO(DATA)).slides[0].shapes}
    glued = [s for s in shapes.values() if s.name.count(" → ")]
    assert {s.name for s in glued} == {"demand-1 → topic-1", "demand-2 → topic-1", "demand-1 → topic-2", "topic-2 → policy-1"}
    for arrow in glued:
        ends = (arrow._element.find(f".//{A}stCxn"), arrow._element.find(f".//{A}endCxn"))
        names = [shapes[int(e.get("id"))].name for e in ends]
        assert " → ".join(names) == arrow.name
        for x, y, at in ((arrow.begin_x, arrow.begin_y, shapes[int(ends[0].get("id"))]), (arrow.end_x, arrow.end_y, shapes[int(ends[1].get("id"))])):
            assert at.left - 1 <= x <= at.left + at.width + 1
            assert at.top - 1 <= y <= at.top + at.height + 1


def test_every_run_names_a_chinese_font_and_nothing_lies_outside_the_page() -> None:
    show = pptx.Presentation(io.BytesIO(DATA))
    assert show.slide_width / show.slide_height == pytest.approx(16 / 9)
    for s in show.slides[0].shapes:
        assert s.left >= 0
        assert s.top >= 0
        assert s.left + s.width <= show.slide_width
        assert s.top + s.height <= show.slide_height
    for name in ("ppt/slides/slide1.xml", "ppt/notesSlides/notesSlide1.xml"):
        root = etree.fromstring(zipfile.ZipFile(io.BytesIO(DATA)).read(name))
        runs = list(root.iter(f"{A}r"))
        assert runs
        assert all(r.find(f"{A}rPr/{A}ea").get("typeface") == "微软雅黑" for r in runs)


def test_a_text_too_long_for_its_box_is_cut_and_kept_whole_in_the_description() -> None:
    (shape,) = [s for s in pptx.Presentation(io.BytesIO(DATA)).slides[0].shapes if s.name == "figure-1"]
    assert shape.text_frame.text.endswith("…")
    assert shape._element.nvSpPr.cNvPr.get("descr") == LONG
    assert fitted("短", 10, 100, 1) == "短"


def test_boxes_without_room_are_left_to_the_table_as_on_the_drawing() -> None:
    crowded = chart(*(box(f"demand-x{i}", "需求", text=f"需求{i}") for i in range(40)))
    data = written(crowded)
    assert check_pptx(data, [crowded], NOTES, notice=NOTICE) == ()
    shapes = pptx.Presentation(io.BytesIO(data)).slides[0].shapes
    assert [s.name for s in shapes].count("其余见表") == 1
    assert max(s.top + s.height for s in shapes) <= SLIDE.height * 12700


def rewritten(old: str, new: str, part: str = "ppt/slides/slide1.xml") -> bytes:
    source, target = zipfile.ZipFile(io.BytesIO(DATA)), io.BytesIO()
    with zipfile.ZipFile(target, "w") as package:
        for name in source.namelist():
            data = source.read(name)
            assert name != part or old.encode() in data
            package.writestr(name, data.replace(old.encode(), new.encode(), 1) if name == part else data)
    return target.getvalue()


@pytest.mark.parametrize(
    ("forged", "problem"),
    [
        (rewritten("≥40 kPa", "≥45 kPa"), "页中有没有出处的文字"),
        (rewritten("<a:t>近期", "<a:t>近期2028"), "页中有没有出处的文字"),
        (rewritten(f'descr="{LONG}"', 'descr="另一句"'), "页中有没有出处的文字"),
        (rewritten('name="topic-1"', 'name="topic-9"'), "页中有没有出处的文字"),
        (rewritten('<a:endCxn id="', '<a:endCxn id="9'), "连线与草稿不同"),
        (rewritten("D-1", "D-2", "ppt/notesSlides/notesSlide1.xml"), "备注与草稿不同"),
        (rewritten(f"<a:t>{NOTICE}", "<a:t>终稿"), "页中有没有出处的文字"),
    ])
def test_what_was_changed_in_the_file_is_found(forged: bytes, problem: str) -> None:
    assert problem in {f.problem for f in check_pptx(forged, [CHART], NOTES, notice=NOTICE)}


def test_a_missing_slide_is_found() -> None:
    assert [f.problem for f in check_pptx(DATA, [CHART, CHART], NOTES, notice=NOTICE)] == ["页数与环节数不符"]
