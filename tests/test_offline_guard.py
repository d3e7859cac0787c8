"""The guard of tests.offline sees what would leave this machine, of a process and of its children, and lets what stays here pass."""

import os
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from flows.sandbox import Sandbox
from tests.offline import ATTEMPT, CHILD, attempts, catches, guarding, native

LISTEN = "import socket; s = socket.create_server(('127.0.0.1', 0)); port = s.getsockname()[1]; "


@pytest.fixture
def report(tmp_path: Path) -> Path:
    return tmp_path / "attempts"


@pytest.mark.parametrize("code", [
    ATTEMPT,
    CHILD,
    "import socket; s = socket.socket(); s.settimeout(2); s.connect(('192.0.2.1', 80))",
    "import socket; s = socket.socket(); s.settimeout(2); s.connect_ex(('192.0.2.1', 80)) and exit(1)",
    "import socket; socket.socket(type=socket.SOCK_DGRAM).sendto(b'x', ('192.0.2.1', 53))",
    "import socket; socket.socket(socket.AF_INET6).connect(('::ffff:192.0.2.1', 80))",
    "import socket; socket.getaddrinfo('nobody.invalid', 80)",
    "import socket; socket.gethostbyname(b'nobody.invalid')",
    "import urllib.request; urllib.request.urlopen('http://192.0.2.1/', timeout=2)",
    "import asyncio; asyncio.run(asyncio.wait_for(asyncio.open_connection('192.0.2.1', 80), 2))",
    "import httpx; httpx.get('http://nobody.invalid/')",
], ids=lambda code: code[-40:])
def test_an_attempt_fails_and_is_reported(code: str, report: Path) -> None:
    assert catches(code, guarding(report, None), report)


def test_one_that_is_swallowed_is_reported_all_the_same(report: Path) -> None:
    code = "import socket, contextlib\nwith contextlib.suppress(OSError): socket.create_connection(('192.0.2.1', 80), timeout=2)"
    assert subprocess.run([sys.executable, "-c", code], env=guarding(report, None), check=False).returncode == 0
    (line,) = attempts(report)
    assert "socket.connect 192.0.2.1" in line or "socket.getaddrinfo 192.0.2.1" in line


@pytest.mark.parametrize("code", [
    LISTEN + "socket.create_connection(('127.0.0.1', port)).close()",
    LISTEN + "socket.create_connection(('localhost', port)).close()",
    "import socket; socket.getaddrinfo(None, 80); socket.getaddrinfo('::1', 80)",
    "import asyncio; asyncio.run(asyncio.sleep(0))",
], ids=["loopback", "localhost", "no name", "asyncio"])
def test_what_stays_here_passes(code: str, report: Path, tmp_path: Path) -> None:
    subprocess.run([sys.executable, "-c", code], env=guarding(report, native(tmp_path)), check=True)
    assert attempts(report) == []


NATIVE = """
import ctypes, socket, struct, sys
c = ctypes.CDLL(None, use_errno=True)
link = c.socket(socket.AF_INET, socket.SOCK_STREAM | socket.SOCK_NONBLOCK, 0)
to = struct.pack("=HH4s8x", socket.AF_INET, socket.htons(80), socket.inet_aton("192.0.2.1"))
sys.exit(0 if c.connect(link, to, 16) == 0 or ctypes.get_errno() == 115 else 1)  # EINPROGRESS: it was let go
"""


@pytest.mark.skipif(sys.platform != "linux" or shutil.which("cc") is None, reason="需要 Linux 与 C 编译器")
def test_native_code_is_seen_with_the_library(report: Path, tmp_path: Path) -> None:
    library = native(tmp_path)
    assert library is not None
    assert catches(NATIVE, guarding(report, library), report)


def test_the_reading_workers_are_guarded_too(report: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """They get a PYTHONPATH of their own making."""
    for name, value in guarding(report, None).items():
        monkeypatch.setenv(name, value)
    with Sandbox() as sandbox:
        sandbox.read("a.txt", "一段文字".encode())
        worker = sandbox._worker
        assert worker is not None
        if sys.platform == "linux":
            words = Path(f"/proc/{worker.pid}/environ").read_bytes().split(b"\0")
            assert next(w for w in words if w.startswith(b"PYTHONPATH=")).endswith(os.fsencode(os.environ["PYTHONPATH"]))
