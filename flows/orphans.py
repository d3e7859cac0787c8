"""Servers that a killed run left behind: Prefect's own short-lived API server outlives its run when that run is killed (-9).

Found by /proc, so on Linux only; elsewhere nothing is found and nothing is ended.
"""

import os
import select
import signal
import sys
from pathlib import Path

__all__ = ["end_orphans", "find_orphans"]

PROC = Path("/proc")
SERVER = "prefect.server.api.server:create_app"
GRACE = 5.0  # seconds between asking and forcing


def find_orphans(home: Path) -> list[int]:
    """Process ids of this interpreter's ephemeral servers on this PREFECT_HOME whose run is gone."""
    if not (PROC / "self" / "environ").is_file():
        return []
    return sorted(int(p.name) for p in PROC.iterdir() if p.name.isdigit() and is_orphan(int(p.name), home))


def is_orphan(pid: int, home: Path) -> bool:
    """All must hold: our user, our interpreter, an ephemeral server of `home`, and adopted by process 1."""
    folder = PROC / str(pid)
    try:
        if folder.stat().st_uid != os.getuid():
            return False
        words = split(folder / "cmdline")
        if SERVER not in words or words[0] != sys.executable or not adopted(folder):
            return False
        names = dict(word.split("=", 1) for word in split(folder / "environ") if "=" in word)
    except OSError:  # it ended meanwhile, or may not be looked at
        return False
    return names.get("PREFECT__SERVER_EPHEMERAL") == "1" and os.path.realpath(names.get("PREFECT_HOME", "")) == os.path.realpath(home)


def adopted(folder: Path) -> bool:
    """Whether process 1 took it over. In a container a run may itself be process 1: then the parent lives."""
    status = (folder / "status").read_text("utf-8", "replace")
    parent = next(int(line.split()[1]) for line in status.splitlines() if line.startswith("PPid:"))
    first = split(PROC / "1" / "cmdline")
    return parent == 1 and bool(first) and not any("python" in word or "luxiantu" in word or "prefect" in word for word in first)


def split(path: Path) -> list[str]:
    return [word.decode("utf-8", "surrogateescape") for word in path.read_bytes().split(b"\0") if word]


def end_orphans(home: Path) -> int:
    """End them, first by asking; returns how many. The handle is opened before the second look, so a reused number is never hit."""
    ended = 0
    for pid in find_orphans(home):
        try:
            handle = os.pidfd_open(pid)
        except OSError:
            continue
        try:
            if is_orphan(pid, home):
                signal.pidfd_send_signal(handle, signal.SIGTERM)
                if not select.select([handle], [], [], GRACE)[0]:
                    signal.pidfd_send_signal(handle, signal.SIGKILL)
                ended += 1
        except ProcessLookupError:
            pass
        finally:
            os.close(handle)
    return ended
