"""Alembic from code: bring a database to today's schema before it is used."""

from pathlib import Path

from sqlalchemy import Connection

from triage.database import Store

__all__ = ["revision", "upgrade"]

FOLDER = Path(__file__).with_name("migrations")


def upgrade(store: Store) -> None:
    """Creates or migrates; under the writers' lock, so that two processes that start together do it once."""
    from alembic import command
    from alembic.config import Config

    config = Config()
    config.set_main_option("script_location", str(FOLDER).replace("%", "%%"))
    with store.writing() as session:
        config.attributes["connection"] = session.connection()
        command.upgrade(config, "head")


def revision(connection: Connection) -> str | None:
    from alembic.migration import MigrationContext

    return MigrationContext.configure(connection).get_current_revision()
