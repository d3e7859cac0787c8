"""What every route needs: the database, the settings, the names of segments, the templates."""

import threading
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from fastapi import Request
from fastapi.responses import HTMLResponse
from jinja2 import Environment, FileSystemLoader, StrictUndefined

from nlp.chain_file import load_chain
from triage.database import Store
from triage.labels import export_decisions, export_labels
from triage.matrix import MATRIX
from triage.sessions import Visitor
from triage.settings import ROOT, Settings

__all__ = ["Office", "publishing", "segment_names", "visitor_of"]

TEMPLATES = Path(__file__).with_name("templates")
OUTSIDE = "none"
_EVERY = 0.5  # seconds between two looks


def segment_names(chain: str | None = None) -> dict[str, str]:
    """id -> name in the chain's own order, and the place outside of it. Without a name: the chain of flows/settings.toml."""
    from flows.settings import read

    chain = chain or read().run.chain
    found = load_chain(ROOT / "corpora" / "chains" / f"{chain}.toml", ROOT / "corpora" / "lexicons")
    return {s.id: s.name for s in found.segments} | {OUTSIDE: "链条之外"}


def _environment() -> Environment:
    return Environment(loader=FileSystemLoader(TEMPLATES), autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True)


@dataclass(frozen=True, slots=True, kw_only=True)
class Office:
    store: Store
    settings: Settings
    out: Path
    segments: Mapping[str, str]
    secure: bool = False  # cookies over https only
    environment: Environment = field(default_factory=_environment)
    changed: threading.Event = field(default_factory=threading.Event)

    @property
    def state(self) -> Path:
        return self.out / "state"

    def page(self, request: Request, template: str, **values: Any) -> HTMLResponse:
        """A whole page or a fragment of one; everything in it is escaped."""
        visitor: Visitor | None = request.state.visitor
        known: dict[str, Any] = {"visitor": visitor, "segments": self.segments, "allowed": lambda path: visitor is not None and visitor.role in MATRIX["GET", path]}
        return HTMLResponse(self.environment.get_template(template).render(**known, **values))

    def publish_soon(self) -> None:
        """To be called after every change: decisions.jsonl follows, so its hashes also stand outside of the database."""
        self.changed.set()


@contextmanager
def publishing(office: Office) -> Iterator[None]:
    """Keeps outputs/state/decisions.jsonl up to date beside the server, never in the way of a request; complete at the end."""
    ended = threading.Event()

    def publish() -> None:
        with office.store.snapshot() as session:
            export_decisions(session, office.state / "decisions.jsonl")

    def follow() -> None:
        while not ended.is_set():
            office.changed.wait()
            office.changed.clear()
            publish()
            ended.wait(_EVERY)

    def publish_labels() -> None:
        with office.store.snapshot() as session:
            export_labels(session, office.state / "labels.jsonl")

    publish()
    follower = threading.Thread(target=follow, daemon=True, name="decisions")
    follower.start()
    try:
        yield
    finally:
        ended.set()
        office.changed.set()
        follower.join()
        publish()
        publish_labels()


def visitor_of(request: Request) -> Visitor:
    """The one the door let in. Only for routes that are not public."""
    visitor = request.state.visitor
    if not isinstance(visitor, Visitor):
        raise TypeError("the door lets nobody in without a session")
    return visitor
