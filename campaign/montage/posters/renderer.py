"""Draw one poster: `campaign.montage.posters.renderer SPEC OUTPUT`, run by process/isolated.py.

It is a separate process, without database or settings. It prints its progress in percent, one
number per line.
"""

import io
import sys
from collections.abc import Callable
from pathlib import Path
from typing import BinaryIO

import numpy as np
from PIL import Image

from campaign.montage.fonts import can_print
from campaign.montage.posters.layout import MontageFrame, set_poster
from campaign.montage.posters.spec import DOTS_PER_INCH, PosterSpec, pixels_of
from campaign.montage.rendering.drawing import Painting, over
from campaign.montage.rendering.png import PngStream
from campaign.montage.shapes.files import Shape, shape_in
from campaign.montage.typesetting import PAPER, PdfCanvas, Pixels
from campaign.process.children import exit_with_parent

BAND = 384
JPEG_QUALITY = 92
# Four bytes each. The machine needs this memory on top of that for a million butterflies.
MAX_PIXELS = 56_000_000
DOTS_PER_METRE = round(DOTS_PER_INCH / 0.0254)


def print_poster(
    spec: PosterSpec,
    shape: Shape,
    output: BinaryIO,
    progress: Callable[[int], None] = lambda _percent: None,
) -> None:
    """Draw the poster of a PosterSpec into the binary file `output`.

    `progress` is called with 0 … 100.
    """
    # Setting many names takes long, so with names the first phase is 30 %.
    canvas, frame = set_poster(
        spec, shape, *_names(spec), lambda share: progress(round(30 * share))
    )
    progress(30 if spec.names_file else 5)
    if spec.file_format == "pdf":
        _draw_montage(spec, shape, canvas, frame, progress)
        output.write(canvas.output())
    else:
        _paint(spec, shape, canvas, frame, output, progress)
    progress(100)


def _names(spec: PosterSpec) -> tuple[list[str], int]:
    """Return the names that can be printed, and how many cannot."""
    names = (
        Path(spec.names_file).read_text(encoding="utf-8").split("\n")[:-1]
        if spec.names_file
        else []
    )
    printable = [name for name in names if can_print(name)]
    return printable, len(names) - len(printable)


def _draw_montage(
    spec: PosterSpec,
    shape: Shape,
    canvas: PdfCanvas,
    frame: MontageFrame,
    progress: Callable[[int], None],
) -> None:
    """Place the montage on the first sheet, at 300 dots per inch, or slightly less on A0."""
    width = round(
        min(frame.side * DOTS_PER_INCH / 72, (MAX_PIXELS / (frame.last - frame.first)) ** 0.5)
    )
    point = frame.side / width
    first, last = int(frame.first * width), min(width, int(frame.last * width) + 1)
    file = io.BytesIO()
    _montage(spec, shape, width, first, last, progress).save(
        file, "JPEG", quality=JPEG_QUALITY, subsampling=0
    )
    canvas.turn_to_first()
    canvas.picture(
        file,
        frame.x,
        frame.y + first * point,
        frame.side,
        (last - first) * point,
        spec.picture_alt,
    )


def _montage(
    spec: PosterSpec,
    shape: Shape,
    width: int,
    first: int,
    last: int,
    progress: Callable[[int], None],
) -> Image.Image:
    """Return rows first … last of the montage on paper, as one image."""
    painting = Painting(shape, spec.last, width, gaps=spec.gaps, printed=True)
    # Make one picture, because some viewers show hairlines between adjacent ones.
    picture = Image.new("RGB", (width, last - first), PAPER)
    for top in range(first, last, BAND):
        rows = painting.rows(top, min(top + BAND, last))
        picture.paste(Image.fromarray(over(rows, _paper(rows))), (0, top - first))
        progress(30 + round(60 * (top - first + len(rows)) / (last - first)))
    return picture


def _paper(rows: np.ndarray) -> np.ndarray:
    paper = rows[:, :, :3].copy()
    paper[:] = PAPER
    return paper


def _paint(
    spec: PosterSpec,
    shape: Shape,
    canvas: PdfCanvas,
    frame: MontageFrame,
    output: BinaryIO,
    progress: Callable[[int], None],
) -> None:
    """Paint the first sheet band by band: the text as set, and the montage over it."""
    width, height = pixels_of(int(spec.size))
    scale = width / spec.page_size[0]
    side, left, top = (round(length * scale) for length in (frame.side, frame.x, frame.y))
    painting = Painting(shape, spec.last, side, gaps=spec.gaps, printed=True)
    text = Pixels(canvas.output(), width, height)
    stream = PngStream(output, width, height, DOTS_PER_METRE)
    first, last = top + int(frame.first * side), min(top + side, top + int(frame.last * side) + 1)
    for upper in range(0, height, BAND):
        lower = min(upper + BAND, height)
        rows = text.rows(upper, lower)
        start, end = max(upper, first), min(lower, last)
        if start < end:
            target = rows[start - upper : end - upper, left : left + side]
            target[:] = over(painting.rows(start - top, end - top), target)
        stream.write(rows)
        progress(30 + round(65 * lower / height))
    stream.end()
    text.close()


def main() -> None:
    """Read the spec, and draw the poster."""
    spec_file, output_file = map(Path, sys.argv[1:])
    exit_with_parent()
    spec = PosterSpec.from_json(spec_file.read_text(encoding="utf-8"))
    with output_file.open("wb") as output:
        print_poster(
            spec,
            shape_in(Path(spec.shape_folder)),
            output,
            # The worker reads it, and shows the progress.
            lambda percent: print(percent, flush=True),  # noqa: T201
        )


if __name__ == "__main__":
    main()
