import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from PIL import Image, ImageFilter

from campaign.montage.layout import places, size, wings
from campaign.montage.rendering import cloud, drawing
from campaign.montage.rendering.cloud import Cloud
from campaign.montage.rendering.drawing import draw, max_visible
from campaign.montage.rendering.flock import gather
from campaign.montage.shapes.files import shape_named, shape_names

MONARCH = shape_named("monarch")
WIDTH = 240


def drawn(count, **choices):
    return np.asarray(draw(MONARCH, count, WIDTH, **choices)).astype(int)


def distance_from(number, count):
    """Return each pixel's distance from butterfly `number` of `count`, in butterfly sizes."""
    side = size(MONARCH, count) * WIDTH
    _, x, y = places(MONARCH, number, number)
    rim = side * 0.66
    column, row = (np.clip(int(item[0]) / 2**32 * WIDTH, rim, WIDTH - rim) for item in (x, y))
    down, across = np.mgrid[0:WIDTH, 0:WIDTH] + 0.5
    return np.hypot(down - row, across - column) / side


def last_painted(count):
    numbers, x, y = places(MONARCH, 1, count)
    return int(numbers[np.argmax(wings(MONARCH, numbers, x, y).depth)])


@settings(max_examples=15, deadline=None)
@given(count=st.integers(1, 900), data=st.data())
def test_missing_butterfly_changes_only_the_pixels_around_its_place(count, data):
    number = data.draw(st.integers(1, count))
    changed = (drawn(count) != drawn(count, gaps=[number])).any(axis=2)
    assert not changed[distance_from(number, count) > 1.6].any()


@settings(max_examples=10, deadline=None)
@given(count=st.integers(1, 3_000))
def test_butterfly_painted_last_is_visible(count):
    number = last_painted(count)
    changed = (drawn(count) != drawn(count, gaps=[number])).any(axis=2)
    assert changed[distance_from(number, count) < 0.6].any()


@pytest.mark.parametrize("count", [2_500, 45_000])
def test_nothing_is_painted_far_from_every_butterfly(count):
    flock = gather(MONARCH, count, WIDTH, (), night=False)
    near = np.zeros((WIDTH, WIDTH), np.uint8)
    near[flock.y.astype(int), flock.x.astype(int)] = 255
    reach = 2 * round(flock.size * 1.6 + 2) + 1
    near = np.asarray(Image.fromarray(near).filter(ImageFilter.MaxFilter(reach)))
    alpha = drawn(count)[:, :, 3]
    assert (alpha[near == 0] == 0).all()
    assert alpha[near > 0].mean() > 100


def test_without_a_butterfly_only_the_dotted_outline_shows():
    alpha = drawn(0)[:, :, 3]
    assert 0 < (alpha > 0).mean() < 0.25


def test_empty_outline_is_visible_from_afar_but_fainter_than_the_first_butterfly():
    empty, among = (
        np.asarray(draw(MONARCH, count, 1036, gaps=tuple(range(1, count + 1))))[:, :, 3].sum()
        / 255
        / len(MONARCH.ghost)
        for count in (0, 43)
    )
    # The ink of a dot, in pixels.
    assert 3 < among < 0.85 * empty


def test_many_butterflies_make_the_shape_and_its_colours():
    picture = np.asarray(draw(MONARCH, 60_000, 256)).astype(int)
    expected = np.asarray(
        Image.fromarray(MONARCH.palette).resize((256, 256), Image.Resampling.BOX)
    ).astype(int)
    inside = (
        np.asarray(
            Image.fromarray(MONARCH.mask).convert("L").resize((256, 256), Image.Resampling.BOX)
        )
        == 255
    )
    assert (picture[inside, 3] > 200).mean() > 0.99
    assert np.abs(picture[inside, :3] - expected[inside]).mean() < 25


def test_dark_butterflies_are_lighter_at_night():
    day, night = drawn(12_000), drawn(12_000, night=True)
    seen = day[:, :, 3] > 250
    darkest = (
        np.percentile(day[seen, :3].sum(axis=1), 5),
        np.percentile(night[seen, :3].sum(axis=1), 5),
    )
    assert darkest[1] > darkest[0] + 40


def test_drawing_one_by_one_and_all_at_once_look_alike(monkeypatch):
    one_by_one = drawn(30_000)
    monkeypatch.setattr(drawing, "MAX_SWARM", 0)
    at_once = drawn(30_000)
    solid = (one_by_one[:, :, 3] > 250) & (at_once[:, :, 3] > 250)
    assert np.abs(one_by_one[solid] - at_once[solid]).mean() < 20


def test_bands_leave_no_seam(monkeypatch):
    flock = gather(MONARCH, 50_000, WIDTH, (), night=False)
    whole = Cloud(flock).paint(0, WIDTH)
    monkeypatch.setattr(cloud, "BAND_POINTS", 100_000)
    assert np.array_equal(Cloud(flock).paint(0, WIDTH), whole)


@pytest.mark.parametrize("name", shape_names())
@pytest.mark.parametrize("count", [1, 43, 640, 12_408])
def test_every_shape_can_be_drawn_at_every_size(name, count):
    image = draw(shape_named(name), count, 100)
    assert image.mode == "RGBA" and image.size == (100, 100)
    assert np.asarray(image)[:, :, 3].any()


def test_same_montage_is_drawn_the_same_twice():
    assert np.array_equal(drawn(1_000), drawn(1_000))


def test_butterflies_too_small_to_see_change_nothing():
    max_count = max_visible(MONARCH, WIDTH)
    full = drawn(max_count)
    assert np.array_equal(drawn(max_count * 100, gaps=(max_count + 1, max_count * 50)), full)
    assert not np.array_equal(drawn(max_count * 100, gaps=range(1, max_count, 2)), full)


def test_picture_of_the_visible_ones_looks_like_one_of_all(monkeypatch):
    max_count = max_visible(MONARCH, WIDTH)
    seen = drawn(max_count * 4)
    monkeypatch.setattr(drawing, "max_visible", lambda shape, width: max_count * 4)
    everyone = drawn(max_count * 4)
    assert np.abs(seen - everyone).mean() < 6
    blocks = [
        item[:, :, :3].reshape(15, 16, 15, 16, 3).mean(axis=(1, 3)) for item in (seen, everyone)
    ]
    assert np.abs(blocks[0] - blocks[1]).mean() < 3


@pytest.mark.parametrize("width", [1, 100, 552, 1200, 2400])
def test_number_of_visible_butterflies_depends_on_the_size_alone(width):
    max_count = max_visible(MONARCH, width)
    assert max_count > drawing.MAX_SWARM
    assert max_count == drawing.MAX_SWARM + 1 or size(MONARCH, max_count) * width == pytest.approx(
        drawing.MIN_VISIBLE_SIZE, rel=1e-3
    )
