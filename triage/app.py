"""The web application: one door, then the routes. Nothing of the documentation that FastAPI would publish is served."""

import logging
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, Response
from starlette.exceptions import HTTPException

from nlp.errors import LuxiantuError
from triage import entrance, metrics, numbers_page, oidc, people, sessions, upload, work
from triage.decisions import Stale
from triage.office import Office
from triage.security import Door

__all__ = ["Application", "create"]

STATIC = Path(__file__).with_name("static")
KINDS: Mapping[str, str] = {".css": "text/css", ".js": "text/javascript", ".svg": "image/svg+xml"}
LOCAL = frozenset({"127.0.0.1", "localhost", "::1"})


@dataclass(frozen=True, slots=True, kw_only=True)
class Application:
    """The ASGI application behind its door, and FastAPI's own for the tests that walk its routes."""

    served: Door
    inner: FastAPI


def create(office: Office, *, hosts: frozenset[str] = LOCAL) -> Application:
    app = FastAPI(title="初筛", docs_url=None, redoc_url=None, openapi_url=None, redirect_slashes=False)
    app.state.oidc = oidc.register(app, office)
    for routes in (entrance.routes, work.routes, upload.routes, numbers_page.routes, people.routes):
        app.router.routes.extend(routes(office).routes)  # flat, so that the door sees each route's path
    meter = metrics.Meter()
    app.router.routes.extend(metrics.routes(office, meter).routes)
    add_static(app)
    add_errors(app)
    limits = {"/uploads": upload.body_limit(office), "/sheet": upload.body_limit(office)}
    door = Door(app=app, routes=lambda: app.routes, find=lambda token: sessions.find(office.store, token, office.settings.session), hosts=hosts, limits=limits, meter=meter)
    return Application(served=door, inner=app)


def add_static(app: FastAPI) -> None:
    files = {p.name: p.read_bytes() for p in STATIC.iterdir() if p.suffix in KINDS}  # what is not here cannot be asked for

    @app.get("/static/{path}")
    def static(path: str) -> Response:
        if path not in files:
            return JSONResponse({"message": "没有这个文件"}, status_code=404)
        return Response(files[path], media_type=KINDS[Path(path).suffix], headers={"Cache-Control": "no-cache"})


def add_errors(app: FastAPI) -> None:
    """Every refusal is a sentence for people; what was sent is never repeated."""

    @app.exception_handler(Stale)
    def on_stale(_: Request, error: Stale) -> Response:
        return work.stale(error)

    @app.exception_handler(LuxiantuError)
    def on_refused(_: Request, error: LuxiantuError) -> Response:
        return JSONResponse({"message": str(error)}, status_code=work.status_of(error))

    @app.exception_handler(RequestValidationError)
    def on_malformed(_: Request, error: RequestValidationError) -> Response:
        places = sorted({".".join(str(p) for p in e["loc"][:2])[:60] for e in error.errors()})
        return JSONResponse({"message": "请求内容不合要求", "fields": places[:10]}, status_code=422)

    @app.exception_handler(HTTPException)
    def on_http(_: Request, error: HTTPException) -> Response:
        said = {404: "没有这个页面", 405: "不支持这种请求", 400: "请求内容不合要求"}.get(error.status_code, "请求未完成")
        return JSONResponse({"message": said}, status_code=error.status_code)

    @app.exception_handler(Exception)
    def on_fault(_: Request, error: Exception) -> Response:
        logging.getLogger("triage").error("unexpected %s", type(error).__name__, exc_info=error)
        return JSONResponse({"message": "系统出错，您的操作没有保存；请重试，如仍不行请联系管理员"}, status_code=500)
