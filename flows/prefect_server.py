"""Prefect's temporary server starts in a process of its own and takes seconds: meanwhile this process imports what the stages will need."""

from contextlib import suppress
from importlib import import_module
from threading import Thread
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from prefect.server.api.server import SubprocessASGIServer

__all__ = ["LATER", "start_beside"]

# Each is imported by a stage of every run anyway (the second by all but static encoders); a name that is not installed is left to the stage that wants it.
LATER = ("torch", "transformers.models.bert.modeling_bert", "transformers.models.auto.modeling_auto", "scipy.stats", "docx", "pptx", "xlsxwriter", "resvg_py")


def start_beside() -> None:
    """Start the server and import; returns when both are done. Where another server's address is set, none is started.

    A server that does not start is left to Prefect, which tries again and says why.
    """
    from prefect.server.api.server import SubprocessASGIServer
    from prefect.settings import PREFECT_API_URL, PREFECT_SERVER_EPHEMERAL_ENABLED

    starting = Thread(target=tried, args=(SubprocessASGIServer(),), name="prefect-server", daemon=True)
    if not PREFECT_API_URL.value() and PREFECT_SERVER_EPHEMERAL_ENABLED.value():
        starting.start()
    for name in LATER:
        try:
            import_module(name)
        except ImportError:
            continue
    if starting.ident:  # it was started
        starting.join()


def tried(server: "SubprocessASGIServer") -> None:
    with suppress(Exception):  # of whatever kind: it will be met again, and told, where the run itself needs the server
        server.start()
