"""Say that a site or a worker uses the database, so that nobody copies it at the same time."""

from io import FileIO

import click

from campaign.db.copying.target import has_unfinished_copy
from campaign.db.usage_lock import DatabaseInUseError, share_database
from campaign.extensions import db


def use_database() -> FileIO | None:
    """Return a file to keep open while the database is used, or None if it needs none.

    Raise ClickException if the database is being copied, or holds a copy that is not finished.
    """
    with db.engine.connect() as connection:
        if has_unfinished_copy(connection):
            raise click.ClickException(
                "This database holds an unfinished copy. Run `flask db copy` again until it ends."
            )
    try:
        return share_database(db.engine.url)
    except DatabaseInUseError as error:
        raise click.ClickException(
            "This database is being copied by `flask db copy`, or restored. Wait until that ends."
        ) from error
