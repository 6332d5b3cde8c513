"""One INSERT that both databases understand, with its answer to a conflict."""

from flask import current_app
from sqlalchemy.dialects import postgresql, sqlite


def insert(table):
    """Return the database's own INSERT for `table`, which offers on_conflict_do_nothing and on_conflict_do_update."""
    dialect = current_app.extensions["sqlalchemy"].engine.dialect.name
    return postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)
