"""`flask search`: the search index."""

import os

import click
from flask.cli import AppGroup

from campaign.extensions import write
from campaign.process.clock import utcnow
from campaign.search.indexing import due, forget_marks, refresh

group = AppGroup("search", help="The index of what can be found.")


@group.command("rebuild")
def rebuild() -> None:
    """Rebuild the search index while the search keeps working. The worker keeps it up to date."""
    write(forget_marks)
    click.echo(f"Indexed {index_all():,} documents.")


def index_all() -> int:
    """Bring the index up to date with all public content; return how many were written."""
    total = 0
    while due():
        total += refresh(write, holder=f"command-{os.getpid()}", now=utcnow())
    return total


COMMANDS = (group,)
