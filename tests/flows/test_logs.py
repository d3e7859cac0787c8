"""With LUXIANTU_LOG=json every line that reaches stderr is one object, whoever printed it; results on stdout stay as they are."""

import json
import os
import shutil
import socket
import subprocess
import sys
import time
from pathlib import Path
from typing import Any

import pytest

from flows.settings import ROOT

SAMPLE = ROOT / "corpora" / "sample" / "demands"
FORMS = ("上海_沪频射频技术_攻关需求.docx", "安徽_合肥_皖芯智控.docx")


def environment(tmp_path: Path, **more: str) -> dict[str, str]:
    return {**os.environ, "LUXIANTU_LOG": "json", "PREFECT_HOME": str(tmp_path / "prefect"), "PYTHONUTF8": "1", **more}


def run(*words: str, tmp_path: Path, module: tuple[str, ...] = ("-m", "flows.cli"), **more: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run([sys.executable, *module, *words], cwd=ROOT, env=environment(tmp_path, **more), capture_output=True, text=True, encoding="utf-8", check=False)


def parsed(text: str) -> list[dict[str, Any]]:
    """Raises when a line is no object with a time, a level and an event."""
    found = [json.loads(line) for line in text.splitlines()]
    assert all({"time", "level", "event"} <= set(line) for line in found)
    return found


@pytest.fixture
def inbox(tmp_path: Path) -> Path:
    folder = tmp_path / "收件" / "demands"
    folder.mkdir(parents=True)
    for name in FORMS:
        shutil.copy(SAMPLE / name, folder)
    return folder.parent


@pytest.mark.slow
def test_a_whole_intake(inbox: Path, tmp_path: Path) -> None:
    """With every warning of every library, Prefect's own words, and what its processes print."""
    done = run("intake", str(inbox), "--out", str(tmp_path / "out"), tmp_path=tmp_path, PYTHONWARNINGS="always", PREFECT_LOGGING_LEVEL="DEBUG")
    assert done.returncode == 0, done.stderr[-2000:]
    found = parsed(done.stderr)
    events = [line["event"] for line in found]
    assert {"run.begin", "stage.end", "run.end", "log"} <= set(events)
    assert any(str(line.get("logger", "")).startswith("prefect") for line in found)
    assert done.stdout.startswith("初筛表：")
    (journal,) = (tmp_path / "out" / "state" / "log").iterdir()
    ours = [line for line in found if "logger" not in line and line["event"] != "stderr"]
    assert parsed(journal.read_text("utf-8")) == ours


@pytest.mark.parametrize(("words", "event", "code"), [
    (("refresh", "没有这个目录"), "command.failed", 1), (("terms", "nosuch.jsonl", "-o", "x"), "command.failed", 1), (("refresh", "--nope"), "command.usage", 2)])
def test_errors(words: tuple[str, ...], event: str, code: int, tmp_path: Path) -> None:
    done = run(*words, *(("--out", str(tmp_path / "out")) if "没有这个目录" in words else ()), tmp_path=tmp_path)
    assert done.returncode == code
    last = parsed(done.stderr)[-1]
    assert (last["event"], last["level"], last["exit"]) == (event, "error", code) and last["text"]


FOREIGN = """
import logging, os, subprocess, sys, threading, warnings
from flows import logs
from flows.progress import display
logs.begin()
print("printed", file=sys.stderr)
os.write(2, "from C\\n\\n".encode())
subprocess.run([sys.executable, "-c", "import sys; print('of a child', file=sys.stderr)"])
warnings.warn("deprecated", FutureWarning)
logging.getLogger("lib").warning("said %s", "x")
logging.getLogger("lib").info("not said")
display.say("提示", "hint")
print('{"event": "of ours", "time": "t", "level": "info"}', file=sys.stderr)
print('{"no": "event"}', file=sys.stderr)
t = threading.Thread(target=lambda: 1 / 0); t.start(); t.join()
print("result")
raise ValueError("某公司的秘密")
"""


def test_whoever_prints(tmp_path: Path) -> None:
    done = run(FOREIGN, tmp_path=tmp_path, module=("-c",))
    found = parsed(done.stderr)
    texts = {line.get("text") for line in found}
    assert done.stdout == "result\n" and done.returncode == 1
    assert {"printed", "from C", "of a child", "said x", "提示", '{"no": "event"}'} <= texts and "not said" not in texts
    assert {"time": "t", "level": "info", "event": "of ours"} in found
    assert any(line["level"] == "warning" and line.get("logger") == "py.warnings" and "deprecated" in line["text"] for line in found)
    assert [line["error"] for line in found if line["event"] == "crash"] == ["ZeroDivisionError", "ValueError"]
    assert "秘密" not in done.stderr


def test_people_get_plain_words(tmp_path: Path) -> None:
    done = run(FOREIGN, tmp_path=tmp_path, module=("-c",), LUXIANTU_LOG="")
    assert "printed\nfrom C" in done.stderr and "  提示\n" in done.stderr and "Traceback" in done.stderr


def test_our_lines_outlive_a_kill(tmp_path: Path) -> None:
    code = "import os, signal; from flows import logs; logs.begin(); logs.LOG.info('last', extra={'values': {}}); os.kill(os.getpid(), signal.SIGKILL)"
    done = run(code, tmp_path=tmp_path, module=("-c",))
    assert done.returncode and [line["event"] for line in parsed(done.stderr)] == ["last"]


@pytest.mark.slow
def test_the_triage_page(tmp_path: Path) -> None:
    """A port that is taken makes uvicorn speak; the link for the first user stays on stdout, where people look for it."""
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        done = run("triage", "--port", str(port), "--out", str(tmp_path / "out"), tmp_path=tmp_path)
    assert "初筛页：" in done.stdout and "/welcome#" in done.stdout
    found = parsed(done.stderr)
    assert any(line.get("logger", "").startswith("uvicorn") and line["level"] == "error" for line in found)


@pytest.mark.slow
def test_a_request_that_breaks_the_page_is_a_line(tmp_path: Path) -> None:
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "triage", "--port", str(port), "--out", str(tmp_path / "out")]
    with subprocess.Popen(command, cwd=ROOT, env=environment(tmp_path), stdout=subprocess.DEVNULL, stderr=subprocess.PIPE, text=True, encoding="utf-8") as page:
        until = time.monotonic() + 30
        while time.monotonic() < until:
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            except OSError:
                time.sleep(0.25)
        with socket.create_connection(("127.0.0.1", port)) as raw:
            raw.sendall(b"this is no request\r\n\r\n")
            raw.recv(100)
        time.sleep(0.5)
        page.terminate()
        _, said = page.communicate(timeout=20)
    assert any("Invalid HTTP request" in line.get("text", "") and line["level"] == "warning" for line in parsed(said))
