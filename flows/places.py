"""Files by path or by address (s3://…, anything that fsspec knows): read whole, written whole or not at all."""

import secrets
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime, timedelta
from pathlib import Path

from flows.store import write_bytes
from nlp.errors import InvalidSetting, LuxiantuError

__all__ = ["join", "read", "remove", "sweep", "write"]

# What stores raise beside OSError, by the module that has it; only where it is loaded
FOREIGN = {"botocore.exceptions": ("BotoCoreError", "ClientError"), "aiohttp": ("ClientError",)}
LEFT_FOR = timedelta(days=7)  # what nobody wrote for so long, no round that still runs will read


def is_remote(place: str) -> bool:
    return "://" in place


def join(folder: str, name: str) -> str:
    return f"{folder.rstrip('/')}/{name}" if is_remote(folder) else str(Path(folder) / name)


@contextmanager
def reaching(place: str, *, absent: bool = True) -> Iterator[None]:
    """What goes wrong with an address, as InvalidSetting in Chinese; FileNotFoundError stays where something may be `absent`."""
    try:
        yield
    except FileNotFoundError as error:
        if absent:
            raise
        raise InvalidSetting("scale.store", f"没有 {place} 所在的桶或目录", "请先建立它，或改正 [scale] store") from error
    except ImportError as error:
        raise InvalidSetting("scale.store", f"{place} 要用的软件包没有安装（{error.name or error}）", "s3:// 地址请运行 pip install -e '.[s3]'") from error
    except ValueError as error:  # fsspec's, of a protocol that it does not know
        raise InvalidSetting("scale.store", f"不认识的地址 {place}（{error}）", "请写目录，或 s3://桶/目录") from error
    except troubles() as error:
        raise InvalidSetting("scale.store", f"{place} 不能读写（{type(error).__name__}：{error}）",
                             "请检查地址、网络、权限与密钥（AWS_ENDPOINT_URL、AWS_ACCESS_KEY_ID、AWS_SECRET_ACCESS_KEY），或清空 [scale] store") from error


def troubles() -> tuple[type[Exception], ...]:
    return OSError, *(getattr(sys.modules[module], name) for module, names in FOREIGN.items() if module in sys.modules for name in names)


def read(place: str) -> bytes:
    """Raises FileNotFoundError; OSError of a path, InvalidSetting of an address that cannot be used."""
    if not is_remote(place):
        return Path(place).read_bytes()
    import fsspec

    with reaching(place), fsspec.open(place, "rb") as file:
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

    with reaching(place, absent=False), fsspec.open(place, "wb") as file:
        file.write(data)


def remove(place: str) -> None:
    """Nothing when it is not there."""
    if not is_remote(place):
        Path(place).unlink(missing_ok=True)
        return
    import fsspec

    with suppress(FileNotFoundError), reaching(place):
        system, path = fsspec.core.url_to_fs(place)
        system.rm(path)


def sweep(folder: str, *, now: datetime) -> int:
    """Remove the files of a shared folder that interrupted rounds left; how many. Others may be using the folder: only what is a week old goes.

    `now`: with its time zone. What is gone meanwhile, or may not be removed by us, is left to others: tidying fails no run.
    """
    import fsspec

    removed = 0
    with suppress(OSError, LuxiantuError), reaching(folder):
        system, path = fsspec.core.url_to_fs(folder)
        for file in system.find(path):
            with suppress(OSError, LuxiantuError):
                if now - system.modified(file).astimezone(UTC) > LEFT_FOR:
                    remove(system.unstrip_protocol(file) if is_remote(folder) else file)
                    removed += 1
    return removed
