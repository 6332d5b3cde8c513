"""Compare the migrations of the database with those that this version knows."""

from functools import cache

from alembic.runtime.migration import MigrationContext
from alembic.script import ScriptDirectory
from flask import current_app

from campaign.extensions import db


def revisions() -> tuple[set[str], set[str]]:
    """Return the newest migrations that the database has, and the newest of this version."""
    newest, _ = _of_code(current_app.extensions["migrate"].directory)
    with db.engine.connect() as connection:
        return set(MigrationContext.configure(connection).get_current_heads()), newest


def is_newer(current: set[str]) -> bool:
    """Return whether the newest migrations of a database are unknown to this version.

    That is so after going back to the former release, which runs on what a newer one has added.
    """
    _, known = _of_code(current_app.extensions["migrate"].directory)
    return bool(current) and not current & known


@cache
def _of_code(folder: str) -> tuple[set[str], set[str]]:
    """Return the newest migrations in `folder`, and all of them."""
    scripts = ScriptDirectory(folder)
    return set(scripts.get_heads()), {script.revision for script in scripts.walk_revisions()}
