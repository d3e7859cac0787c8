"""The door, before any route runs: host, size, session, role, forged requests; and the headers of every answer."""

import json
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from urllib.parse import urlsplit

from anyio import to_thread
from starlette.datastructures import Headers, MutableHeaders
from starlette.requests import cookie_parser
from starlette.routing import BaseRoute, Match
from starlette.types import ASGIApp, Message, Receive, Scope, Send

from triage.matrix import MATRIX
from triage.metrics import Meter, this_machine
from triage.sessions import COOKIE, CSRF_HEADER, Visitor, same

__all__ = ["HEADERS", "Door"]

HEADERS: Mapping[str, str] = {
    "Content-Security-Policy": "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; font-src 'self'; connect-src 'self'; "
                               "form-action 'self'; base-uri 'none'; frame-ancestors 'none'; require-trusted-types-for 'script'; trusted-types luxiantu",
    "X-Content-Type-Options": "nosniff",
    "X-Frame-Options": "DENY",
    "Referrer-Policy": "no-referrer",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), microphone=(), geolocation=()",
    "Cache-Control": "no-store",
}
SAFE = frozenset({"GET", "HEAD", "OPTIONS"})
PAGE = ('<!doctype html><html lang="zh-CN"><meta charset="utf-8"><title>初筛</title><link rel="icon" href="/static/icon.svg">'
        '<link rel="stylesheet" href="/static/app.css"><main class="card narrow"><h1>{}</h1><p><a href="/">返回</a></p></main></html>')
BODY = 1_000_000  # bytes of anything but an upload


@dataclass(frozen=True, slots=True, kw_only=True)
class Door:
    """ASGI middleware. `find` turns a cookie's value into its visitor; `limits` are bytes a path where BODY is too little."""

    app: ASGIApp
    routes: Callable[[], Sequence[BaseRoute]]
    find: Callable[[str], Visitor | None]
    hosts: frozenset[str]
    limits: Mapping[str, int] = field(default_factory=dict)
    meter: Meter = field(default_factory=Meter)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        if scope["type"] != "http":
            await self.app(scope, receive, send)
            return
        answering = _with_headers(self.meter.watching(send, scope["method"], self._template(scope)), scope)
        refusal = await self._refusal(scope)
        if refusal is not None:
            await _answer(answering, refusal, html=_wants_page(scope))
            return
        body = _Body(receive, self._limit(scope))
        await self.app(scope, body.next, _refusing(answering, body))

    async def _refusal(self, scope: Scope) -> "Refusal | None":
        headers = Headers(scope=scope)
        if headers.get("host", "").rsplit(":", 1)[0].strip("[]") not in self.hosts:
            return Refusal(400, "地址不对，请从管理员给出的网址进入")
        declared = headers.get("content-length", "0")
        if not declared.isdecimal() or int(declared) > self._limit(scope):
            return Refusal(413 if declared.isdecimal() else 400, "请求内容过大")
        path = self._template(scope)
        if path is None:
            return None  # the router says 404 or 405
        roles = MATRIX.get(("GET" if scope["method"] == "HEAD" else scope["method"], path))
        if roles is None:
            return Refusal(405, "不支持这种请求")
        token = cookie_parser(headers.get("cookie", "")).get(COOKIE, "")
        visitor = await to_thread.run_sync(self.find, token) if token else None
        scope.setdefault("state", {})["visitor"] = visitor
        if scope["method"] not in SAFE and not _own(headers):
            return Refusal(403, "请求不是从本页面发出的")
        if not roles or (path == "/metrics" and scope["method"] in SAFE and this_machine(scope)):
            return None
        if visitor is None:
            return Refusal(401, "请先登录")
        if visitor.role not in roles:
            return Refusal(403, f"“{visitor.role}”不能使用这项功能")
        if scope["method"] not in SAFE and not same(headers.get(CSRF_HEADER, ""), visitor.csrf):
            return Refusal(403, "页面已过期，请刷新后重试")
        return None

    def _template(self, scope: Scope) -> str | None:
        partial = None
        for route in self.routes():
            match, _ = route.matches(scope)
            if match is Match.FULL:
                return str(getattr(route, "path", ""))
            if match is Match.PARTIAL:
                partial = str(getattr(route, "path", ""))
        return partial

    def _limit(self, scope: Scope) -> int:
        return self.limits.get(scope["path"], BODY) if scope["method"] == "POST" else BODY


class _Body:
    """Counts what is read, whatever the header said; past the limit the reader sees a client that has gone."""

    def __init__(self, receive: Receive, limit: int) -> None:
        self._receive, self._limit, self._total, self.exceeded = receive, limit, 0, False

    async def next(self) -> Message:
        message = await self._receive()
        self._total += len(message.get("body", b""))
        if self._total > self._limit:
            self.exceeded = True
            return {"type": "http.disconnect"}
        return message


def _refusing(send: Send, body: _Body) -> Send:
    """Whatever the application makes of a body that was cut off, the answer is 413."""

    async def refusing(message: Message) -> None:
        if body.exceeded and message["type"] == "http.response.start":
            message["status"] = 413
        await send(message)

    return refusing


@dataclass(frozen=True, slots=True)
class Refusal:
    status: int
    message: str


def _own(headers: Headers) -> bool:
    """A browser tells where a request comes from; one that says it is not us, or that no script of ours sent, is refused."""
    origin, site = headers.get("origin"), headers.get("sec-fetch-site")
    if origin is not None and urlsplit(origin).netloc != headers.get("host", ""):
        return False
    return site in {None, "same-origin"} and headers.get("x-requested-with") == "luxiantu"


def _wants_page(scope: Scope) -> bool:
    headers = Headers(scope=scope)
    return scope["method"] == "GET" and "text/html" in headers.get("accept", "") and headers.get("x-requested-with") is None


def _with_headers(send: Send, scope: Scope) -> Send:
    async def answering(message: Message) -> None:
        if message["type"] == "http.response.start":
            headers = MutableHeaders(scope=message)
            for name, value in HEADERS.items():
                headers.setdefault(name, value)
        await send(message)

    return answering


async def _answer(send: Send, refusal: Refusal, *, html: bool = False) -> None:
    if html and refusal.status == 401:
        await send({"type": "http.response.start", "status": 303, "headers": [(b"location", b"/login")]})
        await send({"type": "http.response.body", "body": b""})
        return
    body = (PAGE.format(refusal.message) if html else json.dumps({"message": refusal.message}, ensure_ascii=False)).encode()
    kind = b"text/html" if html else b"application/json"
    await send({"type": "http.response.start", "status": refusal.status, "headers": [(b"content-type", kind + b"; charset=utf-8")]})
    await send({"type": "http.response.body", "body": body})
