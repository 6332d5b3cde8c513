"""One INSERT that both databases understand, with its answer to a conflict."""

from sqlalchemy.dialects import postgresql, sqlite

from campaign.extensions import db


def insert(table):
    """Return the database's own INSERT for `table`, which offers on_conflict_do_nothing and on_conflict_do_update."""
    dialect = db.session.get_bind().dialect.name
    return postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)
