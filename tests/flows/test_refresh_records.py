"""A run that fails leaves its journal and says so to Prometheus."""

import json
from pathlib import Path

import pytest

from flows.refresh import refresh
from nlp.errors import LuxiantuError


def test_an_empty_inbox_is_a_failed_run(tmp_path: Path) -> None:
    (tmp_path / "inbox").mkdir()
    with pytest.raises(LuxiantuError):
        refresh([tmp_path / "inbox"], out=tmp_path / "out")
    state = tmp_path / "out" / "state"
    assert 'luxiantu_run_success{kind="refresh"} 0.0' in (state / "metrics.prom").read_text("utf-8")
    (journal,) = (state / "log").iterdir()
    events = [json.loads(line) for line in journal.read_text("utf-8").splitlines()]
    assert events[-1]["event"] == "run.end" and events[-1]["success"] is False
