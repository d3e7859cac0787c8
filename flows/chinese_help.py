"""argparse, speaking Chinese: the headings, the usage line and the messages of wrong usage."""

import argparse
import re
import sys
from collections.abc import Callable, Iterable
from typing import Any, NoReturn

from flows.logs import LOG, as_json

__all__ = ["Commands", "Parser"]

MESSAGES = (  # argparse's own wording -> ours; what is not listed stays as it is
    (r"the following arguments are required: (.*)", r"缺少参数：\1"),
    (r"unrecognized arguments: (.*)", r"不认识的参数：\1"),
    (r"argument (\S+): invalid choice: (\S+) \(choose from (.*)\)", r"参数 \1 不能取 \2；可选：\3"),
    (r"argument (\S+): expected one argument", r"参数 \1 后面缺少值"),
    (r"argument (\S+): invalid \w+ value: (.*)", r"参数 \1 的值 \2 不合要求"),
    (r"ambiguous option: (.*) could match (.*)", r"选项 \1 不明确，可能是 \2"),
)


class ChineseFormatter(argparse.RawDescriptionHelpFormatter):
    def add_usage(self, usage: str | None, actions: Iterable[argparse.Action], groups: Iterable[Any], prefix: str | None = None) -> None:
        super().add_usage(usage, actions, groups, "用法：" if prefix is None else prefix)


class Parser(argparse.ArgumentParser):
    """`fill` adds the arguments when the command is called: its modules may take long to import, and most calls are of others."""

    def __init__(self, *, fill: Callable[["Parser"], None] | None = None, **settings: Any) -> None:
        super().__init__(**settings, add_help=False, allow_abbrev=False, formatter_class=ChineseFormatter)
        self.fill = fill
        self._positionals.title, self._optionals.title = "参数", "选项"
        self.add_argument("-h", "--help", action="help", help="显示本帮助")

    def add_commands(self) -> "Commands":
        return Commands(self)

    def parse_known_args(self, *given: Any, **named: Any) -> Any:
        fill, self.fill = self.fill, None
        if fill:
            fill(self)
        return super().parse_known_args(*given, **named)

    def error(self, message: str) -> NoReturn:
        for theirs, ours in MESSAGES:
            message = re.sub(f"^{theirs}$", ours, message, flags=re.DOTALL)
        if as_json():
            LOG.error("command.usage", extra={"values": {"text": message, "exit": 2}})
            self.exit(2)
        self.print_usage(sys.stderr)
        self.exit(2, f"用法有误：{message}。加 -h 查看帮助。\n")


class Commands:
    """The commands of one parser; a command is named once and gets its own Chinese help."""

    def __init__(self, parser: Parser) -> None:
        self.actions = parser.add_subparsers(title="命令", metavar="命令", dest="command", required=True, parser_class=Parser)

    def add(self, name: str, summary: str, *, fill: Callable[[Parser], None] | None = None) -> Parser:
        return self.actions.add_parser(name, help=summary, description=summary, fill=fill)
