"""An INSERT for either database that can handle conflicts."""

from typing import Any

from flask import current_app
from sqlalchemy.dialects import postgresql, sqlite


def insert(table: Any) -> Any:
    """Return the database's own INSERT into `table`, a table or model.

    It offers `on_conflict_do_nothing` and `on_conflict_do_update`.
    """
    dialect = current_app.extensions["sqlalchemy"].engine.dialect.name
    return postgresql.insert(table) if dialect == "postgresql" else sqlite.insert(table)
