"""Setting up from nothing is run for real by .ci/run; here only what can be wrong without installing anything."""

import re
import subprocess
import sys
import tomllib
from collections.abc import Sequence
from pathlib import Path

import pytest
from packaging.requirements import Requirement
from packaging.utils import canonicalize_name

from flows.doctor import pinned, torch_version

ROOT = Path(__file__).resolve().parents[1]


def test_wrong_usage_explains_itself() -> None:
    done = subprocess.run([sys.executable, str(ROOT / "bootstrap.py"), "fly"], capture_output=True, text=True, encoding="utf-8", check=False)
    assert (done.returncode, "python bootstrap.py setup" in done.stderr) == (2, True)


def test_every_make_target_is_a_bootstrap_command() -> None:
    sys.path.insert(0, str(ROOT))
    import bootstrap

    targets = next(line for line in (ROOT / "Makefile").read_text("utf-8").splitlines() if line.startswith(".PHONY:")).split()[1:]
    assert set(targets) <= set(bootstrap.COMMANDS)


def entries() -> dict[str, str]:
    """package -> its part of the lock file."""
    blocks = re.split(r"\n(?=\S)", (ROOT / "requirements.lock").read_text("utf-8"))
    return {b.split("==")[0]: b for b in blocks if "==" in b.splitlines()[0]}


def test_the_pins_that_were_paid_for() -> None:
    pins = pinned(ROOT / "requirements.lock")
    assert pins["prefect"] == "3.8.8"
    assert tuple(map(int, pins["fastapi"].split(".")[:2])) < (0, 151)
    assert tuple(map(int, pins["sqlalchemy"].split(".")[:2])) < (2, 1)
    assert torch_version(ROOT / "pyproject.toml") == {"torch": "2.13.0"}
    assert 'constraint-dependencies = ["torch==2.13.0"]' in (ROOT / "pyproject.toml").read_text("utf-8")  # without it uv takes the newest, and CUDA with it


def test_every_locked_package_has_hashes() -> None:
    found = entries()
    assert len(found) > 150
    assert [n for n, block in found.items() if "--hash=sha256:" not in block] == []


def test_the_lock_names_no_index_no_torch_and_nothing_of_cuda() -> None:
    assert "://" not in (ROOT / "requirements.lock").read_text("utf-8")
    assert [n for n in entries() if n in {"torch", "triton"} or n.startswith(("nvidia", "cuda"))] == []


def test_everything_asked_for_is_locked_and_fits() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text("utf-8"))["project"]
    wanted = map(Requirement, [*project["dependencies"], *project["optional-dependencies"]["dev"]])
    pins = {canonicalize_name(n): v for n, v in pinned(ROOT / "requirements.lock").items()} | torch_version(ROOT / "pyproject.toml")
    assert [str(r) for r in wanted if not r.specifier.contains(pins.get(canonicalize_name(r.name), ""))] == [], "请运行 python bootstrap.py lock"


def test_the_builds_of_torch_that_pypi_has_are_held_to_hashes() -> None:
    text = (ROOT / "torch.lock").read_text("utf-8")
    assert (text.count("--hash=sha256:") > 10, "torch==2.13.0" in text, "://" in text) == (True, True, False)


def test_a_pip_that_cannot_be_upgraded_stops_no_installation(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """On a closed network, from a folder of wheels, there may be none of pip itself."""
    monkeypatch.syspath_prepend(str(ROOT))
    import bootstrap

    asked = list[list[str]]()

    def call(arguments: Sequence[str | Path], *, check: bool = True, quiet: bool = False) -> int:
        asked.append([str(a) for a in arguments])
        upgrading = "--upgrade" in asked[-1]
        assert not (upgrading and check)
        return int(upgrading)

    for name, value in {"call": call, "STAMP": tmp_path / "stamp", "PYTHON": Path(sys.executable)}.items():
        monkeypatch.setattr(bootstrap, name, value)
    bootstrap.setup()
    assert (tmp_path / "stamp").is_file() and sum("--upgrade" in a for a in asked) == 1
