import json
from pathlib import Path

import pytest
from prometheus_client.parser import text_string_to_metric_families

from flows.journal import KEPT, recorded
from flows.progress import display
from flows.run import Run, start
from flows.settings import read
from flows.store import save
from nlp.records import Count


@pytest.fixture
def run(tmp_path: Path) -> Run:
    return start(work_root=tmp_path / ".work", as_of=None, seed=None, chain=None, settings=read())


def samples(path: Path) -> dict[tuple[str, str], float]:
    families = text_string_to_metric_families(path.read_text("utf-8"))
    return {(s.name, s.labels.get("stage") or s.labels.get("name", "")): s.value for f in families for s in f.samples}


def lines(run: Run) -> list[dict[str, object]]:
    return [json.loads(line) for line in (run.out / "state" / "log" / f"{run.run_id}.jsonl").read_text("utf-8").splitlines()]


def test_a_good_run_leaves_its_lines_and_numbers(run: Run) -> None:
    with recorded(run.out, run.run_id, "refresh"), display.stage("读入", "read"):
        save(Count, [Count(name="demand.kept", value=3), Count(name="demand.rejected", value=2)], run.data("counts"))
    assert [line["event"] for line in lines(run)] == ["run.begin", "stage.begin", "stage.end", "run.set_aside", "run.end"]
    found = samples(run.out / "state" / "metrics.prom")
    assert found["luxiantu_run_success", ""] == 1 and found["luxiantu_run_rejected", "demand"] == 2
    assert found["luxiantu_run_count", "demand.kept"] == 3 and ("luxiantu_run_stage_seconds", "read") in found


def test_a_failed_run_says_so_without_its_text(run: Run, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LUXIANTU_LOG", "json")
    with pytest.raises(ValueError), recorded(run.out, run.run_id, "refresh"), display.stage("读入", "read"):
        raise ValueError("某公司的秘密")
    said = capsys.readouterr().err
    assert "秘密" not in said and [json.loads(line) for line in said.splitlines()] == lines(run)
    assert [line["event"] for line in lines(run)][-2:] == ["stage.fail", "run.end"] and lines(run)[-1]["error"] == "ValueError"
    assert samples(run.out / "state" / "metrics.prom")["luxiantu_run_success", ""] == 0


def test_the_oldest_journals_go(run: Run) -> None:
    for n in range(KEPT + 5):
        with recorded(run.out, f"{n:03}", "intake"):
            pass
    assert sorted(p.stem for p in (run.out / "state" / "log").iterdir()) == [f"{n:03}" for n in range(5, KEPT + 5)]
