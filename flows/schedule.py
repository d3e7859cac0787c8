"""Scheduled runs that need nobody: a weekly refresh of the corpus and a daily intake, and word to a person when one fails.

`serve` keeps a loopback-only Prefect server and runs what is due; a run that finds the output folder busy is skipped and
said so. What happened, to runs by hand as well, is in outputs/state/runs.jsonl (flows.history), so that `status` needs no server.
"""

import os
import shutil
from collections.abc import Callable, Iterator, Sequence
from contextlib import suppress
from datetime import datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from prefect import flow

from flows import logs
from flows.history import Name, Noted, Outcome, Skipped, State, history, note
from flows.inbox import find_files
from flows.intake import intake
from flows.journal import why
from flows.progress import display
from flows.refresh import refresh
from flows.registry import previous_runs, refreshed_chain
from flows.schedule_late import MISSED, pass_over
from flows.settings import ROOT, ScheduleSettings, read_schedule
from flows.store import WORK, Locked, latest, run_lock
from flows.under_way import going_on, held, killed

__all__ = ["NAMES", "Outcome", "history", "keep", "material", "next_times", "note", "notify", "recorded", "scheduled_intake", "scheduled_refresh", "status"]

NAMES: dict[Name, str] = {"corpus": "每周语料刷新", "intake": "每日接收材料"}
BY_HAND: dict[Name, str] = {"refresh": "手工刷新", "intake": "手工接收材料"}
STATES: dict[State, str] = {"done": "完成", "failed": "失败", "skipped": "跳过"}


# ---- the runs -----------------------------------------------------------------------------


@flow(name="计划：刷新语料", persist_result=False)
def scheduled_refresh() -> None:
    logs.begin()  # in a process of its own
    settings = read_schedule()
    planned("corpus", lambda: refresh(material(settings.corpus_inbox), out=ROOT / settings.out), settings)


@flow(name="计划：接收材料", persist_result=False)
def scheduled_intake() -> None:
    logs.begin()
    settings = read_schedule()
    notice = ROOT / settings.notice if settings.notice else None
    planned("intake", lambda: intake(material(settings.intake_inbox), notice, out=ROOT / settings.out, again=False), settings)


def planned(name: Name, run: Callable[[], Path], settings: ScheduleSettings) -> None:
    """Run, unless a newer run of the plan is due too; what is passed over is noted."""
    zone = ZoneInfo(settings.timezone)
    now = datetime.now(zone)
    passed = pass_over(now)
    for due_at in passed.planned:
        started, finished = (t.astimezone(zone).isoformat(timespec="seconds") for t in (due_at, now))
        with suppress(OSError):
            note(Outcome(name=name, started=started, finished=finished, state="skipped", reason=MISSED, folder=""), ROOT / settings.out)
    if not passed.own:
        recorded(name, run, settings)


def material(paths: Sequence[str]) -> list[Path]:
    """The inboxes; those inside the project are made where they are missing. Raises history.Skipped when nothing lies in them."""
    folders = [ROOT / p for p in paths]
    for given, folder in zip(paths, folders, strict=True):
        if not (Path(given).is_absolute() or folder.suffix):  # elsewhere a missing folder may be a disk that is not there
            folder.mkdir(parents=True, exist_ok=True)
    if not find_files(folders):
        raise Skipped(f"收件目录里没有材料：{'、'.join(paths)}")
    return folders


def recorded(name: Name, run: Callable[[], Path], settings: ScheduleSettings) -> Outcome:
    """Run, note what happened, tell a person of a failure, and clear what is too old. Raises what the run raised, after noting it."""
    zone, out = ZoneInfo(settings.timezone), ROOT / settings.out
    noted = Noted(name=name, out=out, by="schedule", zone=zone)
    try:
        with suppress(Locked, Skipped), noted:
            noted.folder = run().name
    finally:
        if (outcome := noted.outcome) is not None:
            if outcome.state == "failed" and noted.error:
                notify(outcome, outward(noted.error), settings.notify)
            clear(out, days=settings.keep_days, now=datetime.now(zone))
    if outcome is None:
        raise RuntimeError("a scheduled run inside another")
    return outcome


