"""What a person must know before a run fails: versions, models, settings, clock, disk, permissions, databases, [scale], fonts, LibreOffice; each with a remedy."""

import importlib
import os
import shutil
import sys
import tempfile
import tomllib
from collections.abc import Callable, Iterator
from datetime import datetime
from importlib import metadata
from pathlib import Path

from flows import check_clock, check_databases, check_scale
from flows.check import Check, State, made
from flows.orphans import find_orphans
from flows.settings import ROOT, available_cores, read, read_schedule
from nlp.errors import InvalidSetting

__all__ = ["Check", "examine", "pinned"]

LEAST_GB, BETTER_GB = 1, 5  # free disk
PYTHONS = ((3, 11), (3, 12))
SECONDS = 8.0  # for all checks together


def examine(out: Path) -> Iterator[Check]:
    """Every check, in the order in which a run would need it, within SECONDS; never raises."""
    home, schedule, now = Path(os.environ.get("PREFECT_HOME") or ROOT / ".prefect"), read_schedule(), datetime.now().astimezone()
    inboxes = [ROOT / p for p in (*schedule.corpus_inbox, *schedule.intake_inbox)]
    examiners: tuple[tuple[str, Callable[[], Check]], ...] = (
        ("Python", python), ("软件包", packages), ("设置", settings), ("时钟", lambda: check_clock.clock(out, inboxes, now)),
        ("时区", lambda: check_clock.zone(schedule, now)), ("产业链", chains), ("词表", lexicons), ("模型", models), ("处理器", cores),
        ("计算方式", executor), ("分片目录", lambda: store(out)), ("磁盘", lambda: disk(out)), ("输出目录", lambda: writable("输出目录", out)),
        ("Prefect 目录", lambda: writable("Prefect 目录", home)), ("Prefect 记录", lambda: check_databases.prefect_records(home)),
        ("初筛数据库", lambda: triage(out)), ("运行锁", lambda: check_databases.run_lock_state(out)),
        ("最近的运行", lambda: check_databases.last_runs(out)), ("残留进程", lambda: orphans(home)), ("LibreOffice", office), ("图用字体", fonts))
    yield from made(examiners, seconds=SECONDS)


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
    wanted, other, same = pinned(ROOT / "requirements.lock") | torch_version(ROOT / "pyproject.toml"), [], 0
    for name, version in wanted.items():
        try:
            found = metadata.version(name)
        except metadata.PackageNotFoundError:
            continue  # an extra that is not installed here, or a package of another system
        if found.split("+")[0] != version.split("+")[0]:
            other.append(f"{name} {found}（应为 {version}）")
        else:
            same += 1
    detail = f"已装的 {same} 个版本与 requirements.lock 一致" if not other else "；".join(other[:5])
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
            return Check(name=name, state="ok", detail=f"{folder.resolve()}，可以写入")
    except OSError as error:
        return Check(name=name, state="fail", detail=f"{folder.resolve()} 不能写入（{error.strerror}）", remedy="请检查权限，或换一个目录")


def executor() -> Check:
    try:
        return check_scale.executor(read().scale)
    except InvalidSetting:
        return unknown("计算方式")


def store(out: Path) -> Check:
    try:
        return check_scale.store(read().scale, out)
    except InvalidSetting:
        return unknown("分片目录")


def unknown(name: str) -> Check:
    return Check(name=name, state="warn", detail="设置读不出来，没有检查", remedy="请先按“设置”一项的说明改正")


def triage(out: Path) -> Check:
    """By name: triage stands on top of flows, not below it."""
    found: Check = importlib.import_module("triage.health").examine(out)
    return found


def orphans(home: Path) -> Check:
    found = find_orphans(home)
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
