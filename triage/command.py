"""`luxiantu triage` and its sub-commands: what each takes and calls."""

import argparse
import os
import sys
import threading
from argparse import Namespace
from collections.abc import Callable, Iterator, Sequence
from contextlib import contextmanager
from datetime import date
from pathlib import Path

from flows.logs import as_json
from nlp.errors import LuxiantuError
from triage import history, labels
from triage.accounts import Role, add_user, first_link, invite, named
from triage.database import Store, database_url
from triage.office import Office, segment_names
from triage.settings import read

__all__ = ["add_arguments", "serve"]

OPERATOR = "命令行"
# Uvicorn's words reach flows.logs through the root logger, with their level.
LINES = {"version": 1, "disable_existing_loggers": False, "loggers": {"uvicorn": {"handlers": [], "propagate": True}}}


class ChainBroken(LuxiantuError):
    verb = "处理记录校验不通过"


def add_arguments(parser: argparse.ArgumentParser) -> None:
    """Fills the parser of `triage`. Without a sub-command it serves; every action is under `call`, as with all commands."""
    parser.add_argument("--host", default="127.0.0.1", metavar="地址", help="监听地址（默认只限本机）")
    parser.add_argument("--port", type=int, default=8765, metavar="端口", help="端口（默认 8765）")
    parser.add_argument("--name", action="append", default=[], metavar="域名", help="允许从哪些域名访问（可重复；经反向代理时填写）")
    parser.add_argument("--https", action="store_true", help="经 https 反向代理访问：会话只走加密连接")
    _add_out(parser)
    parser.set_defaults(call=serve)
    actions = parser.add_subparsers(title="命令", metavar="命令", dest="triage_command", required=False, parser_class=type(parser))

    def add(name: str, summary: str, call: Callable[[Namespace], None]) -> argparse.ArgumentParser:
        made: argparse.ArgumentParser = actions.add_parser(name, help=summary, description=summary)
        _add_out(made)
        made.set_defaults(call=call)
        return made

    add("verify", "校验处理记录：一条不缺、未被改动，且与每份材料的现状一致", verify)
    add("backup", "备份数据库为一个文件", call_backup).add_argument("file", type=Path, metavar="FILE", help="备份写到哪里（.jsonl.gz）")
    add("restore", "把备份恢复到空的数据库", call_restore).add_argument("file", type=Path, metavar="FILE", help="备份文件")
    add("export", "导出待处理的 triage.xlsx，并更新 decisions.jsonl 与 labels.jsonl", call_export).add_argument(
        "-o", "--output", type=Path, default=Path("triage.xlsx"), metavar="FILE", help="初筛表写到哪里（默认 triage.xlsx）")
    _add_import(add("import", "读入申报材料、已接收的批次目录，或填好的 triage.xlsx", call_import))
    user = add("adduser", "新增用户，显示一次性链接；已有的用户则重发链接", call_adduser)
    user.add_argument("user", metavar="用户名")
    user.add_argument("--role", choices=[r.value for r in Role], default=Role.REVIEWER.value, help="角色（默认 审核）")
    user.add_argument("--url", default="http://127.0.0.1:8765", metavar="网址", help="初筛页的网址，写进链接")


