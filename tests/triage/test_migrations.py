import pytest
from alembic.autogenerate import compare_metadata
from alembic.migration import MigrationContext
from sqlalchemy import inspect

from triage.database import Base, Store
from triage.migrate import revision, upgrade


@pytest.mark.parametrize("kind", ["store", "postgres_store"])
def test_the_migrations_give_the_tables_that_the_code_expects(kind: str, request: pytest.FixtureRequest) -> None:
    store: Store = request.getfixturevalue(kind)
    with store.reading() as session:
        found = compare_metadata(MigrationContext.configure(session.connection()), Base.metadata)
        kept = [d for d in found if not (isinstance(d, tuple) and d[0] == "remove_constraint" and "events" in str(d[1].table))]
        assert kept == []
        assert revision(session.connection()) == "0001"


def test_upgrading_twice_changes_nothing(store: Store) -> None:
    before = inspect(store.engine).get_table_names()
    upgrade(store)
    assert inspect(store.engine).get_table_names() == before


def test_the_database_is_for_its_owner_only(store: Store) -> None:
    from pathlib import Path

    assert Path(str(store.url.database)).stat().st_mode & 0o077 == 0
