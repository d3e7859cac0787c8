"""However a run is stopped from outside, it says that it was interrupted, and soon."""

import os
import signal
import subprocess
import sys
import time
from pathlib import Path

import pytest
from prefect.exceptions import TerminationSignal

from flows.history import history
from flows.interrupts import Interruptions, interrupted
from flows.settings import ROOT

ENDED = "import time, flows.cli as c\nfrom argparse import Namespace\nclass P:\n def parse_args(self, a): return Namespace(call=lambda o: (print('on', flush=True), time.sleep(60)))\n" \
        "c.build_parser = P\nraise SystemExit(c.main([]))"

# Where the tests run in the background of a shell, Ctrl-C is ignored by all that they start.
LISTENING = "import signal, sys\nsignal.signal(signal.SIGINT, signal.default_int_handler)\nfrom flows.cli import main\nsys.exit(main())"


@pytest.mark.parametrize("stop", [KeyboardInterrupt(), TerminationSignal(signal.SIGTERM)])
def test_an_error_in_the_wake_of_a_stop_is_the_stop(stop: BaseException) -> None:
    with pytest.raises(KeyboardInterrupt), Interruptions():
        try:
            raise stop
        finally:
            raise ConnectionError("All connection attempts failed")


def test_a_stop_is_found_beside_a_cause() -> None:
    """As httpx does: the error of its library is the cause, what was going on is the context."""
    try:
        raise KeyboardInterrupt
    except KeyboardInterrupt:
        try:
            raise ConnectionError("mapped") from OSError("of the library")
        except ConnectionError as error:
            assert interrupted(error)


def test_any_other_error_is_left_alone() -> None:
    with pytest.raises(ZeroDivisionError), Interruptions():
        raise ZeroDivisionError
    assert not interrupted(ZeroDivisionError()) and not interrupted(None)


@pytest.mark.skipif(os.name == "nt", reason="Windows 没有 SIGTERM 的投递")
def test_a_service_managers_stop_ends_a_command_as_ctrl_c_does() -> None:
    with subprocess.Popen([sys.executable, "-c", ENDED], cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as started:
        assert started.stdout is not None and started.stderr is not None
        assert started.stdout.readline() == "on\n"
        started.terminate()
        assert started.wait(timeout=30) == 1
        assert "已中断" in started.stderr.read()


@pytest.mark.slow
@pytest.mark.skipif(os.name == "nt", reason="Windows 上没有这样的进程组")
@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGTERM])
def test_a_run_and_its_server_that_are_stopped_together(tmp_path: Path, stop: signal.Signals) -> None:
    """As a terminal does with Ctrl-C, and systemd with all of a service."""
    environment = {**os.environ, "PREFECT_HOME": str(tmp_path / "home"), "PYTHONUTF8": "1"}
    command = [sys.executable, "-c", LISTENING, "refresh", "corpora/sample", "--out", str(tmp_path / "out")]
    with subprocess.Popen(command, cwd=ROOT, env=environment, stderr=subprocess.PIPE, text=True, encoding="utf-8", start_new_session=True) as started:
        until = time.monotonic() + 120
        while time.monotonic() < until and not any('"stage.begin"' in p.read_text("utf-8") for p in (tmp_path / "out" / "state" / "log").glob("*")):
            time.sleep(0.1)
        began = time.monotonic()
        os.killpg(started.pid, stop)
        said = started.communicate(timeout=60)[1]
        seconds = time.monotonic() - began
    assert started.returncode == 1 and "已中断" in said and "程序出错" not in said
    assert [o.reason for o in history(tmp_path / "out")] == ["已中断；上一次发布的结果不受影响。"]
    print(f"{stop.name}: {seconds:.1f} s")
    assert seconds < 50  # two tries more of each of a few requests; it was over a minute
