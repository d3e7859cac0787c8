"""The page's numbers for Prometheus: requests, their time, the queue, decisions. No person, no text; label values are route templates and our own enums."""

import ipaddress
import time

from fastapi import APIRouter
from fastapi.responses import Response
from prometheus_client import CONTENT_TYPE_LATEST, CollectorRegistry, Counter, Gauge, Histogram, generate_latest
from sqlalchemy import func, select
from starlette.datastructures import Headers
from starlette.types import Message, Scope, Send

from triage.database import EventRow, SubmissionRow
from triage.office import Office
from triage.shapes import Action

__all__ = ["Meter", "routes", "this_machine"]

METHODS = frozenset({"GET", "HEAD", "POST", "OPTIONS"})
FORWARDED = ("forwarded", "x-forwarded-for", "x-real-ip")


class Meter:
    """Counts of one application since it started."""

    def __init__(self) -> None:
        self.registry = CollectorRegistry()
        self.requests = Counter("luxiantu_triage_requests", "Requests", ["method", "route", "status"], registry=self.registry)
        self.seconds = Histogram("luxiantu_triage_request_seconds", "Time to the end of an answer", ["route"], registry=self.registry)
        self.queue = Gauge("luxiantu_triage_queue", "Latest versions by state", ["state"], registry=self.registry)
        self.decisions = Gauge("luxiantu_triage_decisions", "Decisions on record by kind", ["action"], registry=self.registry)

    def watching(self, send: Send, method: str, route: str | None) -> Send:
        """`send` that notes the status and, at the last piece of the body, the time; a path without a route is not named."""
        began, status, named = time.perf_counter(), 0, route or "none"

        async def noting(message: Message) -> None:
            nonlocal status
            if message["type"] == "http.response.start":
                status = int(message["status"])
            await send(message)
            if message["type"] == "http.response.body" and not message.get("more_body"):
                self.requests.labels(method if method in METHODS else "other", named, str(status)).inc()
                self.seconds.labels(named).observe(time.perf_counter() - began)

        return noting


def this_machine(scope: Scope) -> bool:
    """Whether the request was made on this machine; what a proxy here passes on was not."""
    host = (scope.get("client") or ("",))[0]
    try:
        local = ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False
    return local and not any(name in Headers(scope=scope) for name in FORWARDED)


def routes(office: Office, meter: Meter) -> APIRouter:
    router = APIRouter()

    @router.get("/metrics")
    def metrics() -> Response:
        with office.store.reading() as session:
            states = session.execute(select(SubmissionRow.state, func.count()).where(SubmissionRow.latest).group_by(SubmissionRow.state)).all()
            actions = session.execute(select(EventRow.action, func.count()).where(EventRow.action.in_([a.value for a in Action])).group_by(EventRow.action)).all()
        meter.queue.clear()
        for state, n in states:
            meter.queue.labels(state).set(n)
        for action, n in actions:
            meter.decisions.labels(action).set(n)
        return Response(generate_latest(meter.registry), headers={"Content-Type": CONTENT_TYPE_LATEST})

    return router
