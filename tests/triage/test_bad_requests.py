"""What must be refused, after OWASP ASVS 5: each with the right code, and the database the same as before."""

import hashlib
import json
import time
from collections.abc import Callable
from typing import Any

import pytest
from sqlalchemy import select
from starlette.testclient import TestClient

from tests.triage.conftest import Enter, anonymous
from tests.triage.rows import add, row
from triage.accounts import Role
from triage.app import Application
from triage.database import Base, SessionRow, UserRow
from triage.office import Office
from triage.sessions import COOKIE

Request = tuple[str, str, dict[str, Any], int]
ACCEPT = {"action": "接收", "row_version": 1}
LONG = "长" * 30_000


def decide(status: int, **body: Any) -> Request:
    return "POST", "/rows/1/decide", {"json": {**ACCEPT, **body}}, status


def without(*names: str) -> dict[str, Any]:
    return {"headers": dict.fromkeys(names, ""), "json": ACCEPT}


DECIDE = "/rows/1/decide"
JSON = {"Content-Type": "application/json"}
REQUESTS: dict[str, Request] = {
    # forged requests
    "no csrf token": ("POST", DECIDE, without("X-CSRF-Token"), 403),
    "wrong csrf token": ("POST", DECIDE, {"headers": {"X-CSRF-Token": "a" * 43}, "json": ACCEPT}, 403),
    "csrf token in the address": ("POST", DECIDE + "?X-CSRF-Token=x", without("X-CSRF-Token"), 403),
    "foreign origin": ("POST", DECIDE, {"headers": {"Origin": "https://evil.example"}, "json": ACCEPT}, 403),
    "null origin": ("POST", DECIDE, {"headers": {"Origin": "null"}, "json": ACCEPT}, 403),
    "origin with our name as a prefix": ("POST", DECIDE, {"headers": {"Origin": "http://127.0.0.1.evil.example"}, "json": ACCEPT}, 403),
    "cross-site by the browser": ("POST", DECIDE, {"headers": {"Sec-Fetch-Site": "cross-site"}, "json": ACCEPT}, 403),
    "same-site by the browser": ("POST", DECIDE, {"headers": {"Sec-Fetch-Site": "same-site"}, "json": ACCEPT}, 403),
    "a form of another page": ("POST", DECIDE, {"headers": {"X-Requested-With": "", "Content-Type": "application/x-www-form-urlencoded"}, "content": b"action=x"}, 403),
    "login by a foreign form": ("POST", "/login", {"headers": {"X-Requested-With": ""}, "json": {"name": "a", "password": "b"}}, 403),
    "logout by a foreign page": ("POST", "/logout", {"headers": {"X-CSRF-Token": ""}}, 403),
    # host and method
    "foreign host": ("GET", "/", {"headers": {"Host": "evil.example"}}, 400),
    "host with our name inside": ("GET", "/", {"headers": {"Host": "127.0.0.1.evil.example"}}, 400),
    "empty host": ("GET", "/", {"headers": {"Host": ""}}, 400),
    "PUT on a row": ("PUT", "/rows/1", {"json": {}}, 405),
    "DELETE on a row": ("DELETE", "/rows/1", {}, 405),
    "GET that decides": ("GET", DECIDE, {}, 405),
    "TRACE": ("TRACE", "/", {}, 405),
    "POST on the page": ("POST", "/", {"json": {}}, 405),
    # other roles' doors
    "users page": ("GET", "/users", {}, 403),
    "a new user": ("POST", "/users", {"json": {"name": "eve", "role": "管理员"}}, 403),
    "a role for myself": ("POST", "/users/1", {"json": {"role": "管理员", "active": True}}, 403),
    "a link for the administrator": ("POST", "/users/1/invite", {"json": {}}, 403),
    # paths
    "dots to the database": ("GET", "/static/../../state/triage.sqlite", {}, 404),
    "encoded dots": ("GET", "/static/%2e%2e%2f%2e%2e%2fstate%2ftriage.sqlite", {}, 404),
    "double encoded dots": ("GET", "/static/%252e%252e%252fapp.py", {}, 404),
    "backslashes": ("GET", "/static/..%5c..%5capp.py", {}, 404),
    "absolute path": ("GET", "/static//etc/passwd", {}, 404),
    "our own source": ("GET", "/static/app.py", {}, 404),
    "NUL in a path": ("GET", "/static/app.css%00.js", {}, 404),
    "documentation": ("GET", "/docs", {}, 404),
    "schema": ("GET", "/openapi.json", {}, 404),
    "git folder": ("GET", "/.git/config", {}, 404),
    "upload by path": ("GET", "/uploads/..%2f..%2fstate", {}, 404),
    "upload with SQL": ("GET", "/uploads/'%20OR%201=1--", {}, 404),
    "row with SQL": ("GET", "/rows/1%20OR%201=1", {}, 422),
    "negative row": ("GET", "/rows/-1", {}, 422),
    "huge row": ("GET", "/rows/99999999999999999999", {}, 422),
    "no such row": ("GET", "/rows/4040", {}, 404),
    "no such row decided": ("POST", "/rows/4040/decide", {"json": ACCEPT}, 404),
    "image of nothing": ("GET", "/rows/4040/image", {}, 404),
    "letter of a row that was never returned": ("GET", "/rows/1/letter", {}, 404),
    # malformed and unexpected
    "no JSON at all": ("POST", DECIDE, {"content": b"\xff\xfe\x00", "headers": JSON}, 400),
    "half of a JSON": ("POST", DECIDE, {"content": b'{"action": "', "headers": JSON}, 422),
    "JSON that is a list": ("POST", DECIDE, {"json": [ACCEPT]}, 422),
    "deeply nested JSON": ("POST", DECIDE, {"content": b"[" * 50_000, "headers": JSON}, 400),
    "an action that is none": decide(422, action="批准"),
    "an action as a list": decide(422, action=["接收"]),
    "a script as an action": decide(422, action="<script>alert(1)</script>"),
    "version zero": decide(422, row_version=0),
    "version as a truth value": decide(422, row_version="一"),
    "a version of the future": decide(409, row_version=7),
    "an unknown field": decide(422, state="已接收"),
    "another actor": decide(422, actor="admin"),
    "opinion too long": decide(422, opinion=LONG),
    "NUL in an opinion": decide(422, opinion="a\x00b"),
    "control characters": decide(422, opinion="\x1b[31m"),
    "half of a surrogate pair": ("POST", DECIDE, {"content": b'{"action":"\\u63a5\\u6536","row_version":1,"opinion":"\\ud800"}', "headers": JSON}, 422),
    "too many questions": decide(422, action="退回补正", questions=["问"] * 200),
    "a segment with SQL": decide(422, action="改环节", segment="x'; DROP TABLE events; --"),
    "merge into SQL": decide(422, action="合并到", merge_into="S-1' OR '1'='1"),
    "split into one": decide(422, action="拆分", parts=[{"title": "一"}]),
    "split into nameless parts": decide(422, action="拆分", parts=[{"title": ""}, {"title": " "}]),
    "filter of another name": ("GET", "/queue?order=1;DROP", {}, 422),
    "filter too long": ("GET", "/queue?q=" + "a" * 5000, {}, 422),
    "NUL in a filter": ("GET", "/queue?q=%00", {}, 422),
    "changes since a word": ("GET", "/changes?since=abc", {}, 422),
    "export in another format": ("GET", "/numbers/export?format=../../etc/passwd", {}, 422),
    "bulk over the limit": ("POST", "/bulk", {"json": {"action": "接收", "items": [{"id": 1, "row_version": 1}] * 1999}}, 422),
    "bulk of nothing": ("POST", "/bulk", {"json": {"action": "接收", "items": []}}, 422),
    "bulk with a stale row": ("POST", "/bulk", {"json": {"action": "接收", "items": [{"id": 1, "row_version": 1}, {"id": 2, "row_version": 9}]}}, 409),
    "undo of nothing": ("POST", "/rows/1/undo", {"json": {"row_version": 1}}, 422),
    # size
    "a body of 2 MB": ("POST", DECIDE, {"content": b" " * 2_000_000, "headers": JSON}, 413),
    "a length that lies": ("POST", DECIDE, {"content": b"{}", "headers": {**JSON, "Content-Length": "99999999999"}}, 413),
    "a length that is no number": ("POST", DECIDE, {"content": b"{}", "headers": {**JSON, "Content-Length": "-5"}}, 400),
    "an upload of 100 MB": ("POST", "/uploads", {"files": {"files": ("a.docx", b"\0" * 100_000_000)}}, 413),
    # uploads
    "no file": ("POST", "/uploads", {"files": {"other": ("a.docx", b"x")}}, 422),
    "a program": ("POST", "/uploads", {"files": {"files": ("a.exe", b"MZ")}}, 422),
    "a path as a name": ("POST", "/uploads", {"files": {"files": ("../../a.docx", b"x")}}, 422),
    "a stream of a file as a name": ("POST", "/uploads", {"files": {"files": ("a.docx:b.docx", b"x")}}, 422),
    "a hidden file": ("POST", "/uploads", {"files": {"files": (".a.docx", b"x")}}, 422),
    "a page of scripts": ("POST", "/uploads", {"files": {"files": ("a.svg", b"<svg onload=alert(1)>")}}, 422),
    "two of one name": ("POST", "/uploads", {"files": [("files", ("a.docx", b"x")), ("files", ("a.docx", b"y"))]}, 422),
    "too many files": ("POST", "/uploads", {"files": [("files", (f"a{i}.docx", b"x")) for i in range(40)]}, 422),
    "a sheet that is none": ("POST", "/sheet", {"files": {"file": ("triage.xlsx", b"PK\x03\x04 no")}}, 422),
    "a broken form": ("POST", "/uploads", {"content": b"--x\r\nnonsense", "headers": {"Content-Type": "multipart/form-data; boundary=x"}}, 422),
    # accounts
    "wrong password": ("POST", "/login", {"json": {"name": "admin", "password": "admin"}}, 401),
    "SQL as a name": ("POST", "/login", {"json": {"name": "' OR 1=1 --", "password": "x"}}, 401),
    "no password": ("POST", "/login", {"json": {"name": "admin"}}, 422),
    "password too long": ("POST", "/login", {"json": {"name": "admin", "password": "x" * 100_000}}, 422),
    "a link that was never given": ("POST", "/welcome", {"json": {"token": "a" * 43, "password": "correct-horse-battery"}}, 422),
    "my password without the old one": ("POST", "/password", {"json": {"old": "guess", "new": "correct-horse-battery"}}, 422),
}
QUIET = {"wrong password", "SQL as a name"}  # a wrong name leaves no trace in the tables


