import getpass
import os
import shutil
import socket
import subprocess
import tempfile
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from sqlalchemy.engine import make_url
from starlette.testclient import TestClient

from tests.triage.rows import SEGMENTS
from triage import migrate, settings
from triage.accounts import Role, add_user
from triage.app import Application, create
from triage.database import Store, database_url
from triage.office import Office
from triage.sessions import COOKIE, open_session

BASE = "http://127.0.0.1"
Enter = Callable[[Role], TestClient]


@pytest.fixture
def store(tmp_path: Path) -> Iterator[Store]:
    made = Store(database_url(None, tmp_path))
    migrate.upgrade(made)
    yield made
    made.close()


@pytest.fixture
def office(store: Store, tmp_path: Path) -> Office:
    return Office(store=store, settings=settings.read(), out=tmp_path, segments=SEGMENTS)


@pytest.fixture
def application(office: Office) -> Application:
    return create(office)


def anonymous(application: Application) -> TestClient:
    return TestClient(application.served, base_url=BASE, headers={"X-Requested-With": "luxiantu"}, follow_redirects=False, raise_server_exceptions=False)


@pytest.fixture
def enter(application: Application, office: Office) -> Enter:
    """A client that is logged in under a role; its user bears the role's name."""

    def entering(role: Role) -> TestClient:
        client = anonymous(application)
        with office.store.writing() as session:
            user = add_user(session, f"某{role.value}{os.urandom(3).hex()}", role, actor="测试")
            token, visitor = open_session(session, user)
        client.cookies.set(COOKIE, token)
        client.headers["X-CSRF-Token"] = visitor.csrf
        return client

    return entering


# ---- PostgreSQL: a real server of Debian's package, in a temporary folder -------------------------


def _binaries() -> Path | None:
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin/initdb"))
    given = shutil.which("initdb")
    return found[-1].parent if found else Path(given).parent if given else None


@pytest.fixture(scope="session")
def postgres_server() -> Iterator[str]:
    binaries = _binaries()
    if binaries is None:
        pytest.skip("没有 PostgreSQL（Debian 的 postgresql 软件包）")
    # Not below pytest's own folder, which is closed to the server's user.
    with tempfile.TemporaryDirectory(prefix="luxiantu-pg-", ignore_cleanup_errors=True) as folder, postgres(binaries, Path(folder)) as url:
        yield url


class postgres:  # noqa: N801 (used as a context manager, like a function)
    """initdb, start, stop. As root the server runs as Debian's `postgres` user, for it refuses root."""

    def __init__(self, binaries: Path, folder: Path) -> None:
        self._binaries, self._folder = binaries, folder
        self._user = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups"] if getpass.getuser() == "root" else []

    def _run(self, name: str, *arguments: str) -> None:
        subprocess.run([*self._user, str(self._binaries / name), *arguments], check=True, capture_output=True, timeout=120, cwd="/")

    def __enter__(self) -> str:
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        if self._user:
            shutil.chown(self._folder, "postgres")
        data = str(self._folder / "data")
        self._run("initdb", "-D", data, "-U", "luxiantu", "-A", "trust", "-E", "UTF8", "--locale=C", "--no-sync")
        self._run("pg_ctl", "-D", data, "-w", "-l", str(self._folder / "log"), "-o", f"-p {port} -h 127.0.0.1 -k {self._folder}", "start")
        return f"postgresql://luxiantu@127.0.0.1:{port}/postgres"

    def __exit__(self, *_: object) -> None:
        self._run("pg_ctl", "-D", str(self._folder / "data"), "-m", "immediate", "stop")


@pytest.fixture
def postgres_store(postgres_server: str, tmp_path: Path) -> Iterator[Store]:
    """An empty database of its own on the server."""
    from sqlalchemy import create_engine, text

    name = f"t{os.urandom(6).hex()}"
    engine = create_engine(database_url(postgres_server, tmp_path), isolation_level="AUTOCOMMIT")
    with engine.connect() as connection:
        connection.execute(text(f"CREATE DATABASE {name}"))
    engine.dispose()
    made = Store(database_url(make_url(postgres_server).set(database=name).render_as_string(hide_password=False), tmp_path))
    migrate.upgrade(made)
    yield made
    made.close()
