"""A partition is computed once, and again when its result, its row, its texts or what it rests on is not what it was."""

import json
import subprocess
import sys
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from flows.loaded import LEXICONS, encoder_of, extractor_of
from flows.partitions import Job, process_partition, row_of
from flows.settings import ROOT
from flows.stages import read_mentions, read_vectors
from nlp.errors import InvalidSetting
from nlp.terms import load_lexicon
from tests.flows.partition_cases import hashes, jobs, quick, texts, write_texts


def done(job: Job) -> int:
    """When the result was written, after asking for it."""
    process_partition(job.source, job.destination, job.parameters)
    return Path(job.destination).stat().st_mtime_ns


def test_results_are_those_of_the_stage_itself(tmp_path: Path) -> None:
    found, embedded = jobs(tmp_path, n=30, size=30)
    rows = [process_partition(j.source, j.destination, j.parameters) for j in (found, embedded)]
    assert [r.rows for r in rows] == [30, 30] and [r.sha256 for r in rows] == hashes([found, embedded])
    assert read_mentions(found.destination) == extractor_of(quick(), load_lexicon(LEXICONS)).extract(texts(30))
    vectors = read_vectors(embedded.destination)
    np.testing.assert_array_equal([vectors[key] for key, _ in texts(30)], encoder_of(quick()).encode([text for _, text in texts(30)]))


def test_what_agrees_is_not_redone(tmp_path: Path) -> None:
    (job,) = jobs(tmp_path, n=5, size=5, stages=("embed",))
    assert done(job) == done(job)


HARMS: dict[str, Callable[[Path, Path], object]] = {
    "result cut": lambda result, row: result.write_bytes(result.read_bytes()[:-7]),
    "result altered": lambda result, row: result.write_bytes(result.read_bytes()[:-1] + b"\x07"),
    "result gone": lambda result, row: result.unlink(),
    "row cut": lambda result, row: row.write_bytes(row.read_bytes()[:20]),
    "row gone": lambda result, row: row.unlink(),
    "row no text": lambda result, row: row.write_bytes(b"\xff\xfe\x00"),
    "row another shape": lambda result, row: row.write_text('["x"]'),
    "row of an older stamp": lambda result, row: row.write_text(json.dumps({**json.loads(row.read_text()), "stamp": "old"})),
}


@pytest.mark.parametrize("harm", HARMS.values(), ids=list(HARMS))
def test_what_does_not_agree_is_redone(tmp_path: Path, harm: Callable[[Path, Path], object]) -> None:
    (job,) = jobs(tmp_path, n=5, size=5, stages=("embed",))
    before, right = done(job), hashes([job])
    harm(Path(job.destination), Path(row_of(job.destination)))
    assert done(job) != before
    assert hashes([job]) == right and done(job) == done(job)


def test_other_texts_are_redone(tmp_path: Path) -> None:
    (job,) = jobs(tmp_path, n=5, size=5, stages=("embed",))
    process_partition(job.source, job.destination, job.parameters)
    write_texts(texts(6), job.source)
    assert process_partition(job.source, job.destination, job.parameters).rows == 6


def test_another_installation_is_refused(tmp_path: Path) -> None:
    (job,) = jobs(tmp_path, n=5, size=5, stages=("terms",))
    with pytest.raises(InvalidSetting, match="同一版本"):
        process_partition(job.source, job.destination, replace(job.parameters, stamp="of another"))
    assert not Path(job.destination).exists()


def test_a_worker_needs_no_prefect() -> None:
    code = "import sys, flows.partitions, flows.executors; sys.exit('prefect' in sys.modules or 'distributed' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0
