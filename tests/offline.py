"""A whole refresh of the sample in a network namespace of its own, where nothing but the machine itself can be reached.

    python -m tests.offline        # exit 0: published without a network; 77: this system allows no such namespace
"""

import fcntl
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
SKIPPED = 77  # as automake has it
OUTSIDE = ("192.0.2.1", 80)  # RFC 5737: an address that belongs to nobody
SET_FLAGS, UP_AND_RUNNING = 0x8914, 0x41  # SIOCSIFFLAGS; IFF_UP | IFF_RUNNING


def raise_loopback() -> None:
    """Prefect's own server listens on 127.0.0.1."""
    with socket.socket() as asked:
        fcntl.ioctl(asked, SET_FLAGS, struct.pack("16sh", b"lo", UP_AND_RUNNING))


def cut_off() -> bool:
    with socket.socket() as asked:
        asked.settimeout(3)
        try:
            asked.connect(OUTSIDE)
        except TimeoutError:
            return False  # packets leave, only nobody answers
        except OSError:
            return True
    return False


def inside() -> int:
    raise_loopback()
    if not cut_off():
        print("这里仍能连到外面，检查没有意义", file=sys.stderr)
        return 1
    with tempfile.TemporaryDirectory() as out:
        done = subprocess.run([sys.executable, "-m", "flows.cli", "refresh", "--out", out], cwd=ROOT, check=False)
        published = (Path(out) / "latest" / "roadmap.docx").is_file()
    return 0 if done.returncode == 0 and published else 1


def main() -> int:
    unshare = shutil.which("unshare")
    if unshare is None or subprocess.run([unshare, "-rn", "true"], capture_output=True, check=False).returncode:
        print("本系统不允许建立独立的网络空间，断网检查没有进行", file=sys.stderr)
        return SKIPPED
    return subprocess.run([unshare, "-rn", sys.executable, "-m", "tests.offline", "inside"], cwd=ROOT, check=False).returncode


if __name__ == "__main__":
    sys.exit(inside() if sys.argv[1:] == ["inside"] else main())
