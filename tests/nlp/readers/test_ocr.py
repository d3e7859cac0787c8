import io
import socket
from pathlib import Path

import pytest
from PIL import Image

from nlp.errors import UnreadableDocument
from nlp.readers import ocr, pdf, read
from tests.nlp.parse.lexicons import parsed
from tests.nlp.pdf_files import Sheet, pdf_file

FORM = Path(__file__).parents[2] / "data" / "scanned_form.png"  # drawn by us, our own words


def png(image: Image.Image, kind: str = "PNG", **options: object) -> bytes:
    target = io.BytesIO()
    image.save(target, kind, **options)
    return target.getvalue()


def scanned_pdf() -> bytes:
    image = Image.open(FORM).convert("L")
    return pdf_file([Sheet(image=image.tobytes(), size=image.size)])


def turned() -> bytes:
    return png(Image.open(FORM).rotate(270, expand=True, fillcolor=255))


def tilted() -> bytes:
    return png(Image.open(FORM).rotate(1.2, resample=Image.Resampling.BICUBIC, fillcolor=255), "JPEG", quality=60)


@pytest.fixture(autouse=True)
def _no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("图像识别不得联网")

    monkeypatch.setattr(socket.socket, "connect", refuse)


@pytest.mark.parametrize(
    ("name", "data"),
    [("a.png", FORM.read_bytes()), ("a.pdf", scanned_pdf()), ("a.png", turned()), ("a.jpg", tilted())],
    ids=["png", "scanned pdf", "turned", "tilted"],
)
def test_a_scanned_form_gives_its_submission_and_asks_to_be_checked(name: str, data: bytes) -> None:
    found = parsed(name, data)
    (demand,) = found.demands
    assert (demand.title, demand.organisation, demand.budget_wan, demand.period_years) == ("静电吸盘陶瓷层的低温烧结技术", "苏州示例装备有限公司", 260, 1.5)
    assert "（1）烧结温度≤900℃；\n（2）平面度≤5微米。" in demand.text
    assert found.notes[0].note.startswith(ocr.TO_CHECK)


def test_a_checkbox_is_never_trusted() -> None:
    texts = [cell for table in read("a.png", FORM.read_bytes()).tables for row in table.rows for cell in row]
    options = next(text for text in texts if "委托开发" in text)
    assert options.replace(" ", "") == "〔？〕联合开发〔？〕委托开发"


def test_pages_of_a_tiff_and_crops() -> None:
    image = Image.open(FORM).convert("L")
    data = png(image, "TIFF", save_all=True, append_images=[image.crop((0, 0, 1000, 85))])
    assert [b.location for b in read("a.tif", data).blocks] == ["第1页", "第2页"]
    pieces = pdf.read("a.pdf", scanned_pdf()).crops
    title = next(piece for piece in pieces if piece.text == "企业技术需求征集表")
    assert (title.location, title.place) == ("第1页", "p1-b1") and Image.open(io.BytesIO(title.png)).width > 300
    cell = next(piece for piece in pieces if piece.text == "静电吸盘陶瓷层的低温烧结技术")
    assert cell.sure > 0.8 and sum(len(piece.png) for piece in pieces) < 200_000


@pytest.mark.parametrize(
    ("data", "reason"),
    [(FORM.read_bytes()[:400], "损坏"), (b"\x89PNG\r\n\x1a\n" + b"x" * 50, "损坏"), (png(Image.new("L", (400, 300), 255)), "没有识别出文字"), (png(Image.new("1", (20_000, 20_000))), "像素")],
    ids=["cut", "random", "blank", "bomb"],
)
def test_what_cannot_be_read_is_refused(data: bytes, reason: str) -> None:
    with pytest.raises(UnreadableDocument, match=reason):
        read("a.png", data)
