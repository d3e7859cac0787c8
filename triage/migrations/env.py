"""Alembic's entry: runs on the connection that triage.migrate hands over, never on one of its own."""

from alembic import context

from triage.database import Base

connection = context.config.attributes["connection"]
context.configure(connection=connection, target_metadata=Base.metadata, transactional_ddl=False)
context.run_migrations()
