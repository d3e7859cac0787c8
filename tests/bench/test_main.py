"""The table says what the benches measured, and what they did not."""

import json
from pathlib import Path

import pytest

from flows.settings import ROOT
from tests.bench import __main__ as bench


def test_what_was_not_measured_is_said(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(bench, "RESULTS", tmp_path)
    (tmp_path / "kills.json").write_text(json.dumps({"kills": 7, "torn": 1, "equal": 6, "at": "2026-11-25T08:00:00"}), "utf-8")
    lines = bench.table().splitlines()
    assert "| 随机时刻 kill -9 | 7 次，残缺 1，重跑后相等 6 | 100 次，0，100 | 2026-11-25 |" in lines
    assert sum("未测" in line for line in lines) == len(bench.TABLE) - 1


def test_it_goes_between_its_marks_alone(tmp_path: Path) -> None:
    page = tmp_path / "README.md"
    page.write_text(f"前\n{bench.BEGIN}\n旧\n{bench.END}\n后\n", "utf-8")
    bench.into(page, "新")
    assert page.read_text("utf-8") == f"前\n{bench.BEGIN}\n新\n{bench.END}\n后\n"
    page.write_text("没有地方", "utf-8")
    with pytest.raises(ValueError, match="没有"):
        bench.into(page, "新")


def test_the_readme_has_a_place_and_every_row_a_bench() -> None:
    assert bench.END in (ROOT / "README.md").read_text("utf-8").partition(bench.BEGIN)[2]
    assert {row.bench for row in bench.TABLE} <= set(bench.BENCHES)
    assert all((ROOT / "tests" / "bench" / f"{name}.py").is_file() for name in bench.BENCHES)
