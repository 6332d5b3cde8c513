"""Compare the migrations of the database with those that this version knows."""

from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import current_app

from campaign.extensions import db


def revisions() -> tuple[set[str], set[str]]:
    """Return the newest migrations that the database has, and the newest of this version."""
    with db.engine.connect() as connection:
        current = set(MigrationContext.configure(connection).get_current_heads())
    return current, set(_scripts().get_heads())


def is_newer_than_code() -> bool:
    """Return whether the database has a migration that this version does not know.

    The site then goes back to its former release, which runs on what a newer one has added.
    """
    current, _ = revisions()
    return bool(current - {script.revision for script in _scripts().walk_revisions()})


def _scripts() -> ScriptDirectory:
    return ScriptDirectory.from_config(current_app.extensions["migrate"].migrate.get_config())
