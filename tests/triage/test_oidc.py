"""Single sign-on with a provider that is played here: who may come in, and as whom."""

from typing import Any

import pytest
from fastapi.responses import RedirectResponse

from nlp.errors import InvalidSetting
from tests.triage.conftest import anonymous
from triage import oidc
from triage.accounts import Role, add_user
from triage.app import Application, create
from triage.office import Office


class Provider:
    def __init__(self, name: str | None) -> None:
        self.name = name

    async def authorize_redirect(self, request: Any, address: str) -> RedirectResponse:
        return RedirectResponse(f"https://office.example/authorize?redirect_uri={address}", 302)

    async def authorize_access_token(self, request: Any) -> dict[str, Any]:
        return {"userinfo": {"preferred_username": self.name}} if self.name else {}


def served(office: Office, monkeypatch: pytest.MonkeyPatch, name: str | None) -> Application:
    ours = oidc.register
    monkeypatch.setattr("triage.app.oidc.register", lambda app, office: ours(app, office, client=Provider(name)))
    return create(office)


@pytest.mark.parametrize(("name", "active", "status"), [("张三", True, 200), ("张三", False, 403), ("外人", True, 403), (None, True, 403)])
def test_only_people_whom_the_administrator_knows_come_in(office: Office, monkeypatch: pytest.MonkeyPatch, name: str | None, active: bool, status: int) -> None:
    with office.store.writing() as session:
        add_user(session, "张三", Role.REVIEWER, actor="测试").active = active
    client = anonymous(served(office, monkeypatch, name))
    assert client.get("/oidc/login").headers["location"].startswith("https://office.example/authorize")
    assert client.get("/oidc/callback").status_code == status
    assert client.get("/queue").status_code == (200 if status == 200 else 401)


def test_it_is_off_unless_it_is_set_up(application: Application) -> None:
    client = anonymous(application)
    assert [client.get(p).status_code for p in ("/oidc/login", "/oidc/callback")] == [404, 404]
    assert "单位账号" not in client.get("/login").text


def test_half_a_setting_is_an_error(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LUXIANTU_OIDC_CLIENT", "x")
    with pytest.raises(InvalidSetting):
        oidc.configured()


def test_authlib_takes_our_settings(application: Application, office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    pytest.importorskip("authlib")
    for name in ("METADATA", "CLIENT", "SECRET"):
        monkeypatch.setenv(f"LUXIANTU_OIDC_{name}", "https://office.example/.well-known/openid-configuration")
    assert create(office).inner.state.oidc is not None
