"""Files by path or by address (s3://…, anything that fsspec knows): read whole, written whole or not at all."""

import secrets
from contextlib import suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from flows.store import write_bytes

__all__ = ["join", "read", "remove", "sweep", "write"]

LEFT_FOR = timedelta(days=7)  # what nobody wrote for so long, no round that still runs will read


def is_remote(place: str) -> bool:
    return "://" in place


def join(folder: str, name: str) -> str:
    return f"{folder.rstrip('/')}/{name}" if is_remote(folder) else str(Path(folder) / name)


def read(place: str) -> bytes:
    """Raises OSError, FileNotFoundError among them."""
    if not is_remote(place):
        return Path(place).read_bytes()
    import fsspec

    with fsspec.open(place, "rb") as file:
        data: bytes = file.read()
    return data


def write(data: bytes, place: str) -> None:
    """A local file is renamed into place; an object store shows an object only when the whole of it has arrived.

    Two machines may write the same place at once (a worker that was given up, and its successor): each has an unfinished file of its own.
    """
    if not is_remote(place):
        write_bytes(data, Path(place), mark=f"{secrets.token_hex(4)}.part")
        return
    import fsspec

    with fsspec.open(place, "wb") as file:
        file.write(data)


def remove(place: str) -> None:
    """Nothing when it is not there."""
    if not is_remote(place):
        Path(place).unlink(missing_ok=True)
        return
    import fsspec

    system, path = fsspec.core.url_to_fs(place)
    try:
        system.rm(path)
    except FileNotFoundError:
        return


def sweep(folder: str, *, now: datetime) -> int:
    """Remove the files of a shared folder that interrupted rounds left; how many. Others may be using the folder: only what is a week old goes.

    `now`: with its time zone. What is gone meanwhile, or may not be removed by us, is left to others: tidying fails no run.
    """
    import fsspec

    system, path = fsspec.core.url_to_fs(folder)
    removed = 0
    with suppress(OSError):
        for file in system.find(path):
            with suppress(OSError):
                if now - system.modified(file).astimezone(UTC) > LEFT_FOR:
                    remove(system.unstrip_protocol(file) if is_remote(folder) else file)
                    removed += 1
    return removed
