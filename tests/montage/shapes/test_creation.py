"""Tests of shapes made from uploaded pictures."""

import numpy as np
import pytest
from PIL import Image

from campaign.montage.browser_data import MAX_COLOURS
from campaign.montage.layout import places
from campaign.montage.shapes.creation import MAX_BYTES, PictureRefused, shape_files
from campaign.montage.shapes.extraction import Cut
from campaign.montage.shapes.files import shape_from
from tests.factories.pictures import bomb, grating, heart, png, ring


def made(content, **choices):
    name, files = shape_files(content, "A “heart”\\", **choices)
    return shape_from(name, files.__getitem__)


@pytest.mark.one_case
@pytest.mark.parametrize(
    "content",
    [
        heart(),
        heart("white"),
        heart("#101830"),
        heart("white", file_format="JPEG"),
        heart(file_format="WEBP"),
        ring(),
    ],
)
def test_shape_from_a_picture_is_as_complete_as_a_built_in_one(content):
    shape = made(content)
    inside = shape.palette[shape.mask]
    assert shape.title == "A “heart”\\"
    assert shape.mask.shape == (1024, 1024) and 0.3 < shape.area < 0.7
    assert shape.mask[shape.centre[1], shape.centre[0]]
    assert len(np.unique(inside, axis=0)) <= MAX_COLOURS and inside.max(axis=1).min() > 20
    assert not shape.palette[~shape.mask].any()
    assert len(shape.ghost) > 200 and (shape.ghost > 0).all() and (shape.ghost < 1).all()
    assert len(places(shape, 1, 5000)[0]) == 5000


def test_plain_and_transparent_backgrounds_make_the_same_shape():
    clear, plain = made(heart()).mask, made(heart("white")).mask
    assert (clear != plain).mean() < 0.01


def test_threshold_decides_what_is_still_background():
    pale_spot = made(heart("white", file_format="JPEG"), cut=Cut(threshold=120)).mask
    assert made(heart("white", file_format="JPEG")).area - pale_spot.mean() > 0.01


def test_outline_follows_holes_too():
    distance = np.hypot(*(made(ring()).ghost.T - 0.5))
    assert {True, False} == set((distance < 0.3).tolist())


def test_dots_are_evenly_spaced():
    dots = made(heart()).ghost * 1024
    steps = np.hypot(*(dots[1:] - dots[:-1]).T)
    assert np.percentile(steps, 5) > 5.5 and np.percentile(steps, 95) < 8.5


def test_same_picture_makes_the_same_shape():
    assert (
        shape_files(heart(), "One")[0]
        == shape_files(heart(), "One")[0]
        != shape_files(ring(), "One")[0]
    )


@pytest.mark.parametrize(
    ("content", "reason"),
    [
        (b"hello", "not_a_picture"),
        (b"", "not_a_picture"),
        (b"<svg xmlns='http://www.w3.org/2000/svg'/>", "not_a_picture"),
        (heart()[:2000], "broken"),
        (bomb(30_000, 30_000), "too_many_pixels"),
        (bomb(9_000, 9_000), "too_many_pixels"),
        (bomb(600, 600), "broken"),
        (bytes(MAX_BYTES + 1), "too_heavy"),
        (png(Image.new("RGBA", (500, 500))), "empty"),
        (png(Image.new("RGB", (500, 500), "white")), "empty"),
        (heart(side=100), "too_coarse"),
        (png(Image.new("RGBA", (400, 400), "red")), "empty"),
        (grating(), "too_thin"),
    ],
)
def test_unusable_picture_is_refused_with_a_reason(content, reason):
    with pytest.raises(PictureRefused) as refused:
        shape_files(content, "x")
    assert refused.value.reason == reason


def test_picture_that_fills_its_square_is_refused():
    image = Image.new("RGBA", (600, 600), "red")
    image.paste((0, 0, 0, 0), (0, 0, 600, 8))
    with pytest.raises(PictureRefused, match="fills_all"):
        shape_files(png(image), "x")


def test_small_shape_is_refused():
    image = Image.new("RGBA", (900, 900))
    image.paste("red", (10, 440, 890, 480))
    with pytest.raises(PictureRefused, match="too_small"):
        shape_files(png(image), "x")
