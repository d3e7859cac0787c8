"""Scheduled runs that need nobody: a weekly refresh of the corpus and a daily intake, and word to a person when one fails.

`serve` keeps a loopback-only Prefect server and runs what is due; a run that finds the output folder busy is skipped and
said so. What happened, to runs by hand as well, is in outputs/state/runs.jsonl (flows.history), so that `status` needs no server.
"""

import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from prefect import flow

from flows import logs
from flows.history import Name, Noted, Outcome, State, history, note
from flows.intake import intake
from flows.refresh import refresh
from flows.settings import ROOT, ScheduleSettings, read_schedule
from flows.store import WORK, Locked, latest

__all__ = ["NAMES", "Outcome", "history", "keep", "next_times", "note", "notify", "recorded", "scheduled_intake", "scheduled_refresh", "status"]

NAMES: dict[Name, str] = {"corpus": "每周语料刷新", "intake": "每日接收材料"}
BY_HAND: dict[Name, str] = {"refresh": "手工刷新", "intake": "手工接收材料"}
STATES: dict[State, str] = {"done": "完成", "failed": "失败", "skipped": "跳过"}


# ---- the runs -----------------------------------------------------------------------------


@flow(name="计划：刷新语料", persist_result=False)
def scheduled_refresh() -> None:
    logs.begin()  # in a process of its own
    settings = read_schedule()
    recorded("corpus", lambda: refresh(folders(settings.corpus_inbox), out=ROOT / settings.out), settings)


@flow(name="计划：接收材料", persist_result=False)
def scheduled_intake() -> None:
    logs.begin()
    settings = read_schedule()
    recorded("intake", lambda: intake(folders(settings.intake_inbox), out=ROOT / settings.out), settings)


def folders(paths: Sequence[str]) -> list[Path]:
    return [ROOT / p for p in paths]


def recorded(name: Name, run: Callable[[], Path], settings: ScheduleSettings) -> Outcome:
    """Run, note what happened, tell a person of a failure, and clear what is too old. Raises what the run raised, after noting it."""
    zone, out = ZoneInfo(settings.timezone), ROOT / settings.out
    noted = Noted(name=name, out=out, by="schedule", zone=zone)
    try:
        with suppress(Locked), noted:
            noted.folder = run().name
    finally:
        if (outcome := noted.outcome) is not None:
            if outcome.state == "failed":
                notify(outcome, settings.notify)
            keep(out, days=settings.keep_days, now=datetime.now(zone))
    if outcome is None:
        raise RuntimeError("a scheduled run inside another")
    return outcome


def notify(outcome: Outcome, addresses: Sequence[str]) -> bool:
    """Word by mail or web hook (apprise addresses); silent where none is set, and a failed message never fails a run."""
    if not addresses:
        return False
    import apprise

    messenger = apprise.Apprise()
    messenger.add(list(addresses))
    return bool(messenger.notify(title=f"路线图：{NAMES[outcome.name]}失败", body=f"{outcome.started}　{outcome.reason}"))


def keep(out: Path, *, days: int, now: datetime) -> list[str]:
    """Remove published runs older than `days`, never the one that `latest` points at; returns their names."""
    newest, gone = latest(out), []
    for folder in sorted(p for p in out.iterdir() if (p / "manifest.json").is_file() and p.name != "latest"):
        made = datetime.fromtimestamp((folder / "manifest.json").stat().st_mtime, tz=now.tzinfo)
        if now - made > timedelta(days=days) and (newest is None or folder.resolve() != newest.resolve()):
            discard(folder, out)
            gone.append(folder.name)
    return gone


def discard(folder: Path, out: Path) -> None:
    """Out of sight first, in one step: whoever is killed while removing it leaves no half of a run to be read, and the next run sweeps."""
    (out / WORK).mkdir(exist_ok=True)
    aside = folder.rename(out / WORK / f"{folder.name}.old")
    shutil.rmtree(aside)
    with suppress(OSError):  # a run that is going on works there too
        aside.parent.rmdir()


# ---- what is known of them ----------------------------------------------------------------


def next_times(cron: str, now: datetime, *, times: int = 1) -> list[datetime]:
    """When a cron line (minute hour day month weekday) is due next, in the zone of `now`. Raises ValueError."""
    from cronsim import CronSim, CronSimError

    try:
        due = CronSim(cron, now)
        return [next(due) for _ in range(times)]
    except (CronSimError, StopIteration) as error:
        raise ValueError(f"计划“{cron}”不是合法的 cron 写法") from error


def status(settings: ScheduleSettings, now: datetime) -> Iterator[str]:
    """Lines in Chinese: of each schedule the last run, what failed and why, and when it is due next; of runs by hand the last."""
    found = history(ROOT / settings.out)
    plans: dict[Name, str] = {"corpus": settings.corpus, "intake": settings.intake}
    for name, cron in plans.items():
        yield f"{NAMES[name]}　（{cron}，{settings.timezone}）"
        yield from past([o for o in found if o.name == name and o.by == "schedule"])
        yield f"  下次：{next_times(cron, now)[0].isoformat(sep=' ', timespec='minutes')}"
    for name, title in BY_HAND.items():
        if mine := [o for o in found if o.name == name and o.by == "hand"]:
            yield title
            yield from past(mine)


def past(mine: Sequence[Outcome]) -> Iterator[str]:
    yield f"  上次：{said(mine[-1])}" if mine else "  上次：还没有运行过"
    failed = [o for o in mine if o.state == "failed"]
    if failed and failed[-1] is not mine[-1]:
        yield f"  最近一次失败：{said(failed[-1])}"


def said(o: Outcome) -> str:
    return f"{o.started} {STATES[o.state]}" + (f"，{o.folder}" if o.folder else "") + (f"，{o.reason}" if o.reason else "")