def fingerprint(office: Office) -> str:
    """Everything in every table but the sessions' clock."""
    with office.store.reading() as session:
        rows = [[name, *map(str, row)] for name, table in sorted(Base.metadata.tables.items()) if name != "sessions" for row in session.execute(table.select())]
    return hashlib.sha256(json.dumps(rows).encode()).hexdigest()


def test_the_list_is_long_enough() -> None:
    assert len(REQUESTS) >= 60


@pytest.mark.parametrize("name", REQUESTS)
def test_a_bad_request_gets_its_code_and_changes_nothing(enter: Enter, office: Office, name: str) -> None:
    add(office.store, row(1, original="原文 13800000000"), row(2))
    client = enter(Role.REVIEWER)
    before = fingerprint(office)
    method, path, options, status = REQUESTS[name]
    answer = client.request(method, path, **options)
    assert answer.status_code == status
    assert fingerprint(office) == before
    assert "Traceback" not in answer.text
    assert "13800000000" not in answer.text
    assert answer.headers["content-security-policy"].startswith("default-src 'none'")
    assert not (office.state / "uploads").exists() or not any((office.state / "uploads").iterdir())


Break = Callable[[TestClient, Office], None]


def end_by_logout(client: TestClient, office: Office) -> None:
    cookie = client.cookies[COOKIE]
    assert client.post("/logout").status_code == 200
    client.cookies.set(COOKIE, cookie)


