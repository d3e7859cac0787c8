"""Prefect's database, the state of the output folder, and how the last runs ended."""

import os
import shutil
from datetime import datetime
from pathlib import Path

from flows.check import Check, size
from flows.check_scale import nearest
from flows.history import history
from flows.reach import reached
from flows.run_records import DATABASE, ROOM, damaged
from flows.store import WORK
from flows.under_way import held, killed

__all__ = ["last_runs", "prefect_records", "run_lock_state"]

PATIENCE = 2.0  # seconds
LARGE = 2e9  # bytes of a history that nobody reads any more
DATABASE_VARIABLES = ("PREFECT_SERVER_DATABASE_CONNECTION_URL", "PREFECT_API_DATABASE_CONNECTION_URL")


def prefect_records(home: Path) -> Check:
    """A damaged database does not stop a run, which puts it aside; a full disk does."""
    name = "Prefect 记录"
    if (server := os.environ.get("PREFECT_API_URL")) or (server := shared_database()):
        why = reached(server, seconds=PATIENCE)
        shown = server.rpartition("@")[2]  # without a password
        return Check(name=name, state="fail" if why else "ok", detail=f"连不上 {shown}：{why}" if why else f"{shown} 有应答",
                     remedy="请启动共用的 Prefect 服务或数据库，或去掉该环境变量改用本机记录" if why else "")
    if (free := shutil.disk_usage(nearest(home)).free) < ROOM:
        return Check(name=name, state="fail", detail=f"{home} 所在磁盘只剩 {size(free)}", remedy="请清理磁盘，或用环境变量 PREFECT_HOME 换一个目录")
    path = home / DATABASE
    if not path.is_file():
        return Check(name=name, state="ok", detail="还没有，第一次运行时建立")
    if damaged(path, seconds=5):
        return Check(name=name, state="warn", detail=f"{path.name} 已损坏", remedy="下一次运行开始时会自动改名保留并另建；只影响运行历史，不影响结果")
    kept = sorted(home.glob(f"{DATABASE}.damaged-*"))
    if kept:
        return Check(name=name, state="warn", detail=f"完好；另有 {len(kept)} 个损坏后保留的旧文件，共 {size(sum(p.stat().st_size for p in kept))}",
                     remedy=f"不需要时可删去 {home} 下的 {DATABASE}.damaged-*")
    if (now := path.stat().st_size) > LARGE:
        return Check(name=name, state="warn", detail=f"运行历史已有 {size(now)}", remedy=f"没有运行时可删去 {path}，只丢失运行历史")
    return Check(name=name, state="ok", detail=f"完好，{size(now)}")


def shared_database() -> str | None:
    """The server database that is not a file of this machine."""
    given = next((os.environ[v] for v in DATABASE_VARIABLES if os.environ.get(v)), "")
    return None if given.startswith("sqlite") else given or None


def run_lock_state(out: Path) -> Check:
    """A lock that is held has a live holder."""
    work = sorted(p for p in (out / WORK).glob("*") if p.is_dir())
    if held(out / ".lock"):
        going = f"运行 {work[-1].name}，{datetime.fromtimestamp(work[-1].stat().st_mtime):%m-%d %H:%M} 还在写入" if work else "运行刚刚开始"
        return Check(name="运行锁", state="warn", detail=f"有一个运行正在使用输出目录（{going}）", remedy="请等它结束再开始新的运行，或用 --out 换一个目录")
    if work:
        return Check(name="运行锁", state="warn", detail=f"没有运行占用；被强行结束的运行留下了 {'、'.join(p.name for p in work[:3])}",
                     remedy="不必处理：它们没有发布，下一次运行开始时会自动清理")
    return Check(name="运行锁", state="ok", detail="没有运行占用，没有残留")


def last_runs(out: Path) -> Check:
    """The last run of each kind, where it failed; and whether somebody keeps the schedule."""
    newest = {(o.name, o.by): o for o in [*history(out), *killed(out)]}
    failed = [o for o in newest.values() if o.state == "failed"]
    served = "有进程在执行计划" if held(out / ".schedule.lock") else "没有进程在执行计划"
    if failed:
        return Check(name="最近的运行", state="warn", detail=f"{failed[-1].started} 失败：{failed[-1].reason}（{served}）",
                     remedy="请按其中的说明处理；全部历史见 luxiantu schedule status 与输出目录的 state/runs.jsonl")
    return Check(name="最近的运行", state="ok", detail=f"{f'{len(newest)} 类，都没有失败' if newest else '还没有'}；{served}")
