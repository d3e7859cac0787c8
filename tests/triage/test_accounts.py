import time

import pytest
from sqlalchemy import select

from tests.triage.conftest import Enter, anonymous
from triage.accounts import AccountError, Role, accept_invitation, add_user, first_link, invite, set_password
from triage.app import Application
from triage.database import InvitationRow, Store, UserRow
from triage.office import Office
from triage.settings import read

GOOD = "correct-horse-battery"
LIMITS = read().login


def person(store: Store, name: str = "张三", role: Role = Role.REVIEWER) -> None:
    with store.writing() as session:
        set_password(session, add_user(session, name, role, actor="测试"), GOOD, LIMITS)


def login(application: Application, name: str = "张三", password: str = GOOD) -> int:
    return anonymous(application).post("/login", json={"name": name, "password": password}).status_code


def test_the_first_start_gives_one_link_and_no_password(store: Store, application: Application) -> None:
    with store.writing() as session:
        token = first_link(session, LIMITS)
        assert session.scalars(select(UserRow.password)).all() == [None]
    assert login(application, "admin", "admin") == 401
    assert anonymous(application).post("/welcome", json={"token": token, "password": GOOD}).status_code == 200
    assert anonymous(application).post("/welcome", json={"token": token, "password": GOOD}).status_code == 422
    assert login(application, "admin") == 200
    with store.writing() as session:
        assert first_link(session, LIMITS) is None


def test_a_new_link_voids_the_one_before_and_an_old_one_expires(store: Store) -> None:
    with store.writing() as session:
        user = add_user(session, "张三", Role.READER, actor="测试")
        old, new = invite(session, user, LIMITS, actor="测试"), invite(session, user, LIMITS, actor="测试")
        with pytest.raises(AccountError):
            accept_invitation(session, old, GOOD, LIMITS)
        session.scalars(select(InvitationRow)).one().expires = time.time() - 1
        with pytest.raises(AccountError):
            accept_invitation(session, new, GOOD, LIMITS)


def test_wrong_passwords_lock_the_account_even_against_the_right_one(store: Store, application: Application) -> None:
    person(store)
    assert login(application) == 200
    assert [login(application, password="wrong") for _ in range(LIMITS.failures)] == [401] * LIMITS.failures
    assert login(application) == 401
    with store.writing() as session:
        session.scalars(select(UserRow)).one().locked_until = time.time() - 1
    assert login(application) == 200


@pytest.mark.parametrize("password", ["short", "aaaaaaaaaaaaaa", "1234567890", "x" * 300])
def test_weak_passwords_are_refused(store: Store, password: str) -> None:
    with store.writing() as session, pytest.raises(AccountError):
        set_password(session, add_user(session, "张三", Role.READER, actor="测试"), password, LIMITS)


@pytest.mark.parametrize("name", ["", " ", "a b", "<b>", "x" * 51, "a/b", "\x00"])
def test_odd_names_are_refused(store: Store, name: str) -> None:
    with store.writing() as session, pytest.raises(AccountError):
        add_user(session, name, Role.READER, actor="测试")


def test_the_last_administrator_stays(enter: Enter, office: Office) -> None:
    client = enter(Role.ADMINISTRATOR)
    with office.store.reading() as session:
        mine = session.scalars(select(UserRow.id)).one()
    assert client.post(f"/users/{mine}", json={"role": "只读", "active": True}).status_code == 422
    assert client.post(f"/users/{mine}", json={"role": "管理员", "active": False}).status_code == 422
    enter(Role.ADMINISTRATOR)
    assert client.post(f"/users/{mine}", json={"role": "只读", "active": True}).status_code == 200
    assert client.get("/users").status_code == 401  # the sessions of a changed user end


def test_an_administrator_adds_a_user_who_sets_a_password_and_comes_in(enter: Enter, application: Application) -> None:
    answer = enter(Role.ADMINISTRATOR).post("/users", json={"name": "李四", "role": "登记"})
    token = answer.json()["link"].removeprefix("/welcome#")
    client = anonymous(application)
    assert client.post("/welcome", json={"token": token, "password": GOOD}).status_code == 200
    assert client.get("/queue").status_code == 200


def test_changing_the_password_ends_every_session(store: Store, application: Application) -> None:
    person(store)
    first, second = anonymous(application), anonymous(application)
    for client in (first, second):
        client.post("/login", json={"name": "张三", "password": GOOD})
    page = first.get("/account").text
    first.headers["X-CSRF-Token"] = page.split('name="csrf" content="')[1].split('"')[0]
    assert first.post("/password", json={"old": GOOD, "new": "another-long-phrase"}).status_code == 200
    assert [c.get("/queue").status_code for c in (first, second)] == [401, 401]
    assert login(application, password="another-long-phrase") == 200
