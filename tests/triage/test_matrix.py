"""Every route under every role: what the matrix allows is not refused, what it does not allow is, and nothing is outside of it."""

import re

import pytest
from starlette.testclient import TestClient

from tests.triage.conftest import Enter, anonymous
from tests.triage.rows import add_many
from triage.accounts import Role
from triage.app import Application
from triage.matrix import ACTIONS, MATRIX, PUBLIC
from triage.office import Office
from triage.shapes import Action

ROUTES = sorted(MATRIX)


def call(client: TestClient, method: str, path: str) -> int:
    return client.request(method, re.sub(r"\{(\w+)\}", "1", path), json={} if method == "POST" else None).status_code


def test_every_route_of_the_application_is_in_the_matrix(application: Application) -> None:
    routes = {(method, route.path) for route in application.inner.routes for method in route.methods - {"HEAD"}}
    assert routes == set(MATRIX)


@pytest.mark.parametrize("role", list(Role))
def test_each_role_gets_what_the_matrix_says(enter: Enter, office: Office, role: Role) -> None:
    add_many(office.store, 1)
    client = enter(role)
    wrong = []
    for method, path in ROUTES:
        if path in {"/logout", "/login", "/welcome"}:
            continue
        roles = MATRIX[method, path]
        status = call(client, method, path)
        if (status == 403) != (roles is not PUBLIC and role not in roles and bool(roles)):
            wrong.append((method, path, status))
    assert wrong == []


def test_without_a_session_only_what_is_public_answers(application: Application) -> None:
    client = anonymous(application)
    refused = {(m, p) for m, p in ROUTES if call(client, m, p) == 401 and p != "/login"}
    assert refused == {key for key, roles in MATRIX.items() if roles}


@pytest.mark.parametrize("role", list(Role))
@pytest.mark.parametrize("action", list(Action))
def test_each_role_may_decide_what_the_matrix_says(enter: Enter, office: Office, role: Role, action: Action) -> None:
    add_many(office.store, 2)
    body = {"action": action, "row_version": 1, "questions": ["请补充"], "merge_into": "S-1", "segment": "design", "channel": "人才服务", "expert": "甲",
            "opinion": "理由", "parts": [{"title": "甲"}, {"title": "乙"}]}
    status = enter(role).post("/rows/2/decide", json=body).status_code
    assert status == (200 if role in ACTIONS[action] else 403)


def test_one_role_may_not_undo_what_it_may_not_do(enter: Enter, office: Office) -> None:
    add_many(office.store, 1)
    assert enter(Role.REVIEWER).post("/rows/1/decide", json={"action": "接收", "row_version": 1}).status_code == 200
    assert enter(Role.REGISTRAR).post("/rows/1/undo", json={"row_version": 2}).status_code == 403
    assert enter(Role.REVIEWER).post("/rows/1/undo", json={"row_version": 2}).status_code == 200
