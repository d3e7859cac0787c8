"""Random changes to every seed for so many minutes (the slow job .ci/slow: ten): python -m tests.fuzz.long --minutes 10 [--seed 1] [--keep FOLDER]

The input at hand is written before it is tried, so one that kills the process is left behind as `current`.
"""

import argparse
import random
import sys
import time
import traceback
from collections import Counter
from pathlib import Path

from nlp.readers.document import suffix_of
from tests.fuzz.mutations import mutated, strange_text
from tests.fuzz.properties import FILES, TEXTS, check_file, text_seed
from tests.fuzz.seeds import seeds

SLOW = 10.0  # seconds that no input may take


def main() -> int:
    options = argparse.ArgumentParser()
    options.add_argument("--minutes", type=float, default=10)
    options.add_argument("--seed", type=int, default=1)
    options.add_argument("--keep", type=Path)
    chosen = options.parse_args()
    chance, done, failures = random.Random(chosen.seed), Counter[str](), Counter[str]()
    end = time.monotonic() + 60 * chosen.minutes
    while time.monotonic() < end:
        name, data = one_input(chance)
        if chosen.keep:
            chosen.keep.mkdir(parents=True, exist_ok=True)
            (chosen.keep / "current").write_bytes(name.encode() + b"\n" + data)
        began = time.process_time()  # a busy machine is no fault of the reader
        problem = tried(name, data)
        if time.process_time() - began > SLOW:
            problem = problem or "took longer than allowed"
        done[name if name in FILES or name in TEXTS else suffix_of(name)] += 1
        if problem:
            failures[f"{name}: {problem}"] += 1
            if chosen.keep and failures[f"{name}: {problem}"] == 1:
                (chosen.keep / f"{len(failures):03d}{suffix_of(name) or '.' + name}").write_bytes(data)
    print(f"{done.total()} inputs", dict(done.most_common()))
    print(f"{failures.total()} failures, {len(failures)} kinds", *failures.most_common(40), sep="\n")
    return 1 if failures else 0


def one_input(chance: random.Random) -> tuple[str, bytes]:
    if chance.random() < 0.35:
        name = chance.choice(sorted(TEXTS))
        return name, strange_text(text_seed(TEXTS[name][1]), chance).encode("utf-8", "surrogatepass")
    if chance.random() < 0.05:
        return chance.choice(sorted(FILES)), mutated(seeds()["表.xlsx"], chance)
    name = chance.choice(sorted(seeds()))
    return name, mutated(seeds()[name], chance)


def tried(name: str, data: bytes) -> str | None:
    """What went wrong, and where; None if all held."""
    try:
        if name in TEXTS:
            TEXTS[name][0](data.decode("utf-8", "surrogatepass"))
        elif name in FILES:
            FILES[name](data)
        else:
            check_file(name, data)
    except KeyboardInterrupt:
        raise
    except BaseException as error:  # a Rust panic is no Exception
        where = [f for f in traceback.extract_tb(error.__traceback__) if "/nlp/" in f.filename or "/flows/" in f.filename]
        last = where[-1] if where else None
        place = f"{Path(last.filename).name}:{last.lineno}" if last else "?"
        return f"{type(error).__name__} {str(error)[:120]!r} at {place}"
    return None


if __name__ == "__main__":
    sys.exit(main())
