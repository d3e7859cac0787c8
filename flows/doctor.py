"""What a person must know before a run fails: versions, models, settings, disk, permissions, Prefect, fonts, LibreOffice; each with a remedy."""

import os
import shutil
import sys
import tempfile
import tomllib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path
from typing import Literal

from flows.orphans import find_orphans
from flows.settings import ROOT, available_cores, read
from nlp.errors import LuxiantuError

__all__ = ["Check", "examine", "pinned"]

State = Literal["ok", "warn", "fail"]
LEAST_GB, BETTER_GB = 1, 5  # free disk
PYTHONS = ((3, 11), (3, 12))


@dataclass(frozen=True, slots=True, kw_only=True)
class Check:
    name: str
    state: State
    detail: str
    remedy: str = ""


def examine(out: Path) -> Iterator[Check]:
    """Every check, in the order in which a run would need it; a check that breaks is itself a finding."""
    examiners: tuple[Callable[[], Check], ...] = (
        python, packages, settings, chains, lexicons, models, cores, lambda: disk(out), lambda: writable("输出目录", out),
        lambda: writable("Prefect 目录", Path(os.environ.get("PREFECT_HOME") or ROOT / ".prefect")), lambda: lock(out), orphans, office, fonts)
    for examiner in examiners:
        try:
            yield examiner()
        except LuxiantuError as error:
            yield Check(name=error.name, state="fail", detail=error.reason, remedy=error.remedy)
        except (RuntimeError, ValueError, TypeError, AttributeError, LookupError, ArithmeticError, ImportError, OSError) as error:
            yield Check(name="检查本身", state="fail", detail=f"{type(error).__name__}：{error}", remedy="请把本信息发给维护者")


def python() -> Check:
    version = ".".join(map(str, sys.version_info[:3]))
    known = sys.version_info[:2] in PYTHONS
    return Check(name="Python", state="ok" if known else "warn", detail=version, remedy="" if known else "只在 3.11 与 3.12 上测试过")


def pinned(constraints: Path) -> dict[str, str]:
    """name -> version of a constraints or lock file."""
    lines = (line.split("#")[0].split(";")[0].strip() for line in constraints.read_text("utf-8").splitlines())
    pairs = (line.split("==") for line in lines if "==" in line)
    return {name.strip().lower(): version.strip().split()[0] for name, version in pairs}


def torch_version(project: Path) -> dict[str, str]:
    """torch stands outside the lock: its CPU build has no hash that holds on every system."""
    known = tomllib.loads(project.read_text("utf-8"))["tool"]["uv"]["dependency-metadata"]
    return {package["name"]: package["version"] for package in known}


def packages() -> Check:
    """Installed versions against those that were tested together; a local build label (+cpu) is no difference."""
    wanted, other = pinned(ROOT / "requirements.lock") | torch_version(ROOT / "pyproject.toml"), []
    for name, version in wanted.items():
        try:
            found = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue  # an extra that is not installed here, or a package of another system
        if found.split("+")[0] != version.split("+")[0]:
            other.append(f"{name} {found}（应为 {version}）")
    detail = f"{len(wanted)} 个版本与 requirements.lock 一致" if not other else "；".join(other[:5])
    return Check(name="软件包", state="warn" if other else "ok", detail=detail, remedy="请运行 python bootstrap.py setup" if other else "")


def settings() -> Check:
    found = read()
    return Check(name="设置", state="ok", detail=f"产业链 {found.run.chain}，术语档位 {found.terms.tier}，模型 {found.encoder.name}")


def chains() -> Check:
    from flows.understand import chain_of

    names = sorted(p.stem for p in (ROOT / "corpora" / "chains").glob("*.toml"))
    return Check(name="产业链", state="ok", detail="、".join(f"{name}（{chain_of(name).name}）" for name in names))


def lexicons() -> Check:
    from nlp.terms import load_lexicon

    load_lexicon(ROOT / "corpora" / "lexicons")
    return Check(name="词表", state="ok", detail="可以读取")


def models() -> Check:
    from flows import models as folder

    missing = [m.name for m in folder.listing(ROOT) if not m.ready]
    for found in folder.listing(ROOT):
        if found.ready:
            folder.verify(found.name, ROOT)
    engines = "".join(f"；{m.name} 的引擎 {m.engine}" for m in folder.listing(ROOT) if m.engine)
    remedy = "请运行 " + "；".join(f"luxiantu models build {name}" for name in missing) if missing else ""
    return Check(name="模型", state="fail" if missing else "ok", detail=f"缺少 {'、'.join(missing)}" if missing else f"完好{engines}", remedy=remedy)


def cores() -> Check:
    return Check(name="处理器", state="ok", detail=f"可用 {available_cores()} 核")


def disk(out: Path) -> Check:
    place = next(p for p in (out.resolve(), *out.resolve().parents) if p.exists())
    free = shutil.disk_usage(place).free / 1e9
    state: State = "fail" if free < LEAST_GB else "warn" if free < BETTER_GB else "ok"
    return Check(name="磁盘", state=state, detail=f"剩余 {free:.1f} GB", remedy="" if state == "ok" else "请清理旧的运行结果，或用 --out 换一个磁盘")


def writable(name: str, folder: Path) -> Check:
    """By writing: permissions on paper and on network drives differ."""
    place = next(p for p in (folder.resolve(), *folder.resolve().parents) if p.exists())
    try:
        with tempfile.NamedTemporaryFile(dir=place):
            return Check(name=name, state="ok", detail="可以写入")
    except OSError as error:
        return Check(name=name, state="fail", detail=f"不能写入（{error.strerror}）", remedy="请检查权限，或换一个目录")


def lock(out: Path) -> Check:
    """By taking it and giving it back: the system frees the lock of a process that died, so one that is held has a live holder."""
    import filelock

    if not (out / ".lock").is_file():
        return Check(name="运行锁", state="ok", detail="没有运行占用")
    try:
        with filelock.FileLock(out / ".lock", timeout=0):
            return Check(name="运行锁", state="ok", detail="没有运行占用")
    except filelock.Timeout:
        return Check(name="运行锁", state="warn", detail="有一个运行正在使用输出目录", remedy="请等它结束再开始新的运行，或用 --out 换一个目录")


def orphans() -> Check:
    found = find_orphans(Path(os.environ.get("PREFECT_HOME") or ROOT / ".prefect"))
    return Check(name="残留进程", state="warn" if found else "ok", detail=f"进程号 {'、'.join(map(str, found))}" if found else "没有",
                 remedy="它们是被强行结束的运行留下的，下一次运行开始时会自动清理" if found else "")


def office() -> Check:
    from flows.office import find_office

    found = find_office()
    return Check(name="LibreOffice", state="ok" if found else "warn", detail="已安装" if found else "没有找到",
                 remedy="" if found else "只在读取 .doc .wps 时需要；不装则请另存为 .docx")


def fonts() -> Check:
    bundled = sorted(p.name for p in (ROOT / "nlp" / "writers" / "fonts").glob("*.[ot]tf"))
    return Check(name="图用字体", state="ok" if bundled else "fail", detail="、".join(bundled) or "项目自带的字体不见了", remedy="" if bundled else "请恢复 nlp/writers/fonts/")
