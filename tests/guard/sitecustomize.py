"""Imported by every Python that finds this folder on PYTHONPATH, and by the children it starts: no connection and no question
leaves this machine. An attempt fails as it would without a network, and is written to the file that LUXIANTU_GUARD names.

Seen is what goes through Python's own socket module (PEP 578 events), whichever package calls it, and cannot be undone by it. Not
seen is native code that calls connect(2) itself; tests.offline has guard.c for that where a C compiler is there.
"""

import errno
import ipaddress
import os
import socket
import sys
import traceback

ASKED = {"socket.getaddrinfo", "socket.gethostbyname", "socket.gethostbyaddr", "socket.getnameinfo"}
SENT = {"socket.connect", "socket.sendto", "socket.sendmsg"}
REPORT = os.environ.get("LUXIANTU_GUARD", "")


def is_here(host: object) -> bool:
    """Nothing, localhost, a loopback or wildcard address; a name that would have to be looked up is not."""
    name = (host.decode("utf-8", "replace") if isinstance(host, bytes) else str(host or "")).strip("[]").partition("%")[0]
    if name in ("", "localhost"):
        return True
    try:
        found = ipaddress.ip_address(name)
    except ValueError:
        return False
    mapped = getattr(found, "ipv4_mapped", None)
    return (mapped or found).is_loopback or found.is_unspecified


def outside(event: str, arguments: tuple[object, ...]) -> object | None:
    """The host that an event would speak to, when it is not this machine."""
    if event in ASKED:
        host = arguments[0][0] if event == "socket.getnameinfo" else arguments[0]  # type: ignore[index]  # an address, as PEP 578 has it
        return None if is_here(host) else host
    if event in SENT:
        link, address = arguments[0], arguments[1]
        if getattr(link, "family", None) in (socket.AF_INET, socket.AF_INET6) and isinstance(address, tuple) and not is_here(address[0]):
            return address[0]
    return None


def watch(event: str, arguments: tuple[object, ...]) -> None:
    if event in ASKED or event in SENT:
        host = outside(event, arguments)
        if host is not None:
            report(f"{event} {host!s} by {' '.join(sys.argv[:3])}")
            raise OSError(errno.ENETUNREACH, "断网检查：不允许连接本机以外")


def report(line: str) -> None:
    where = " < ".join(f"{f.filename}:{f.lineno}" for f in reversed(traceback.extract_stack()[-8:-2]))
    handle = os.open(REPORT, os.O_WRONLY | os.O_APPEND | os.O_CREAT, 0o600)
    try:
        os.write(handle, f"{line}  {where}\n".encode("utf-8", "replace"))
    finally:
        os.close(handle)


if REPORT:
    sys.addaudithook(watch)