def outward(error: BaseException) -> str:
    """What may leave the machine: the class, and a reason only where it is in words of ours, which quote no document."""
    return "，".join([*why(error).values(), "详情见该机器上的 luxiantu schedule status"])


def notify(outcome: Outcome, said: str, addresses: Sequence[str]) -> bool:
    """Word by mail or web hook (apprise addresses); silent where none is set, and a failed message never fails a run."""
    if not addresses:
        return False
    import apprise

    messenger = apprise.Apprise()
    messenger.add(list(addresses))
    return bool(messenger.notify(title=f"路线图：{NAMES[outcome.name]}失败", body=f"{outcome.started}　{said}"))


def clear(out: Path, *, days: int, now: datetime) -> None:
    """Tidying fails no run: a folder that is open elsewhere stays until the next time, and is said."""
    try:
        with run_lock(out):
            keep(out, days=days, now=now)
    except Locked:  # another run began; it will clear
        return
    except OSError as error:
        display.say(f"旧的运行没有删完（{error.strerror or type(error).__name__}），下次再删", "keep.failed")


def keep(out: Path, *, days: int, now: datetime) -> list[str]:
    """Remove published runs older than `days`, under the run lock; returns their names.

    Never the one that `latest` points at, nor the last of any chain or the last intake: a clock that jumps ahead makes every run look old.
    """
    folders = sorted(p for p in out.iterdir() if (p / "manifest.json").is_file() and p.name != "latest")
    last = {refreshed_chain(p / "manifest.json"): p for p in folders}  # of runs by name, which is their time
    needed = {p.resolve() for p in (latest(out), *last.values(), *(next(previous_runs(out, c), None) for c in last if c)) if p}
    gone = []
    for folder in folders:
        made = datetime.fromtimestamp((folder / "manifest.json").stat().st_mtime, tz=now.tzinfo)
        if now - made > timedelta(days=days) and folder.resolve() not in needed:
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
    out = ROOT / settings.out
    found, running = [*history(out), *killed(out)], going_on(out)
    if running:
        yield f"正在运行：{title(running)}，{running.started} 开始"
    plans: dict[Name, str] = {"corpus": settings.corpus, "intake": settings.intake}
    for name, cron in plans.items():
        yield f"{NAMES[name]}　（{cron}，{settings.timezone}）"
        yield from past([o for o in found if o.name == name and o.by == "schedule"])
        yield f"  下次：{due(cron, now, out)}"
    for name, words in BY_HAND.items():
        if mine := [o for o in found if o.name == name and o.by == "hand"]:
            yield words
            yield from past(mine)


def title(o: Outcome) -> str:
    return (NAMES if o.by == "schedule" else BY_HAND)[o.name]


def due(cron: str, now: datetime, out: Path) -> str:
    """When, and by whom; where nobody keeps the schedule nothing will run, and no time is promised."""
    moment = next_times(cron, now)[0].isoformat(sep=" ", timespec="minutes")
    if shared := os.environ.get("PREFECT_API_URL"):
        return f"{moment}（由 {shared.rpartition('@')[2]} 的 Prefect 服务与执行机安排，以那里为准）"
    return moment if held(out / ".schedule.lock") else "没有在值守，到点不会运行。请运行 luxiantu schedule serve，开机自启见手册“计划任务”"


def past(mine: Sequence[Outcome]) -> Iterator[str]:
    yield f"  上次：{said(mine[-1])}" if mine else "  上次：还没有运行过"
    failed = [o for o in mine if o.state == "failed"]
    if failed and failed[-1] is not mine[-1]:
        yield f"  最近一次失败：{said(failed[-1])}"


def said(o: Outcome) -> str:
    return f"{o.started} {STATES[o.state]}" + (f"，{o.folder}" if o.folder else "") + (f"，{o.reason}" if o.reason else "")
