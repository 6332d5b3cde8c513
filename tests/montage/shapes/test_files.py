import numpy as np
import pytest
from PIL import Image

from campaign.montage.shapes.files import DATA, UnknownShape, shape_named, shape_names


def test_monarch_is_one_of_several_shapes():
    assert {"monarch", "dove", "drop"} <= set(shape_names())


@pytest.mark.parametrize("name", shape_names())
def test_shape_is_complete(name):
    shape = shape_named(name)
    assert shape.mask.shape == (1024, 1024) and shape.mask.dtype == bool
    assert shape.palette.shape == (1024, 1024, 3) and shape.palette.dtype == np.uint8
    assert 0.2 < shape.area < 0.6
    assert shape.mask[shape.centre[1], shape.centre[0]]
    assert shape.ghost.shape[1] == 2 and (shape.ghost > 0).all() and (shape.ghost < 1).all()


@pytest.mark.parametrize("name", shape_names())
def test_mask_on_disk_is_the_mask_in_use(name):
    shape = shape_named(name)
    with Image.open(DATA / name / "mask.png") as image:
        assert image.size == (1024, 1024) and image.mode == "1"
        assert np.array_equal(np.array(image), shape.mask)


@pytest.mark.parametrize("name", shape_names())
def test_every_place_has_a_colour(name):
    shape = shape_named(name)
    assert (shape.palette[shape.mask].max(axis=1) > 20).all()


def test_unknown_shape_is_refused():
    with pytest.raises(UnknownShape):
        shape_named("../monarch")
