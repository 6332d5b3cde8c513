"""`flask search`: the search index."""

import click
from flask.cli import AppGroup

from campaign.extensions import write
from campaign.search.indexing import note_all
from campaign.search.jobs import index_all

group = AppGroup("search", help="Maintain the search index.")


@group.command("rebuild")
def rebuild() -> None:
    """Rebuild the search index. Search keeps working.

    You rarely need this, because the worker keeps the index up to date.
    """
    write(note_all)
    click.echo(f"Indexed {index_all():,} items.")


COMMANDS = (group,)
