"""`flask montage`: positions of butterflies, shapes and posters."""

import sys
import tempfile
from pathlib import Path

import click
from flask.cli import AppGroup
from PIL import Image

from campaign.causes.models import Cause
from campaign.causes.queries import cause_by_slug
from campaign.cli.arguments import existing, site_lang
from campaign.extensions import write
from campaign.montage.layout import places
from campaign.montage.posters.jobs import prepare
from campaign.montage.posters.renderer import print_poster
from campaign.montage.posters.spec import PAPER_MM
from campaign.montage.queries import Variety, find_shape
from campaign.montage.rendering.drawing import draw, encode_png
from campaign.montage.shapes.creation import PictureRefused
from campaign.montage.shapes.extraction import Cut
from campaign.montage.shapes.files import Shape
from campaign.montage.shapes.operations import ButterfliesWouldMove, accept_shape, create_shape
from campaign.process.clock import utcnow
from campaign.text.csv_writing import csv_lines

group = AppGroup("montage", help="Get positions of butterflies, make shapes, and draw posters.")
ROWS_PER_BATCH = 100_000
PREVIEWS = (100, 10_000, 1_000_000)
PREVIEW_WIDTH = 800
REASONS = {
    "too_heavy": "The file is larger than 12 MB. Use a smaller one.",
    "not_a_picture": "The file is not a PNG, JPEG, WebP or GIF. Use one of these formats.",
    "too_many_pixels": "The picture has more than 40 million pixels. Use a smaller one.",
    "broken": "The file is damaged. Save the picture again, or use another one.",
    "too_coarse": "The shape is less than 160 pixels wide and high. Use a larger picture.",
    "empty": "The picture is empty, or has only one colour. Use another one.",
    "too_small": "The shape covers too little of its square. Butterflies would overlap.",
    "fills_all": "The shape fills the whole square. Use a picture with a transparent background.",
    "too_thin": "The shape is too thin, or has too many pieces. Butterflies would hide its lines.",
}


@group.command("places")
@click.argument("cause")
@click.argument("first", type=click.IntRange(min=1))
@click.argument("last", type=click.IntRange(min=1))
def show_places(cause: str, first: int, last: int) -> None:
    """Print the positions of butterflies FIRST to LAST of CAUSE, as CSV.

    The columns are number, x, y. Divide x and y by 2^32 to get fractions of the square.
    """
    shape = _shape_of(cause)
    sys.stdout.write(csv_lines([("number", "x", "y")]))
    for start in range(first, last + 1, ROWS_PER_BATCH):
        columns = places(shape, start, min(last, start + ROWS_PER_BATCH - 1))
        sys.stdout.write(csv_lines(zip(*(column.tolist() for column in columns), strict=True)))


@group.command("mask")
@click.argument("cause")
@click.option("--output", type=click.Path(dir_okay=False), required=True, help="File to write.")
def write_mask(cause: str, output: str) -> None:
    """Save the mask of CAUSE: where butterflies can be.

    It is a PNG of 1024×1024 pixels.
    """
    Image.fromarray(_shape_of(cause).mask).save(output, "PNG")
    click.echo(f"Saved the mask of {cause} to {output}.")


@group.command("shape")
@click.argument("cause")
@click.argument("picture", type=click.Path(exists=True, dir_okay=False))
@click.option(
    "--threshold",
    type=click.IntRange(1, 254),
    help="How much a colour may differ from the background colour and still be background, from 1 to 254."
    " Default: chosen from the picture.",
)
@click.option(
    "--invert", is_flag=True, help="Use the background as the shape, and cut out the rest."
)
@click.option(
    "--previews",
    type=click.Path(file_okay=False),
    default=".",
    help="Folder to save the previews in.",
)
@click.option("--accept", is_flag=True, help="Use the shape for CAUSE.")
@click.option(
    "--move",
    is_flag=True,
    help="With --accept: use the shape even if CAUSE has butterflies. They move.",
)
def make_shape(
    cause: str,
    picture: str,
    threshold: int | None,
    invert: bool,
    previews: str,
    accept: bool,
    move: bool,
) -> None:
    """Make a shape from PICTURE, and save previews.

    The previews have 100, 10,000 and 1,000,000 butterflies.
    """
    path, row = Path(picture), _load_cause(cause)
    try:
        cut = Cut("colour" if threshold else "", threshold, invert)
        stored = write(
            create_shape, content=path.read_bytes(), title=path.stem, cut=cut, now=utcnow()
        )
    except PictureRefused as error:
        raise click.ClickException(REASONS[error.reason]) from error
    shape = find_shape(stored.name)
    Path(previews).mkdir(parents=True, exist_ok=True)
    for count in PREVIEWS:
        file = Path(previews) / f"{path.stem}-{count}.png"
        file.write_bytes(encode_png(draw(shape, count, PREVIEW_WIDTH)))
        click.echo(f"Saved {file}.")
    if not accept:
        click.echo(
            f"The shape covers {shape.area:.0%} of its square. To use it for {cause}, add --accept."
        )
        return
    try:
        write(accept_shape, row.id, name=stored.name, now=utcnow(), may_move=move)
    except ButterfliesWouldMove as error:
        raise click.ClickException(
            f"{cause} has butterflies, and they would move. If you want that, add --move."
        ) from error
    click.echo(f"{cause} now uses the shape.")


@group.command("poster")
@click.argument("cause")
@click.option(
    "--size",
    default="A2",
    help="A3, A2, A1 or A0 for a PDF, or a width in pixels for a PNG. Default: A2.",
)
@click.option(
    "--lang",
    callback=site_lang,
    help="Language of the text. Without it, the first language of the site.",
)
@click.option("--names", is_flag=True, help="Add the names of supporters who agreed to show them.")
@click.option("--output", type=click.Path(dir_okay=False), required=True, help="File to write.")
def draw_poster(cause: str, size: str, lang: str, names: bool, output: str) -> None:
    """Draw a poster of CAUSE right now, before those in the queue."""
    file_format = "pdf" if size.upper() in PAPER_MM else "png"
    if file_format == "png" and not (
        size.isascii() and size.isdecimal() and 300 <= int(size) <= 12_000
    ):
        raise click.BadParameter(
            "Enter A3, A2, A1, A0 or a width from 300 to 12000.", param_hint="--size"
        )
    row = _load_cause(cause)
    variety = Variety(row.id, file_format, size.upper(), lang, names)
    with tempfile.TemporaryDirectory() as scratch, Path(output).open("wb") as file:
        spec, _ = prepare(row, variety, Path(scratch))
        print_poster(spec, find_shape(row.shape), file)
    click.echo(f"Saved the poster of {cause} to {output}.")


def _load_cause(slug: str) -> Cause:
    return existing(cause_by_slug(slug), "cause", slug)


def _shape_of(slug: str) -> Shape:
    return find_shape(_load_cause(slug).shape)


COMMANDS = (group,)
