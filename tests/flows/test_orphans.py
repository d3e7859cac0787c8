"""Real processes: a server whose run was killed is found and ended, one whose run lives is left alone."""

import os
import subprocess
import sys
import time
from collections.abc import Iterator
from pathlib import Path

import pytest

from flows.orphans import SERVER, end_orphans, find_orphans

pytestmark = pytest.mark.skipif(sys.platform != "linux", reason="只在 Linux 上查找")
SLEEP = "import time; time.sleep(60)"
START = f"import subprocess, sys, time; p = subprocess.Popen([sys.executable, '-c', {SLEEP!r}, {SERVER!r}]); print(p.pid, flush=True); time.sleep(60)"


@pytest.fixture
def run(tmp_path: Path) -> Iterator[subprocess.Popen[str]]:
    names = os.environ | {"PREFECT_HOME": str(tmp_path), "PREFECT__SERVER_EPHEMERAL": "1"}
    with subprocess.Popen([sys.executable, "-c", START], env=names, stdout=subprocess.PIPE, text=True) as started:
        yield started
        started.kill()


def test_only_a_server_whose_run_is_gone_is_ended(run: subprocess.Popen[str], tmp_path: Path) -> None:
    assert run.stdout is not None
    server = int(run.stdout.readline())
    time.sleep(0.3)
    assert end_orphans(tmp_path) == 0
    os.kill(server, 0)  # raises when it is gone
    run.kill()
    run.wait()
    time.sleep(0.2)
    assert find_orphans(tmp_path / "another") == []
    assert find_orphans(tmp_path) == [server]
    assert end_orphans(tmp_path) == 1
    time.sleep(0.2)
    assert find_orphans(tmp_path) == []
