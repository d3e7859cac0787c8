"""`python -m triage` is `luxiantu triage`, without the rest of the command line."""

import sys

from nlp.errors import LuxiantuError


def main() -> int:
    import argparse

    from flows import logs
    from triage import SUMMARY
    from triage.command import add_arguments

    logs.begin()
    parser = argparse.ArgumentParser(prog="luxiantu triage", description=SUMMARY)
    add_arguments(parser)
    options = parser.parse_args()
    try:
        options.call(options)
    except LuxiantuError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
