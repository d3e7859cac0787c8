"""The temporary server is up, once, when the imports are done; none is started where another is named or where it cannot start."""

import os
import subprocess
import sys
from pathlib import Path

import pytest

from flows.settings import ROOT

CODE = """
import sys
from flows import prefect_settings
prefect_settings.apply()
from flows.prefect_server import LATER, start_beside
start_beside()
from prefect.server.api.server import SubprocessASGIServer
server = SubprocessASGIServer()
first = server.server_process
server.start()
print(server.running, first is not None and first.poll() is None, first is server.server_process, set(LATER) <= sys.modules.keys())
"""


@pytest.mark.parametrize(("variables", "wanted"), [
    ({}, "True True True True"),
    ({"PREFECT_API_URL": "http://127.0.0.1:1/api"}, "True False False True"),  # the second start is the test's own
], ids=["started", "another is named"])
def test_the_server_is_up_when_the_imports_are_done(tmp_path: Path, variables: dict[str, str], wanted: str) -> None:
    environment = {**os.environ, "PREFECT_HOME": str(tmp_path / "home"), "PYTHONUTF8": "1", **variables}
    done = subprocess.run([sys.executable, "-c", CODE], cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.stdout.strip() == wanted, done.stderr[-2000:]


def test_a_server_that_cannot_start_is_left_to_prefect(tmp_path: Path) -> None:
    (tmp_path / "home").write_text("no folder")
    code = "from flows import prefect_settings\nprefect_settings.apply()\nfrom flows.prefect_server import start_beside\nstart_beside()\nprint('on')"
    environment = {**os.environ, "PREFECT_HOME": str(tmp_path / "home"), "PREFECT_SERVER_EPHEMERAL_STARTUP_TIMEOUT_SECONDS": "3"}
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0 and done.stdout.strip() == "on", done.stderr[-2000:]
