"""`python -m flows.schedule_server PORT`: the schedule's Prefect server, loopback only. It ends when whoever started it is gone, however that went."""

import os
import signal
import sys
import threading
import time

__all__ = ["main"]

GRACE = 10.0  # seconds between asking and forcing


def end_with_parent() -> None:
    """Nothing is ever written to us: reading returns when the other end is closed, which the system does also for a process that was killed."""
    os.read(0, 1)
    os.kill(os.getpid(), signal.SIGTERM)
    time.sleep(GRACE)
    os._exit(1)


def main(port: str) -> None:
    from prefect.cli import app

    threading.Thread(target=end_with_parent, daemon=True, name="parent").start()
    sys.argv = ["prefect", "server", "start", "--host", "127.0.0.1", "--port", port, "--no-ui", "--analytics-off"]
    app()


if __name__ == "__main__":
    main(sys.argv[1])
