"""`flask montage`: where butterflies sit, for people who want to check it."""

import csv
import shutil
import sys

import click
from flask.cli import AppGroup

from campaign.causes.queries import cause_by_slug
from campaign.montage.layout import places
from campaign.montage.shapes import shape_named

group = AppGroup("montage", help="The places of butterflies.")
ROWS = 100_000


@group.command("places")
@click.argument("cause")
@click.argument("first", type=click.IntRange(min=1))
@click.argument("last", type=click.IntRange(min=1))
def show_places(cause, first, last):
    """Write number,x,y of butterflies FIRST to LAST of CAUSE as CSV; x and y are 32-bit fractions of the square."""
    shape = _shape_of(cause)
    lines = csv.writer(sys.stdout, lineterminator="\n")
    lines.writerow(("number", "x", "y"))
    for start in range(first, last + 1, ROWS):
        columns = places(shape, start, min(last, start + ROWS - 1))
        lines.writerows(zip(*(column.tolist() for column in columns), strict=True))


@group.command("mask")
@click.argument("cause")
@click.option("--output", type=click.Path(dir_okay=False), required=True, help="File to write.")
def write_mask(cause, output):
    """Write the mask of CAUSE, a PNG of 1024×1024: where butterflies may sit."""
    shutil.copyfile(_shape_of(cause).mask_path, output)
    click.echo(f"Wrote the mask of {cause} to {output}.")


def _shape_of(slug):
    cause = cause_by_slug(slug)
    if cause is None:
        raise click.ClickException(f"There is no cause at {slug!r}.")
    return shape_named(cause.shape)


COMMANDS = (group,)
