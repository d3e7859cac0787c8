"""Logging in and out, the one-time link, and a user's own password."""

from typing import Annotated

from fastapi import APIRouter, Request
from fastapi.responses import HTMLResponse, JSONResponse, RedirectResponse, Response
from pydantic import AfterValidator, BaseModel, ConfigDict, Field

from triage import history
from triage.accounts import AccountError, accept_invitation, log_in, matches, named, set_password
from triage.database import UserRow
from triage.office import Office, visitor_of
from triage.sessions import COOKIE, close, open_session
from triage.shapes import printable

__all__ = ["let_in", "routes"]

Name = Annotated[str, Field(min_length=1, max_length=50), AfterValidator(printable)]
Password = Annotated[str, Field(min_length=1, max_length=200), AfterValidator(printable)]


class Credentials(BaseModel):
    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)
    name: Name
    password: Password


class Invited(BaseModel):
    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)
    token: Annotated[str, Field(min_length=1, max_length=100), AfterValidator(printable)]
    password: Password


class NewPassword(BaseModel):
    model_config = ConfigDict(extra="forbid", hide_input_in_errors=True)
    old: Password
    new: Password


def let_in(office: Office, user: UserRow, response: Response) -> Response:
    """Opens a session and sets its cookie; any older session of the browser is not continued."""
    with office.store.writing() as session:
        token, _ = open_session(session, user)
        history.append(session, "登录", actor=user.name, payload={"user": user.name})
    response.set_cookie(COOKIE, token, httponly=True, samesite="strict", secure=office.secure, path="/", max_age=3600 * office.settings.session.longest_hours)
    return response


def routes(office: Office) -> APIRouter:
    router = APIRouter()

    @router.get("/healthz")
    def healthy() -> dict[str, str]:
        return {"state": "ok"}

    @router.get("/login", response_class=HTMLResponse)
    def login_page(request: Request) -> Response:
        if request.state.visitor is not None:
            return RedirectResponse("/", 303)
        return office.page(request, "login.html", oidc=request.app.state.oidc is not None)

    @router.post("/login")
    def login(ask: Credentials) -> Response:
        limits = office.settings.login
        user = log_in(office.store, ask.name.strip(), ask.password, limits)
        if user is None:
            return JSONResponse({"message": f"用户名或口令不对，或账号已停用、锁定（连错 {limits.failures} 次锁定 {limits.locked_minutes} 分钟）"}, status_code=401)
        return let_in(office, user, JSONResponse({"next": "/"}))

    @router.get("/welcome", response_class=HTMLResponse)
    def welcome_page(request: Request) -> HTMLResponse:
        return office.page(request, "welcome.html", length=office.settings.login.password_length)

    @router.post("/welcome")
    def welcome(ask: Invited) -> Response:
        with office.store.writing() as session:
            user = accept_invitation(session, ask.token, ask.password, office.settings.login)
        return let_in(office, user, JSONResponse({"next": "/#first"}))

    @router.post("/logout")
    def logout(request: Request) -> Response:
        with office.store.writing() as session:
            close(session, visitor_of(request).token)
        response = JSONResponse({"next": "/login"})
        response.delete_cookie(COOKIE, path="/")
        return response

    @router.get("/account", response_class=HTMLResponse)
    def account(request: Request) -> HTMLResponse:
        return office.page(request, "account.html", length=office.settings.login.password_length)

    @router.post("/password")
    def password(request: Request, ask: NewPassword) -> Response:
        """All sessions end, this one too."""
        with office.store.writing() as session:
            user = named(session, visitor_of(request).name)
            if user is None or not matches(user.password, ask.old):
                raise AccountError(visitor_of(request).name, "原口令不对", "请重新输入")
            set_password(session, user, ask.new, office.settings.login)
            history.append(session, "设定口令", actor=user.name, payload={"user": user.name})
        return JSONResponse({"next": "/login", "message": "口令已修改，请重新登录"})

    return router
