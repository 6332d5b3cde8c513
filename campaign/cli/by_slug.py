"""What commands name by its slug."""

from typing import TypeVar

import click

Row = TypeVar("Row")


def existing(row: Row | None, kind: str, slug: str) -> Row:
    """Return the row, or end the command if there is none of this kind with this slug."""
    if row is None:
        raise click.ClickException(f"There is no {kind} with the slug {slug!r}.")
    return row
