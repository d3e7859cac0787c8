"""从零开始：建立 .venv、安装依赖、构建默认模型，然后运行、检查或测试。没有 make 的机器（如 Windows）直接用它。

    python bootstrap.py setup    建立环境（已建好则立即返回）
    python bootstrap.py run      用 corpora/sample/ 生成一份路线图草稿
    python bootstrap.py test     运行全部测试
    python bootstrap.py check    代码规范、类型与测试（与持续集成相同）

Standard library only: it runs before anything is installed.
"""

import hashlib
import os
import platform
import subprocess
import sys
import venv
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
STAMP = VENV / "luxiantu-setup.sha256"
TORCH = "2.13.0"
ENCODER = "e5-small-zh"


def call(arguments: Sequence[str | Path], *, check: bool = True, quiet: bool = False) -> int:
    """Run a command in the project's folder; stop with its exit code when it fails."""
    env = {**os.environ, "PYTHONUTF8": "1", "PIP_DISABLE_PIP_VERSION_CHECK": "1"}
    sink = subprocess.DEVNULL if quiet else None
    done = subprocess.run([str(a) for a in arguments], cwd=ROOT, env=env, stdout=sink, stderr=sink)
    if check and done.returncode:
        sys.exit(done.returncode)
    return done.returncode


def fingerprint() -> str:
    parts = [(ROOT / name).read_bytes() for name in ("pyproject.toml", "constraints.txt", "bootstrap.py")]
    return hashlib.sha256(b"\0".join([*parts, str(ROOT).encode()])).hexdigest()


def install_torch() -> None:
    """The CPU build, wherever this pip can find one: the plain package pulls gigabytes of CUDA on Linux."""
    pip = [PYTHON, "-m", "pip", "install", "-q"]
    if call([*pip, f"torch=={TORCH}+cpu"], check=False, quiet=True) == 0:
        return
    index = ["--index-url", "https://download.pytorch.org/whl/cpu"]
    if platform.system() == "Linux" and call([*pip, f"torch=={TORCH}", *index], check=False, quiet=True) == 0:
        return
    call([*pip, f"torch=={TORCH}"])


def setup() -> None:
    wanted = fingerprint()
    if STAMP.is_file() and STAMP.read_text("utf-8") == wanted and PYTHON.is_file():
        return
    if not (3, 11) <= sys.version_info[:2] < (3, 13):
        sys.exit(f"需要 Python 3.11 或 3.12，当前是 {platform.python_version()}。请换用其中之一再运行。")
    print("正在建立环境（首次约需几分钟，之后立即完成）……", file=sys.stderr, flush=True)
    if not PYTHON.is_file():
        venv.create(VENV, with_pip=True)
    call([PYTHON, "-m", "pip", "install", "-q", "--upgrade", "pip"])
    install_torch()
    call([PYTHON, "-m", "pip", "install", "-q", "-c", "constraints.txt", "-e", ".[dev]"])
    call([PYTHON, "-m", "flows.cli", "models", "build", ENCODER])
    STAMP.write_text(wanted, "utf-8")


def lint() -> None:
    call([PYTHON, "-m", "ruff", "check", "."])
    call([PYTHON, "-m", "mypy"])


def test() -> None:
    call([PYTHON, "-m", "pytest"])


def check() -> None:
    lint()
    test()


def run() -> None:
    call([PYTHON, "-m", "flows.cli", "refresh"])


COMMANDS = {"setup": lambda: None, "run": run, "test": test, "lint": lint, "check": check}

if __name__ == "__main__":
    if len(sys.argv) != 2 or sys.argv[1] not in COMMANDS:
        print(__doc__, file=sys.stderr)
        sys.exit(2)
    setup()
    COMMANDS[sys.argv[1]]()
