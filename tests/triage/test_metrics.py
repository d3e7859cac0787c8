import pytest
from prometheus_client.parser import text_string_to_metric_families
from starlette.testclient import TestClient

from tests.triage.conftest import BASE, Enter
from triage.accounts import Role
from triage.app import Application


def client(application: Application, host: str) -> TestClient:
    return TestClient(application.served, base_url=BASE, client=(host, 5000))


def test_this_machine_scrapes_requests_by_template(application: Application) -> None:
    local = client(application, "127.0.0.1")
    local.get("/static/app.css")
    local.get("/no/such/某人")
    answer = local.get("/metrics")
    found = {(s.name, s.labels.get("route"), s.labels.get("status")): s.value for f in text_string_to_metric_families(answer.text) for s in f.samples}
    assert found["luxiantu_triage_requests_total", "/static/{path}", "200"] == 1
    assert found["luxiantu_triage_requests_total", "none", "404"] == 1
    assert found["luxiantu_triage_request_seconds_count", "/static/{path}", None] == 1
    assert "某人" not in answer.text


@pytest.mark.parametrize(("host", "headers"), [("10.0.0.8", {}), ("127.0.0.1", {"X-Forwarded-For": "10.0.0.8"})])
def test_nobody_else(application: Application, host: str, headers: dict[str, str]) -> None:
    assert client(application, host).get("/metrics", headers=headers).status_code == 401


def test_an_administrator_does(enter: Enter) -> None:
    assert enter(Role.ADMINISTRATOR).get("/metrics").status_code == 200
    assert next(enter(r).get("/metrics").status_code for r in Role if r is not Role.ADMINISTRATOR) == 403
