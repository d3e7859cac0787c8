"""A whole refresh of the sample without a network: in a network namespace of its own, or, where the system allows none, under a guard
that lets no connection and no question for a name leave this machine (tests/guard).

    python -m tests.offline            # exit 0: published, and nothing tried to leave; 1: not
    python -m tests.offline guarded    # under the guard in any case
"""

import os
import shutil
import socket
import struct
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from pathlib import Path

from flows.store import latest

ROOT = Path(__file__).resolve().parents[1]
GUARD = Path(__file__).with_name("guard")
OUTSIDE = ("192.0.2.1", 80)  # RFC 5737: an address that belongs to nobody
SET_FLAGS, UP_AND_RUNNING = 0x8914, 0x41  # SIOCSIFFLAGS; IFF_UP | IFF_RUNNING
ATTEMPT = "import socket; socket.create_connection(('192.0.2.1', 80), timeout=3)"
CHILD = f"import subprocess, sys; sys.exit(subprocess.run([sys.executable, '-c', {ATTEMPT!r}], stderr=subprocess.DEVNULL).returncode)"


def raise_loopback() -> None:
    """Prefect's own server listens on 127.0.0.1."""
    import fcntl  # not on Windows, where there is no namespace either

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


def refreshed(environment: dict[str, str] | None = None) -> bool:
    with tempfile.TemporaryDirectory() as out:
        done = subprocess.run([sys.executable, "-m", "flows.cli", "refresh", "--out", out], cwd=ROOT, env=environment, check=False)
        folder = latest(Path(out))
        return done.returncode == 0 and folder is not None and (folder / "roadmap.docx").is_file()


def inside() -> int:
    raise_loopback()
    if not cut_off():
        print("这里仍能连到外面，检查没有意义", file=sys.stderr)
        return 1
    return 0 if refreshed() else 1


# ---- the guard ----------------------------------------------------------------------------


def native(folder: Path) -> Path | None:
    """guard.c as a library; None without Linux or a C compiler."""
    compiler = shutil.which("cc") if sys.platform == "linux" else None
    if compiler is None:
        return None
    library = folder / "guard.so"
    built = subprocess.run([compiler, "-shared", "-fPIC", "-O1", "-o", library, GUARD / "guard.c", "-ldl"], capture_output=True, check=False)
    return library if built.returncode == 0 else None


def guarding(report: Path, library: Path | None) -> dict[str, str]:
    """The environment in which this interpreter and its children are guarded."""
    path = os.pathsep.join(filter(None, (str(GUARD), os.environ.get("PYTHONPATH"))))
    preload = {"LD_PRELOAD": " ".join(filter(None, (str(library), os.environ.get("LD_PRELOAD"))))} if library else {}
    return {**os.environ, "PYTHONPATH": path, "LUXIANTU_GUARD": str(report), "PYTHONUTF8": "1", **preload}


def attempts(report: Path) -> list[str]:
    return report.read_text("utf-8").splitlines() if report.is_file() else []


def catches(code: str, environment: dict[str, str], report: Path) -> bool:
    """Whether the guard makes the attempt fail and says so; forgets it afterwards."""
    done = subprocess.run([sys.executable, "-c", code], env=environment, stderr=subprocess.DEVNULL, check=False)
    seen = attempts(report)
    report.unlink(missing_ok=True)
    return done.returncode != 0 and bool(seen)


def guarded() -> int:
    with tempfile.TemporaryDirectory() as folder:
        report, library = Path(folder) / "attempts", native(Path(folder))
        environment = guarding(report, library)
        if not all(catches(code, environment, report) for code in (ATTEMPT, CHILD)):
            print("断网的看守没有起作用，检查没有意义", file=sys.stderr)
            return 1
        published, tried = refreshed(environment), attempts(report)
    print(f"断网检查由看守进行（{'含原生代码' if library else '只看 Python 的套接字'}），试图外连 {len(tried)} 次", file=sys.stderr)
    print("\n".join(tried), file=sys.stderr)
    return 0 if published and not tried else 1


def main(arguments: Sequence[str]) -> int:
    if list(arguments) == ["inside"]:
        return inside()
    unshare = None if list(arguments) == ["guarded"] else shutil.which("unshare")
    if unshare is None or subprocess.run([unshare, "-rn", "true"], capture_output=True, check=False).returncode:
        return guarded()
    return subprocess.run([unshare, "-rn", sys.executable, "-m", "tests.offline", "inside"], cwd=ROOT, check=False).returncode


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
