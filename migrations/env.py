"""Runs migrations over the application's own engine."""

from alembic import context
from flask import current_app
from sqlalchemy import text

from campaign.process.clock import UtcDateTime

database = current_app.extensions["migrate"].db
# One process migrates at a time; the number only has to be ours.
MIGRATION_LOCK = 4_304_304
# A table that a long transaction holds would keep everyone else waiting behind the migration: rather fail, and try again.
LOCK_SECONDS = 10


def render_item(kind, item, _autogen_context):
    """A migration outlives the code: it names the column's plain type, not our class for it."""
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    return False


def include_name(name, kind, _parents):
    """The tables behind SQLite's full-text index are its own business."""
    return kind != "table" or not name.startswith("search_words")


def run_migrations():
    with database.engine.execution_options(writes=True).connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=database.metadata,
            render_as_batch=True,
            compare_type=True,
            render_item=render_item,
            include_name=include_name,
        )
        with context.begin_transaction():
            if connection.dialect.name == "postgresql":
                connection.execute(text(f"select pg_advisory_xact_lock({MIGRATION_LOCK})"))
                connection.execute(text(f"set local lock_timeout = '{LOCK_SECONDS}s'"))
            context.run_migrations()


if context.is_offline_mode():
    raise SystemExit("Migrations run against a live database only.")
run_migrations()