def _add_out(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("--out", type=Path, default=Path("outputs"), metavar="目录", help="输出目录，数据库在其 state/ 下（默认 outputs；设有 DATABASE_URL 时用该数据库）")


def _add_import(parser: argparse.ArgumentParser) -> None:
    parser.add_argument("sources", nargs="+", type=Path, metavar="SOURCE", help="材料文件或目录、intake 写出的目录、或 triage.xlsx")
    parser.add_argument("--notice", type=Path, metavar="FILE", help="征集通知或规则包；不写则用材料中的，或沿用上一次的")
    parser.add_argument("--as-of", type=date.fromisoformat, metavar="YYYY-MM-DD", help="截止日期（默认今天）")


@contextmanager
def opened(out: Path) -> Iterator[Store]:
    from triage.migrate import upgrade

    store = Store(database_url(os.environ.get("DATABASE_URL"), out))
    try:
        upgrade(store)
        yield store
    finally:
        store.close()


def say(text: str) -> None:
    sys.stdout.write(text + "\n")
    sys.stdout.flush()


# ---- actions ----------------------------------------------------------------------------------


def serve(options: Namespace) -> None:
    import uvicorn

    from triage.app import LOCAL, create
    from triage.importing import pending_runs
    from triage.office import publishing

    with opened(options.out) as store:
        office = Office(store=store, settings=read(), out=options.out.resolve(), segments=segment_names(), secure=options.https)
        address = f"http://{'127.0.0.1' if options.host in ('0.0.0.0', '::') else options.host}:{options.port}"  # noqa: S104  # nosec B104  # compared, not bound
        with store.writing() as session:
            token = first_link(session, office.settings.login)
        say(f"初筛页：{address}（按 Ctrl+C 停止）")
        if token:
            say(f"第一次使用：请打开这个一次性链接，为管理员 admin 设定口令：\n{address}/welcome#{token}")
        if waiting := pending_runs(store, options.out):
            say(f"正在把 {len(waiting)} 批 luxiantu intake 的结果接入队列")
            threading.Thread(target=take_pending, args=(office, waiting), daemon=True, name="intake").start()
        if options.host not in LOCAL and not options.https:
            say("注意：正在非本机地址上以明文提供服务，请放在 https 反向代理之后并加 --https")
        served = create(office, hosts=LOCAL | {options.host, *options.name}).served
        with publishing(office):
            uvicorn.run(served, host=options.host, port=options.port, log_level="warning", server_header=False, proxy_headers=False,
                        log_config=LINES if as_json() else uvicorn.config.LOGGING_CONFIG)


def take_pending(office: Office, folders: Sequence[Path]) -> None:
    """Beside the server, so that the page is there at once."""
    from triage.worker import read_in

    for folder in folders:
        try:
            done = read_in(office.store, folder, out=office.out, actor="系统")
            say(f"{folder.name}：新增 {done.added} 份；已在队列中 {done.known} 份")
        except (LuxiantuError, OSError) as error:
            say(f"{folder.name} 没有接入：{error}")
        office.publish_soon()


def verify(options: Namespace) -> None:
    with opened(options.out) as store, store.snapshot() as session:
        problems = history.verify(session, labels.anchors(options.out / "state" / "decisions.jsonl"))
        number = history.count(session)
    if problems:
        raise ChainBroken(f"{number} 条记录", "；".join(problems[:5]) + (f"；另有 {len(problems) - 5} 处" if len(problems) > 5 else ""), "请停止使用并从备份恢复，保留现有文件备查")
    say(f"{number} 条处理记录完好，与每份材料的现状一致")


def call_backup(options: Namespace) -> None:
    from triage.backup import backup

    with opened(options.out) as store:
        say(f"已备份 {backup(store, options.file)} 行：{options.file}（含未遮盖的原文，请妥善保管）")


def call_restore(options: Namespace) -> None:
    from triage.backup import restore

    with opened(options.out) as store:
        say(f"已恢复 {restore(store, options.file)} 行，处理记录校验通过")


def call_export(options: Namespace) -> None:
    from flows.store import write_bytes
    from triage.sheet import export_sheet

    state = options.out / "state"
    with opened(options.out) as store, store.snapshot() as session:
        write_bytes(export_sheet(session, segment_names(), date.today()), options.output)
        labels.export_decisions(session, state / "decisions.jsonl")
        number = labels.export_labels(session, state / "labels.jsonl")
    say(f"初筛表：{options.output}；决定：{state / 'decisions.jsonl'}；标注 {number} 条：{state / 'labels.jsonl'}")


def call_import(options: Namespace) -> None:
    from triage.sheet import import_sheet
    from triage.worker import read_in, take_in

    with opened(options.out) as store:
        inboxes = []
        for source in options.sources:
            if (source / "rule_pack.toml").is_file() and (source / "manifest.json").is_file():
                done = read_in(store, source, out=options.out, actor=OPERATOR)
                say(f"{source.name}：新增 {done.added} 份，其中重新报送 {done.reopened} 份；已在队列中 {done.known} 份")
            elif source.name.endswith("triage.xlsx"):
                outcome = import_sheet(store, source.read_bytes(), actor=OPERATOR, segments=segment_names())
                say("\n".join([outcome.message, *outcome.problems]))
            else:
                inboxes.append(source)
        if inboxes:
            done, folder = take_in(store, inboxes, out=options.out, actor=OPERATOR, notice=options.notice, as_of=options.as_of)
            say(f"新增 {done.added} 份，其中重新报送 {done.reopened} 份；已在队列中 {done.known} 份；搁置的见 {folder / 'rejected.jsonl'}")
        with store.reading() as session:
            labels.export_decisions(session, options.out / "state" / "decisions.jsonl")


def call_adduser(options: Namespace) -> None:
    with opened(options.out) as store, store.writing() as session:
        user = named(session, options.user) or add_user(session, options.user, Role(options.role), actor=OPERATOR)
        token = invite(session, user, read().login, actor=OPERATOR)
        say(f"{user.name}（{user.role}）的一次性链接，请交给本人：\n{options.url.rstrip('/')}/welcome#{token}")
