"""The short fuzz of every run, and the long one of the slow job (.ci/slow): LUXIANTU_FUZZ_MINUTES=10 pytest -m slow tests/fuzz."""

import os
import random
import subprocess
import sys

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from flows.sandbox import Sandbox
from nlp.errors import UnreadableDocument
from tests.fuzz.mutations import STRANGE, mutated, strange_text
from tests.fuzz.properties import FILES, TEXTS, chance_of, check_file, text_seed
from tests.fuzz.seeds import ROOT, seeds

MINUTES = os.environ.get("LUXIANTU_FUZZ_MINUTES", "")
short = settings(max_examples=12, deadline=20_000, derandomize=True, database=None, suppress_health_check=list(HealthCheck))
numbers = st.integers(0, 2**32)


@pytest.mark.parametrize("name", sorted(seeds()))
@short
@given(number=numbers)
def test_any_file_is_read_or_refused(name: str, number: int) -> None:
    check_file(name, mutated(seeds()[name], chance_of(number)))


@pytest.mark.parametrize("name", sorted(FILES))
@short
@given(number=numbers)
def test_any_returned_sheet(name: str, number: int) -> None:
    FILES[name](mutated(seeds()["表.xlsx"], chance_of(number)))


@pytest.mark.parametrize("name", sorted(TEXTS))
@short
@given(number=numbers)
def test_any_text_changed(name: str, number: int) -> None:
    check, kind = TEXTS[name]
    check(strange_text(text_seed(kind), chance_of(number)))


@pytest.mark.parametrize("name", sorted(TEXTS))
@short
@given(text=st.lists(st.sampled_from(STRANGE) | st.text(max_size=40) | st.from_regex(r"[一-十百千万亿0-9.]{1,8}(万元|年|μm|%|℃)?", fullmatch=True), max_size=12).map("".join))
def test_any_text_made_up(name: str, text: str) -> None:
    TEXTS[name][0](text)


def test_the_unchanged_seeds_are_read() -> None:
    for name, data in seeds().items():
        check_file(name, data)


@pytest.mark.parametrize(("name", "number"), [("旧.xls", 1541)], ids=["a panic of calamine's Rust"])
def test_what_a_long_fuzz_found(name: str, number: int) -> None:
    with Sandbox() as sandbox:
        with pytest.raises(UnreadableDocument):
            sandbox.read(name, mutated(seeds()[name], random.Random(number)))
        assert sandbox.read(name, seeds()[name]).tables


@pytest.mark.slow
@pytest.mark.skipif(not MINUTES, reason="长时间的随机测试只在慢任务中运行：LUXIANTU_FUZZ_MINUTES=10")
def test_long_fuzz() -> None:
    done = subprocess.run([sys.executable, "-m", "tests.fuzz.long", "--minutes", MINUTES, "--keep", str(ROOT / "build" / "fuzz")], cwd=ROOT, capture_output=True, text=True, encoding="utf-8", check=False)
    assert done.returncode == 0, done.stdout[-5000:] + done.stderr[-3000:]
