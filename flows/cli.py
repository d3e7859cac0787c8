"""The command line `luxiantu`. Results go to stdout; progress, hints and errors to stderr, there as JSON lines with
LUXIANTU_LOG=json (flows.logs). Exit 0 done, 1 failed, 2 wrong usage, 75 locked."""

import sys
from collections.abc import Sequence
from io import TextIOWrapper

from flows import logs, prefect_settings

prefect_settings.apply()
logs.begin()  # before Prefect is imported, which then leaves the lines to us

from flows.chinese_help import Parser  # noqa: E402 (prefect reads its settings when it is first imported)
from flows.commands import add_commands  # noqa: E402
from flows.history import reason_of  # noqa: E402
from flows.interrupts import stop_on_sigterm  # noqa: E402
from flows.store import Locked  # noqa: E402
from flows.topics_command import route  # noqa: E402
from nlp.errors import LuxiantuError  # noqa: E402

__all__ = ["build_parser", "main"]

DONE, FAILED, WRONG_USAGE, BUSY = 0, 1, 2, 75


def build_parser() -> Parser:
    parser = Parser(prog="luxiantu", description="路线图：从技术需求、政策与专利到有据可查的技术路线图草稿。")
    add_commands(parser.add_commands())
    return parser


def main(arguments: Sequence[str] | None = None) -> int:
    if isinstance(sys.stdout, TextIOWrapper):
        sys.stdout.reconfigure(errors="replace")  # a file or a pipe of a Windows that is not set to UTF-8 lacks some signs: no reason to fail
    options = build_parser().parse_args(route(arguments))
    stop_on_sigterm()
    try:
        options.call(options)
    except Locked as error:
        return failed(error, BUSY)
    except (LuxiantuError, OSError, KeyboardInterrupt) as error:
        return failed(error, FAILED)
    return DONE


def failed(error: BaseException, code: int) -> int:
    if logs.as_json():
        logs.LOG.error("command.failed", extra={"values": {"error": type(error).__name__, "text": reason_of(error), "exit": code}})
    else:
        print(reason_of(error), file=sys.stderr)
    return code


if __name__ == "__main__":
    sys.exit(main())
