"""The first schema: submissions, events, users, invitations, sessions, labels, uploads, imported runs."""

import sqlalchemy as sa
from alembic import op

revision = "0001"
down_revision = None

SQLITE_GUARD = "CREATE TRIGGER events_no_{verb} BEFORE {verb} ON events BEGIN SELECT RAISE(ABORT, 'events are append-only'); END"
POSTGRES_FUNCTION = """
CREATE FUNCTION events_are_append_only() RETURNS trigger LANGUAGE plpgsql AS
$$ BEGIN RAISE EXCEPTION 'events are append-only'; END $$
"""
POSTGRES_GUARD = "CREATE TRIGGER events_guard BEFORE UPDATE OR DELETE ON events FOR EACH ROW EXECUTE FUNCTION events_are_append_only()"


def upgrade() -> None:
    create_submissions()
    op.create_table(
        "events",
        sa.Column("seq", sa.Integer, primary_key=True, autoincrement=False),
        sa.Column("row_id", sa.Integer),
        sa.Column("submission_id", sa.String(200), nullable=False),
        sa.Column("version", sa.Integer, nullable=False),
        sa.Column("actor", sa.String(100), nullable=False),
        sa.Column("at", sa.String(40), nullable=False),
        sa.Column("action", sa.String(40), nullable=False),
        sa.Column("payload", sa.Text, nullable=False),
        sa.Column("previous", sa.String(64), nullable=False, unique=True),  # a fork of the chain cannot be stored
        sa.Column("hash", sa.String(64), nullable=False, unique=True))
    op.create_index("ix_events_row", "events", ["row_id", "seq"])
    create_accounts()
    create_rest()
    guard_events()


def create_submissions() -> None:
    required = [sa.Column(name, kind, nullable=False) for name, kind in (
        ("submission_id", sa.String(200)), ("version", sa.Integer), ("row_version", sa.Integer), ("latest", sa.Boolean), ("demand_id", sa.String(200)),
        ("state", sa.String(20)), ("province", sa.String(20)), ("organisation", sa.Text), ("title", sa.Text), ("segment", sa.String(100)),
        ("verdict", sa.String(10)), ("suggested", sa.String(20)), ("suggested_reason", sa.Text), ("complete", sa.Float), ("opinion", sa.Text),
        ("masked", sa.Text), ("text_sha256", sa.String(64)), ("detail", sa.Text), ("run_id", sa.String(100)), ("arrived_at", sa.String(40)))]
    optional = [sa.Column(name, kind) for name, kind in (
        ("received", sa.Date), ("suggested_merge", sa.String(200)), ("merge_into", sa.String(200)), ("channel", sa.String(200)),
        ("expert", sa.String(200)), ("original", sa.Text), ("decided_at", sa.String(40)), ("decided_by", sa.String(100)))]
    op.create_table("submissions", sa.Column("id", sa.Integer, primary_key=True), *required, *optional, sa.UniqueConstraint("submission_id", "version"))
    op.create_index("ix_queue", "submissions", ["latest", "state"])
    op.create_index("ix_demand", "submissions", ["demand_id"])


def create_accounts() -> None:
    op.create_table(
        "users",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("name", sa.String(100), nullable=False, unique=True),
        sa.Column("role", sa.String(20), nullable=False),
        sa.Column("password", sa.Text),
        sa.Column("active", sa.Boolean, nullable=False),
        sa.Column("failures", sa.Integer, nullable=False),
        sa.Column("locked_until", sa.Float, nullable=False),
        sa.Column("created_at", sa.String(40), nullable=False))
    op.create_table(
        "invitations",
        sa.Column("token", sa.String(64), primary_key=True),
        sa.Column("user_id", sa.Integer, nullable=False),
        sa.Column("expires", sa.Float, nullable=False),
        sa.Column("used", sa.Boolean, nullable=False))
    op.create_table(
        "sessions",
        sa.Column("token", sa.String(64), primary_key=True),
        sa.Column("user_id", sa.Integer, nullable=False),
        sa.Column("csrf", sa.String(64), nullable=False),
        sa.Column("created", sa.Float, nullable=False),
        sa.Column("seen", sa.Float, nullable=False))


def create_rest() -> None:
    op.create_table(
        "labels",
        sa.Column("id", sa.Integer, primary_key=True),
        sa.Column("kind", sa.String(20), nullable=False),
        sa.Column("demand_id", sa.String(200), nullable=False),
        sa.Column("other", sa.String(200), nullable=False),
        sa.Column("value", sa.String(100), nullable=False),
        sa.Column("suggested", sa.String(100), nullable=False),
        sa.Column("event", sa.Integer, nullable=False),
        sa.Column("undone", sa.Boolean, nullable=False))
    op.create_table(
        "uploads",
        sa.Column("id", sa.String(32), primary_key=True),
        *(sa.Column(name, kind, nullable=False) for name, kind in (
            ("actor", sa.String(100)), ("at", sa.String(40)), ("names", sa.Text), ("state", sa.String(20)), ("message", sa.Text), ("outcome", sa.Text))))
    op.create_table("imported_runs", sa.Column("run_id", sa.String(100), primary_key=True), sa.Column("at", sa.String(40), nullable=False))


def guard_events() -> None:
    if op.get_bind().dialect.name == "postgresql":
        op.execute(POSTGRES_FUNCTION)
        op.execute(POSTGRES_GUARD)
        return
    for verb in ("update", "delete"):
        op.execute(SQLITE_GUARD.format(verb=verb))


def downgrade() -> None:
    for name in ("imported_runs", "uploads", "labels", "sessions", "invitations", "users", "events", "submissions"):
        op.drop_table(name)
    if op.get_bind().dialect.name == "postgresql":
        op.execute("DROP FUNCTION events_are_append_only()")
