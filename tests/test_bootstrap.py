"""Setting up from nothing is run for real by .ci/run; here only what can be wrong without installing anything."""

import subprocess
import sys
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]


def test_wrong_usage_explains_itself() -> None:
    done = subprocess.run([sys.executable, str(ROOT / "bootstrap.py"), "fly"], capture_output=True, text=True, encoding="utf-8", check=False)
    assert (done.returncode, "python bootstrap.py setup" in done.stderr) == (2, True)


def test_every_make_target_is_a_bootstrap_command() -> None:
    sys.path.insert(0, str(ROOT))
    import bootstrap

    targets = next(line for line in (ROOT / "Makefile").read_text("utf-8").splitlines() if line.startswith(".PHONY:")).split()[1:]
    assert set(targets) <= set(bootstrap.COMMANDS)


def test_the_pins_that_were_paid_for() -> None:
    pins = dict(line.split("==") for line in (ROOT / "constraints.txt").read_text("utf-8").splitlines() if "==" in line)
    assert pins["prefect"] == "3.8.8"
    assert tuple(map(int, pins["fastapi"].split(".")[:2])) < (0, 151)
    assert tuple(map(int, pins["SQLAlchemy"].split(".")[:2])) < (2, 1)
    assert pins["torch"] == "2.13.0"