def grow_old(client: TestClient, office: Office) -> None:
    with office.store.writing() as session:
        for kept in session.scalars(select(SessionRow)):
            kept.created = time.time() - 3600 * office.settings.session.longest_hours - 1


def fall_idle(client: TestClient, office: Office) -> None:
    with office.store.writing() as session:
        for kept in session.scalars(select(SessionRow)):
            kept.seen = time.time() - 60 * office.settings.session.idle_minutes - 1


def disable(client: TestClient, office: Office) -> None:
    with office.store.writing() as session:
        for user in session.scalars(select(UserRow)):
            user.active = False


def use_the_hash(client: TestClient, office: Office) -> None:
    with office.store.reading() as session:
        client.cookies.set(COOKIE, session.scalars(select(SessionRow.token)).one())


def cut(client: TestClient, office: Office) -> None:
    client.cookies.set(COOKIE, client.cookies[COOKIE][:-1])


@pytest.mark.parametrize("broken", [end_by_logout, grow_old, fall_idle, disable, use_the_hash, cut])
def test_a_session_that_has_ended_cannot_be_replayed(enter: Enter, office: Office, broken: Break) -> None:
    add(office.store, row(1))
    client = enter(Role.REVIEWER)
    broken(client, office)
    assert client.get("/queue").status_code == 401
    assert client.post(DECIDE, json=ACCEPT).status_code == 401


def test_a_chunked_body_is_counted_as_it_comes(application: Application, enter: Enter) -> None:
    client = enter(Role.REVIEWER)
    assert client.post(DECIDE, content=(b" " * 100_000 for _ in range(30)), headers=JSON).status_code == 413


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(application: Application, office: Office) -> None:
    from triage.accounts import first_link

    with office.store.writing() as session:
        token = first_link(session, office.settings.login)
    answer = anonymous(application).post("/welcome", json={"token": token, "password": "correct-horse-battery"})
    assert answer.status_code == 200
    said = answer.headers["set-cookie"].lower()
    assert "httponly" in said
    assert "samesite=strict" in said
