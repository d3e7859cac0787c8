"""从零开始：建立 .venv、安装依赖、构建默认模型，然后运行、检查或测试。没有 make 的机器（如 Windows）直接用它。

    python bootstrap.py setup    建立环境（已建好则立即返回）
    python bootstrap.py run      用 corpora/sample/ 生成一份路线图草稿
    python bootstrap.py test     运行全部测试
    python bootstrap.py check    代码规范、类型与测试（与持续集成相同）
    python bootstrap.py fuzz     对读取与识别程序作十分钟的随机变异测试（LUXIANTU_FUZZ_MINUTES 可改）；慢任务 .ci/slow 每夜运行它
    python bootstrap.py bench    测速度、规模与强行终止（约两小时），结果写进 README 的表
    python bootstrap.py lock     由 pyproject.toml 重写 requirements.lock（已锁定的版本不变；要升级某个，先删去它的几行）
    python bootstrap.py sbom     由已装的软件包与模型卡片写 outputs/sbom.json，并重写 docs/licences.md

Standard library only: it runs before anything is installed.
"""

import hashlib
import os
import platform
import re
import subprocess
import sys
import tempfile
import venv
from collections.abc import Sequence
from pathlib import Path

ROOT = Path(__file__).resolve().parent
VENV = ROOT / ".venv"
PYTHON = VENV / ("Scripts/python.exe" if os.name == "nt" else "bin/python")
STAMP = VENV / "luxiantu-setup.sha256"
LOCK = ROOT / "requirements.lock"
TORCH_LOCK = ROOT / "torch.lock"
TORCH = re.search(r'^name = "torch"\nversion = "(.+)"', (ROOT / "pyproject.toml").read_text("utf-8"), re.MULTILINE)[1]
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
    parts = [(ROOT / name).read_bytes() for name in ("pyproject.toml", LOCK.name, TORCH_LOCK.name, "bootstrap.py")]
    return hashlib.sha256(b"\0".join([*parts, str(ROOT).encode()])).hexdigest()


def install_torch() -> None:
    """The CPU build, wherever this pip can find one: the plain package pulls gigabytes of CUDA on Linux.

    Only the builds of PyPI are held to hashes; a CPU build differs with the index it comes from, and that is said.
    """
    pip = [PYTHON, "-m", "pip", "install", "-q"]
    if platform.system() != "Linux":
        call([*pip, "--no-deps", "--require-hashes", "-r", TORCH_LOCK])
        return
    unknown = "提示：torch 的纯 CPU 版未核对散列（各软件源的文件不同），其余软件包均已核对。"
    for source in ([f"torch=={TORCH}+cpu"], [f"torch=={TORCH}", "--index-url", "https://download.pytorch.org/whl/cpu"]):
        if call([*pip, "--no-deps", *source], check=False, quiet=True) == 0:
            print(unknown, file=sys.stderr)
            return
    print("提示：找不到 torch 的纯 CPU 版，改装带 CUDA 的版本（数 GB）；它所带的 CUDA 软件包未核对散列。", file=sys.stderr, flush=True)
    call([*pip, "--no-deps", "--require-hashes", "-r", TORCH_LOCK])
    call([*pip, f"torch=={TORCH}"])  # the CUDA libraries, without which this build cannot be imported


def install_locked() -> None:
    """Every file against its hash; setuptools first, with which the few source packages are then built without fetching another."""
    pip = [PYTHON, "-m", "pip", "install", "-q", "--no-deps", "--require-hashes"]
    builder = next(b for b in re.split(r"\n(?=\S)", LOCK.read_text("utf-8")) if b.startswith("setuptools=="))
    with tempfile.TemporaryDirectory() as folder:
        (first := Path(folder) / "builder.txt").write_text(builder, "utf-8")
        call([*pip, "-r", first])
    call([*pip, "--no-build-isolation", "-r", LOCK])


def setup() -> None:
    wanted = fingerprint()
    if STAMP.is_file() and STAMP.read_text("utf-8") == wanted and PYTHON.is_file():
        return
    if not (3, 11) <= sys.version_info[:2] < (3, 13):
        sys.exit(f"需要 Python 3.11 或 3.12，当前是 {platform.python_version()}。请换用其中之一再运行。")
    print("正在建立环境（首次约需几分钟，之后立即完成）……", file=sys.stderr, flush=True)
    if not PYTHON.is_file():
        venv.create(VENV, with_pip=True)
    call([PYTHON, "-m", "pip", "install", "-q", "--upgrade", "pip"], check=False, quiet=True)  # the one that came along does too, as without a network
    install_locked()
    install_torch()
    call([PYTHON, "-m", "pip", "install", "-q", "--no-deps", "--no-build-isolation", "-e", "."])
    if call([PYTHON, "-m", "pip", "check"], check=False):
        sys.exit("已装的软件包彼此不合（见上）。请删去 .venv 后重新运行；仍如此则运行 python bootstrap.py lock 重写锁定文件。")
    call([PYTHON, "-m", "flows.cli", "models", "build", ENCODER])
    STAMP.write_text(wanted, "utf-8")


def lint() -> None:
    call([PYTHON, "-m", "ruff", "check", "."])
    call([PYTHON, "-m", "mypy"])
    call([PYTHON, "-m", "bandit", "-q", "-ll", "-c", "pyproject.toml", "-r", "nlp", "flows", "triage", "bootstrap.py"])


def test() -> None:
    call([PYTHON, "-m", "pytest"])


def check() -> None:
    lint()
    test()


def run() -> None:
    call([PYTHON, "-m", "flows.cli", "refresh"])


def fuzz() -> None:
    os.environ.setdefault("LUXIANTU_FUZZ_MINUTES", "10")
    call([PYTHON, "-m", "pytest", "tests/fuzz"])


def bench() -> None:
    call([PYTHON, "-m", "tests.bench"])


def lock() -> None:
    """uv resolves for every system and both Pythons at once; it is a tool of this command only, nothing that runs needs it."""
    if not PYTHON.is_file():
        venv.create(VENV, with_pip=True)
    call([PYTHON, "-m", "pip", "install", "-q", "uv"])
    call([PYTHON, "-m", "uv", "pip", "compile", "-q", "pyproject.toml", "--extra", "dev", "--universal", "--python-version", "3.11",
          "--generate-hashes", "--no-emit-index-url", "--no-emit-find-links", "--no-emit-package", "torch", "--no-annotate",
          "--custom-compile-command", "python bootstrap.py lock", "-o", LOCK.name])
    with tempfile.TemporaryDirectory() as folder:
        (wanted := Path(folder) / "torch.in").write_text(f"torch=={TORCH}\n", "utf-8")
        call([PYTHON, "-m", "uv", "pip", "compile", "-q", wanted, "--no-deps", "--universal", "--python-version", "3.11", "--generate-hashes",
              "--no-emit-index-url", "--no-emit-find-links", "--no-annotate", "--custom-compile-command", "python bootstrap.py lock", "-o", TORCH_LOCK.name])


def sbom() -> None:
    call([PYTHON, "-m", "flows.sbom", ROOT / "outputs" / "sbom.json"])


COMMANDS = {"setup": lambda: None, "run": run, "test": test, "lint": lint, "check": check, "fuzz": fuzz, "bench": bench, "lock": lock, "sbom": sbom}

if __name__ == "__main__":
    if len(sys.argv) != 2 or sys.argv[1] not in COMMANDS:
        print(__doc__, file=sys.stderr)
        sys.exit(2)
    if sys.argv[1] != "lock":  # whose purpose is that the next setup succeeds
        setup()
    COMMANDS[sys.argv[1]]()
