"""`flask montage`: positions of butterflies, shapes and posters."""

import csv
import sys
import tempfile
from pathlib import Path

import click
from flask.cli import AppGroup
from PIL import Image

from campaign.causes.models import Cause
from campaign.causes.queries import cause_by_slug
from campaign.extensions import write
from campaign.i18n.locales import LOCALES
from campaign.montage.layout import places
from campaign.montage.posters.jobs import prepare
from campaign.montage.posters.renderer import print_poster
from campaign.montage.posters.spec import PAPER_MM
from campaign.montage.queries import Variety, find_shape
from campaign.montage.rendering.drawing import draw, encode_png
from campaign.montage.shapes.extraction import Cut
from campaign.montage.shapes.operations import ButterfliesWouldMove, accept_shape, keep_shape
from campaign.montage.shapes.uploads import PictureRefused
from campaign.process.clock import utcnow

group = AppGroup("montage", help="Places of butterflies, shapes and posters.")
ROWS = 100_000
PREVIEWS = (100, 10_000, 1_000_000)
PREVIEW_WIDTH = 800
REASONS = {
    "too_heavy": "The file is larger than 12 MB.",
    "not_a_picture": "This file is not a PNG, JPEG, WebP or GIF.",
    "too_many_pixels": "The picture has more than 40 million pixels.",
    "broken": "The picture file is damaged.",
    "too_coarse": "The shape would be less than 160 pixels wide and high. Choose a larger picture.",
    "empty": "We cannot tell the subject from the background. Try another threshold or picture.",
    "too_small": "The shape covers too little of its square, so butterflies would overlap.",
    "fills_all": "The shape fills the whole square, so nobody would recognize it. Use a picture with a transparent background.",
    "too_thin": "The shape is too thin or in too many pieces, so butterflies would hide its lines.",
}


@group.command("places")
@click.argument("cause")
@click.argument("first", type=click.IntRange(min=1))
@click.argument("last", type=click.IntRange(min=1))
def show_places(cause: str, first: int, last: int) -> None:
    """Write number,x,y of butterflies FIRST to LAST of CAUSE as CSV. x and y are 32-bit fractions of the square."""
    shape = _shape_of(cause)
    lines = csv.writer(sys.stdout, lineterminator="\n")
    lines.writerow(("number", "x", "y"))
    for start in range(first, last + 1, ROWS):
        columns = places(shape, start, min(last, start + ROWS - 1))
        lines.writerows(zip(*(column.tolist() for column in columns), strict=True))


@group.command("mask")
@click.argument("cause")
@click.option("--output", type=click.Path(dir_okay=False), required=True, help="File to write.")
def write_mask(cause: str, output: str) -> None:
    """Write the mask of CAUSE, a PNG of 1024×1024 that shows where butterflies can be."""
    Image.fromarray(_shape_of(cause).mask).save(output, "PNG")
    click.echo(f"Wrote the mask of {cause} to {output}.")


@group.command("shape")
@click.argument("cause")
@click.argument("picture", type=click.Path(exists=True, dir_okay=False))
@click.option(
    "--threshold",
    type=click.IntRange(1, 254),
    help="How much a colour may differ and still be background.",
)
@click.option(
    "--invert", is_flag=True, help="Use the background as the shape, and cut the rest out."
)
@click.option(
    "--previews", type=click.Path(file_okay=False), default=".", help="Folder for the previews."
)
@click.option("--accept", is_flag=True, help="Use the shape for CAUSE.")
@click.option("--move", is_flag=True, help="Use it even if butterflies move to other places.")
def make_shape(
    cause: str,
    picture: str,
    threshold: int | None,
    invert: bool,
    previews: str,
    accept: bool,
    move: bool,
) -> None:
    """Make a shape from PICTURE, and write previews with 100, 10,000 and 1,000,000 butterflies."""
    path, row = Path(picture), _cause(cause)
    try:
        cut = Cut("colour" if threshold else "", threshold, invert)
        stored = write(
            keep_shape, content=path.read_bytes(), title=path.stem, cut=cut, now=utcnow()
        )
    except PictureRefused as refused:
        raise click.ClickException(REASONS[refused.reason]) from refused
    shape = find_shape(stored.name)
    Path(previews).mkdir(parents=True, exist_ok=True)
    for count in PREVIEWS:
        file = Path(previews) / f"{path.stem}-{count}.png"
        file.write_bytes(encode_png(draw(shape, count, PREVIEW_WIDTH)))
        click.echo(f"Wrote {file}.")
    if not accept:
        click.echo(
            f"The shape covers {shape.area:.0%} of its square. To use it for {cause}, add --accept."
        )
        return
    try:
        write(accept_shape, row.id, name=stored.name, now=utcnow(), may_move=move)
    except ButterfliesWouldMove as refused:
        raise click.ClickException(
            f"{cause} has butterflies, and they would move to other places. If you want that, add --move."
        ) from refused
    click.echo(f"{cause} now has this shape.")


@group.command("poster")
@click.argument("cause")
@click.option("--size", default="A2", help="A3 to A0 for a PDF, a width in pixels for a PNG.")
@click.option("--lang", type=click.Choice(list(LOCALES)), default="en")
@click.option("--names", is_flag=True, help="With the names that people chose to show.")
@click.option("--output", type=click.Path(dir_okay=False), required=True, help="File to write.")
def draw_poster(cause: str, size: str, lang: str, names: bool, output: str) -> None:
    """Draw the poster of CAUSE now, without waiting for others."""
    form = "pdf" if size.upper() in PAPER_MM else "png"
    if form == "png" and not (size.isascii() and size.isdecimal() and 300 <= int(size) <= 12_000):
        raise click.BadParameter(
            "must be A3, A2, A1, A0 or a width from 300 to 12000", param_hint="--size"
        )
    row = _cause(cause)
    variety = Variety(row.id, form, size.upper(), lang, names)
    with tempfile.TemporaryDirectory() as scratch, Path(output).open("wb") as file:
        spec, _ = prepare(row, variety, Path(scratch))
        print_poster(spec, find_shape(row.shape), file)
    click.echo(f"Wrote the poster of {cause} to {output}.")


def _cause(slug: str) -> Cause:
    cause = cause_by_slug(slug)
    if cause is None:
        raise click.ClickException(f"There is no cause at {slug!r}.")
    return cause


def _shape_of(slug):
    return find_shape(_cause(slug).shape)


COMMANDS = (group,)
