import json

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from campaign.montage.layout import bearing, mixed, pixel_of, places, size, wings
from campaign.montage.shapes.files import shape_named, shape_names
from tests.montage.vectors import STRETCHES, rows, vector_path

MONARCH = shape_named("monarch")
FAR = st.integers(1, 300_000)


def looks(numbers):
    return wings(MONARCH, *numbers)


@pytest.mark.parametrize("name", shape_names())
def test_every_butterfly_is_where_the_vectors_say(name):
    expected = json.loads(vector_path(name).read_text())["rows"]
    assert [row for stretch in STRETCHES for row in rows(shape_named(name), *stretch)] == expected


@pytest.mark.parametrize("name", shape_names())
def test_places_follow_the_documented_rule(name):
    mask = shape_named(name).mask
    expected = []
    candidate = 0
    while len(expected) < 2_000:
        candidate += 1
        x, y = candidate * 3242174889 % 2**32, candidate * 2447445414 % 2**32
        if mask[y >> 22, x >> 22]:
            expected.append((len(expected) + 1, x, y))
    numbers, x, y = places(shape_named(name), 1, 2_000)
    assert list(zip(numbers.tolist(), x.tolist(), y.tolist(), strict=True)) == expected


@settings(max_examples=25, deadline=None)
@given(first=FAR, length=st.integers(0, 40_000))
def test_range_of_places_is_a_slice_of_all_places(first, length):
    _, x, y = places(MONARCH, 1, first + length)
    numbers, part_x, part_y = places(MONARCH, first, first + length)
    assert numbers[0] == first and numbers[-1] == first + length
    assert np.array_equal(part_x, x[first - 1 :]) and np.array_equal(part_y, y[first - 1 :])


@settings(max_examples=15, deadline=None)
@given(count=FAR, more=st.integers(1, 50_000))
def test_new_butterflies_never_move_the_others(count, more):
    before, after = places(MONARCH, 1, count), places(MONARCH, 1, count + more)
    assert all(np.array_equal(old, new[:count]) for old, new in zip(before, after, strict=True))
    old, new = looks(before), looks(after)
    assert np.array_equal(old.turn, new.turn[:count]) and np.array_equal(
        old.colour, new.colour[:count]
    )


def test_no_two_butterflies_share_a_place():
    _, x, y = places(MONARCH, 1, 1_000_000)
    assert len(np.unique(x)) == 1_000_000
    assert len(np.unique(y)) == 1_000_000


@settings(max_examples=20, deadline=None)
@given(name=st.sampled_from(shape_names()), count=st.integers(1_000, 300_000))
def test_first_ones_spread_evenly_over_the_four_quarters(name, count):
    shape = shape_named(name)
    _, x, y = places(shape, 1, count)
    row, column = np.divmod(np.flatnonzero(shape.mask), 1024)
    middle_row, middle_column = np.median(row), np.median(column)
    for low in (False, True):
        for left in (False, True):
            room = np.mean(((row > middle_row) == low) & ((column > middle_column) == left))
            here = np.mean(
                (((y >> 22) > middle_row) == low) & (((x >> 22) > middle_column) == left)
            )
            assert here == pytest.approx(room, rel=0.1)


def test_distant_range_touches_only_the_mask():
    _, x, y = places(MONARCH, 4_999_000, 5_000_000)
    assert MONARCH.mask.ravel()[pixel_of(x, y)].all()


def test_empty_range_is_empty_and_number_zero_is_refused():
    assert [len(place) for place in places(MONARCH, 5, 4)] == [0, 0, 0]
    with pytest.raises(ValueError, match="numbered from 1"):
        places(MONARCH, 0, 3)


def test_look_stays_within_its_bounds():
    numbers, x, y = places(MONARCH, 1, 100_000)
    look = wings(MONARCH, numbers, x, y)
    assert set(look.variant.tolist()) == set(range(8))
    assert look.flip.mean() == pytest.approx(0.5, abs=0.01)
    assert look.scale.min() == 980 and look.scale.max() == 1_220
    assert np.abs(look.turn).max() <= 0.34 * 32_768 + 0.55 / (2 * np.pi) * 65_536 + 100
    assert len(np.unique(look.depth)) == 100_000
    apart = look.colour.astype(int) - MONARCH.palette.reshape(-1, 3)[pixel_of(x, y)]
    assert np.abs(apart).max() <= 15


def test_hashes_of_different_numbers_differ():
    assert len(np.unique(mixed(np.arange(1_000_000, dtype=np.uint32)))) == 1_000_000


def test_bearing_is_the_angle_from_straight_up():
    across, up = np.meshgrid(np.arange(-600, 600, 7), np.arange(-600, 600, 7))
    away = (bearing(across, up) / 65_536 * 2 * np.pi - np.arctan2(across, up) + np.pi) % (
        2 * np.pi
    ) - np.pi
    assert np.abs(away).max() < 0.005
    assert bearing(np.array([0, 5, 0, -5]), np.array([5, 0, -5, 0])).tolist() == [
        0,
        16_384,
        32_768,
        -16_384,
    ]


def test_size_eases_from_countable_to_full():
    assert size(MONARCH, 0) == size(MONARCH, 1) == 0.34
    assert size(MONARCH, 43) == pytest.approx(1.2 * (MONARCH.area / 43) ** 0.5)
    assert size(MONARCH, 12_408) == pytest.approx(1.9 * (MONARCH.area / 12_408) ** 0.5)
    sizes = [size(MONARCH, count) for count in range(1, 5_000)]
    assert sizes == sorted(sizes, reverse=True)
