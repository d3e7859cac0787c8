"""The clock and the time zone: dates of runs, the default cut-off date and the schedule hang on them."""

import os
from collections.abc import Iterable, Iterator, Sequence
from datetime import datetime, timedelta, tzinfo
from itertools import islice
from pathlib import Path
from zoneinfo import ZoneInfo, ZoneInfoNotFoundError

from flows.check import Check
from flows.settings import ScheduleSettings

__all__ = ["clock", "zone"]

YEARS = (2025, 2100)  # a machine whose battery is dead wakes in 1970 or in the year it was built
SLACK = timedelta(minutes=2)  # by which the clocks of file servers differ
LOOKED_AT = 50_000  # files of the inboxes
REMEDY = "请校准系统时间（Linux：timedatectl set-ntp true；Windows：设置里的“自动设置时间”；虚拟机还要校准宿主机）"


def clock(out: Path, inboxes: Sequence[Path], now: datetime) -> Check:
    """`now`: with its time zone."""
    if not YEARS[0] <= now.year <= YEARS[1]:
        return Check(name="时钟", state="fail", detail=f"系统时间是 {now:%Y-%m-%d %H:%M}", remedy=REMEDY)
    if (newest := last(manifests(out))) and changed(newest, now.tzinfo) > now + SLACK:
        detail = f"系统时间 {now:%Y-%m-%d %H:%M} 早于已发布的运行 {newest.parent.name}（{changed(newest, now.tzinfo):%Y-%m-%d %H:%M}）"
        return Check(name="时钟", state="fail", detail=detail, remedy=REMEDY)
    if (newest := last(islice(files(inboxes), LOOKED_AT))) and changed(newest, now.tzinfo) > now + SLACK:
        detail = f"收件目录的《{newest.name}》修改时间 {changed(newest, now.tzinfo):%Y-%m-%d %H:%M} 晚于系统时间 {now:%Y-%m-%d %H:%M}"
        return Check(name="时钟", state="warn", detail=detail, remedy=f"若系统时间不对，{REMEDY}；若只是该文件的时间不对，可不理会")
    return Check(name="时钟", state="ok", detail=f"{now:%Y-%m-%d %H:%M}，不早于已有的运行与材料")


def manifests(out: Path) -> Iterator[Path]:
    yield from (p for p in out.glob("*/manifest.json") if p.parent.name != "latest")


def files(inboxes: Iterable[Path]) -> Iterator[Path]:
    for inbox in inboxes:
        for folder, _, names in os.walk(inbox):
            yield from (Path(folder) / name for name in names if not name.startswith("."))


def last(paths: Iterable[Path]) -> Path | None:
    """The one that was changed last; one that vanishes meanwhile counts as old."""
    return max(paths, key=lambda p: p.stat().st_mtime if p.is_file() else 0.0, default=None)


def changed(path: Path, here: tzinfo | None) -> datetime:
    return datetime.fromtimestamp(path.stat().st_mtime, here)


def zone(schedule: ScheduleSettings, now: datetime) -> Check:
    """Whether this machine's clock reads what the schedule's zone reads; `now` in the machine's own zone."""
    try:
        wanted = now.astimezone(ZoneInfo(schedule.timezone))
    except (ZoneInfoNotFoundError, ValueError):
        return Check(name="时区", state="fail", detail=f"设置中的时区 {schedule.timezone} 无法识别",
                     remedy="请改正 flows/settings.toml 的 [schedule] timezone；Windows 上还需 pip install tzdata")
    if wanted.utcoffset() == now.utcoffset():
        return Check(name="时区", state="ok", detail=f"与计划的 {schedule.timezone} 一致")
    detail = f"本机是 {now.tzname()}（{now:%H:%M}），计划按 {schedule.timezone}（{wanted:%H:%M}）"
    remedy = f"计划仍按 {schedule.timezone} 准时执行，但运行编号与默认截止日期取本机日期，可能差一天；" \
             f"请设本机时区（timedatectl set-timezone {schedule.timezone}，容器用环境变量 TZ={schedule.timezone}）"
    return Check(name="时区", state="warn", detail=detail, remedy=remedy)
