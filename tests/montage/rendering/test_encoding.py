import io

import numpy as np
import pytest
from PIL import Image

from campaign.montage.rendering.drawing import draw, encode_png
from campaign.montage.shapes.files import shape_named

MONARCH = shape_named("monarch")


def decoded(content):
    return np.asarray(Image.open(io.BytesIO(content)).convert("RGBA")).astype(int)


@pytest.mark.parametrize("count", [0, 1, 640, 12_408])
def test_png_shows_what_was_drawn(count):
    image = draw(MONARCH, count, 400)
    before, after = np.asarray(image).astype(int), decoded(encode_png(image))
    assert (after[before[:, :, 3] == 0] == 0).all()
    assert np.abs(before[:, :, 3] - after[:, :, 3]).mean() < 2
    solid = before[:, :, 3] > 250
    if solid.any():
        assert np.abs(before[solid] - after[solid]).mean() < 5


@pytest.mark.parametrize(("count", "max_bytes"), [(0, 30_000), (640, 480_000), (12_408, 480_000)])
def test_png_for_a_page_is_small(count, max_bytes):
    assert len(encode_png(draw(MONARCH, count, 1200))) < max_bytes


def test_empty_image_is_a_png():
    assert (decoded(encode_png(Image.new("RGBA", (20, 20)))) == 0).all()
