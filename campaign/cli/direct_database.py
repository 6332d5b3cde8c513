"""Find the database for programs whose settings last for a session, such as `pg_dump`.

PgBouncer gives the connection to others afterwards, and the settings would reach them.
"""

import click
from flask import current_app
from sqlalchemy import text
from sqlalchemy.engine import URL, make_url

from campaign.extensions import db


def direct_url() -> URL:
    """Return the URL of the database itself.

    Raises ClickException if the settings name only a pool of connections.
    """
    given = current_app.config["DATABASE_DIRECT_URL"]
    if given:
        return make_url(given)
    url = db.engine.url
    if url.get_backend_name() != "sqlite" and _is_pooled():
        raise click.ClickException(
            "DATABASE_URL connects to a pool such as PgBouncer, and this command would disturb the"
            " site's queries there. Set DATABASE_DIRECT_URL to the same database, with the host and"
            " port of PostgreSQL itself."
        )
    return url


def _is_pooled() -> bool:
    """Return whether another program is between us and PostgreSQL.

    Such a program makes up the process id that it tells clients.
    """
    with db.engine.connect() as connection:
        claimed = connection.connection.driver_connection.info.backend_pid  # type: ignore[union-attr]
        return bool(connection.scalar(text("select pg_backend_pid()")) != claimed)
