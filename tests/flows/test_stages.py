"""The stages that partitions gave last: what demands say, and files read in a worker's sandbox; and what their stamps cover."""

import ast
from pathlib import Path

import pytest

from flows import loaded
from flows.cache import text_key
from flows.loaded import vocabulary_of_demands
from flows.partitions import parameters_of, process_partition
from flows.places import write
from flows.sandbox import Sandbox, document_of
from flows.settings import ROOT
from flows.stages import (
    STAGES,
    Item,
    Stage,
    items_of,
    read_answers,
    read_source,
    read_understood,
    source_bytes,
    texts_of,
)
from nlp.errors import UnreadableDocument
from nlp.understand.demand import as_one, as_two, understand
from tests.flows.partition_cases import quick, texts
from tests.nlp import office

FILES = [("报送/甲.docx", office.docx(office.table([["需求名称", "键合胶"]]))), ("报送/坏.xlsx", b"\x00\x01\x02" * 100), ("报送/表.csv", "标题,摘要\n涂布,均匀".encode("gb18030"))]


def processed(stage: Stage, items: list[Item], folder: Path) -> str:
    destination = str(folder / "result")
    write(source_bytes(items), str(folder / "source"))
    assert process_partition(str(folder / "source"), destination, parameters_of(stage, quick())).rows == len(items)
    return destination


def test_what_demands_say(tmp_path: Path) -> None:
    demands = [(key, as_one(text[:6], f"{text[6:]}要求厚度≤{i}μm。")) for i, (key, text) in enumerate(texts(12), 1)]
    found = read_understood(processed("understand", items_of(demands), tmp_path))
    assert found == [understand(key, *as_two(one), vocabulary=vocabulary_of_demands()) for key, one in demands]
    assert sum(len(u.targets) for u in found) >= 12


def test_files_and_refusals_in_their_order(tmp_path: Path) -> None:
    answers = read_answers(processed("read", FILES, tmp_path))
    with Sandbox() as sandbox:
        for (name, data), answer in zip(FILES, answers, strict=True):
            if name.endswith(".xlsx"):
                with pytest.raises(UnreadableDocument) as here:
                    sandbox.read(name, data)
                with pytest.raises(UnreadableDocument) as there:
                    document_of(name, answer)
                assert there.value.args == here.value.args and there.value.remedy
            else:
                assert document_of(name, answer) == sandbox.read(name, data)


def test_the_worker_itself_opens_no_file(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("nlp.readers.read", lambda *args: pytest.fail("outside the sandbox"))
    assert len(read_answers(processed("read", FILES, tmp_path))) == 3


def test_items_come_back_as_they_were() -> None:
    odd = [(text_key(text), text) for text in ("", "光刻胶\n\x00", "\ud83d半个字符", "𠮷")]
    assert texts_of(read_source(source_bytes(items_of(odd)))) == odd


# ---- stamps -------------------------------------------------------------------------------


def module_file(name: str) -> Path | None:
    path = ROOT / name.replace(".", "/")
    return next((p for p in (path.with_suffix(".py"), path / "__init__.py") if p.is_file()), None)


def imported(names: set[str]) -> set[Path]:
    """The files of nlp/ that modules rest on, at any depth. Of packages that only pass names on, the modules count."""
    seen, waiting = set[Path](), list(names)
    while waiting:
        path = module_file(waiting.pop())
        if path is None or path in seen:
            continue
        seen.add(path)
        for node in ast.walk(ast.parse(path.read_text("utf-8"))):
            if isinstance(node, ast.ImportFrom) and (node.module or "").startswith("nlp.") and node.module != "nlp.records":
                waiting += [str(node.module), *(f"{node.module}.{a.name}" for a in node.names)]
    return seen


MESSAGES = {ROOT / "nlp" / "errors.py"}  # which texts a result does not hold


def test_the_stamps_cover_the_code() -> None:
    assert imported({"nlp.understand.demand"}) - MESSAGES <= set(loaded.understanding_files())
    assert imported({"nlp.readers"}) - MESSAGES <= set(loaded.reading_files())


@pytest.mark.parametrize("stage", STAGES)
def test_a_stamp_follows_a_file(stage: Stage, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Any file that is read for a stamp, with other bytes in it."""
    seen: list[Path] = []
    plain = Path.read_bytes
    monkeypatch.setattr(Path, "read_bytes", lambda self: (seen.append(self), plain(self))[1])
    before = STAGES[stage].stamp(quick())
    for one in sorted(set(seen)):
        monkeypatch.setattr(Path, "read_bytes", lambda self, one=one: plain(self) + (b" " if self == one else b""))
        assert STAGES[stage].stamp(quick()) != before, one
