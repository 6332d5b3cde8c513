"""Tests that browsers and the server draw from the same data."""

import json
import struct

import numpy as np
import pytest

from campaign.montage.browser_data import packed_shape, sprite_png
from campaign.montage.shapes.files import shape_named, shape_names


@pytest.mark.parametrize("name", shape_names())
def test_packed_shape_holds_mask_palette_and_outline_to_the_bit(name):
    shape, packed = shape_named(name), packed_shape(name)
    (length,) = struct.unpack_from("<I", packed)
    header = json.loads(packed[4 : 4 + length])
    dots = np.frombuffer(packed, "<u2", 2 * header["dots"], 4 + length).reshape(-1, 2)
    pixels = np.frombuffer(packed, np.uint8, 1024 * 1024, 4 + length + dots.nbytes).reshape(
        1024, 1024
    )
    assert length % 4 == 0
    assert np.array_equal(pixels > 0, shape.mask)
    colours = np.array(header["colours"], np.uint8).reshape(-1, 3)
    assert np.array_equal(colours[pixels[shape.mask] - 1], shape.palette[shape.mask])
    assert np.allclose(dots / 16 / 1024, shape.ghost)


def test_only_the_three_levels_have_a_sheet():
    assert sprite_png("small").startswith(b"\x89PNG")
    assert sprite_png("../secret") is None
