"""`luxiantu topics`: a file in, a file out; or an analyst's decision on the topics of the last run."""

import sys
from argparse import Namespace
from collections.abc import Callable, Sequence
from pathlib import Path

from flows import topic_actions as actions
from flows.chinese_help import Commands, Parser
from flows.settings import read
from nlp.records import ProjectMode

__all__ = ["add_topics", "route"]

FILE_COMMAND, EDIT_COMMAND = "topics", "topic"
NAMES = ("list", "explain", "rename", "merge", "split", "hide", "show", "note", "mode")


def route(arguments: Sequence[str] | None) -> list[str]:
    """`topics rename …` becomes `topic rename …`: argparse gives a command either files or actions. A file named like an action is ./list."""
    given = list(sys.argv[1:] if arguments is None else arguments)
    return [EDIT_COMMAND, *given[1:]] if given[:1] == [FILE_COMMAND] and given[1:2] and given[1] in NAMES else given


def add_topics(commands: Commands) -> None:
    files = commands.add(FILE_COMMAND, "把一批文本归为主题（不分环节）；或 topics list|explain|rename|merge|split|hide|show|note 查看与修改上次运行的主题")
    files.add_argument("source", type=Path, metavar="IN", help="输入文件，JSON Lines")
    files.add_argument("-o", "--output", type=Path, required=True, metavar="OUT", help="输出文件")
    files.set_defaults(call=call_files)
    parser = commands.add(EDIT_COMMAND, "查看与修改上次运行的主题（同 topics list|explain|…）；修改在下次 refresh 时生效，以后每次沿用")
    parser.prog = "luxiantu topics"
    inner = parser.add_commands()
    add(inner, "list", "列出各主题的编号、名称与份数", lambda o: actions.listing(o.out, chain_of(o)))
    one(inner, "explain", "说明一个主题：术语、最居中与最勉强的材料、相邻主题、历次变化与修改", lambda o: actions.explanation(o.out, chain_of(o), o.topic))
    rename = one(inner, "rename", "改名", lambda o: actions.rename(decision(o), o.name))
    rename.add_argument("name", metavar="新名称")
    merge = one(inner, "merge", "把别的主题并入", lambda o: actions.merge(decision(o), o.others))
    merge.add_argument("others", nargs="+", metavar="并入的ID")
    split = one(inner, "split", "拆成两个主题，由系统提出分法", lambda o: actions.split(decision(o), o.name, o.dry_run))
    split.add_argument("--name", default="", metavar="名称", help="分出的主题的名称（默认由术语得出）")
    split.add_argument("--dry-run", action="store_true", help="只看分法，不记下")
    one(inner, "hide", "不再写进草稿（数据表中保留）", lambda o: actions.simple(decision(o), "hide"))
    one(inner, "show", "恢复显示", lambda o: actions.simple(decision(o), "show"))
    mode = one(inner, "mode", "决定组织方式，优先于规则的建议", lambda o: actions.mode(decision(o), o.mode))
    mode.add_argument("mode", choices=[m.value for m in ProjectMode], metavar="方式", help="、".join(m.value for m in ProjectMode))
    note = one(inner, "note", "加一条备注", lambda o: actions.note(decision(o), o.text))
    note.add_argument("text", metavar="文字")


def add(commands: Commands, name: str, summary: str, call: Callable[[Namespace], str]) -> Parser:
    parser = commands.add(name, summary)
    parser.add_argument("--out", type=Path, default=Path("outputs"), metavar="目录", help="输出目录（默认 outputs）")
    parser.add_argument("--chain", metavar="名称", help="产业链（默认见设置）")
    parser.set_defaults(call=lambda options: sys.stdout.write(call(options) + "\n"))
    return parser


def one(commands: Commands, name: str, summary: str, call: Callable[[Namespace], str]) -> Parser:
    parser = add(commands, name, summary, call)
    parser.add_argument("topic", metavar="ID", help="主题编号，见 topics list")
    if name != "explain":
        parser.add_argument("--why", default="", metavar="理由", help="为什么这样改，写给后来的人")
        parser.add_argument("--who", metavar="姓名", help="谁改的（默认为当前用户）")
    return parser


def chain_of(options: Namespace) -> str:
    return options.chain or read().run.chain


def decision(options: Namespace) -> actions.Decision:
    return actions.Decision(out=options.out, chain=chain_of(options), topic=options.topic, why=options.why, who=options.who)


def call_files(options: Namespace) -> None:
    from flows import single

    single.topics(options.source, single.checked_output(options.output))
