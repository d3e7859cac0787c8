"""The worker's limits: a hostile file costs itself and nothing else."""

import os
import time
from pathlib import Path

import pytest

from flows.office import find_office
from flows.sandbox import Limits, Sandbox, document_of
from nlp.errors import UnreadableDocument
from tests.nlp import office
from tests.nlp.readers.hostile import HOSTILE, Hostile

DATA = Path(__file__).parents[1] / "data"
GOOD = office.docx(office.table([["需求名称", "键合胶"]]))


@pytest.fixture(scope="module")
def sandbox() -> "object":
    with Sandbox() as opened:
        opened.read("热身.docx", GOOD)
        yield opened


def memory_mb(sandbox: Sandbox) -> float:
    """Resident memory of the worker at its highest, where the system tells."""
    worker = sandbox._worker
    status = Path(f"/proc/{worker.pid}/status") if worker else None
    if status is None or not status.exists():
        return 0.0
    return int(next(line for line in status.read_text().splitlines() if line.startswith("VmHWM")).split()[1]) / 1024


@pytest.mark.parametrize("case", HOSTILE, ids=[case.name for case in HOSTILE])
def test_hostile_files_are_refused_in_time_and_memory(sandbox: Sandbox, case: Hostile) -> None:
    data = case.data()
    started = time.perf_counter()
    with pytest.raises(UnreadableDocument, match=case.reason) as refusal:
        sandbox.read(case.name, data)
    assert time.perf_counter() - started < 2 * (1 + os.getloadavg()[0] / 2) and refusal.value.remedy
    assert memory_mb(sandbox) < 600
    assert sandbox.read("好.docx", GOOD).tables[0].rows == (("需求名称", "键合胶"),)


def test_a_worker_that_takes_too_long_is_replaced() -> None:
    slow = office.xlsx({"a": [["字" * 20] * 40] * 3000})
    with Sandbox(Limits(seconds=0.05)) as tight:
        with pytest.raises(UnreadableDocument, match="秒内没有读完"):
            tight.read("慢.xlsx", slow)
        assert tight._worker is None


def test_a_worker_that_dies_is_replaced(sandbox: Sandbox) -> None:
    worker = sandbox._started()
    worker.kill()
    worker.wait()
    assert sandbox.read("好.docx", GOOD).tables and sandbox._worker is not worker


@pytest.mark.skipif(os.name != "posix", reason="内存上限只在 POSIX 上有")
def test_memory_is_limited() -> None:
    wide = office.xlsx({"a": [["字" * 50] * 60] * 3000})
    with Sandbox(Limits(memory_mb=190)) as small, pytest.raises(UnreadableDocument, match=r"内存|异常退出"):
        small.read("大.xlsx", wide)


@pytest.mark.skipif(find_office() is None, reason="本机没有 LibreOffice")
def test_doc_and_wps_through_libreoffice(sandbox: Sandbox) -> None:
    data = (DATA / "form.doc").read_bytes()
    found = sandbox.read("需求表.wps", data)
    assert found.tables[0].rows[4] == ("需求名称", "低放气临时键合胶") and "LibreOffice" in found.warnings[0]
    with pytest.raises(UnreadableDocument, match="LibreOffice"):
        sandbox.read("坏.doc", data[:3000])


def test_without_libreoffice_the_message_says_what_to_do() -> None:
    from nlp.readers import read

    with pytest.raises(UnreadableDocument, match=r"另存为 \.docx"):
        read("需求表.doc", (DATA / "form.doc").read_bytes())


JUNK = {"nothing": b"", "cut": b"{", "no text": b"\xff\xfe", "a list": b"[]", "empty": b"{}", "no document": b'{"document": 3}', "half a document": b'{"document": {"name": "x"}}',
        "no refusal": b'{"error": "x"}', "too deep": b"[" * 100_000}


@pytest.mark.parametrize("answer", JUNK.values(), ids=list(JUNK))
def test_what_no_reader_says_is_a_refusal(answer: bytes) -> None:
    """A hostile file may have taken the worker over; it costs its own file only."""
    with pytest.raises(UnreadableDocument, match="答复不完整"):
        document_of("甲.docx", answer)
