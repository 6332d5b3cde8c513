"""`flask demo`: load a demonstration, ready to be signed."""

import click
from flask.cli import AppGroup

from campaign.demo.operations import DEFAULT_NAME, demonstration_names, load_demonstration

group = AppGroup("demo", help="Load demonstration data.")


@group.command("load")
@click.argument("name", type=click.Choice(demonstration_names()), default=DEFAULT_NAME)
def load(name: str) -> None:
    """Load the demonstration NAME, with a few hundred invented signatures.

    If it is loaded already, nothing changes.
    """
    click.echo(load_demonstration(name))


COMMANDS = (group,)
