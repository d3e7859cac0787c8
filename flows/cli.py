"""The command line `luxiantu`. Results go to stdout, progress and errors to stderr; exit 0 done, 1 failed, 2 wrong usage, 75 locked."""

import sys
from collections.abc import Sequence

from flows import prefect_settings

prefect_settings.apply()

from flows.chinese_help import Parser  # noqa: E402 (prefect reads its settings when it is first imported)
from flows.commands import add_commands  # noqa: E402
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
    options = build_parser().parse_args(route(arguments))
    try:
        options.call(options)
    except Locked as error:
        print(error, file=sys.stderr)
        return BUSY
    except LuxiantuError as error:
        print(error, file=sys.stderr)
        return FAILED
    except OSError as error:
        where = f"《{error.filename}》" if error.filename else "文件"
        print(f"读写{where}失败：{error.strerror or error}。上一次发布的结果不受影响；请检查路径、权限与磁盘空间。", file=sys.stderr)
        return FAILED
    except KeyboardInterrupt:
        print("已中断；上一次发布的结果不受影响。", file=sys.stderr)
        return FAILED
    return DONE


if __name__ == "__main__":
    sys.exit(main())
