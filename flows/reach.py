"""Whether something answers at an address of the settings: a connection, nothing said, closed again."""

import socket
from urllib.parse import urlsplit

__all__ = ["place_of", "reached"]

PORTS = {"http": 80, "https": 443, "postgresql": 5432, "tcp": 8786, "tls": 8786}


def place_of(address: str) -> tuple[str, int]:
    """Host and port of tcp://host:8786, https://host/api, or host:8786. Raises ValueError."""
    parts = urlsplit(address if "://" in address else f"tcp://{address}")
    port = parts.port or PORTS.get(parts.scheme.partition("+")[0])
    if not parts.hostname or port is None:
        raise ValueError(f"{address} 不是“主机:端口”")
    return parts.hostname, port


def reached(address: str, *, seconds: float) -> str | None:
    """None when it answers, else why not."""
    try:
        with socket.create_connection(place_of(address), timeout=seconds):
            return None
    except TimeoutError:
        return f"{seconds:g} 秒内没有应答"
    except OSError as error:
        return str(error.strerror or error)
    except ValueError as error:
        return str(error)
