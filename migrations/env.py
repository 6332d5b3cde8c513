"""Run migrations on the application's own database engine."""

from alembic import context
from flask import current_app
from sqlalchemy import text

from campaign.process.clock import UtcDateTime

database = current_app.extensions["migrate"].db
# Only one process may migrate at a time. Any number works that nothing else in the database uses.
MIGRATION_LOCK = 4_304_304
# If a long transaction holds a table, everyone else would queue behind the waiting migration.
# So fail after this time, and let the operator try again.
LOCK_SECONDS = 10


def render_item(kind, item, _autogen_context):
    """Render our column type as the plain type, because a migration outlives our class."""
    if kind == "type" and isinstance(item, UtcDateTime):
        return "sa.DateTime(timezone=True)"
    return False


def include_object(_item, name, kind, _is_reflected, _counterpart):
    """Return whether to compare this object.

    The full-text tables are written by hand, and SQLite manages its own beside them.
    """
    return kind != "table" or not name.startswith(("search_terms", "signature_lookup"))


def run_migrations():
    with database.engine.execution_options(writes=True).connect() as connection:
        context.configure(
            connection=connection,
            target_metadata=database.metadata,
            render_as_batch=True,
            compare_type=True,
            render_item=render_item,
            include_object=include_object,
        )
        with context.begin_transaction():
            if connection.dialect.name == "postgresql":
                connection.execute(text(f"select pg_advisory_xact_lock({MIGRATION_LOCK})"))
                connection.execute(text(f"set local lock_timeout = '{LOCK_SECONDS}s'"))
            context.run_migrations()


if context.is_offline_mode():
    raise SystemExit("Migrations run against a live database only.")
run_migrations()
