"""`flask search`: the search index."""

import click
from flask.cli import AppGroup

from campaign.extensions import write
from campaign.process.clock import utcnow
from campaign.search.indexing import count_due, note_all, refresh

group = AppGroup("search", help="Maintain the search index.")


@group.command("rebuild")
def rebuild() -> None:
    """Rebuild the search index. Search keeps working.

    You rarely need this, because the worker keeps the index up to date.
    """
    write(note_all)
    click.echo(f"Indexed {index_all():,} items.")


def index_all() -> int:
    """Bring the index up to date with all public content; return how many items were read."""
    total = 0
    while count_due(utcnow()):
        total += refresh(write, now=utcnow())
    return total


COMMANDS = (group,)
