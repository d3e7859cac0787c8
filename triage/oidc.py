"""Single sign-on, where the office has it: OpenID Connect by Authlib. Off unless LUXIANTU_OIDC_* are set and Authlib is installed."""

import os
from dataclasses import dataclass
from typing import Any

from fastapi import FastAPI, Request
from fastapi.responses import HTMLResponse, JSONResponse, Response

from nlp.errors import InvalidSetting
from triage.accounts import named
from triage.entrance import let_in
from triage.office import Office

__all__ = ["Provider", "configured", "register"]

# A redirect would still count as coming from the other site, and the Strict cookie would stay behind; a page of ours does not.
_ONWARD = '<!doctype html><html lang="zh-CN"><meta charset="utf-8"><title>初筛</title><meta http-equiv="refresh" content="0;url=/"><a href="/">进入初筛</a></html>'
_NAMES = ("LUXIANTU_OIDC_METADATA", "LUXIANTU_OIDC_CLIENT", "LUXIANTU_OIDC_SECRET")


@dataclass(frozen=True, slots=True, kw_only=True, repr=False)
class Provider:
    metadata: str  # address of .well-known/openid-configuration
    client: str
    secret: str


def configured() -> Provider | None:
    values = [os.environ.get(name, "") for name in _NAMES]
    if not any(values):
        return None
    if not all(values):
        raise InvalidSetting("单点登录", f"需要同时设置 {'、'.join(_NAMES)}", "请补齐，或全部去掉以使用本地账号")
    return Provider(metadata=values[0], client=values[1], secret=values[2])


def register(app: FastAPI, office: Office, client: Any = None) -> Any:
    """The routes, and the client or None. Only users whom an administrator has added may come in, under their own name."""
    provider = configured() if client is None else None
    client = client or (_client(app, provider, office.secure) if provider else None)

    @app.get("/oidc/login")
    async def start(request: Request) -> Response:
        if client is None:
            return JSONResponse({"message": "没有设置单点登录"}, status_code=404)
        address = request.url_for("callback")
        answer: Response = await client.authorize_redirect(request, str(address.replace(scheme="https") if office.secure else address))
        return answer

    @app.get("/oidc/callback")
    async def callback(request: Request) -> Response:
        if client is None:
            return JSONResponse({"message": "没有设置单点登录"}, status_code=404)
        claims = await _claims(client, request)
        with office.store.reading() as session:
            user = named(session, claims)
        if not claims or user is None or not user.active:
            return JSONResponse({"message": "单点登录成功，但这里没有您的账号；请管理员先新增同名用户"}, status_code=403)
        return let_in(office, user, HTMLResponse(_ONWARD))

    return client


async def _claims(client: Any, request: Request) -> str:
    from authlib.integrations.base_client import OAuthError

    try:
        token = await client.authorize_access_token(request)
    except OAuthError:
        return ""
    return str((token.get("userinfo") or {}).get("preferred_username") or "")


def _client(app: FastAPI, provider: Provider, secure: bool) -> Any:
    try:
        from authlib.integrations.starlette_client import OAuth
    except ImportError as error:
        raise InvalidSetting("单点登录", "没有安装 Authlib", "请安装可选依赖 oidc") from error
    import secrets

    from starlette.middleware.sessions import SessionMiddleware

    # The answer comes from another site, so this one short-lived cookie (state and nonce, no session) cannot be Strict.
    app.add_middleware(SessionMiddleware, secret_key=secrets.token_hex(), session_cookie="luxiantu_oidc", same_site="lax", https_only=secure, max_age=600)
    oauth = OAuth()
    return oauth.register("office", server_metadata_url=provider.metadata, client_id=provider.client, client_secret=provider.secret,
                          client_kwargs={"scope": "openid profile", "code_challenge_method": "S256"})
